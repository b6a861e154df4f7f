"""Where somebody speaks: Silero's voice activity detection, packaged with faster-whisper, one thread, offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.speech.audio import SAMPLE_RATE, Samples

PROBABILITY: Final = 0.5
SHORTEST_SPEECH: Final = 0.2  # seconds; a click is no speech
SHORTEST_PAUSE: Final = 0.3  # seconds; what is shorter lies within speech


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of a recording, in seconds from its start."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


def speech_spans(samples: Samples) -> tuple[Span, ...]:
    """The stretches with speech of 16 kHz mono ``samples``, in order, without overlap."""
    # It takes 0.2 s to import, so only where it is used.
    from faster_whisper.vad import VadOptions, get_speech_timestamps  # type: ignore[import-untyped]  # it has no types

    options = VadOptions(
        threshold=PROBABILITY,
        min_speech_duration_ms=round(SHORTEST_SPEECH * 1000),
        min_silence_duration_ms=round(SHORTEST_PAUSE * 1000),
        speech_pad_ms=30,
    )
    found = get_speech_timestamps(samples, options, SAMPLE_RATE)
    return tuple(Span(round(span["start"] / SAMPLE_RATE, 3), round(span["end"] / SAMPLE_RATE, 3)) for span in found)


def spoken_seconds(spans: Sequence[Span], start: float, end: float) -> float:
    """How much of the time from ``start`` to ``end`` lies in ``spans``."""
    return sum(max(0.0, min(span.end, end) - max(span.start, start)) for span in spans)
