"""How something is said: pace, pauses, and how far the voice moves, from the times and pitches of words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pixel_assets.speech.spoken import Spoken, Stretch

LEAST_PAUSE: Final = 0.15  # seconds; shorter gaps are closures of consonants, or errors of the times
LEAST_PITCHED: Final = 5  # words with a pitch, from which a range says something
LOWER, UPPER = 0.05, 0.95  # the quantiles between which a range lies: single words may be an octave off


@dataclass(frozen=True)
class Prosody:
    """Pace in words a minute (``articulation`` without the pauses), pauses in seconds, pitch in semitones.

    What cannot be told is None: a pace without time, pauses where the times of words were shared out, a pitch of few words.
    """

    seconds: float
    pace: float | None
    articulation: float | None
    pause_share: float | None
    mean_pause: float | None
    pitch_range: float | None
    pitch_spread: float | None


def prosody(spoken: Spoken, stretches: Sequence[Stretch]) -> Prosody:
    """The prosody of some stretches; silence between them counts as no pause. Pitch is each speaker's own, then averaged."""
    seconds = math.fsum(spoken.ends[stretch.last - 1] - spoken.starts[stretch.first] for stretch in stretches)
    words = sum(stretch.last - stretch.first for stretch in stretches)
    pauses = [gap for stretch in stretches for gap in _gaps(spoken, stretch) if gap >= LEAST_PAUSE]
    paused = math.fsum(pauses)
    timed = seconds > 0
    heard = timed and spoken.has_pauses
    ranges, spreads = _pitch(spoken, stretches)
    return Prosody(
        seconds=seconds,
        pace=60 * words / seconds if timed else None,
        articulation=60 * words / (seconds - paused) if heard and seconds > paused else None,
        pause_share=paused / seconds if heard else None,
        mean_pause=(paused / len(pauses) if pauses else 0.0) if heard else None,
        pitch_range=ranges,
        pitch_spread=spreads,
    )


def confidence(probabilities: Sequence[float | None]) -> float | None:
    """Mean probability of words; None where none has one."""
    known = [probability for probability in probabilities if probability is not None]
    return math.fsum(known) / len(known) if known else None


def _gaps(spoken: Spoken, stretch: Stretch) -> list[float]:
    starts, ends = spoken.starts[stretch.first + 1 : stretch.last], spoken.ends[stretch.first : stretch.last - 1]
    return [start - end for start, end in zip(starts, ends, strict=True)]


def _pitch(spoken: Spoken, stretches: Sequence[Stretch]) -> tuple[float | None, float | None]:
    """Range and standard deviation, in semitones, each the mean of the speakers' by their words."""
    voices: dict[str, list[float]] = {}
    for stretch in stretches:
        pitches = spoken.pitches[stretch.first : stretch.last]
        voices.setdefault(stretch.speaker, []).extend(12 * math.log2(pitch) for pitch in pitches if pitch)
    known = [sorted(heights) for heights in voices.values() if len(heights) >= LEAST_PITCHED]
    words = sum(map(len, known))
    if not words:
        return None, None
    ranges = math.fsum(len(heights) * (_quantile(heights, UPPER) - _quantile(heights, LOWER)) for heights in known)
    spreads = math.fsum(len(heights) * _deviation(heights) for heights in known)
    return ranges / words, spreads / words


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _deviation(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
