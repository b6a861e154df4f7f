"""Whatever is damaged is named; a repair removes it, and the next build gives what was there before."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pixel_assets.errors import WarehouseError
from pixel_assets.store import ledger
from pixel_assets.store.ledger import Current
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, save_manifest
from pixel_assets.store.tags import create_tag
from pixel_assets.store.verify import Problem, verify
from pixel_assets.store.warehouse import WHOLE, Warehouse, write_json

from ..build.toy import World, small
from .test_garbage import result

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with two states; tests work on copies of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("cwd"))
        world = small(tmp_path_factory.mktemp("built"))
        world.build()
        world.put("a", "one", "two", "three", "four and more")
        world.build()
    return world


@pytest.fixture
def world(built: World, tmp_path: Path) -> World:
    shutil.copytree(built.root, tmp_path / "world")
    return World(tmp_path / "world")


def current(warehouse: Warehouse, asset: str, partition: str = WHOLE) -> Manifest:
    manifest = ledger.current_manifest(warehouse, asset, partition)
    assert manifest is not None
    return manifest


def segment(world: World, asset: str = "pool") -> Path:
    warehouse = world.project().warehouse
    return warehouse.data(asset) / current(warehouse, asset).segments[0].file


def flip_a_bit(world: World) -> Path:
    path = segment(world)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    return path


def cut_short(world: World) -> Path:
    path = segment(world)
    path.write_bytes(path.read_bytes()[:-10])
    return path


def lose(world: World) -> Path:
    path = segment(world)
    path.unlink()
    return path


def manifest_path(world: World) -> Path:
    warehouse = world.project().warehouse
    return warehouse.manifest("pool", WHOLE, current(warehouse, "pool").id)


def scribble_on_the_manifest(world: World) -> Path:
    path = manifest_path(world)
    path.write_bytes(b"\x00" * 20)
    return path


def change_the_manifest(world: World) -> Path:
    path = manifest_path(world)
    write_json(path, json.loads(path.read_bytes()) | {"rows": 1})
    return path


def manifest_of_another_kind(world: World) -> Path:
    path = manifest_path(world)
    path.write_text("[1, 2]")
    return path


def lose_the_manifest(world: World) -> Path:
    manifest_path(world).unlink()
    return world.project().warehouse.current("pool", WHOLE)


def scribble_on_current(world: World) -> Path:
    path = world.project().warehouse.current("pool", WHOLE)
    path.write_text('{"fingerprint"')
    return path


def current_of_other_data(world: World) -> Path:
    path = world.project().warehouse.current("pool", WHOLE)
    write_json(path, json.loads(path.read_bytes()) | {"data_version": "0" * 64})
    return path


def ledger_path(world: World) -> Path:
    warehouse = world.project().warehouse
    state = ledger.get_current(warehouse, "pool", WHOLE)
    assert state is not None
    return warehouse.ledger("pool", WHOLE) / f"{state.fingerprint}.json"


def scribble_on_the_ledger(world: World) -> Path:
    path = ledger_path(world)
    path.write_text("nothing")
    return path


def entry_of_another_fingerprint(world: World) -> Path:
    path = ledger_path(world)
    write_json(path, json.loads(path.read_bytes()) | {"fingerprint": "0" * 64})
    return path


def entry_of_other_data(world: World) -> Path:
    path = ledger_path(world)
    write_json(path, json.loads(path.read_bytes()) | {"data_versions": {"pool": "0" * 64}})
    return path


DAMAGES = [
    flip_a_bit, cut_short, lose, scribble_on_the_manifest, change_the_manifest, manifest_of_another_kind, lose_the_manifest,
    scribble_on_current, current_of_other_data, scribble_on_the_ledger, entry_of_another_fingerprint, entry_of_other_data,
]  # fmt: skip


def test_a_warehouse_as_it_was_written_is_sound(world: World) -> None:
    said: list[str] = []
    assert verify(world.project().warehouse, progress=said.append) == []
    total = len([path for path in (world.root / "warehouse" / "data").rglob("*") if path.is_file()])
    assert said[-1] == f"{total} of {total} files"


def test_an_absent_warehouse_is_sound(tmp_path: Path) -> None:
    assert verify(Warehouse(tmp_path / "absent")) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_named_by_its_file(world: World, damage: Callable[[World], Path]) -> None:
    path = damage(world)
    warehouse = world.project().warehouse
    for deep in (True, False):
        problems = verify(warehouse, deep=deep)
        assert path.relative_to(warehouse.root).as_posix() in {problem.where for problem in problems}
        assert all(problem.repairable and not problem.repaired for problem in problems)


@pytest.mark.parametrize("damage", DAMAGES)
def test_after_a_repair_a_build_gives_what_was_there(world: World, built: World, damage: Callable[[World], Path]) -> None:
    damage(world)
    warehouse = world.project().warehouse
    problems = verify(warehouse, repair=True)
    assert problems
    assert all(problem.repaired for problem in problems)
    assert verify(warehouse) == []
    done = world.build()
    assert set(done) <= {"pool", "lengths", "picked", "summary"}
    assert world.versions() == built.versions()
    assert verify(warehouse) == []


def test_without_repair_nothing_is_touched(world: World) -> None:
    path = flip_a_bit(world)
    before = sorted(world.root.rglob("*"))
    verify(world.project().warehouse)
    assert path.exists()
    assert sorted(world.root.rglob("*")) == before


def test_a_repair_removes_only_what_is_damaged_and_what_leads_to_it(world: World) -> None:
    warehouse = world.project().warehouse
    path = flip_a_bit(world)
    gone = {path, manifest_path(world), ledger_path(world), warehouse.current("pool", WHOLE)}
    before = {found for found in world.root.rglob("*") if found.is_file()}
    verify(warehouse, repair=True)
    assert before - {found for found in world.root.rglob("*") if found.is_file()} == gone


def test_one_output_of_a_step_that_is_damaged_is_computed_again(world: World, built: World) -> None:
    warehouse = world.project().warehouse
    manifest = warehouse.manifest("bad_lines", "b", current(warehouse, "bad_lines", "b").id)
    manifest.write_text("{}")
    assert {problem.repaired for problem in verify(warehouse, repair=True)} == {True}
    assert "words[b]" in world.build()
    assert world.versions() == built.versions()


def test_a_damaged_check_result_is_removed_and_measured_again(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    result(warehouse, 1)
    (path,) = warehouse.checks("things", WHOLE).iterdir()
    path.write_text('{"asset": "things"}')
    assert verify(warehouse, repair=True) == [
        Problem(path.relative_to(tmp_path).as_posix(), "not what pixel wrote here", repaired=True)
    ]
    assert not path.exists()


def test_a_damaged_attached_file_takes_its_snapshot_with_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    sound, damaged = result(warehouse, 1), result(warehouse, 2)
    report = warehouse.data("things") / str(damaged.folder) / "deep" / "report.txt"
    report.write_text("things 3")
    assert [problem.what for problem in verify(warehouse)] == ["its checksum is not that of what was written"]
    verify(warehouse, repair=True)
    assert not (warehouse.data("things") / str(damaged.folder)).exists()
    assert not warehouse.manifest("things", WHOLE, damaged.id).exists()
    assert warehouse.manifest("things", WHOLE, sound.id).exists()
    assert verify(warehouse) == []


def test_a_tag_that_lost_its_snapshot_is_named_and_left_alone(world: World) -> None:
    warehouse = world.project().warehouse
    create_tag(warehouse, "v1", {"pool": [WHOLE]})
    flip_a_bit(world)
    problems = verify(warehouse, repair=True)
    assert [(problem.where, problem.repaired) for problem in problems if not problem.repairable] == [("tags/v1.json", False)]
    assert "is damaged; only a backup has it" in problems[-1].what
    assert ["is missing" in problem.what for problem in verify(warehouse)] == [True]
    assert warehouse.tag("v1").exists()


def test_a_damaged_tag_is_named_and_left_alone(world: World) -> None:
    warehouse = world.project().warehouse
    create_tag(warehouse, "v1", {"pool": [WHOLE]})
    warehouse.tag("v1").write_text("{")
    (problem,) = verify(warehouse, repair=True)
    assert (problem.where, problem.repairable, problem.repaired) == ("tags/v1.json", False, False)


def forged(world: World, column: str, value: pa.Array) -> Manifest:
    """A snapshot whose checksums all agree, though a column is not what its rows were hashed with."""
    warehouse = world.project().warehouse
    manifest = current(warehouse, "lengths")
    table = pq.read_table(segment(world, "lengths"))
    table = table.set_column(table.schema.get_field_index(column), table.schema.field(column), value)
    beside = warehouse.data("lengths") / "beside"
    pq.write_table(table, beside)
    name = hashlib.sha256(beside.read_bytes()).hexdigest()[:32] + ".parquet"
    part = replace(manifest.segments[0], file=name, bytes=beside.stat().st_size)
    beside.rename(beside.with_name(name))
    manifest = replace(manifest, segments=(part,))
    save_manifest(warehouse, manifest)
    return manifest


def test_a_row_that_does_not_fit_its_hash_is_found_only_by_hashing_again(world: World) -> None:
    warehouse = world.project().warehouse
    rows = current(warehouse, "lengths").rows
    manifest = forged(world, "length", pa.array([1] * rows))
    assert verify(warehouse, deep=False) == []
    (problem,) = verify(warehouse)
    assert problem.where == f"data/lengths/{manifest.segments[0].file}"
    assert problem.what == "the hashes of its rows are not those of their content"


def test_sums_that_are_not_those_of_the_rows_are_found(world: World) -> None:
    warehouse = world.project().warehouse
    manifest = replace(current(warehouse, "lengths"), sums=(1, 2))
    save_manifest(warehouse, manifest)
    wrong = replace(current(warehouse, "lengths"), data_version="0" * 64)
    save_manifest(warehouse, wrong)
    assert {problem.where: problem.what[:40] for problem in verify(warehouse)} == {
        f"snapshots/lengths/_/{manifest.id}.json": "its files hold 6 rows that do not add up",
        f"snapshots/lengths/_/{wrong.id}.json": "its data version is not that of its rows",
    }


def test_a_manifest_under_another_partition_is_found(world: World) -> None:
    warehouse = world.project().warehouse
    manifest = current(warehouse, "lines", "a")
    shutil.copyfile(warehouse.manifest("lines", "a", manifest.id), warehouse.manifest("lines", "b", manifest.id))
    assert [problem.what for problem in verify(warehouse)] == ["the manifest of another asset or partition stands here"]


def test_a_failed_partition_is_no_damage(world: World) -> None:
    warehouse = world.project().warehouse
    ledger.set_current(warehouse, "lines", "a", Current("", None, None, error="gone"))
    assert verify(warehouse) == []


def test_a_repair_waits_for_no_build(world: World) -> None:
    warehouse = world.project().warehouse
    flip_a_bit(world)
    with lock(warehouse.lock("gc"), shared=True):
        assert verify(warehouse)
        with pytest.raises(WarehouseError, match="nothing was repaired"):
            verify(warehouse, repair=True)
