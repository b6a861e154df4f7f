"""A history holds every row that an asset ever had, once each, through changes, returns and crashes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pixel_assets.store.backup import backup
from pixel_assets.store.catalogue import publish
from pixel_assets.store.history import RECORDED, history_files, history_sql, view_name
from pixel_assets.store.restore import restore
from pixel_assets.store.warehouse import Warehouse

from ..build.toy import World, graph

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A world in which the past of ``pool`` is kept."""
    plain = graph()
    pool = plain.maker["pool"]
    kept = (replace(pool.assets[0], keeps_history=True),)
    return World(tmp_path, graph(pool={"assets": kept}))


def recorded(world: World) -> list[tuple[str, int]]:
    project = world.project()
    publish(project.warehouse, project.graph.assets, project.registry.sources)
    with duckdb.connect(str(project.warehouse.catalogue), read_only=True) as connection:
        return connection.execute(f"SELECT text, n FROM {view_name('pool')} ORDER BY {RECORDED}, text").fetchall()


def files(world: World) -> list[Path]:
    return history_files(Warehouse(world.project().warehouse.root), "pool")


def test_rows_that_went_stay_in_the_history(world: World) -> None:
    world.put("a", "one", "two")
    world.build()
    world.put("a", "two", "three")
    world.build()
    assert recorded(world) == [("one", 1), ("two", 1), ("three", 1)]


def test_going_back_adds_nothing(world: World) -> None:
    for texts in (("one",), ("two",), ("one",), ("two",)):
        world.put("a", *texts)
        world.build()
    assert recorded(world) == [("one", 1), ("two", 1)]
    assert len(files(world)) == 2


def test_a_changed_row_is_another_row(world: World) -> None:
    world.put("a", "one")
    world.build()
    world.put("a", "one", "one")
    world.build()
    assert recorded(world) == [("one", 1), ("one", 2)]


def test_without_any_row_the_view_is_there_and_empty(world: World) -> None:
    assert recorded(world) == []


def test_files_are_only_ever_added(world: World) -> None:
    world.put("a", "one")
    world.build()
    before = {path: path.read_bytes() for path in files(world)}
    world.put("a", "two")
    world.build()
    assert before.items() <= {path: path.read_bytes() for path in files(world)}.items()
    assert len(files(world)) == 2


def test_what_a_killed_writer_left_is_not_read(world: World) -> None:
    world.put("a", "one")
    world.build()
    (files(world)[0].parent / f".half-{'0' * 32}.parquet").write_bytes(b"PAR1")
    world.put("a", "two")
    world.build()
    assert recorded(world) == [("one", 1), ("two", 1)]


def test_a_backup_holds_the_history(world: World, tmp_path: Path) -> None:
    for texts in (("one",), ("two",)):
        world.put("a", *texts)
        world.build()
    backup(world.project().warehouse, tmp_path / "saved.tar")
    there = Warehouse(tmp_path / "elsewhere")
    restore(tmp_path / "saved.tar", there)
    assert [path.name for path in history_files(there, "pool")] == [path.name for path in files(world)]


def test_a_column_that_came_later_is_null_in_what_is_older(world: World) -> None:
    world.put("a", "one")
    world.build()
    warehouse, schema = world.project().warehouse, world.graph.assets["pool"].schema
    query = history_sql(warehouse, "pool", pa.schema([*schema, pa.field("later", pa.int64())]))
    with duckdb.connect() as connection:
        assert connection.sql(f"SELECT text, later FROM ({query})").fetchall() == [("one", None)]
