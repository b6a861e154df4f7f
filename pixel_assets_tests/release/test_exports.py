"""Exports: what other tools read back, checksums that hold, and bytes that depend on the rows alone."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.release.exports import EXPORTS, write_exports
from pixel_assets.settings import ExportSettings

from .tables import Row, cut, row

ROWS = [
    *(row(f"t{number}", "train") for number in range(5)),
    row("v0", "validation", "Wie geht’s? 🙂", "Gut.\n“Danke”", system="Be kind.", reasoning="A greeting."),
    row("x0", "test"),
    row("x1", "test"),
]
COUNTS = {"train": 5, "validation": 1, "test": 2}
SMALL = ExportSettings(shard_rows=2)


def _write(folder: Path, *sizes: int, rows: list[Row] = ROWS, chosen: ExportSettings = SMALL) -> pa.Table:
    counts = {split: sum(1 for r in rows if r["split"] == split) for split in COUNTS}
    return write_exports(cut(rows, *sizes), folder, chosen, counts=counts, card=lambda files: f"{len(files)} files\n").files


def _bytes(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_inventory_lists_every_file_with_rows_size_and_checksum(tmp_path: Path) -> None:
    found = _write(tmp_path)
    assert found.schema.equals(EXPORTS, check_metadata=True)
    assert [(r["file"], r["split"], r["format"], r["rows"]) for r in found.to_pylist()] == [
        ("jsonl/test-00000.jsonl", "test", "jsonl", 2),
        ("jsonl/train-00000.jsonl", "train", "jsonl", 2),
        ("jsonl/train-00001.jsonl", "train", "jsonl", 2),
        ("jsonl/train-00002.jsonl", "train", "jsonl", 1),
        ("jsonl/validation-00000.jsonl", "validation", "jsonl", 1),
        ("parquet/data/test-voice-00000.parquet", "test", "parquet", 2),
        ("parquet/data/train-voice-00000.parquet", "train", "parquet", 2),
        ("parquet/data/train-voice-00001.parquet", "train", "parquet", 2),
        ("parquet/data/train-voice-00002.parquet", "train", "parquet", 1),
        ("parquet/data/validation-voice-00000.parquet", "validation", "parquet", 1),
    ]
    for entry in found.to_pylist():
        content = (tmp_path / entry["file"]).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_sha256sum_accepts_the_checksums(tmp_path: Path) -> None:
    _write(tmp_path)
    done = subprocess.run(["sha256sum", "--check", "--strict", "checksums.txt"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    listed = {line.split("  ")[1] for line in (tmp_path / "checksums.txt").read_text().splitlines()}
    assert listed == set(_bytes(tmp_path)) - {"checksums.txt"}


def test_a_line_of_json_is_an_object_of_messages(tmp_path: Path) -> None:
    _write(tmp_path)
    line = (tmp_path / "jsonl/validation-00000.jsonl").read_bytes()
    assert line.endswith(b"}\n")
    assert "Wie geht’s? 🙂".encode() in line
    assert list(json.loads(line).items()) == [
        ("id", "v0"),
        (
            "messages",
            [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Wie geht’s? 🙂"},
                {"role": "assistant", "content": "Gut.\n“Danke”"},
            ],
        ),
        ("category", "voice"),
        ("source", "sample"),
        ("generated", False),
        ("augmented", False),
        ("trainable_tokens_estimated", 3),
        ("reasoning", "A greeting."),
    ]
    assert "reasoning" not in json.loads((tmp_path / "jsonl/train-00002.jsonl").read_bytes())


def test_duckdb_reads_both_formats_back_to_the_same_rows(tmp_path: Path) -> None:
    _write(tmp_path)
    sql = "SELECT id, messages, category, source, reasoning FROM {} ORDER BY id"
    with duckdb.connect() as connection:
        parquet = connection.execute(sql.format(f"'{tmp_path}/parquet/data/*.parquet'")).fetchall()
        lines = connection.execute(sql.format(f"read_json('{tmp_path}/jsonl/*.jsonl')")).fetchall()
    assert parquet == lines
    assert [r[0] for r in parquet] == [r["conversation_id"] for r in ROWS]
    assert [r[1] for r in parquet] == [r["turns"] for r in ROWS]


def test_hugging_face_datasets_reads_the_folder_with_its_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    import datasets  # type: ignore[import-untyped]

    _write(tmp_path / "export")
    found = datasets.load_dataset(str(tmp_path / "export" / "parquet"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(rows) for split, rows in found.items()} == COUNTS
    for split, rows in found.items():
        wanted = [r for r in ROWS if r["split"] == split]
        assert [r["id"] for r in rows] == [r["conversation_id"] for r in wanted]
        assert [r["messages"] for r in rows] == [r["turns"] for r in wanted]
        assert [r["reasoning"] for r in rows] == [r["reasoning"] for r in wanted]


def test_a_split_without_rows_has_no_file(tmp_path: Path) -> None:
    found = _write(tmp_path, rows=ROWS[:5])
    assert set(found.column("split").to_pylist()) == {"train"}
    assert _write(tmp_path / "none", rows=[]).num_rows == 0
    assert set(_bytes(tmp_path / "none")) == {"parquet/README.md", "rejected.jsonl", "checksums.txt"}


def test_one_format_alone_can_be_chosen(tmp_path: Path) -> None:
    _write(tmp_path, chosen=ExportSettings(formats=("jsonl",)))
    assert set(_bytes(tmp_path)) == {
        "jsonl/train-00000.jsonl", "jsonl/validation-00000.jsonl", "jsonl/test-00000.jsonl",
        "rejected.jsonl", "checksums.txt",
    }  # fmt: skip


def test_an_earlier_export_is_replaced_and_other_files_are_left_alone(tmp_path: Path) -> None:
    _write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "jsonl/notes.jsonl").write_text("mine")
    _write(tmp_path, chosen=ExportSettings(shard_rows=5))
    assert len(list((tmp_path / "jsonl").glob("train-*"))) == 1
    assert (tmp_path / "notes.txt").exists()
    assert (tmp_path / "jsonl/notes.jsonl").exists()


def test_a_row_without_a_reply_is_listed_and_counted_and_the_rest_is_exported(tmp_path: Path) -> None:
    found = write_exports(cut([row("a", "train", "Hello?"), row("b", "train")]), tmp_path, ExportSettings(), counts={"train": 2})
    assert [(r["format"], r["rows"], r["rejected"]) for r in found.files.to_pylist()] == [("jsonl", 1, 1), ("parquet", 1, 1)]
    assert [(r["id"], r["format"], r["reason"]) for r in found.rejected.to_pylist()] == [("a", "all", "no_reply")]
    assert json.loads((tmp_path / "rejected.jsonl").read_bytes())["id"] == "a"
    assert "Hello" not in (tmp_path / "rejected.jsonl").read_text()


def test_row_groups_are_of_fixed_size_and_metadata_holds_descriptions_only(tmp_path: Path) -> None:
    rows = [row(f"{number:05d}", "train") for number in range(2_500)]
    _write(tmp_path, rows=rows, chosen=ExportSettings())
    file = pq.ParquetFile(tmp_path / "parquet/data/train-voice-00000.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [1_000, 1_000, 500]
    assert set(file.metadata.metadata or {}) == {b"ARROW:schema"}
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=8), st.sampled_from([2, 5]))
def test_bytes_do_not_depend_on_how_the_batches_are_cut(sizes: list[int], shard_rows: int) -> None:
    chosen = ExportSettings(shard_rows=shard_rows)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = _write(Path(one), chosen=chosen), _write(Path(other), *sizes, chosen=chosen)
        assert first.equals(second)
        assert _bytes(Path(one)) == _bytes(Path(other))


def test_an_export_written_twice_has_the_same_bytes(tmp_path: Path) -> None:
    _write(tmp_path)
    before: dict[str, Any] = _bytes(tmp_path)
    _write(tmp_path)
    assert _bytes(tmp_path) == before
