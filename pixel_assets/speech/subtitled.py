"""Subtitles that lie beside a recording, in the form of a transcript: somebody wrote them, so nothing is transcribed.

The words of a cue share its time by their letters, and have the pitch that is measured there. Who speaks is what the subtitles
say (``<v Name>``, ``NAME:``); where they name nobody, speakers are told apart as in any transcript.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.cues import Cues, holds_cues, parse_cues
from pixel_assets.conversation.formats.segments import SOUND
from pixel_assets.conversation.formats.subtitles import spoken_segments
from pixel_assets.conversation.hints import Options
from pixel_assets.sources.readers.encoding import find_encoding
from pixel_assets.sources.readers.rows import Unreadable
from pixel_assets.speech import diarize
from pixel_assets.speech.audio import Unusable, decode
from pixel_assets.speech.diarize import Turn
from pixel_assets.speech.pitch import PitchTrack, track_pitch
from pixel_assets.speech.recordings import LANGUAGE, Recording
from pixel_assets.speech.tables import UNKNOWN_LANGUAGE, Diarization
from pixel_assets.speech.transcript import Segment, Transcript, Word
from pixel_assets.speech.vad import spoken_seconds

BEYOND: Final = 2.0  # seconds that the last cue may stand after the sound has ended
LEAST_SPOKEN: Final = 0.3  # share of the cues' time in which somebody speaks; cues stand longer than words take
LONG_PAUSE: Final = 2.0  # seconds; after one the same speaker begins a turn anew


@dataclass(frozen=True)
class Subtitled:
    """What the subtitles of a recording say, who says it, and how that is known."""

    transcript: Transcript
    turns: tuple[Turn, ...]
    diarization: Diarization


@dataclass(frozen=True)
class Unfit:
    """Why subtitles cannot stand for a transcript, in numbers and technical terms."""

    detail: str


class _Line(NamedTuple):
    """What one speaker says in one cue; the speaker is empty where nobody is named."""

    start: float
    end: float
    speaker: str
    words: tuple[str, ...]


def read_subtitled(subtitles: Path, recording: Recording) -> Subtitled | Unfit:
    """The transcript that ``subtitles`` (WebVTT, SubRip or SBV) give of ``recording``, or why they do not fit it.

    Damaged subtitles are not used in part, for what is missing in them was said nonetheless. Raises :class:`OSError` if the
    recording cannot be opened; subtitles that cannot be are unfit.
    """
    parsed = _parse(subtitles)
    if isinstance(parsed, Unfit):
        return parsed
    lines = _lines(parsed)
    problem = _problem(parsed, lines, recording)
    if problem:
        return Unfit(problem)
    audio = decode(recording.path)
    if isinstance(audio, Unusable):
        return Unfit(f"the recording is {audio.reason} now")
    pitch = track_pitch(audio.samples)
    spoken = [(line.speaker, _words(line, pitch)) for line in lines]
    transcript = Transcript(
        segments=tuple(Segment(words, None, None, None) for _, words in spoken),
        dropped=(),
        language=language_of(subtitles),
        language_probability=None,
        model=subtitles.suffix.lower().removeprefix("."),
    )
    if not any(speaker for speaker, _ in spoken):
        return Subtitled(transcript, tuple(diarize.turns(transcript)), "pauses_and_pitch")
    return Subtitled(transcript, tuple(_turns(spoken)), "subtitles")


def language_of(subtitles: Path) -> str:
    """The language in the name of a file (``talk.en.vtt``, ``talk.pt-BR.srt``), ``und`` if there is none."""
    found = LANGUAGE.search(subtitles.stem)
    return found[1] if found else UNKNOWN_LANGUAGE


def _parse(subtitles: Path) -> Cues | Unfit:
    try:
        with subtitles.open("rb") as file:
            encoding = find_encoding(file)
            text = file.read().decode(encoding.name)
    except (OSError, UnicodeError, Unreadable) as error:
        return Unfit(f"the subtitles cannot be read ({type(error).__name__})")
    return parse_cues(text) if holds_cues(text) else Unfit("the subtitles hold no cue")


def _problem(parsed: Cues, lines: Sequence[_Line], recording: Recording) -> str:
    if parsed.untimed:
        return f"{parsed.untimed} of {len(parsed.cues)} cues have no readable times"
    if not lines:
        return f"none of {len(parsed.cues)} cues has words"
    backward = sum(line.end < line.start for line in lines)
    if backward:
        return f"{backward} of {len(lines)} lines end before they start"
    last = max(line.end for line in lines)
    if last > recording.seconds + BEYOND:
        return f"the last cue ends at {last:.2f} s, the recording at {recording.seconds:.2f} s"
    spans = {(line.start, line.end) for line in lines}
    shown = sum(end - start for start, end in spans)
    spoken = sum(spoken_seconds(recording.speech, start, end) for start, end in sorted(spans))
    if spoken < LEAST_SPOKEN * shown:
        return f"somebody speaks in {spoken / shown:.2f} of the cues' time, at least {LEAST_SPOKEN}"
    return ""


def _lines(parsed: Cues) -> list[_Line]:
    """What is said in the cues, in order; a cue ends where the next one starts. Words without a name are the last speaker's."""
    segments = [
        (segment.start, segment.start if segment.end is None else segment.end, segment.speaker, tuple(segment.words.split()))
        for segment in spoken_segments(parsed, Options())
        if segment.start is not None and segment.words and not SOUND.fullmatch(segment.words)
    ]
    lines: list[_Line] = []
    speaker = ""
    ordered = sorted(segments, key=lambda segment: segment[0])
    cues = [(times, list(within)) for times, within in groupby(ordered, key=lambda segment: segment[:2])]
    following = [*(start for (start, _), _ in cues[1:]), float("inf")]
    for ((start, end), within), after in zip(cues, following, strict=False):  # without cues, nothing follows
        end = min(end, after) if after > start else end
        shares = _shares(start, end, ["".join(words) for *_, words in within])
        for (_, _, named, words), (begins, ends) in zip(within, shares, strict=True):
            speaker = named or speaker
            lines.append(_Line(begins, ends, speaker, words))
    return lines


def _words(line: _Line, pitch: PitchTrack) -> tuple[Word, ...]:
    shares = _shares(line.start, line.end, line.words)
    return tuple(
        Word(round(start, 2), round(end, 2), word, None, pitch.median(start, end))
        for word, (start, end) in zip(line.words, shares, strict=True)
    )


def _shares(start: float, end: float, texts: Sequence[str]) -> list[tuple[float, float]]:
    """The time from ``start`` to ``end``, parted among texts by their letters and figures."""
    letters = [max(1, sum(map(str.isalnum, text))) for text in texts]
    done = list(accumulate(letters, initial=0))
    # The last ends exactly at ``end``: a little more, rounded, could come after the start of what follows.
    edges = [start * (1 - part / done[-1]) + end * (part / done[-1]) for part in done]
    return list(pairwise(edges))


def _turns(spoken: Sequence[tuple[str, tuple[Word, ...]]]) -> list[Turn]:
    turns: list[Turn] = []
    for speaker, words in spoken:
        if turns and turns[-1].speaker == speaker and words[0].start - turns[-1].end < LONG_PAUSE:
            turns[-1] = Turn(speaker, turns[-1].words + words)
        else:
            turns.append(Turn(speaker, words))
    return turns
