from __future__ import annotations

import math

import numpy as np
import pytest

from pixel_assets.speech.audio import SAMPLE_RATE
from pixel_assets.speech.measures import QUIETEST, WIDEST, loudness, signal_to_noise
from pixel_assets.speech.vad import Span

from .sounds import tone


def test_loudness_is_that_of_the_standard() -> None:
    assert loudness(tone(997, 5, 1.0)) == pytest.approx(-3.0, abs=0.15)  # BS.1770: one channel at full scale is -3.01
    assert loudness(tone(997, 5, 0.1)) == pytest.approx(-23.0, abs=0.15)


def test_silence_and_short_sounds_have_a_loudness() -> None:
    assert loudness(np.zeros(SAMPLE_RATE, np.float32)) == QUIETEST
    assert loudness(np.zeros(10, np.float32)) == QUIETEST
    assert loudness(tone(997, 0.3, 1.0)) < 0


@pytest.mark.parametrize("decibels", [0, 10, 20, 40])
def test_the_ratio_is_that_of_the_powers(decibels: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, 4 * SAMPLE_RATE).astype(np.float32)
    speech = np.zeros_like(noise)
    level = 0.01 * math.sqrt(2) * 10 ** (decibels / 20)
    speech[SAMPLE_RATE : 3 * SAMPLE_RATE] = tone(440, 2, level)
    assert signal_to_noise(noise + speech, [Span(1, 3)]) == pytest.approx(decibels, abs=1.0)


def test_the_ratio_has_ends_and_needs_speech() -> None:
    sound = np.concatenate([np.zeros(SAMPLE_RATE, np.float32), tone(440, 1)])
    assert signal_to_noise(sound, []) is None
    assert signal_to_noise(sound, [Span(1, 2)]) == WIDEST
    assert signal_to_noise(sound, [Span(0, 0.9)]) == -WIDEST
