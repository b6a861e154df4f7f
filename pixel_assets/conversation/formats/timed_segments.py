"""Segments of speech with their times: a list of them in one record, or a table with one a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pixel_assets.conversation.formats.base import (
    Converted,
    Format,
    GroupDraft,
    GroupRejection,
    NumberedRecord,
    Record,
    Rejection,
    labels,
    scored,
)
from pixel_assets.conversation.formats.segments import Segment, dialogue
from pixel_assets.conversation.hints import Options

SEGMENT_KEYS: Final = ("segments", "supervisions", "cues", "captions")
# Names without case and underscores
START: Final = ("start", "starttime", "begin", "begintime", "startsec", "startseconds", "onset")
END: Final = ("end", "endtime", "stop", "stoptime", "endsec", "endseconds", "offset")
DURATION: Final = ("duration", "dur")
WORDS: Final = ("body", "text", "transcript", "utterance", "caption", "content")
SPEAKER: Final = ("speaker", "speakername", "speakerid", "role", "name")
GROUP: Final = ("recordingid", "recording", "episode", "audio", "audiofile", "sessionid", "videoid")


def _segment(record: Record, options: Options) -> Segment | None:
    """A record as one timed segment; None when it has no time or no key for its words."""
    by_name = {key.replace("_", "").lower(): key for key in record}

    def find(given: tuple[str, ...], names: tuple[str, ...]) -> str | None:
        if given:
            return next((key for key in given if key in record), None)
        return next((by_name[name] for name in names if name in by_name), None)

    words, start = find(options.text, WORDS), find((), START)
    end, duration = find((), END), find((), DURATION)
    if words is None or start is None or (end is None and duration is None) or not isinstance(record[words], str):
        return None
    began = _number(record[start])
    length = _number(record[duration]) if end is None and duration else None
    ended = _number(record[end]) if end else None
    if began is not None and length is not None:
        ended = round(began + length, 3)
    speaker = record[key] if (key := find(options.speaker, SPEAKER)) else None
    return Segment(began, ended, (speaker.strip() or None) if isinstance(speaker, str) else None, record[words])


def _number(value: Any) -> float | None:
    """Seconds; None for what is no finite number, or a clock time."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return round(seconds, 3) if math.isfinite(seconds) else None


def _segment_list(record: Record) -> tuple[str, list[Any]] | None:
    for key in SEGMENT_KEYS:
        value = record.get(key)
        if isinstance(value, list) and value and isinstance(value[0], dict) and _segment(value[0], Options()):
            return key, value
    return None


def _timed_segments(record: Record, options: Options) -> Converted:
    found = _segment_list(record)
    if found is None:
        return Rejection("malformed_subtitles", "no list of segments with words and times")
    key, values = found
    segments = [segment for value in values if isinstance(value, dict) and (segment := _segment(value, options))]
    if len(segments) < len(values):
        return Rejection("malformed_subtitles", f"{len(values) - len(segments)} of {len(values)} segments lack words or times")
    result = dialogue(_in_order(segments), options, labels(record, (key, "text")), len(segments))
    return result if isinstance(result, Rejection) else [result]


def _timed_rows(records: Iterable[NumberedRecord], options: Options) -> Iterator[GroupDraft | GroupRejection]:
    recordings: dict[str, list[tuple[int, Segment, Record]]] = {}
    for place, record in records:
        segment = _segment(record, options)
        if segment is None:
            yield GroupRejection(Rejection("malformed_subtitles", "the row has no words or no times"), (place,))
        else:
            recordings.setdefault(_recording(record, options), []).append((place, segment, record))
    for members in recordings.values():
        first = members[0][2]
        shared = {k: v for k, v in labels(first, ()).items() if all(other.get(k) == v for _, _, other in members)}
        result = dialogue(_in_order([segment for _, segment, _ in members]), options, shared, len(members))
        places = tuple(place for place, _, _ in members)
        yield GroupRejection(result, places) if isinstance(result, Rejection) else GroupDraft(result, places)


def _recording(record: Record, options: Options) -> str:
    """Which recording a row belongs to; without a key for that, the file is one."""
    if options.dialogue:
        return repr([record.get(key) for key in options.dialogue])
    return repr([value for key, value in record.items() if key.replace("_", "").lower() in GROUP])


def _in_order(segments: list[Segment]) -> list[Segment]:
    """By time; as they came where a time is missing."""
    if any(segment.start is None for segment in segments):
        return segments
    return sorted(segments, key=lambda segment: segment.start or 0.0)


TIMED_SEGMENTS = Format(
    "timed_segments",
    scored(0.9, lambda record: _segment_list(record) is not None, "a list of segments with words and times"),
    _timed_segments,
)
TIMED_ROWS = Format(
    "timed_rows",
    scored(0.7, lambda record: _segment(record, Options()) is not None, "words with a start and an end"),
    convert_all=_timed_rows,
)
