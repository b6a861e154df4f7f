from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from pixel_assets.speech.audio import SAMPLE_RATE, Unusable
from pixel_assets.speech.recordings import Bounds, Candidate, Recording, find_candidates, judge, measure, probe
from pixel_assets.speech.vad import Span

from .sounds import tone, write

GOOD = Recording(
    path=Path("a.wav"),
    codec="pcm_s16le",
    sample_rate=16_000,
    channels=1,
    seconds=10.0,
    peak=0.5,
    loudness=-23.0,
    clipped_share=0.0,
    signal_to_noise=30.0,
    speech=(Span(0, 2), Span(3, 6)),
    fingerprint=b"",
)


def test_candidates_are_audio_by_name_or_by_content(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    fake, sound, other = tmp_path / "fake.MP3", tmp_path / "deep" / "talk.wav", tmp_path / "unnamed"
    fake.write_text("text")
    write(sound, tone(440, 1))
    write(other, tone(440, 1), "flac")
    subtitles = sound.with_suffix(".vtt")
    subtitles.write_text("WEBVTT")
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / ".hidden.wav").write_text("text")
    assert find_candidates(tmp_path) == [Candidate(sound, subtitles), Candidate(fake, None), Candidate(other, None)]


def test_measures_are_those_of_the_file(tmp_path: Path) -> None:
    found = measure(write(tmp_path / "a.flac", np.stack([tone(997, 3, 0.1)] * 2), "flac"))
    assert isinstance(found, Recording)
    assert (found.codec, found.sample_rate, found.channels, found.seconds) == ("flac", 44_100, 2, 3.0)
    assert (found.clipped_share, found.speech, found.signal_to_noise) == (0.0, (), None)
    assert found.loudness == pytest.approx(-23.0, abs=0.15)
    assert found.peak == pytest.approx(0.1, abs=0.002)


def test_what_cannot_be_opened_has_a_reason(tmp_path: Path) -> None:
    found = measure(tmp_path / "gone.wav")
    assert found == Unusable("unreadable", "No such file or directory")
    assert isinstance(measure(tmp_path), Unusable)


def test_a_good_recording_is_not_judged_away() -> None:
    assert judge(GOOD, Bounds()) is None
    assert GOOD.speech_share == 0.5


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"seconds": 0.3}, "too_short", "0.3 s, at least 0.5"),
        ({"seconds": 20_000.0}, "too_long", "20000.0 s, at most 14400.0"),
        ({"peak": 0.0}, "silent", "every sample is zero"),
        ({"speech": ()}, "no_speech", "0.00 s of speech, at least 0.50"),
        ({"seconds": 1000.0}, "no_speech", "5.00 s of speech, at least 50.00"),
        ({"loudness": -64.0}, "too_quiet", "-64.0 LUFS, at least -60.0"),
        ({"clipped_share": 0.2}, "clipped", "0.2, at most 0.01"),
        ({"signal_to_noise": 1.5}, "too_noisy", "1.5 dB, at least 3.0"),
    ],
)
def test_each_bound_has_its_reason_and_both_numbers(change: dict[str, object], reason: str, detail: str) -> None:
    found = judge(dataclasses.replace(GOOD, **change), Bounds())
    assert found is not None
    assert (found.reason, found.detail) == (reason, detail)


def test_bounds_can_be_changed() -> None:
    assert judge(dataclasses.replace(GOOD, loudness=-64.0), Bounds(quietest=-70.0)) is None


def test_sounds_without_speech_are_unusable(tmp_path: Path) -> None:
    silence = probe(write(tmp_path / "a.wav", np.zeros(SAMPLE_RATE, np.float32)))
    assert silence == Unusable("silent", "every sample is zero")
    assert probe(write(tmp_path / "b.wav", tone(440, 2))) == Unusable("no_speech", "0.00 s of speech, at least 0.50")


def test_of_the_open_recordings_only_the_one_without_speech_is_unusable(shared_data: Path) -> None:
    found = {candidate.path.name: probe(candidate.path) for candidate in find_candidates(shared_data / "voice")}
    assert len(found) == 11
    unusable = {name: result.reason for name, result in found.items() if isinstance(result, Unusable)}
    assert unusable == {"sim_1ch.wav": "no_speech"}
