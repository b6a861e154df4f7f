"""The SQL catalogue: commented views of what stands, that readers keep while the next is published."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pixel_assets.build.graph import Asset
from pixel_assets.errors import WarehouseError
from pixel_assets.store.catalogue import SYSTEM_TABLES, latest_checks, publish, views_into
from pixel_assets.store.ledger import CheckRecord, Current, record_check, set_current
from pixel_assets.store.locks import lock
from pixel_assets.store.schema import column
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

SCHEMA = pa.schema([column("n", pa.int64(), "a number"), column("word", pa.string(), "it's a word", nullable=True)])
ASSETS = {
    name: Asset(name, text, SCHEMA, ("n",))
    for name, text in (("things", "What's there."), ("parts", "One table a source."), ("nothing", "Never built."))
}
SOURCES = ("a", "b")


def _state(warehouse: Warehouse, numbers: Sequence[int], asset: str = "things", partition: str = WHOLE) -> None:
    with SnapshotWriter(warehouse, asset, partition, SCHEMA) as writer:
        if numbers:
            writer.write(pa.table({"n": pa.array(numbers, pa.int64()), "word": [str(n) for n in numbers]}))
        manifest = writer.finish().manifest
    set_current(warehouse, asset, partition, Current("f", manifest.id, manifest.data_version, manifest.rows, since="2024-01-01"))


def _publish(warehouse: Warehouse) -> bool:
    return publish(warehouse, ASSETS, SOURCES)


def _ask(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "w").prepare()


def test_every_asset_is_a_view_of_what_stands(warehouse: Warehouse) -> None:
    _state(warehouse, [1, 2])
    _state(warehouse, [3], "parts", "a")
    _state(warehouse, [4], "parts", "b")
    _state(warehouse, [5], "parts", "no_longer_a_source")
    assert _publish(warehouse)
    assert _ask(warehouse, "FROM things ORDER BY n") == [(1, "1"), (2, "2")]
    assert _ask(warehouse, "SELECT n FROM parts ORDER BY n") == [(3,), (4,)]


def test_assets_without_rows_are_typed_views(warehouse: Warehouse) -> None:
    _state(warehouse, [])
    _publish(warehouse)
    for name in ("things", "nothing"):
        assert _ask(warehouse, f"FROM {name}") == []
        assert [row[:2] for row in _ask(warehouse, f"DESCRIBE {name}")] == [("n", "BIGINT"), ("word", "VARCHAR")]


def test_views_and_columns_are_commented(warehouse: Warehouse) -> None:
    _publish(warehouse)
    views = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name"
    assert _ask(warehouse, views) == [("nothing", "Never built."), ("parts", "One table a source."), ("things", "What's there.")]
    columns = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'things' ORDER BY column_index"
    assert _ask(warehouse, columns) == [("n", "a number"), ("word", "it's a word")]
    tables = "SELECT table_name, comment FROM duckdb_tables() ORDER BY table_name"
    assert _ask(warehouse, tables) == [(name, text) for name, (text, _) in sorted(SYSTEM_TABLES.items())]
    uncommented = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL"
    assert _ask(warehouse, uncommented) == []


def test_snapshots_and_checks_are_tables(warehouse: Warehouse) -> None:
    _state(warehouse, [1, 2])
    set_current(warehouse, "parts", "a", Current("", None, None, error="no 'such' file", since="2024-01-02"))
    record_check(warehouse, CheckRecord("parts", "b", "old", "1" * 64, True, "WARN", False, "was", {}, "2024-01-01"))
    record_check(warehouse, CheckRecord("parts", "b", "old", "2" * 64, False, "WARN", False, "is", {}, "2024-01-02"))
    _publish(warehouse)
    assert _ask(warehouse, "SELECT asset, partition, rows, since, error FROM pixel_snapshots ORDER BY asset") == [
        ("parts", "a", 0, "2024-01-02", "no 'such' file"),
        ("things", None, 2, "2024-01-01", None),
    ]
    assert _ask(warehouse, "FROM pixel_checks") == [("parts", "b", "old", False, "WARN", "is", "2024-01-02")]
    assert [found.description for found in latest_checks(warehouse, ASSETS, SOURCES)] == ["is"]


def test_a_damaged_check_is_passed_over(warehouse: Warehouse) -> None:
    record_check(warehouse, CheckRecord("things", WHOLE, "size", "1" * 64, True, "WARN", False, "was", {}, "2024-01-01"))
    record_check(warehouse, CheckRecord("things", WHOLE, "size", "2" * 64, True, "WARN", False, "is", {}, "2024-01-02"))
    (warehouse.checks("things", WHOLE) / f"size-{'2' * 16}.json").write_text("{")
    assert [found.description for found in latest_checks(warehouse, ASSETS, SOURCES)] == ["was"]


def test_publishing_what_is_published_does_nothing(warehouse: Warehouse) -> None:
    _state(warehouse, [1])
    assert _publish(warehouse)
    before = warehouse.catalogue.stat()
    assert not _publish(warehouse)
    assert warehouse.catalogue.stat() == before
    warehouse.catalogue.unlink()
    assert _publish(warehouse)
    assert _ask(warehouse, "SELECT n FROM things") == [(1,)]


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
def test_a_damaged_mark_only_costs_a_rebuild(warehouse: Warehouse, mark: bytes) -> None:
    _publish(warehouse)
    (warehouse.root / ".catalogue").write_bytes(mark)
    assert _publish(warehouse)
    assert not _publish(warehouse)


def test_an_open_reader_keeps_its_state_while_the_next_is_published(warehouse: Warehouse) -> None:
    _state(warehouse, [1])
    _publish(warehouse)
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as reader:
        assert reader.execute("SELECT n FROM things").fetchall() == [(1,)]
        _state(warehouse, [2])
        assert _publish(warehouse)
        assert reader.execute("SELECT n FROM things").fetchall() == [(1,)]
        assert reader.execute("SELECT count(*) FROM pixel_snapshots").fetchall() == [(1,)]
    assert _ask(warehouse, "SELECT n FROM things") == [(2,)]


def test_a_writer_that_holds_the_old_file_blocks_nothing(warehouse: Warehouse) -> None:
    _publish(warehouse)
    with duckdb.connect(str(warehouse.catalogue)) as connection:  # read and write, as most clients open it
        connection.execute("FROM things").fetchall()
        _state(warehouse, [2])
        assert _publish(warehouse)
    assert _ask(warehouse, "SELECT n FROM things") == [(2,)]


def test_publishing_leaves_no_file_in_the_making(warehouse: Warehouse) -> None:
    _publish(warehouse)
    left = {path.name for path in warehouse.root.iterdir() if path.is_file()}
    assert left == {"pixel.duckdb", ".catalogue"}


@pytest.mark.parametrize("name", ["moved", "with space", "it's", "[odd]"])
def test_a_moved_warehouse_is_noticed(warehouse: Warehouse, tmp_path: Path, name: str) -> None:
    _state(warehouse, [1])
    _publish(warehouse)
    shutil.move(warehouse.root, tmp_path / name)
    moved = Warehouse(tmp_path / name)
    assert _publish(moved)
    assert _ask(moved, "SELECT n FROM things") == [(1,)]
    assert not _publish(moved)


def test_the_state_published_is_that_of_the_moment_of_publishing(warehouse: Warehouse) -> None:
    _state(warehouse, [1])
    with lock(warehouse.lock("catalogue")):
        waiting = threading.Thread(target=_publish, args=(warehouse,))
        waiting.start()
        waiting.join(0.3)  # as long as another build publishes, this one waits
        assert waiting.is_alive()
        _state(warehouse, [2])
    waiting.join()
    assert _ask(warehouse, "SELECT n FROM things") == [(2,)]


def test_a_catalogue_that_cannot_be_written_says_that_the_data_is_complete(warehouse: Warehouse) -> None:
    warehouse.catalogue.mkdir()
    with pytest.raises(WarehouseError, match="the SQL catalogue cannot be written") as caught:
        _publish(warehouse)
    assert caught.value.where == str(warehouse.catalogue)
    assert "the data itself is complete" in caught.value.hint


def test_views_come_into_an_open_connection(warehouse: Warehouse) -> None:
    _state(warehouse, [1])
    with duckdb.connect() as connection:
        for _ in range(2):
            views_into(connection, {"things": Table(warehouse, "things", SCHEMA, ())})
        assert connection.execute("FROM things").fetchall() == []


def test_a_snapshot_from_before_a_column_came_has_nulls_there(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    old = pa.schema([pa.field("id", pa.string(), nullable=False)])
    with SnapshotWriter(warehouse, "scores", "_", old) as writer:
        writer.write(pa.table({"id": ["a", "b"]}, schema=old))
        manifest = writer.finish().manifest
    new = old.append(pa.field("score", pa.float64()))
    sql = Table(warehouse, "scores", new, (manifest,)).sql()
    assert sorted(duckdb.sql(sql).fetchall()) == [("a", None), ("b", None)]
