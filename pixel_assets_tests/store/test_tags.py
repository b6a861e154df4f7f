"""Tags name the state that stands now, and give it back whatever is built later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pixel_assets.build.graph import Graph
from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.store.tags import create_tag, delete_tag, list_tags, load_tag, tagged_tables
from pixel_assets.store.warehouse import WHOLE, Warehouse

from ..build.toy import STEPS, World, small

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = small(tmp_path)
    world.build()
    return world


def tag(world: World, name: str, *, force: bool = False) -> None:
    project = world.project()
    create_tag(project.warehouse, name, {a: project.partitions_of(a) for a in project.graph.assets}, force=force)


def warehouse(world: World) -> Warehouse:
    return world.project().warehouse


def test_a_tag_lists_every_current_snapshot(world: World) -> None:
    tag(world, "v1")
    found = load_tag(warehouse(world), "v1")
    assert {asset: [*partitions] for asset, partitions in found.snapshots.items()} == {
        "lines": ["a", "b"], "words": ["a", "b"], "bad_lines": ["a", "b"],
        "pool": [WHOLE], "lengths": [WHOLE], "picked": [WHOLE], "summary": [WHOLE],
    }  # fmt: skip
    current = json.loads(warehouse(world).current("pool", WHOLE).read_text())
    assert found.snapshots["pool"][WHOLE] == current["snapshot"]
    assert found.size == 10
    assert found.created_at >= current["since"]


def test_a_tag_gives_back_the_rows_of_its_time(world: World) -> None:
    before = world.rows("picked")
    tag(world, "v1")
    world.put("a", "one", "something longer")
    world.build()
    tables = tagged_tables(warehouse(world), "v1", world.graph.assets)
    assert tables["picked"].read().to_pylist() == before
    assert world.rows("picked") != before


def test_an_asset_that_is_younger_than_the_tag_is_empty(tmp_path: Path) -> None:
    young = World(tmp_path, graph=Graph(World(tmp_path).graph.externals, STEPS[:-1]))
    young.put("a", "one", "two")
    young.put("b", "three")
    young.build()
    tag(young, "v1")
    young.graph = World(tmp_path).graph
    tables = tagged_tables(warehouse(young), "v1", young.graph.assets)
    assert tables["pool"].rows == 3
    assert tables["summary"].read().num_rows == 0


def test_a_name_that_is_taken_is_moved_only_by_force(world: World) -> None:
    tag(world, "v1")
    before = load_tag(warehouse(world), "v1").snapshots
    world.put("a", "another")
    world.build()
    with pytest.raises(UsageError, match=r"v1.*exists.*--force"):
        tag(world, "v1")
    assert load_tag(warehouse(world), "v1").snapshots == before
    tag(world, "v1", force=True)
    assert load_tag(warehouse(world), "v1").snapshots != before


@pytest.mark.parametrize("name", ["", "V1", ".v1", "-v", "a/b", "../v1", "a b", "v1\n", "é", "current", "previous", "x" * 101])
def test_a_name_that_is_no_file_name_or_has_a_meaning_is_refused(world: World, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a tag"):
        tag(world, name)
    assert list_tags(warehouse(world)) == []


@pytest.mark.parametrize("name", ["1", "v1.2_rc-3", "2026-11-22"])
def test_dots_dashes_and_underscores_may_stand_inside(world: World, name: str) -> None:
    tag(world, name)
    assert [found.name for found in list_tags(warehouse(world))] == [name]


def test_an_unknown_tag_is_an_error_that_names_close_ones(world: World) -> None:
    tag(world, "before-threshold")
    for wrong in ("before-treshold", "../before-threshold"):
        with pytest.raises(UsageError, match=r"no tag is called.*expected one of before-threshold"):
            load_tag(warehouse(world), wrong)


def test_without_any_tag_the_error_says_so(world: World) -> None:
    with pytest.raises(UsageError, match="there are none yet"):
        tagged_tables(warehouse(world), "v1", world.graph.assets)


def test_a_deleted_tag_is_gone_and_deleting_it_again_is_an_error(world: World) -> None:
    tag(world, "v1")
    tag(world, "v2")
    delete_tag(warehouse(world), "v1")
    assert [found.name for found in list_tags(warehouse(world))] == ["v2"]
    with pytest.raises(UsageError, match="no tag is called 'v1'"):
        delete_tag(warehouse(world), "v1")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"name": "v1"}', b'{"name": "v1", "created_at": "", "snapshots": [1]}'])
def test_a_damaged_tag_is_named_and_can_still_be_deleted(world: World, content: bytes) -> None:
    tag(world, "v1")
    warehouse(world).tag("v1").write_bytes(content)
    with pytest.raises(CorruptSnapshot, match=r"v1\.json"):
        load_tag(warehouse(world), "v1")
    delete_tag(warehouse(world), "v1")
    assert list_tags(warehouse(world)) == []


def test_there_is_nothing_to_tag_before_the_first_build(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing to tag.*pixel build"):
        tag(small(tmp_path), "v1")
