"""The tables of speech: every file has a row, copies have one original, and rows fit their schemas."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.speech.audio import Unusable
from pixel_assets.speech.diarize import turns
from pixel_assets.speech.fingerprint import fingerprint
from pixel_assets.speech.recordings import Bounds, Recording, measure
from pixel_assets.speech.tables import (
    AUDIO_FILES,
    TRANSCRIPTS,
    VOICE_RECORDINGS,
    Item,
    Row,
    audio_row,
    judge_recordings,
    recording_id,
    recording_of,
    transcript_row,
    untranscribed_row,
)
from pixel_assets.speech.transcript import Dropped, Segment, Transcript, Word
from pixel_assets.speech.vad import Span
from pixel_assets.store.schema import description

from .sounds import babble, tone, write

GOOD: Row = {
    "source": "talks",
    "file": "a.wav",
    "sha256": "",
    "bytes": 320_044,
    "codec": "pcm_s16le",
    "sample_rate": 16_000,
    "channels": 1,
    "seconds": 10.0,
    "peak": 0.5,
    "loudness": -23.0,
    "clipped_share": 0.0,
    "signal_to_noise": 30.0,
    "speech_share": 0.5,
    "speech": [{"start": 0.0, "end": 5.0}],
    "fingerprint": b"",
    "subtitles": None,
    "subtitles_sha256": None,
    "problem": None,
    "problem_detail": None,
}
SOUNDS = [fingerprint(babble(seed, 3)) for seed in range(3)]


def good(file: str, sound: int, **changes: Any) -> Row:
    return GOOD | {"file": file, "sha256": hashlib.sha256(file.encode()).hexdigest(), "fingerprint": SOUNDS[sound]} | changes


def judged(*rows: Row, bounds: Bounds | None = None) -> list[Row]:
    found = judge_recordings(pa.Table.from_pylist(rows, AUDIO_FILES), bounds or Bounds())
    assert found.schema.equals(VOICE_RECORDINGS, check_metadata=True)
    return found.to_pylist()


def item(seconds: float = 10.0) -> Item:
    recording = Recording(Path("a.wav"), "flac", 16_000, 1, seconds, 0.5, -23.0, 0.0, 30.0, (Span(0, 5),), b"")
    return Item("0" * 32, "talks", "a.wav", recording)


def segment(*words: str) -> Segment:
    timed = tuple(Word(float(at), at + 0.5, word, 0.9, 120.0) for at, word in enumerate(words))
    return Segment(timed, -0.2, 0.01, 1.1)


def transcript(*segments: Segment, dropped: tuple[Dropped, ...] = ()) -> Transcript:
    return Transcript(segments, dropped, "en", None, "tiny.en@0")


@pytest.mark.parametrize("schema", [AUDIO_FILES, VOICE_RECORDINGS, TRANSCRIPTS])
def test_every_column_is_described(schema: pa.Schema) -> None:
    assert all(description(field) for field in schema)


def test_a_file_is_measured_once_and_its_row_gives_the_recording_back(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", np.stack([tone(997, 3, 0.1)] * 2), "flac")
    row = audio_row("talks", "deep/a.flac", path, "ab" * 32, "deep/a.en.vtt", "cd" * 32)
    assert pa.Table.from_pylist([row], AUDIO_FILES).to_pylist() == [row]
    assert (row["source"], row["file"], row["sha256"]) == ("talks", "deep/a.flac", "ab" * 32)
    assert (row["subtitles"], row["subtitles_sha256"]) == ("deep/a.en.vtt", "cd" * 32)
    assert (row["bytes"], row["codec"], row["channels"], row["seconds"]) == (path.stat().st_size, "flac", 2, 3.0)
    assert (row["problem"], row["problem_detail"]) == (None, None)
    assert recording_of(row, path) == measure(path)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"", "empty"), (b"this is text, and no sound", "not_audio"), (None, "unreadable")],
)
def test_a_file_without_sound_has_a_row_with_its_problem(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "a.mp3"
    if content is not None:
        path.write_bytes(content)
    row = audio_row("talks", "a.mp3", path, "ab" * 32)
    assert pa.Table.from_pylist([row], AUDIO_FILES).to_pylist() == [row]
    assert (row["problem"], row["seconds"], row["speech"], row["bytes"]) == (problem, None, [], len(content or b""))


def test_a_cut_off_file_says_how_much_is_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(440, 2))
    path.write_bytes(path.read_bytes()[:32_044])
    row = audio_row("talks", "a.wav", path, "ab" * 32)
    assert (row["problem"], row["problem_detail"]) == ("cut_off", f"32044 bytes of {64_000 + 78}")


def test_every_file_has_a_verdict_in_the_order_of_names() -> None:
    broken = good(
        "c.wav", 2, problem="cut_off", problem_detail="1 s of 2 s", codec=None, seconds=None, speech=[], fingerprint=None
    )
    quiet, fine = good("b.wav", 1, loudness=-64.0), good("a.wav", 0)
    found = judged(broken, quiet, fine)
    assert [(row["file"], row["accepted"], row["reason"], row["detail"]) for row in found] == [
        ("a.wav", True, None, None),
        ("b.wav", False, "too_quiet", "-64.0 LUFS, at least -60.0"),
        ("c.wav", False, "cut_off", "1 s of 2 s"),
    ]
    assert found[0]["recording_id"] == recording_id(fine["sha256"]) == fine["sha256"][:32]
    assert [row["copy_of"] for row in found] == [None, None, None]


def test_a_changed_bound_changes_the_verdict_alone() -> None:
    row = good("a.wav", 0, loudness=-64.0)
    (strict,), (lenient,) = judged(row), judged(row, bounds=Bounds(quietest=-70.0))
    changed = {name for name in strict if strict[name] != lenient[name]}
    assert changed == {"accepted", "reason", "detail"}


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"file": "a.mp3", "codec": "mp3", "sample_rate": 48_000}, {"file": "z.wav"}),
        ({"file": "a.wav", "codec": "pcm_mulaw", "sample_rate": 48_000}, {"file": "z.flac", "codec": "flac"}),
        ({"file": "a.wav", "sample_rate": 8_000}, {"file": "z.wav"}),
        ({"file": "b.wav"}, {"file": "a.wav"}),
        ({"source": "b"}, {"source": "a"}),
    ],
)
def test_of_copies_the_one_of_best_quality_stands(worse: Row, better: Row) -> None:
    rows = [good(other.pop("file", "x.wav"), 0, **other) for other in (dict(worse), dict(better))]
    found = {(row["source"], row["file"]): row for row in judged(*rows)}
    copy, original = (found[row["source"], row["file"]] for row in rows)
    assert (original["accepted"], original["copy_of"]) == (True, None)
    assert (copy["accepted"], copy["reason"], copy["copy_of"]) == (False, "copy", original["recording_id"])


def test_a_recording_that_misses_a_bound_makes_no_copy_of_a_good_one() -> None:
    found = judged(good("a.flac", 0, codec="flac", clipped_share=0.2), good("b.mp3", 0, codec="mp3"))
    assert [(row["accepted"], row["reason"]) for row in found] == [(False, "clipped"), (True, None)]


def test_equal_files_are_copies_even_where_they_are_too_short_to_be_compared_by_sound() -> None:
    short = [good(name, 0, sha256="ab" * 32, fingerprint=b"\1\0\0\0" * 3) for name in ("a.wav", "b.wav")]
    assert [(row["accepted"], row["reason"]) for row in judged(*short)] == [(True, None), (False, "copy")]


def test_the_order_of_the_rows_decides_nothing() -> None:
    rows = [good(f"{name}.wav", sound) for name, sound in (("a", 0), ("b", 1), ("c", 0), ("d", 2), ("e", 1))]
    found = judged(*rows)
    assert judged(*reversed(rows)) == found
    assert [row["accepted"] for row in found] == [True, True, False, True, False]


def test_no_files_give_an_empty_table() -> None:
    assert judged() == []


def test_of_the_open_recordings_one_of_three_encodings_stands(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "voice"
    shutil.copytree(shared_data / "voice" / "jfk", folder)
    shutil.copy(shared_data / "voice" / "nonspeech" / "sim_1ch.wav", folder)
    files = sorted(path for path in folder.iterdir() if path.suffix in (".flac", ".mp3", ".wav"))
    rows = [audio_row("talks", path.name, path, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    assert [(row["file"], row["accepted"], row["reason"]) for row in judged(*rows)] == [
        ("jfk.flac", True, None),
        ("jfk.mp3", False, "copy"),
        ("jfk.wav", False, "copy"),
        ("sim_1ch.wav", False, "no_speech"),
    ]


def test_a_transcript_is_a_row_with_words_segments_and_turns() -> None:
    said = transcript(segment("Hello", "there."))
    row = transcript_row(item(), said, turns(said))
    assert pa.Table.from_pylist([row], TRANSCRIPTS).to_pylist() == [row]
    assert row == {
        "recording_id": "0" * 32,
        "source": "talks",
        "file": "a.wav",
        "origin": "whisper",
        "model": "tiny.en@0",
        "language": "en",
        "language_probability": None,
        "confidence": 0.9,
        "seconds": 10.0,
        "text": "Hello there.",
        "words": [
            {"start": 0.0, "end": 0.5, "text": "Hello", "probability": 0.9, "pitch": 120.0},
            {"start": 1.0, "end": 1.5, "text": "there.", "probability": 0.9, "pitch": 120.0},
        ],
        "segments": [
            {"start": 0.0, "end": 1.5, "log_probability": -0.2, "no_speech_probability": 0.01, "compression_ratio": 1.1}
        ],
        "dropped": [],
        "turns": [{"speaker": "speaker_1", "start": 0.0, "end": 1.5, "text": "Hello there."}],
        "diarization": "pauses_and_pitch",
        "reason": None,
        "detail": None,
    }


def test_a_transcript_without_words_says_whether_any_were_dropped() -> None:
    dropped = (Dropped(segment("you"), "silence", 0, 0.1),)
    rows = [transcript_row(item(), transcript(), []), transcript_row(item(), transcript(dropped=dropped), [])]
    assert pa.Table.from_pylist(rows, TRANSCRIPTS).to_pylist() == rows
    assert [(row["reason"], row["text"], row["confidence"]) for row in rows] == [
        ("no_words", "", None),
        ("all_dropped", "", None),
    ]
    assert rows[1]["dropped"] == [{"start": 0.0, "end": 0.5, "reason": "silence", "value": 0.0, "bound": 0.1}]


def test_a_recording_that_gave_no_transcript_has_a_row_too() -> None:
    row = untranscribed_row(item(), "tiny.en@0", "crashed", "killed")
    assert pa.Table.from_pylist([row], TRANSCRIPTS).to_pylist() == [row]
    assert (row["language"], row["reason"], row["detail"], row["words"]) == ("und", "crashed", "killed", [])


def test_measures_of_a_recording_survive_the_table(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", babble(1, 3))
    table = pa.Table.from_pylist([audio_row("talks", "a.wav", path, "ab" * 32)], AUDIO_FILES)
    found = measure(path)
    assert not isinstance(found, Unusable)
    assert recording_of(table.to_pylist()[0], path) == dataclasses.replace(found, path=path)
