from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.speech.audio import SAMPLE_RATE, Audio, decode
from pixel_assets.speech.vad import Span, speech_spans, spoken_seconds

from .sounds import tone


def test_silence_noise_and_tones_are_no_speech() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32)
    assert [speech_spans(sound) for sound in (np.zeros_like(noise), noise, tone(440, 2))] == [(), (), ()]


def test_speech_is_found_where_it_is(shared_data: Path) -> None:
    audio = decode(shared_data / "voice" / "jfk" / "jfk.wav")
    assert isinstance(audio, Audio)
    silence = np.zeros(5 * SAMPLE_RATE, np.float32)
    spans = speech_spans(np.concatenate([silence, audio.samples]))
    assert spans[0].start == pytest.approx(5.3, abs=0.2)
    assert spans[-1].end == pytest.approx(15.5, abs=0.3)
    assert all(one.end < other.start for one, other in pairwise(spans))


def test_spoken_seconds_are_those_within() -> None:
    spans = [Span(1, 2), Span(3, 5)]
    assert spoken_seconds(spans, 1.5, 4) == 1.5
    assert spoken_seconds(spans, 2, 3) == 0
    assert spoken_seconds([], 0, 9) == 0


@given(st.lists(st.floats(0, 100), unique=True, max_size=10), st.floats(0, 100), st.floats(0, 50))
def test_spoken_seconds_add_up(times: list[float], start: float, length: float) -> None:
    times = sorted(times)
    spans = [Span(one, other) for one, other in zip(times[::2], times[1::2], strict=False)]
    halves = spoken_seconds(spans, start, start + length / 2) + spoken_seconds(spans, start + length / 2, start + length)
    assert spoken_seconds(spans, start, start + length) == pytest.approx(halves)
    assert 0 <= halves <= length + 1e-9
