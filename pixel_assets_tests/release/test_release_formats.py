"""Formats: every one holds the same rows, compressed or not, byte by byte the same on every run, and its readers read it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from backports import zstd

from pixel_assets.release.card import card
from pixel_assets.release.exports import write_exports
from pixel_assets.release.facts import ExportedFile
from pixel_assets.settings import ExportSettings

from .facts import facts
from .tables import Row, cut, row

TEXT = ("jsonl", "json", "csv", "chat", "prompt_completion")
ALL = (*TEXT, "parquet")
ROWS: list[Row] = [
    row("a", "train", 'She said "no,\nnever".', "I hear you; that hurt.", system="Be kind.", reasoning="Grief."),
    {**row("b", "train", "One?", "Two.", "Three?", "Four."), "category": "psychology"},
    row("c", "validation", "Wie geht’s? 🙂", "Gut."),
    row("d", "test"),
]
COUNTS = {"train": 2, "validation": 1, "test": 1}


def _write(folder: Path, rows: list[Row] = ROWS, **chosen: Any) -> Any:
    counts = {split: sum(1 for each in rows if each["split"] == split) for split in COUNTS}
    held = {(str(each["split"]), str(each["category"])): 1 for each in rows}

    def card_of(files: Sequence[ExportedFile]) -> str:
        return card(replace(facts(), split_categories=held, files=tuple(files)), {})

    return write_exports(cut(rows), folder, ExportSettings(**chosen), counts=counts, card=card_of)


def _opened(folder: Path, name: str) -> str:
    file = next(folder.glob(f"{name}*"))
    unpack = {".gz": gzip.decompress, ".zst": zstd.decompress}.get(file.suffix, bytes)
    return unpack(file.read_bytes()).decode()


def test_csv_has_one_row_a_conversation_with_its_messages_as_json(tmp_path: Path) -> None:
    _write(tmp_path, formats=("csv",))
    first, second = csv.DictReader(io.StringIO(_opened(tmp_path, "csv/train"), newline=""))
    assert json.loads(first["messages"]) == ROWS[0]["turns"]
    assert (first["id"], first["generated"], first["parent"], first["reasoning"]) == ("a", "false", "", "Grief.")
    assert json.loads(second["messages"]) == ROWS[1]["turns"]


def test_json_is_an_array_or_an_object_that_holds_it(tmp_path: Path) -> None:
    _write(tmp_path / "array", formats=("json", "jsonl"))
    _write(tmp_path / "data", formats=("json",), json_form="data")
    array = json.loads(_opened(tmp_path / "array", "json/train"))
    assert [each["id"] for each in array] == ["a", "b"]
    assert json.loads(_opened(tmp_path / "data", "json/train")) == {"data": array}
    assert [json.loads(line) for line in _opened(tmp_path / "array", "jsonl/train").splitlines()] == array


def test_a_prompt_ends_before_the_last_reply_and_its_tokens_are_those_of_that_reply(tmp_path: Path) -> None:
    late = row("z", "train", "One?", "Two three four.", "Five?")
    found = _write(tmp_path, [*ROWS[:2], late], formats=("prompt_completion",))
    rows = [json.loads(line) for line in _opened(tmp_path, "prompt_completion/train").splitlines()]
    assert [[turn["content"] for turn in each["prompt"]] for each in rows[1:]] == [["One?", "Two.", "Three?"], ["One?"]]
    assert [each["completion"] for each in rows[1:]] == [
        [{"role": "assistant", "content": "Four."}],
        [{"role": "assistant", "content": "Two three four."}],
    ]
    assert [each["trainable_tokens_estimated"] for each in rows] == [6, 1, 4]
    assert found.files["trainable_tokens"].to_pylist() == [11]


def test_a_reply_to_nothing_is_no_completion(tmp_path: Path) -> None:
    alone = row("e", "train")
    alone["turns"] = [{"role": "assistant", "content": "Welcome."}]
    found = _write(tmp_path, [alone], formats=("prompt_completion", "jsonl"))
    assert [(each["format"], each["reason"]) for each in found.rejected.to_pylist()] == [("prompt_completion", "no_prompt")]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_compressed_files_hold_the_same_bytes_as_plain_ones(tmp_path: Path, compression: str) -> None:
    plain = _write(tmp_path / "plain", formats=TEXT)
    packed = _write(tmp_path / "packed", formats=TEXT, compression=compression)
    assert set(packed.files["compression"].to_pylist()) == {compression}
    for entry in plain.files.to_pylist():
        assert _opened(tmp_path / "packed", entry["file"]) == (tmp_path / "plain" / entry["file"]).read_text()


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_every_format_written_twice_has_the_same_bytes(tmp_path: Path, compression: str) -> None:
    def written(name: str) -> dict[str, bytes]:
        _write(tmp_path / name, formats=ALL, compression=compression, tokenizers=("chatml", "gemma"))
        files = (file for file in (tmp_path / name).rglob("*") if file.is_file())
        return {file.relative_to(tmp_path / name).as_posix(): file.read_bytes() for file in files}

    assert written("one") == written("two")


def test_another_export_into_the_folder_leaves_none_of_the_old_files(tmp_path: Path) -> None:
    _write(tmp_path, formats=ALL, compression="gzip")
    _write(tmp_path, formats=("jsonl",))
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {
        "train-00000.jsonl",
        "validation-00000.jsonl",
        "test-00000.jsonl",
        "rejected.jsonl",
        "checksums.txt",
    }


def test_each_category_has_files_of_its_own_in_parquet(tmp_path: Path) -> None:
    _write(tmp_path, formats=("parquet",))
    files = {file.name: pq.read_table(file)["id"].to_pylist() for file in (tmp_path / "parquet/data").iterdir()}
    assert files == {
        "train-psychology-00000.parquet": ["b"],
        "train-voice-00000.parquet": ["a"],
        "validation-voice-00000.parquet": ["c"],
        "test-voice-00000.parquet": ["d"],
    }


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    import datasets  # type: ignore[import-untyped]

    return datasets


def test_hugging_face_datasets_reads_all_rows_or_one_category(tmp_path: Path, offline: Any) -> None:
    _write(tmp_path / "export", formats=("parquet",))
    folder, cache = str(tmp_path / "export/parquet"), str(tmp_path / "cache")
    whole = offline.load_dataset(folder, cache_dir=cache)
    assert {split: sorted(rows["id"]) for split, rows in whole.items()} == {
        "train": ["a", "b"],
        "validation": ["c"],
        "test": ["d"],
    }
    psychology = offline.load_dataset(folder, "psychology", cache_dir=cache)
    assert {split: list(rows["id"]) for split, rows in psychology.items()} == {"train": ["b"]}


@pytest.mark.parametrize("compression", ["none", "gzip", "zstd"])
def test_hugging_face_datasets_reads_json_lines_compressed_or_not(tmp_path: Path, offline: Any, compression: str) -> None:
    if compression == "zstd":
        pytest.importorskip("zstandard", reason="datasets reads .zst files with the package zstandard")
    _write(tmp_path / "export", formats=("jsonl",), compression=compression)
    files = {split: str(next((tmp_path / "export/jsonl").glob(f"{split}-*"))) for split in COUNTS}
    found = offline.load_dataset("json", data_files=files, cache_dir=str(tmp_path / "cache"))
    assert [each["messages"] for each in found["train"]] == [each["turns"] for each in ROWS[:2]]


def test_hugging_face_datasets_reads_csv(tmp_path: Path, offline: Any) -> None:
    _write(tmp_path / "export", formats=("csv",))
    files = str(tmp_path / "export/csv/train-00000.csv")
    (first, _) = offline.load_dataset("csv", data_files=files, cache_dir=str(tmp_path / "cache"))["train"]
    assert json.loads(first["messages"]) == ROWS[0]["turns"]


def test_trl_finds_the_columns_of_its_conversational_formats(tmp_path: Path) -> None:
    """https://huggingface.co/docs/trl/dataset_formats: lists of messages with exactly role and content."""
    _write(tmp_path, formats=("jsonl", "prompt_completion"))
    modelling = json.loads(_opened(tmp_path, "jsonl/train").splitlines()[0])
    completion = json.loads(_opened(tmp_path, "prompt_completion/train").splitlines()[0])
    for messages in (modelling["messages"], completion["prompt"], completion["completion"]):
        assert messages
        assert all(set(message) == {"role", "content"} for message in messages)
    assert "messages" not in completion  # by which TRL would take it for language modelling


def test_axolotl_finds_known_roles_under_messages(tmp_path: Path) -> None:
    """Type chat_template with field_messages ``messages`` and the default mapping of role and content; see docs/exports.md."""
    _write(tmp_path, formats=("jsonl",))
    for line in _opened(tmp_path, "jsonl/train").splitlines():
        roles = [message["role"] for message in json.loads(line)["messages"]]
        assert set(roles) <= {"system", "user", "assistant"}
        assert "assistant" in roles
