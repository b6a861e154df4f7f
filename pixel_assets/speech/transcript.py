"""The form of a transcript: words with times, segments of words, and what was dropped of them and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DropReason = Literal["no_words", "boilerplate", "silence", "no_speech", "repetition", "low_log_probability"]


@dataclass(frozen=True)
class Word:
    """A word with its punctuation: seconds from the start, the model's probability, the voice's median pitch in Hz.

    The probability is None where no model heard the word: it stands in subtitles.
    """

    start: float
    end: float
    text: str
    probability: float | None
    pitch: float | None


@dataclass(frozen=True)
class Segment:
    """Some words that the model gave together; its three measures are those of the half minute that it heard at once.

    The words of one subtitle are a segment without measures.
    """

    words: tuple[Word, ...]
    log_probability: float | None
    no_speech_probability: float | None
    compression_ratio: float | None

    @property
    def text(self) -> str:
        """The words as one line."""
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        """When its first word starts, in seconds."""
        return self.words[0].start if self.words else 0.0

    @property
    def end(self) -> float:
        """When its last word ends, in seconds."""
        return self.words[-1].end if self.words else 0.0


@dataclass(frozen=True)
class Dropped:
    """A segment that nobody said, the reason, and the measure that lies beyond its bound."""

    segment: Segment
    reason: DropReason
    value: float
    bound: float


@dataclass(frozen=True)
class Transcript:
    """What was said in a recording.

    ``language`` is an ISO 639 code; ``language_probability`` is None where the model knows one language only and so
    cannot tell. ``model`` is the model's name and version, or the kind of subtitles.
    """

    segments: tuple[Segment, ...]
    dropped: tuple[Dropped, ...]
    language: str
    language_probability: float | None
    model: str

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of all segments, in order."""
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def text(self) -> str:
        """All that was said as one line."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float | None:
        """Mean probability of the words; None without words, and for words of subtitles."""
        known = [word.probability for word in self.words if word.probability is not None]
        return round(sum(known) / len(known), 3) if known else None
