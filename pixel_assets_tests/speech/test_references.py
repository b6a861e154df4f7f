from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pixel_assets.errors import SourceError
from pixel_assets.speech.references import Reference, read_kaldi, read_lhotse


def test_kaldi_files_are_joined_by_their_keys(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("u2 IT RAINS\nu1 GOOD MORNING TO YOU\nalone HELLO\n")
    (tmp_path / "segments").write_text("u1 day 0.5 2\nu2 day 3 4.25\n")
    (tmp_path / "utt2spk").write_text("u1 ann\nu2 ben\n")
    assert read_kaldi(tmp_path) == [
        Reference("alone", 0, None, None, "HELLO"),
        Reference("day", 0.5, 2, "ann", "GOOD MORNING TO YOU"),
        Reference("day", 3, 4.25, "ben", "IT RAINS"),
    ]


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("segments", "u1 day 0\n", r"segments, line 1: 3 columns \(expected 4"),
        ("segments", "u1 day zero 2\n", "the times of u1 are no numbers"),
        ("text", "u1 FINE\nu2\n", r"text, line 2: 1 columns \(expected 2"),
        ("text", "u1 FINE\n\n", r"text, line 2: 0 columns \(expected 2"),
    ],
)
def test_a_line_that_does_not_fit_is_named(file: str, content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("u1 FINE\n")
    (tmp_path / file).write_text(content)
    with pytest.raises(SourceError, match=message):
        read_kaldi(tmp_path)


def test_a_folder_without_text_is_no_kaldi_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file text"):
        read_kaldi(tmp_path)


SAID = {"id": "s", "recording_id": "day", "start": 0.5, "duration": 1.5, "speaker": "ann", "text": "GOOD MORNING"}
CUT = {"id": "c", "start": 10, "duration": 3, "supervisions": [SAID], "type": "MonoCut"}


def test_times_of_a_cut_are_those_of_the_recording(tmp_path: Path) -> None:
    file = tmp_path / "cuts.json"
    file.write_text(json.dumps([CUT, {"tracks": [{"cut": CUT | {"start": 20}, "offset": 5}]}]))
    assert [(found.start, found.end) for found in read_lhotse(file)] == [(10.5, 12), (20.5, 22)]


def test_supervisions_are_read_from_gzipped_json_lines(tmp_path: Path) -> None:
    file = tmp_path / "sups.jsonl.gz"
    silent = SAID | {"text": ""}
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, [SAID, silent])).encode()))
    assert read_lhotse(file) == [Reference("day", 0.5, 2, "ann", "GOOD MORNING")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", b"[1]", "item 1 is no cut or supervision"),
        ("a.json", b'[{"text": "no times"}]', "item 1 is no cut or supervision"),
        ("a.json", b"not json", "it cannot be read"),
        ("a.jsonl.gz", b"\x1f\x8bnot gzip", "it cannot be read"),
    ],
)
def test_a_file_that_is_no_manifest_says_so(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read_lhotse(tmp_path / name)


def test_open_manifests_are_read(shared_data: Path) -> None:
    voice = shared_data / "voice"
    assert len(read_kaldi(voice / "kaldi_manifest")) == 38
    assert len(read_lhotse(voice / "ami" / "ES2011a_sups.jsonl.gz")) == 348
    assert [found.text for found in read_lhotse(voice / "ljspeech" / "cuts.json")] == [
        "IN EIGHTEEN THIRTEEN",
        "EIGHT THE PRESS YARD",
    ]
    # The second track's words are those of another recording than its audio, and are kept under that one's name.
    assert [found.recording for found in read_lhotse(voice / "libri" / "manifest.json")] == [
        "174-168635-0001",
        "2412-153948-0000",
    ]
