from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixel_assets.speech.audio import SAMPLE_RATE, Audio, Unusable, decode

from .sounds import ENCODINGS, babble, encoded, tone, write


def decoded(path: Path) -> Audio:
    audio = decode(path)
    assert isinstance(audio, Audio), audio
    return audio


def reason(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    found = decode(path)
    assert isinstance(found, Unusable), found
    return found.reason


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_becomes_the_same_16_khz_mono_tone(encoding: str, tmp_path: Path) -> None:
    audio = decoded(write(tmp_path / "a.bin", tone(440, 2), encoding))
    assert audio.seconds == pytest.approx(2, abs=0.15)
    assert audio.sample_rate == ENCODINGS[encoding][2]
    assert audio.samples.dtype == np.float32
    middle = audio.samples[SAMPLE_RATE // 2 : SAMPLE_RATE * 3 // 2]
    assert int(np.argmax(np.abs(np.fft.rfft(middle)))) == 440
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_the_name_of_a_file_decides_nothing(tmp_path: Path) -> None:
    assert decoded(write(tmp_path / "song.wav", tone(440, 1), "mp3")).codec.startswith("mp3")
    assert decoded(write(tmp_path / "notes.txt", tone(440, 1), "flac")).codec == "flac"


def test_channels_are_averaged_and_clipping_is_that_of_the_file(tmp_path: Path) -> None:
    full = np.ones(SAMPLE_RATE, np.float32)
    audio = decoded(write(tmp_path / "a.wav", np.stack([full, np.zeros_like(full)])))
    assert (audio.channels, audio.clipped_share) == (2, 0.5)
    assert float(np.median(audio.samples)) == pytest.approx(0.5, abs=0.001)


def test_wav_that_was_written_to_a_pipe_is_whole(tmp_path: Path) -> None:
    data = bytearray(encoded(tone(440, 1), "wav"))
    at = data.index(b"data")
    data[4:8] = data[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(data)
    assert decoded(tmp_path / "a.wav").seconds == 1


def test_the_word_data_in_a_comment_is_not_the_samples(tmp_path: Path) -> None:
    data = encoded(tone(440, 1), "wav")
    comment = b"LIST\x10\0\0\0INFOdata\xff\xff\xff\x70text"
    (tmp_path / "a.wav").write_bytes(data[:12] + comment + data[12:])
    assert decoded(tmp_path / "a.wav").seconds == 1


def test_files_that_are_no_audio_say_so(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.wav", b"") == "empty"
    assert reason(tmp_path / "b.wav", b"This is only text, whatever its name says.\n" * 50) == "not_audio"
    assert reason(tmp_path / "c.mp3", bytes(5_000)) == "not_audio"


@pytest.mark.parametrize("encoding", ["wav", "flac", "mp3", "opus", "m4a"])
def test_half_a_file_is_cut_off(encoding: str, tmp_path: Path) -> None:
    data = encoded(babble(1, 3), encoding)
    assert reason(tmp_path / "a.bin", data[: len(data) // 2]) == "cut_off"


def test_a_header_without_samples_is_unusable(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.flac", encoded(tone(440, 1), "flac")[:60]) in ("unreadable", "cut_off")
    assert reason(tmp_path / "a.wav", encoded(tone(440, 1), "wav")[:44]) in ("unreadable", "cut_off")


@pytest.mark.parametrize(("at", "size", "value"), [(24, 4, 1), (22, 2, 49)])
def test_a_sample_rate_or_number_of_channels_that_no_recorder_has_is_damage(
    at: int, size: int, value: int, tmp_path: Path
) -> None:
    data = bytearray(encoded(tone(440, 1), "wav"))
    data[at : at + size] = value.to_bytes(size, "little")
    assert reason(tmp_path / "a.wav", bytes(data)) == "unreadable"


def test_samples_that_are_no_numbers_are_silent_and_large_ones_clipped(tmp_path: Path) -> None:
    values = np.tile(np.array([np.nan, 5.0, -5.0, 0.0], "<f4"), SAMPLE_RATE // 4)
    data = bytearray(encoded(np.zeros(SAMPLE_RATE * 2, np.float32), "wav"))  # as many bytes as half the floats
    at = data.index(b"fmt ") + 8
    data[at : at + 2], data[at + 8 : at + 14] = b"\3\0", (64_000).to_bytes(4, "little") + b"\4\0"
    data[at + 14 : at + 16] = b"\x20\0"
    start = data.index(b"data") + 8
    data[start:] = values.tobytes()
    (tmp_path / "a.wav").write_bytes(data)
    audio = decoded(tmp_path / "a.wav")
    assert audio.codec == "pcm_f32le"
    assert (audio.seconds, audio.clipped_share) == (1.0, 0.5)
    assert sorted(set(audio.samples.tolist())) == [-1.0, 0.0, 1.0]


def test_what_is_longer_than_memory_should_hold_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pixel_assets.speech.audio.MOST_SECONDS", 1)
    assert reason(tmp_path / "a.wav", encoded(tone(440, 9), "wav")) == "too_long"


def test_a_single_damaged_packet_is_skipped_and_many_are_not(tmp_path: Path) -> None:
    data = bytearray(encoded(babble(1, 20), "mp3"))
    frames = [at for at in range(len(data) - 1) if data[at] == 0xFF and data[at + 1] == 0xFB]
    data[frames[300] + 2] = 0xFF  # no such bit rate
    (tmp_path / "a.mp3").write_bytes(data)
    assert decoded(tmp_path / "a.mp3").seconds == pytest.approx(20, abs=0.2)


@functools.cache
def whole(encoding: str) -> bytes:
    return encoded(babble(3, 1), encoding)


@given(
    encoding=st.sampled_from(sorted(ENCODINGS)),
    hits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=20),
    keep=st.floats(0, 1),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_makes_it_raise(encoding: str, hits: list[tuple[float, int]], keep: float, memory_path: Path) -> None:
    data = bytearray(whole(encoding))
    for place, value in hits:
        data[min(len(data) - 1, int(place**3 * len(data)))] = value  # most hits are in the header
    (memory_path / "a").write_bytes(data[: int(keep * len(data))])
    found = decode(memory_path / "a")
    assert isinstance(found, Audio | Unusable)
    if isinstance(found, Audio):
        assert len(found.samples) > 0
