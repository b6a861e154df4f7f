"""What a speech model writes though nobody said it, told by its own measures and by where somebody speaks.

Every segment is judged for itself, and once as part of a row of equal ones. A stock phrase such as thanks for
watching is dropped only where there is hardly any speech: people do say it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.speech.transcript import Dropped, DropReason, Segment
from pixel_assets.speech.vad import Span, spoken_seconds

# What Whisper's models are known to write over silence, music and noise: the ends of the videos they learned from.
BOILERPLATE: Final = re.compile(
    r"(thanks?|thank you)( so much| very much)?( for (watching|listening|viewing|your attention))?"
    r"|(please )?(like and |dont forget to )?subscribe( to (my|our|the) channel)?( and like)?"
    r"|see you( all)?( in the)?( next)?( time| video| one)|(bye ?)+|you"
    r"|(sub)?(titles?|captions?|transcri(bed|ption)) by .*|(music|applause|laughter|silence|blank audio|inaudible)"
)
_NOT_SPOKEN: Final = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True)
class Limits:
    """Beyond which measures a segment counts as invented."""

    least_speech: float = 0.1  # share of the words' time in which somebody speaks
    least_speech_for_boilerplate: float = 0.5
    most_no_speech: float = 0.6  # the model's own doubt, which counts only together with the next
    least_log_probability: float = -1.0  # mean of the tokens'
    most_compression: float = 2.4  # length of the text by that of the text compressed
    most_repeats: int = 4  # times that the same few words follow each other


@dataclass(frozen=True)
class Sifted:
    """The segments that were said, and the others; each in order."""

    kept: tuple[Segment, ...]
    dropped: tuple[Dropped, ...]


def sift(segments: Iterable[Segment], speech: Sequence[Span], limits: Limits) -> Sifted:
    """Part what was said from what was not; ``speech`` is where the voice activity detection hears somebody."""
    kept: list[Segment] = []
    dropped: list[Dropped] = []
    said, times = "", 0
    for segment in segments:
        form = _form(segment.text)
        times = times + 1 if form == said else 1
        said = form
        found = _judge(segment, form, speech, limits)
        if found is None and times > limits.most_repeats:
            found = Dropped(segment, "repetition", times, limits.most_repeats)
        if found is None:
            kept.append(segment)
        else:
            dropped.append(found)
    return Sifted(tuple(kept), tuple(dropped))


def repeats(form: str, longest: int = 8) -> int:
    """How often, at most, the same one to ``longest`` words follow each other; 1 if nothing is said twice in a row."""
    words = form.split()
    most = min(1, len(words))
    for size in range(1, min(longest, len(words) // 2) + 1):
        run = 0  # words that equal the one a phrase earlier
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            most = max(most, run // size + 1)
    return most


def _judge(segment: Segment, form: str, speech: Sequence[Span], limits: Limits) -> Dropped | None:
    if not form:
        return Dropped(segment, "no_words", 0, 1)
    spoken = _spoken_share(segment, speech)
    repeated = repeats(form)
    doubt = segment.no_speech_probability or 0.0  # what was not measured speaks against nothing
    log_probability = segment.log_probability or 0.0
    compression = segment.compression_ratio or 0.0
    doubted = doubt > limits.most_no_speech
    improbable = log_probability < limits.least_log_probability
    stock = BOILERPLATE.fullmatch(form) is not None
    findings: tuple[tuple[bool, DropReason, float, float], ...] = (
        (stock and spoken < limits.least_speech_for_boilerplate, "boilerplate", spoken, limits.least_speech_for_boilerplate),
        (spoken < limits.least_speech, "silence", spoken, limits.least_speech),
        (doubted and improbable, "no_speech", doubt, limits.most_no_speech),
        (repeated > limits.most_repeats, "repetition", repeated, limits.most_repeats),
        (compression > limits.most_compression, "repetition", compression, limits.most_compression),
        (improbable, "low_log_probability", log_probability, limits.least_log_probability),
    )
    return next((Dropped(segment, reason, value, bound) for holds, reason, value, bound in findings if holds), None)


def _spoken_share(segment: Segment, speech: Sequence[Span]) -> float:
    """Of the time of the words, not of the segment: a segment may go on after a silence."""
    seconds = sum(word.end - word.start for word in segment.words)
    spoken = sum(spoken_seconds(speech, word.start, word.end) for word in segment.words)
    return round(spoken / seconds, 3) if seconds > 0 else 0.0


def _form(text: str) -> str:
    return " ".join(_NOT_SPOKEN.sub("", text.lower()).split())
