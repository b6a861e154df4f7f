from __future__ import annotations

import numpy as np
import pytest

from pixel_assets.speech.audio import SAMPLE_RATE
from pixel_assets.speech.pitch import track_pitch

from .sounds import buzz


@pytest.mark.parametrize("hertz", [80, 110, 155, 220, 311])
def test_the_pitch_of_a_voice_is_that_of_its_lowest_harmonic(hertz: int) -> None:
    assert track_pitch(buzz(hertz, 1)).median(0, 1) == pytest.approx(hertz, rel=0.02)


def test_each_stretch_has_its_own_pitch() -> None:
    pause = np.zeros(SAMPLE_RATE // 2, np.float32)
    track = track_pitch(np.concatenate([buzz(110, 1), pause, buzz(220, 1)]))
    assert track.median(0.1, 0.9) == pytest.approx(110, rel=0.02)
    assert track.median(1.6, 2.4) == pytest.approx(220, rel=0.02)
    assert track.median(1.15, 1.35) is None


def test_silence_noise_and_what_is_shorter_than_a_frame_have_none() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    for sound in (np.zeros(SAMPLE_RATE, np.float32), noise, buzz(110, 0.03), np.zeros(0, np.float32)):
        assert track_pitch(sound).median(0, 1) is None
