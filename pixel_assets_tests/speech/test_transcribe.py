from __future__ import annotations

import dataclasses
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pixel_assets.errors import SourceError
from pixel_assets.speech.audio import SAMPLE_RATE, Audio, Samples, decode
from pixel_assets.speech.diarize import turns
from pixel_assets.speech.model import find_model
from pixel_assets.speech.recordings import Recording, measure
from pixel_assets.speech.transcribe import transcribe
from pixel_assets.speech.transcript import Transcript

from .sounds import tone, write


def measured(path: Path) -> Recording:
    found = measure(path)
    assert isinstance(found, Recording), found
    return found


def transcript(path: Path) -> Transcript:
    return transcribe(measured(path), find_model())


def samples(path: Path) -> Samples:
    audio = decode(path)
    assert isinstance(audio, Audio)
    return audio.samples


def test_read_speech_is_transcribed_word_for_word(shared_data: Path) -> None:
    found = transcript(shared_data / "voice" / "libri" / "2412-153948-0000.flac")
    assert found.text == (
        "If the reader will excuse me, I will say nothing of my antecedents, nor of the circumstances which led me to leave my "
        "native country. The narrative would be tedious to him and painful to myself."
    )
    assert found.model == f"tiny.en@{find_model().version}"
    assert (found.language, found.language_probability, found.dropped) == ("en", None, ())
    assert found.confidence is not None
    assert found.confidence > 0.9


def test_words_have_times_probabilities_and_a_pitch(shared_data: Path) -> None:
    found = transcript(shared_data / "voice" / "libri" / "2412-153948-0000.flac")
    assert all(word.start <= word.end <= 11.66 for word in found.words)
    assert all(one.end <= other.start for one, other in pairwise(found.words))
    assert all(0 < word.probability <= 1 for word in found.words)
    pitches = [word.pitch for word in found.words if word.pitch]
    assert 150 < float(np.median(pitches)) < 260
    assert len(pitches) > 30
    assert all(type(value) is float for word in found.words for value in (word.start, word.end, word.probability))


def test_the_same_recording_gives_the_same_transcript(shared_data: Path) -> None:
    recording = measured(shared_data / "voice" / "ami" / "ES2011a.Headset-0-40s-46s.wav")
    assert transcribe(recording, find_model()) == transcribe(recording, find_model())


def test_three_encodings_have_the_same_words(shared_data: Path) -> None:
    texts = {transcript(shared_data / "voice" / "jfk" / f"jfk.{kind}").text for kind in ("flac", "wav", "mp3")}
    assert len(texts) == 1


def test_times_are_those_of_the_file_after_a_long_silence(shared_data: Path, tmp_path: Path) -> None:
    speech = samples(shared_data / "voice" / "ljspeech" / "LJ002-0035.wav")
    silence = np.zeros(20 * SAMPLE_RATE, np.float32)
    found = transcript(write(tmp_path / "a.wav", np.concatenate([speech, silence, speech])))
    assert [segment.text for segment in found.segments] == ["8. The Press Yard", "8. The Press Yard"]
    first, second = turns(found)
    assert (first.start, first.end) == pytest.approx((0, 1.6), abs=0.3)
    assert (second.start, second.end) == pytest.approx((21.6, 23.2), abs=0.7)
    assert found.dropped == ()


def test_nothing_is_invented_where_nobody_speaks(tmp_path: Path) -> None:
    found = transcript(write(tmp_path / "a.wav", tone(440, 5)))
    assert (found.segments, found.dropped, found.text, found.confidence) == ((), (), "", None)


def test_words_that_the_recording_does_not_hold_as_speech_are_dropped_with_a_reason(shared_data: Path) -> None:
    recording = measured(shared_data / "voice" / "ljspeech" / "LJ002-0035.wav")
    found = transcribe(dataclasses.replace(recording, speech=()), find_model())
    assert found.segments == ()
    assert [dropped.reason for dropped in found.dropped] == ["silence"]


def test_a_file_that_broke_since_it_was_measured_is_named(shared_data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "a.wav"
    shutil.copyfile(shared_data / "voice" / "ljspeech" / "LJ002-0035.wav", copy)
    recording = measured(copy)
    copy.write_bytes(copy.read_bytes()[:20_000])
    with pytest.raises(SourceError, match="the recording is cut_off now"):
        transcribe(recording, find_model())
