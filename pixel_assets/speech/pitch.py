"""How high a voice is: fundamental frequency by autocorrelation, after Boersma (1993), without its path finding.

Good for the median of a word or a turn; single frames may be an octave off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pixel_assets.speech.audio import SAMPLE_RATE, Samples

FRAME: Final = 1_024  # samples, 64 ms: three periods of the lowest voice
HOP: Final = 320  # samples, 20 ms
LOWEST, HIGHEST = 60.0, 400.0  # Hz
VOICED: Final = 0.5  # normalised autocorrelation from which a frame has a pitch
AUDIBLE: Final = 0.03  # of the recording's peak; what is quieter is no voice but what sounds between words
OCTAVE_COST: Final = 0.02  # what one octave lower must be better by: every multiple of a period fits as well
LEAST_FRAMES: Final = 3
BATCH: Final = 4_096  # frames at a time, some 100 MB


@dataclass(frozen=True, eq=False)
class PitchTrack:
    """The pitch of each frame in Hz, 0 where it has none; frame n is centred on ``(n * HOP + FRAME / 2) / SAMPLE_RATE`` s."""

    hertz: NDArray[np.float64]

    def median(self, start: float, end: float) -> float | None:
        """The median pitch in Hz from ``start`` to ``end`` in seconds; None with fewer than three voiced frames."""
        centre = FRAME / 2 / SAMPLE_RATE
        first, last = (max(0, round((time - centre) * SAMPLE_RATE / HOP)) for time in (start, end))
        voiced = self.hertz[first : last + 1]
        voiced = voiced[voiced > 0]
        return round(float(np.median(voiced)), 1) if len(voiced) >= LEAST_FRAMES else None


def track_pitch(samples: Samples) -> PitchTrack:
    """The pitch of 16 kHz mono ``samples`` every 20 ms."""
    if len(samples) < FRAME:
        return PitchTrack(np.zeros(0))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP]
    quiet = AUDIBLE * float(np.abs(samples).max())
    return PitchTrack(np.concatenate([_pitches(frames[at : at + BATCH], quiet) for at in range(0, len(frames), BATCH)]))


def _pitches(frames: Samples, quiet: float) -> NDArray[np.float64]:
    window = np.hanning(FRAME)
    lags = np.arange(int(SAMPLE_RATE / HIGHEST) - 1, int(SAMPLE_RATE / LOWEST) + 2)  # and one more on each side
    centred = (frames - frames.mean(axis=1, keepdims=True)) * window
    correlation = _autocorrelation(centred)
    power = correlation[:, :1]
    of_window = _autocorrelation(window[None])
    strength = correlation[:, lags] / np.maximum(power, 1e-9) / (of_window[:, lags] / of_window[:, :1])
    inner = strength[:, 1:-1]
    is_peak = (inner >= strength[:, :-2]) & (inner >= strength[:, 2:])
    scores = np.where(is_peak, inner - OCTAVE_COST * np.log2(lags[1:-1] * LOWEST / SAMPLE_RATE), -np.inf)
    best = np.argmax(scores, axis=1)
    row = np.arange(len(frames))
    voiced = is_peak[row, best] & (inner[row, best] >= VOICED) & (np.abs(frames).max(axis=1) > quiet)
    return np.where(voiced, SAMPLE_RATE / lags[1:-1][best], 0.0)


def _autocorrelation(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.fft.irfft(np.square(np.abs(np.fft.rfft(rows, 2 * FRAME, axis=1))), axis=1)
    return found
