"""Writing snapshots: what stays is shared, what came is added, nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.store.data_version import row_hashes, table_version
from pixel_assets.store.manifest import is_whole, load_manifest
from pixel_assets.store.schema import INPUT
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter, Written

from .tables import nested, opened, written


def _numbers(*values: int) -> pa.Table:
    return pa.table({"n": pa.array(values, pa.int64())})


def _files(warehouse: Warehouse) -> list[str]:
    return sorted(path.name for path in warehouse.data("things").glob("*"))


def _next(warehouse: Warehouse, result: Written, *values: int) -> Written:
    return written(warehouse, _numbers(*values), opened(warehouse, result.manifest, _numbers().schema))


def test_unchanged_content_is_the_same_snapshot_and_writes_no_file(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, nested())
    files = _files(warehouse)
    again = written(warehouse, nested().slice(0).take([3, 1, 0, 2]), opened(warehouse, first.manifest, nested().schema))
    assert again == Written(first.manifest, rows_written=0, rows_shared=4)
    assert _files(warehouse) == files


def test_the_same_content_written_twice_from_nothing_is_one_snapshot(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    assert written(warehouse, nested()).manifest == written(warehouse, nested()).manifest
    assert len(_files(warehouse)) == 1


def test_rows_that_come_twice_come_twice_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, _numbers(1, 1, 2, 1))
    second = _next(warehouse, first, 1, 2, 1, 1)
    assert second.manifest.data_version == first.manifest.data_version
    assert sorted(opened(warehouse, second.manifest, _numbers().schema).read()["n"].to_pylist()) == [1, 1, 1, 2]


@pytest.mark.usefixtures("tiny")
def test_added_rows_are_one_more_segment(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, _numbers(1, 2, 3, 4))
    second = _next(warehouse, first, 1, 2, 3, 4, 5)
    assert (second.rows_written, second.rows_shared) == (1, 4)
    assert second.manifest.segments[0] == first.manifest.segments[0]
    assert [segment.rows for segment in second.manifest.segments] == [4, 1]
    assert second.manifest.deleted is None


@pytest.mark.usefixtures("tiny")
def test_removed_rows_are_a_file_of_places_and_no_segment(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, _numbers(*range(8)))
    second = _next(warehouse, first, 0, 1, 2, 4, 5, 6)
    assert second.manifest.segments == first.manifest.segments
    assert second.manifest.deleted is not None
    assert second.manifest.deleted.rows == 2
    third = _next(warehouse, second, 4, 5, 6, 0)  # a whole half is left, of what is stored
    assert sorted(opened(warehouse, third.manifest, _numbers().schema).read()["n"].to_pylist()) == [0, 4, 5, 6]


@pytest.mark.usefixtures("tiny")
def test_a_segment_without_rows_left_is_let_go(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, _numbers(*range(8)))
    second = _next(warehouse, first, 4, 5, 6, 7)
    assert second.manifest.segments == first.manifest.segments[1:]
    assert second.manifest.deleted is None


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("values", "why"),
    [((0, 1), "few rows"), ((1, 2, 3), "most rows dead")],
)
def test_a_table_is_rewritten_when_that_pays(tmp_path: Path, values: tuple[int, ...], why: str) -> None:
    warehouse = Warehouse(tmp_path)
    second = _next(warehouse, written(warehouse, _numbers(*range(8))), *values)
    assert second.manifest.deleted is None, why
    assert [segment.rows for segment in second.manifest.segments] == [len(values)], why


@pytest.mark.usefixtures("tiny")
def test_many_segments_become_few_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    result = written(warehouse, _numbers(0, 1, 2))
    counts = []
    for last in range(3, 10):
        result = _next(warehouse, result, *range(last + 1))
        counts.append(len(result.manifest.segments))
    assert max(counts) == 6
    assert counts[-2:] == [3, 4]


@pytest.mark.usefixtures("tiny")
def test_segments_of_equal_bytes_stay_apart(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    schema = _numbers().schema
    first = written(warehouse, _numbers(1, 2, 3, 4))
    second = _next(warehouse, first, 1, 2, 3, 4, 1, 2, 3, 4)
    table = opened(warehouse, second.manifest, schema)
    with duckdb.connect() as connection:
        assert sorted(connection.sql(table.sql()).fetchall()) == [(n,) for n in (1, 1, 2, 2, 3, 3, 4, 4)]
    with SnapshotWriter(warehouse, "things", WHOLE, schema, table) as writer:
        writer.keep(np.array([True] * 7 + [False]))
        third = opened(warehouse, writer.finish().manifest, schema)
    assert sorted(third.read()["n"].to_pylist()) == [1, 1, 2, 2, 3, 3, 4]
    assert third.snapshots[0].data_version == table_version(third.read())


@pytest.mark.usefixtures("tiny")
def test_one_snapshot_of_equal_rows_keeps_them_apart(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    schema = _numbers().schema
    table = opened(warehouse, written(warehouse, _numbers(*[7] * 8)).manifest, schema)
    with SnapshotWriter(warehouse, "things", WHOLE, schema, table) as writer:
        writer.keep(np.array([True] * 7 + [False]))
        second = opened(warehouse, writer.finish().manifest, schema)
    assert second.read()["n"].to_pylist() == [7] * 7
    with duckdb.connect() as connection:
        assert connection.sql(second.sql()).fetchall() == [(7,)] * 7


def test_another_schema_shares_nothing(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    first = written(warehouse, _numbers(1, 2))
    wider = pa.table({"n": pa.array([1, 2], pa.int64()), "m": ["a", "b"]})
    result = written(warehouse, wider, Table(warehouse, "things", _numbers().schema, (first.manifest,)))
    assert (result.rows_written, result.rows_shared) == (2, 0)


def test_a_row_computed_from_another_input_is_written_anew(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    keys = row_hashes(_numbers(10, 20, 30))
    with SnapshotWriter(warehouse, "things", WHOLE, _numbers().schema) as writer:
        writer.write(_numbers(1, 2), keys[:2])
        first = writer.finish()
    table = opened(warehouse, first.manifest, _numbers().schema)
    with SnapshotWriter(warehouse, "things", WHOLE, _numbers().schema, table) as writer:
        writer.write(_numbers(1, 2), keys[[0, 2]])
        second = writer.finish()
    assert (second.rows_written, second.rows_shared) == (1, 1)
    assert second.manifest.data_version == first.manifest.data_version
    made_from = opened(warehouse, second.manifest, _numbers().schema).hashes(INPUT)
    assert sorted(map(tuple, made_from.tolist())) == sorted(map(tuple, keys[[0, 2]].tolist()))


@pytest.mark.usefixtures("tiny")
def test_an_error_leaves_no_manifest_and_no_file_in_the_making(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    schema = _numbers().schema

    def fail() -> None:
        with SnapshotWriter(warehouse, "things", WHOLE, schema) as writer:
            writer.write(_numbers(1, 2, 3, 4, 5, 6))
            raise KeyError("in the middle")

    with pytest.raises(KeyError):
        fail()
    assert not warehouse.manifests("things", WHOLE).exists()
    assert [path.name for path in warehouse.data("things").iterdir() if path.name.endswith(".writing")] == []


def test_a_null_where_the_schema_allows_none_is_refused(tmp_path: Path) -> None:
    schema = pa.schema([pa.field("n", pa.int64(), nullable=False)])
    with SnapshotWriter(Warehouse(tmp_path), "things", WHOLE, schema) as writer, pytest.raises(ValueError, match="null"):
        writer.write(pa.table({"n": pa.array([1, None], pa.int64())}))


def test_columns_come_in_any_order_and_compatible_types(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    schema = pa.schema([pa.field("a", pa.string()), pa.field("n", pa.int64())])
    with SnapshotWriter(warehouse, "things", WHOLE, schema) as writer:
        writer.write(pa.record_batch({"n": pa.array([1], pa.int8()), "a": pa.array(["x"], pa.large_string())}))
        manifest = writer.finish().manifest
    assert opened(warehouse, manifest, schema).read().to_pylist() == [{"a": "x", "n": 1}]


def test_attached_files_are_moved_in_hashed_and_part_of_the_version(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w")

    def attach(content: str) -> Written:
        folder = tmp_path / f"made-{content}"
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "a.txt").write_text(content)
        (folder / "b.bin").write_bytes(b"")
        with SnapshotWriter(warehouse, "things", WHOLE, _numbers().schema) as writer:
            writer.write(_numbers(1))
            result = writer.finish(folder)
        assert not folder.exists()
        return result

    first, second, third = (attach(content).manifest for content in ("one", "two", "one"))
    assert first == third
    assert first.data_version != second.data_version
    assert first.segments == second.segments
    assert [(file.path, file.bytes) for file in first.attachments] == [("b.bin", 0), ("deep/a.txt", 3)]
    assert (warehouse.data("things") / str(first.folder) / "deep" / "a.txt").read_text() == "one"
    assert is_whole(warehouse, first)
    (warehouse.data("things") / str(first.folder) / "deep" / "a.txt").unlink()
    assert not is_whole(warehouse, first)
    assert is_whole(warehouse, second)


def test_a_snapshot_is_a_function_of_what_was_written(tmp_path: Path) -> None:
    manifests = []
    for name in ("here", "there"):
        warehouse = Warehouse(tmp_path / name)
        manifests.append(written(warehouse, nested()).manifest)
        assert load_manifest(warehouse, "things", WHOLE, manifests[-1].id) == manifests[-1]
        content = warehouse.manifest("things", WHOLE, manifests[-1].id).read_text()
        assert str(tmp_path) not in content
        assert os.uname().nodename not in content
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("name", ["said", "parent_id", "text_key", "reasoning"])
def test_duckdb_finds_the_rows_that_are_null_and_no_others(tmp_path: Path, name: str) -> None:
    warehouse = Warehouse(tmp_path)
    schema = pa.schema([pa.field("n", pa.int64(), nullable=False), pa.field(name, pa.string())])
    table = pa.table({"n": range(10), name: [None, "one value"] * 5}, schema=schema)
    result = written(warehouse, table)
    sql = opened(warehouse, result.manifest, schema).sql()
    assert duckdb.sql(f"SELECT count(*) FROM ({sql}) WHERE {name} IS NULL").fetchall() == [(5,)]
    assert duckdb.sql(f"SELECT count(*) FROM ({sql}) WHERE coalesce({name}, '') = ''").fetchall() == [(5,)]
