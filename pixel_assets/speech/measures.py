"""How good a recording sounds: loudness, and how far speech stands out of the noise."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pixel_assets.speech.audio import SAMPLE_RATE, Samples
from pixel_assets.speech.vad import Span

BLOCK: Final = 0.4  # seconds; the shortest that BS.1770 can measure
FRAME: Final = 512  # samples, 32 ms
QUIETEST: Final = -70.0  # LUFS; the absolute gate of BS.1770
WIDEST: Final = 96.0  # dB; the range of 16 bits, so that digital silence between words is no infinite ratio


def loudness(samples: Samples) -> float:
    """Integrated loudness (ITU-R BS.1770-4) of the 16 kHz mono mix in LUFS, at least ``QUIETEST``."""
    # It loads scipy (0.5 s), so only where it is used.
    import pyloudnorm  # type: ignore[import-untyped]  # it has no types

    short = math.ceil(BLOCK * SAMPLE_RATE) + 1 - len(samples)
    padded = np.pad(samples, (0, short)) if short > 0 else samples
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # silence: the mean of no blocks, the logarithm of nothing
        found = float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(padded.astype(np.float64)))
    return round(max(QUIETEST, found), 1) if math.isfinite(found) else QUIETEST


def signal_to_noise(samples: Samples, speech: Sequence[Span]) -> float | None:
    """Estimated ratio of speech to noise in dB, from -``WIDEST`` to ``WIDEST``; None where nobody speaks.

    Noise is the power of the quietest tenth of all frames of 32 ms, which even fast talkers leave free between words; speech
    is what the frames within ``speech`` have beyond it.
    """
    powers = _frame_powers(samples)
    frames = np.arange(len(powers)) * FRAME / SAMPLE_RATE
    within = np.zeros(len(powers), dtype=bool)
    for span in speech:
        within |= (frames >= span.start) & (frames < span.end)
    if not within.any():
        return None
    noise = float(np.quantile(powers, 0.1))
    signal = float(powers[within].mean()) - noise
    if signal <= 0:
        return -WIDEST
    return round(min(WIDEST, 10 * math.log10(signal / noise)), 1) if noise else WIDEST


def _frame_powers(samples: Samples) -> NDArray[np.float64]:
    whole = samples[: len(samples) // FRAME * FRAME].astype(np.float64)
    powers: NDArray[np.float64] = np.square(whole).reshape(-1, FRAME).mean(axis=1)
    return powers
