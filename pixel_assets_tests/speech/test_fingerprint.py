from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pixel_assets.speech.audio import Audio, Samples, decode
from pixel_assets.speech.fingerprint import SAME, copies, distance, fingerprint

from .sounds import ENCODINGS, babble, write


def samples(path: Path) -> Samples:
    audio = decode(path)
    assert isinstance(audio, Audio)
    return audio.samples


def test_a_second_has_64_bytes() -> None:
    assert len(fingerprint(babble(1, 10))) == pytest.approx(640, abs=32)
    assert len(fingerprint(babble(1, 0.125))) == 4


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_a_recording_is_the_same(encoding: str, tmp_path: Path) -> None:
    sound = babble(1, 5)
    assert distance(fingerprint(sound), fingerprint(samples(write(tmp_path / "a", sound, encoding)))) <= SAME


def test_volume_does_not_matter() -> None:
    assert distance(fingerprint(babble(1, 5)), fingerprint(babble(1, 5) * 0.05)) < 0.01


def test_other_recordings_are_far() -> None:
    marks = [fingerprint(babble(seed, 5)) for seed in range(6)]
    assert min(distance(one, other) for at, one in enumerate(marks) for other in marks[:at]) > SAME + 0.1


def test_distance_is_the_same_in_both_directions() -> None:
    one, other = fingerprint(babble(1, 5)), fingerprint(babble(2, 5.1))
    assert distance(one, other) == distance(other, one)
    assert distance(one, one) == 0


def test_an_excerpt_is_no_copy() -> None:
    sound = babble(1, 5)
    assert distance(fingerprint(sound), fingerprint(sound[: len(sound) // 2])) == 1


def test_silence_makes_no_two_recordings_alike() -> None:
    silence = np.zeros(16_000 * 20, np.float32)
    one, other = (fingerprint(np.concatenate([silence, babble(seed, 3)])) for seed in (1, 2))
    assert distance(one, other) > SAME
    assert distance(fingerprint(silence), fingerprint(silence)) == 1


def test_copies_name_the_first_of_their_kind() -> None:
    one, other = babble(1, 5), babble(2, 5)
    marks = {"b": one, "a": one * 0.5, "c": other, "d": one * 2, "e": other * 0.1, "f": babble(3, 5)}
    assert copies({name: fingerprint(sound) for name, sound in marks.items()}) == {"a": "b", "d": "b", "e": "c"}
    assert copies({}) == {}


def test_one_speech_in_three_encodings_is_one_recording(shared_data: Path) -> None:
    files = sorted(path for path in (shared_data / "voice").rglob("*.*") if path.suffix in (".flac", ".mp3", ".wav"))
    assert len(files) == 11
    marks = {path.name: fingerprint(samples(path)) for path in files}
    assert copies(marks) == {"jfk.mp3": "jfk.flac", "jfk.wav": "jfk.flac"}
