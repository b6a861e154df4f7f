"""Garbage is what nothing needs; what remains is complete after every single removal."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.errors import CorruptSnapshot, UsageError, WarehouseError
from pixel_assets.store import garbage, ledger
from pixel_assets.store.garbage import Freed, collect
from pixel_assets.store.ledger import CheckRecord, Current, Entry
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.tags import create_tag, delete_tag
from pixel_assets.store.verify import verify
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

SCHEMA = pa.schema([pa.field("id", pa.string())])


def result(warehouse: Warehouse, number: int, *, row: int | None = None, current: bool = True, asset: str = "things") -> Manifest:
    """The ``number``-th result of a step: a snapshot with an attached file, its ledger entry, a check of it."""
    with SnapshotWriter(warehouse, asset, WHOLE, SCHEMA) as writer:
        writer.write(pa.table({"id": [f"row {row or number}"]}), np.full((1, 2), number, np.uint64))
        folder = warehouse.root / ".scratch" / "files"
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "report.txt").write_text(f"{asset} {row or number}")
        manifest = writer.finish(folder).manifest
    fingerprint = f"{number:064}"
    when = f"2026-01-{number:02}T00:00:00+00:00"
    ledger.record(
        warehouse,
        Entry(
            asset, WHOLE, fingerprint, {}, "", {asset: manifest.id}, {asset: manifest.data_version}, {asset: 1}, {asset: 1},
            {asset: 0}, {}, 0.0, when,
        ),
    )  # fmt: skip
    check = CheckRecord(asset, WHOLE, "fine", fingerprint[::-1], True, "WARN", False, "", {}, when)
    ledger.record_check(warehouse, check)
    if current:
        ledger.set_current(warehouse, asset, WHOLE, Current(fingerprint, manifest.id, manifest.data_version, 1))
    return manifest


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "w").prepare()


def kept(warehouse: Warehouse) -> list[str]:
    """The rows of every snapshot that is left, each read from its files."""
    found = []
    for path in sorted(warehouse.manifests("things", WHOLE).glob("*.json")):
        manifest = ledger.load_manifest(warehouse, "things", WHOLE, path.stem)
        found += Table(warehouse, "things", SCHEMA, (manifest,)).read()["id"].to_pylist()
    return sorted(found)


def files(warehouse: Warehouse) -> set[str]:
    found = (path.relative_to(warehouse.root).as_posix() for path in warehouse.root.rglob("*"))
    return {name for name in found if not name.startswith("locks")}


def test_current_and_the_newest_results_stay(warehouse: Warehouse) -> None:
    result(warehouse, 1)
    for number in range(2, 7):
        result(warehouse, number, current=False)
    freed = collect(warehouse, 2)
    assert kept(warehouse) == ["row 1", "row 5", "row 6"]
    assert freed == Freed(False, freed.bytes, 3, 0, 3, 6, 0, 3)
    assert len(list(warehouse.data("things").iterdir())) == 6
    assert verify(warehouse) == []


def test_check_results_from_before_the_oldest_kept_state_go(warehouse: Warehouse) -> None:
    for number in range(1, 5):
        result(warehouse, number)
    assert collect(warehouse, 2).check_records == 2
    left = [json.loads(path.read_bytes())["checked_at"][:10] for path in warehouse.checks("things", WHOLE).iterdir()]
    assert sorted(left) == ["2026-01-03", "2026-01-04"]


def test_check_results_that_still_stand_stay_however_old_they_are(warehouse: Warehouse) -> None:
    for number in range(1, 5):
        result(warehouse, number)
    assert collect(warehouse, 1, standing=[f"{1:064}"[::-1]]).check_records == 2
    left = [json.loads(path.read_bytes())["checked_at"][:10] for path in warehouse.checks("things", WHOLE).iterdir()]
    assert sorted(left) == ["2026-01-01", "2026-01-04"]


def test_a_check_result_stays_while_equal_data_stay_in_other_files(warehouse: Warehouse) -> None:
    result(warehouse, 1)
    for number in (2, 3):
        result(warehouse, number, row=1)  # the same data from other code: only the ledger knows that they are old
    freed = collect(warehouse, 1)
    assert (freed.snapshots, freed.check_records) == (2, 0)
    assert len(list(warehouse.checks("things", WHOLE).iterdir())) == 3


def test_tagged_snapshots_stay_until_their_tag_is_gone(warehouse: Warehouse) -> None:
    result(warehouse, 1)
    create_tag(warehouse, "v1", {"things": [WHOLE]})
    for number in (2, 3):
        result(warehouse, number)
    collect(warehouse, 1)
    assert kept(warehouse) == ["row 1", "row 3"]
    assert ledger.look_up(warehouse, "things", WHOLE, f"{1:064}") is not None
    delete_tag(warehouse, "v1")
    collect(warehouse, 1)
    assert kept(warehouse) == ["row 3"]


def test_a_second_collection_finds_nothing(warehouse: Warehouse) -> None:
    for number in range(1, 4):
        result(warehouse, number)
    assert not collect(warehouse, 1).nothing
    assert collect(warehouse, 1) == Freed(False, 0, 0, 0, 0, 0, 0, 1)


def test_files_that_two_snapshots_share_stay_with_either(warehouse: Warehouse) -> None:
    first = result(warehouse, 1)
    for number in (2, 3):
        snapshots, versions = {"things": first.id}, {"things": first.data_version}
        ledger.record(warehouse, Entry("things", WHOLE, f"{number:064}", {}, "", snapshots, versions, {}, {}, {}, {}, 0.0))
    assert collect(warehouse, 1).nothing
    assert kept(warehouse) == ["row 1"]


def test_an_empty_or_absent_warehouse_has_no_garbage(tmp_path: Path) -> None:
    assert collect(Warehouse(tmp_path / "absent"), 1).nothing


def test_what_killed_processes_left_goes_and_nothing_else(warehouse: Warehouse) -> None:
    manifest = result(warehouse, 1)
    mine = [
        warehouse.root / "README.md",
        warehouse.root / "pixel.duckdb",
        warehouse.root / ".catalogue",
        warehouse.root / ".dagster" / "a.json",
        warehouse.data("things") / str(manifest.folder) / ".hidden.0123456789abcdef0123456789abcdef",
        warehouse.data("things") / "notes.txt",
        warehouse.observed / "a.json",
    ]
    leftovers = [
        warehouse.root / ".scratch" / "aa" / "exports" / "part",
        warehouse.root / ".spill" / "duckdb_temp_storage-0.tmp",
        warehouse.root / ".pixel.duckdb.0123456789abcdef0123456789abcdef",
        warehouse.root / ".pixel.duckdb.0123456789abcdef0123456789abcdef.wal",
        warehouse.root / ".exports.0123456789abcdef0123456789abcdef",
        warehouse.data("things") / ".0123456789abcdef0123456789abcdef.writing",
        warehouse.data("things") / ".0123456789abcdef0123456789abcdef.removing" / "half",
        warehouse.ledger("things", WHOLE) / ".x.json.0123456789abcdef0123456789abcdef",
        warehouse.observed / "a.jsonk3j5.tmp",
    ]
    for path in [*mine, *leftovers]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 10)
    assert collect(warehouse, 1).leftovers == len(leftovers)
    assert [path for path in leftovers if path.exists()] == []
    assert [path for path in mine if not path.exists()] == []
    assert kept(warehouse) == ["row 1"]


def test_empty_folders_go_and_the_first_level_stays(warehouse: Warehouse) -> None:
    result(warehouse, 1)
    result(warehouse, 1, asset="old", current=False)
    shutil.rmtree(warehouse.ledger("old", WHOLE))
    collect(warehouse, 1)
    assert {name.split("/")[1] for name in files(warehouse) if name.startswith(("data/", "snapshots/", "checks/"))} == {"things"}
    assert (warehouse.root / "tags").is_dir()


def test_a_dry_run_says_the_same_and_removes_nothing(warehouse: Warehouse) -> None:
    for number in range(1, 4):
        result(warehouse, number)
    before = files(warehouse)
    foretold = collect(warehouse, 1, dry_run=True)
    assert files(warehouse) == before
    done = collect(warehouse, 1)
    assert foretold.to_json() | {"dry_run": False} == done.to_json()
    assert done.bytes > 0


def test_while_a_build_runs_it_says_so_and_removes_nothing(warehouse: Warehouse) -> None:
    for number in range(1, 4):
        result(warehouse, number)
    before = files(warehouse)
    with lock(warehouse.lock("gc"), shared=True), pytest.raises(WarehouseError, match=r"a build .* nothing was removed"):
        collect(warehouse, 1)
    assert files(warehouse) == before
    assert not collect(warehouse, 1).nothing


def test_keeping_nothing_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(UsageError, match=r"cannot keep 0 results \(expected 1 or more\)"):
        collect(warehouse, 0)


def damage_tag(warehouse: Warehouse) -> None:
    warehouse.tag("v1").write_text("{")


def damage_tagged_manifest(warehouse: Warehouse) -> None:
    snapshot = json.loads(warehouse.tag("v1").read_text())["snapshots"]["things"][WHOLE]
    warehouse.manifest("things", WHOLE, snapshot).write_text("{}")


def lose_current_manifest(warehouse: Warehouse) -> None:
    current = ledger.get_current(warehouse, "things", WHOLE)
    assert current is not None
    warehouse.manifest("things", WHOLE, str(current.snapshot)).unlink()


@pytest.mark.parametrize("damage", [damage_tag, damage_tagged_manifest, lose_current_manifest])
def test_nothing_is_removed_while_it_is_unknown_what_is_needed(warehouse: Warehouse, damage: Callable[[Warehouse], None]) -> None:
    result(warehouse, 1)
    create_tag(warehouse, "v1", {"things": [WHOLE]})
    for number in (2, 3, 4):
        result(warehouse, number)
    damage(warehouse)
    before = files(warehouse)
    with pytest.raises(CorruptSnapshot):
        collect(warehouse, 1)
    assert files(warehouse) == before


def test_an_entry_that_points_to_nothing_goes_and_does_not_count_as_newest(warehouse: Warehouse) -> None:
    for number in (1, 2):
        result(warehouse, number, current=False)
    lost = result(warehouse, 3, current=False)
    warehouse.manifest("things", WHOLE, lost.id).unlink()
    collect(warehouse, 1)
    assert kept(warehouse) == ["row 2"]
    assert [entry.fingerprint for entry in ledger.entries(warehouse, "things", WHOLE)] == [f"{2:064}"]


class Killed(BaseException):
    """Stands for kill -9."""


def test_a_kill_after_any_removal_leaves_a_sound_warehouse(
    warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 4):
        result(warehouse, number)
    remove, rmtree = garbage._remove, shutil.rmtree
    left = 0

    def remove_until_killed(path: Path) -> None:
        nonlocal left
        if not left:
            raise Killed
        left -= 1
        remove(path)

    def rmtree_half(path: Path) -> None:
        next(part for part in path.rglob("*") if part.is_file()).unlink()
        raise Killed

    for moment in range(10):
        for half in (False, True):
            again = Warehouse(tmp_path / f"w{moment}{half}")
            shutil.copytree(warehouse.root, again.root)
            left = moment
            with monkeypatch.context() as patch:
                patch.setattr(garbage, "_remove", remove_until_killed)
                if half:
                    patch.setattr(garbage.shutil, "rmtree", rmtree_half)
                with pytest.raises(Killed):
                    collect(again, 1)
            assert verify(again) == []
            assert "row 3" in kept(again)
            result(again, 1)  # an old state comes back: nothing of it may be taken from what is half removed
            assert verify(again) == []
            assert kept(again)[0] == "row 1"
    assert rmtree is shutil.rmtree
