"""The tables of speech: each audio file measured, each one judged over the whole set, and the transcripts of those that stand.

Measuring a file and transcribing a recording are done once for each; judging is done anew for the whole set, for whether a file
is a copy depends on all the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa

from pixel_assets.speech.audio import Unusable
from pixel_assets.speech.diarize import Turn
from pixel_assets.speech.fingerprint import SAME, copies
from pixel_assets.speech.recordings import Bounds, Recording, judge, measure
from pixel_assets.speech.transcript import Segment, Transcript
from pixel_assets.speech.vad import Span
from pixel_assets.store.schema import column

Row = dict[str, Any]
Origin = Literal["whisper", "subtitles"]
Diarization = Literal["pauses_and_pitch", "subtitles"]
NoTranscript = Literal["no_words", "all_dropped", "not_decodable", "unreadable", "crashed"]

UNKNOWN_LANGUAGE: Final = "und"  # ISO 639-2: undetermined
LOSSLESS: Final = frozenset({"alac", "ape", "flac", "mlp", "mp4als", "shorten", "tak", "truehd", "tta", "wavpack", "wmalossless"})
COMPANDED: Final = frozenset({"pcm_alaw", "pcm_mulaw", "pcm_vidc"})  # 8 bits that stand for 13: not all that was there


def _span(*others: pa.Field) -> pa.StructType:
    times = [pa.field(name, pa.float64(), nullable=False) for name in ("start", "end")]
    return pa.struct([*times, *others])


_MEASURES = [
    column("codec", pa.string(), "codec of the file, as FFmpeg calls it", nullable=True),
    column("sample_rate", pa.int32(), "samples a second of the file", nullable=True),
    column("channels", pa.int32(), "channels of the file", nullable=True),
    column("seconds", pa.float64(), "how long it is", nullable=True),
    column("loudness", pa.float64(), "integrated loudness in LUFS (ITU-R BS.1770-4)", nullable=True),
    column("clipped_share", pa.float64(), "share of the samples at full scale", nullable=True),
    column("signal_to_noise", pa.float64(), "estimated ratio of speech to noise in dB; null without speech", nullable=True),
    column("speech_share", pa.float64(), "share of the time in which somebody speaks", nullable=True),
]
_PLACE = [
    column("source", pa.string(), "name of the source in the registry"),
    column("file", pa.string(), "name of the file in the sources folder or its playlist; the id of an item without a file"),
]
_SUBTITLES = column("subtitles", pa.string(), "name of the subtitles that lie beside the file", nullable=True)

AUDIO_FILES: Final = pa.schema(
    [
        *_PLACE,
        column("sha256", pa.string(), "SHA-256 of the file; null for an item of a playlist that could not be had", nullable=True),
        column("bytes", pa.int64(), "size of the file"),
        *_MEASURES,
        column("peak", pa.float64(), "largest sample of the 16 kHz mono mix; 1 is full scale", nullable=True),
        column("speech", pa.list_(_span()), "the stretches in which somebody speaks, in seconds"),
        column("fingerprint", pa.binary(), "how it sounds: 32 bits for each 1/16 s (Haitsma and Kalker, 2002)", nullable=True),
        _SUBTITLES,
        column("subtitles_sha256", pa.string(), "SHA-256 of the subtitles", nullable=True),
        column("problem", pa.string(), "reason code of a file that cannot be used: cut_off, not_audio, …", nullable=True),
        column("problem_detail", pa.string(), "numbers or technical terms to the problem", nullable=True),
    ]
)

VOICE_RECORDINGS: Final = pa.schema(
    [
        *_PLACE,
        column("recording_id", pa.string(), "first 32 hex digits of the SHA-256: equal files, equal ids", nullable=True),
        *_MEASURES,
        _SUBTITLES,
        column("accepted", pa.bool_(), "whether it is transcribed"),
        column("reason", pa.string(), "why not: the file's problem, the bound that it misses, or copy", nullable=True),
        column("detail", pa.string(), "the value against the bound", nullable=True),
        column("copy_of", pa.string(), "id of the recording that stands for this one", nullable=True),
    ]
)

_WORD = _span(
    pa.field("text", pa.string(), nullable=False), pa.field("probability", pa.float64()), pa.field("pitch", pa.float64())
)
_SEGMENT = _span(*(pa.field(name, pa.float64()) for name in ("log_probability", "no_speech_probability", "compression_ratio")))
_DROPPED = _span(
    pa.field("reason", pa.string(), nullable=False),
    pa.field("value", pa.float64(), nullable=False),
    pa.field("bound", pa.float64(), nullable=False),
)
_TURN = pa.struct([pa.field("speaker", pa.string(), nullable=False), *_span(), pa.field("text", pa.string(), nullable=False)])

TRANSCRIPTS: Final = pa.schema(
    [
        column("recording_id", pa.string(), "the recording"),
        *_PLACE,
        column("origin", pa.string(), "whisper, or subtitles that lie beside the file"),
        column("model", pa.string(), "name and version of the speech model, or the kind of subtitles"),
        column("language", pa.string(), "ISO 639 code; und where it is not known"),
        column("language_probability", pa.float64(), "probability of the language; null where none is told", nullable=True),
        column("confidence", pa.float64(), "mean probability of the words; null for subtitles and without words", nullable=True),
        column("seconds", pa.float64(), "how long the recording is"),
        column("text", pa.string(), "all that was said as one line; empty without words"),
        column("words", pa.list_(_WORD), "each word with its seconds, its probability, and the voice's median pitch in Hz"),
        column("segments", pa.list_(_SEGMENT), "stretches of words, with the model's measures; null for subtitles"),
        column("dropped", pa.list_(_DROPPED), "what the model wrote though nobody said it, and why it was dropped"),
        column("turns", pa.list_(_TURN), "who speaks when"),
        column("diarization", pa.string(), "how speakers are told apart: pauses_and_pitch, or the names in subtitles"),
        column("reason", pa.string(), "why there is no transcript; null where there is one", nullable=True),
        column("detail", pa.string(), "what is to say of the reason, or why subtitles were not used", nullable=True),
    ]
)


@dataclass(frozen=True)
class Item:
    """A recording to transcribe: its id and place in the tables, its measures, and the subtitles beside it."""

    recording_id: str
    source: str
    file: str
    recording: Recording
    subtitles: Path | None = None


def audio_row(
    source: str, file: str, path: Path, sha256: str, subtitles: str | None = None, subtitles_sha256: str | None = None
) -> Row:
    """A row of :data:`AUDIO_FILES`: what the file at ``path`` measures. No file makes it raise."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    row: Row = dict.fromkeys(AUDIO_FILES.names)
    row |= {"source": source, "file": file, "sha256": sha256, "bytes": size, "speech": []}
    row |= {"subtitles": subtitles, "subtitles_sha256": subtitles_sha256}
    found = measure(path)
    if isinstance(found, Unusable):
        return row | {"problem": found.reason, "problem_detail": found.detail}
    taken = (*(field.name for field in _MEASURES), "peak", "fingerprint")
    spans = [{"start": span.start, "end": span.end} for span in found.speech]
    return row | {name: getattr(found, name) for name in taken} | {"speech": spans}


def missing_row(source: str, item: str, reason: str, detail: str | None) -> Row:
    """A row of :data:`AUDIO_FILES` for an item of a playlist without a file, under the id of the item."""
    row: Row = dict.fromkeys(AUDIO_FILES.names)
    return row | {"source": source, "file": item, "bytes": 0, "speech": [], "problem": reason, "problem_detail": detail}


def recording_of(row: Row, path: Path) -> Recording:
    """The recording at ``path`` with the measures in a row of :data:`AUDIO_FILES` that has no problem."""
    names = ("codec", "sample_rate", "channels", "seconds", "peak", "loudness", "clipped_share", "signal_to_noise", "fingerprint")
    speech = tuple(Span(span["start"], span["end"]) for span in row["speech"])
    return Recording(path=path, speech=speech, **{name: row[name] for name in names})


def judge_recordings(audio_files: pa.Table, bounds: Bounds) -> pa.Table:
    """A row of :data:`VOICE_RECORDINGS` for each of :data:`AUDIO_FILES`, sorted by source and file.

    Of recordings that sound alike and miss no bound, one is accepted: a lossless one before others, then the one of the
    highest sample rate, then the first by the name of its file and of its source. The others are its copies.
    """
    rows = sorted(audio_files.to_pylist(), key=lambda row: (row["source"], row["file"]))
    problems = [_problem(row, bounds) for row in rows]
    sound = sorted((at for at, problem in enumerate(problems) if problem is None), key=lambda at: _quality(rows[at]))
    originals = _originals([rows[at] for at in sound])
    copy_of = {at: sound[original] for at, original in zip(sound, originals, strict=True) if sound[original] != at}
    judged = []
    for at, (row, problem) in enumerate(zip(rows, problems, strict=True)):
        reason, detail = problem or (None, None)
        original = rows[copy_of[at]] if at in copy_of else None
        if original is not None:
            reason, detail = "copy", f"sounds as {original['file']} of {original['source']} (at most {SAME} of the bits differ)"
        judged.append(
            {name: row.get(name) for name in VOICE_RECORDINGS.names}
            | {"recording_id": recording_id(row["sha256"]) if row["sha256"] else None}
            | {"accepted": reason is None, "reason": reason, "detail": detail}
            | {"copy_of": recording_id(original["sha256"]) if original else None}
        )
    return pa.Table.from_pylist(judged, VOICE_RECORDINGS)


def recording_id(sha256: str) -> str:
    """The id of a recording whose file has this SHA-256."""
    return sha256[:32]


def transcript_row(
    item: Item,
    transcript: Transcript,
    turns: Sequence[Turn],
    origin: Origin = "whisper",
    diarization: Diarization = "pauses_and_pitch",
    detail: str | None = None,
) -> Row:
    """A row of :data:`TRANSCRIPTS`; one without words has a reason: nothing was heard, or all of it was dropped."""
    reason: NoTranscript | None = None
    if not transcript.words:
        reason = "all_dropped" if transcript.dropped else "no_words"
    return _row(item, transcript.model, reason, detail) | {
        "origin": origin,
        "language": transcript.language,
        "language_probability": transcript.language_probability,
        "confidence": transcript.confidence,
        "text": transcript.text,
        "words": [
            {"start": word.start, "end": word.end, "text": word.text, "probability": word.probability, "pitch": word.pitch}
            for word in transcript.words
        ],
        "segments": [_segment(segment) for segment in transcript.segments],
        "dropped": [
            {"start": part.segment.start, "end": part.segment.end}
            | {"reason": part.reason, "value": float(part.value), "bound": float(part.bound)}
            for part in transcript.dropped
        ],
        "turns": [{"speaker": turn.speaker, "start": turn.start, "end": turn.end, "text": turn.text} for turn in turns],
        "diarization": diarization,
    }


def untranscribed_row(item: Item, model: str, reason: NoTranscript, detail: str | None = None) -> Row:
    """A row of :data:`TRANSCRIPTS` for a recording that ``model`` (its name and version) could not be given."""
    return _row(item, model, reason, detail)


def _row(item: Item, model: str, reason: NoTranscript | None, detail: str | None) -> Row:
    row: Row = dict.fromkeys(TRANSCRIPTS.names)
    row |= {"recording_id": item.recording_id, "source": item.source, "file": item.file, "seconds": item.recording.seconds}
    row |= {"origin": "whisper", "model": model, "language": UNKNOWN_LANGUAGE, "diarization": "pauses_and_pitch", "text": ""}
    return row | {"words": [], "segments": [], "dropped": [], "turns": [], "reason": reason, "detail": detail}


def _segment(segment: Segment) -> Row:
    measures = ("start", "end", "log_probability", "no_speech_probability", "compression_ratio")
    return {name: getattr(segment, name) for name in measures}


def _problem(row: Row, bounds: Bounds) -> tuple[str, str] | None:
    """Why a file is no good recording by itself: reason and detail."""
    if row["problem"] is not None:
        return row["problem"], row["problem_detail"]
    missed = judge(recording_of(row, Path(row["file"])), bounds)
    return (missed.reason, missed.detail) if missed else None


def _quality(row: Row) -> tuple[bool, int, str, str]:
    """The key by which the best of several copies comes first."""
    codec = row["codec"]
    lossless = codec in LOSSLESS or (codec.startswith("pcm_") and codec not in COMPANDED)
    return not lossless, -row["sample_rate"], row["file"], row["source"]


def _originals(rows: Sequence[Row]) -> Iterable[int]:
    """For each row the place of the one that it sounds as, its own if it is an original; the first ones are originals."""
    first: dict[str, int] = {}
    for at, row in enumerate(rows):
        first.setdefault(row["sha256"], at)
    sounding = copies({str(at): rows[at]["fingerprint"] for at in first.values()})
    return [int(sounding.get(str(first[row["sha256"]]), first[row["sha256"]])) for row in rows]
