"""A purge removes snapshots and the rows that newer ones only mark as deleted, and leaves all else as it was."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pixel_assets.errors import UsageError
from pixel_assets.store import garbage, ledger, writer
from pixel_assets.store.ledger import Current, Entry
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.purging import purge
from pixel_assets.store.snapshot import Table
from pixel_assets.store.tags import create_tag, load_tag
from pixel_assets.store.verify import verify
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

SCHEMA = pa.schema([pa.field("id", pa.string())])


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setattr(writer, "COMPACT_BELOW", 0)  # so that small tables share files as large ones do
    return Warehouse(tmp_path / "w").prepare()


def result(warehouse: Warehouse, number: int, rows: list[str], previous: Manifest | None = None, part: str = WHOLE) -> Manifest:
    before = Table(warehouse, "things", SCHEMA, (previous,)) if previous else None
    with SnapshotWriter(warehouse, "things", part, SCHEMA, before) as made:
        made.write(pa.table({"id": rows}))
        manifest = made.finish().manifest
    fingerprint = f"{number:064}"
    entry = Entry(
        "things", part, fingerprint, {}, "", {"things": manifest.id}, {"things": manifest.data_version}, {"things": len(rows)},
        {"things": 0}, {"things": 0}, {}, 0.0, f"2026-01-{number:02}T00:00:00+00:00",
    )  # fmt: skip
    ledger.record(warehouse, entry)
    ledger.set_current(warehouse, "things", part, Current(fingerprint, manifest.id, manifest.data_version, len(rows)))
    return manifest


def stored(warehouse: Warehouse) -> set[str]:
    """Every row in every file, whether it counts or not."""
    found = set()
    for path in warehouse.data("things").glob("*.parquet"):
        table = pq.read_table(path)
        found |= set(table["id"].to_pylist()) if "id" in table.column_names else set()
    return found


def rows(warehouse: Warehouse, part: str = WHOLE) -> list[str]:
    manifest = ledger.current_manifest(warehouse, "things", part)
    assert manifest is not None
    found: list[str] = Table(warehouse, "things", SCHEMA, (manifest,)).read()["id"].to_pylist()
    return sorted(found)


KEPT = [f"row {n}" for n in range(9)]


def test_rows_that_no_longer_count_go_from_shared_files(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    new = result(warehouse, 2, KEPT, old)
    assert new.deleted is not None
    assert "secret" in stored(warehouse)
    freed = purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    assert freed.snapshots == 2  # the old one, and the new one as it was before it was written anew
    assert stored(warehouse) == set(KEPT)
    assert rows(warehouse) == KEPT
    assert ledger.current_manifest(warehouse, "things", WHOLE).data_version == new.data_version  # type: ignore[union-attr]
    assert verify(warehouse) == []
    assert ledger.look_up(warehouse, "things", WHOLE, f"{2:064}") is not None
    assert ledger.look_up(warehouse, "things", WHOLE, f"{1:064}") is None


def test_keys_of_rows_survive_for_reuse(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    new = result(warehouse, 2, KEPT, old)
    inputs = Table(warehouse, "things", SCHEMA, (new,)).hashes("_input")
    purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    current = ledger.current_manifest(warehouse, "things", WHOLE)
    assert current is not None
    assert np.array_equal(
        np.sort(Table(warehouse, "things", SCHEMA, (current,)).hashes("_input"), axis=0), np.sort(inputs, axis=0)
    )


def test_it_is_gone_even_where_the_old_snapshot_went_before(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    result(warehouse, 2, KEPT, old)
    warehouse.manifest("things", WHOLE, old.id).unlink()
    purge(warehouse, set(), {"things": SCHEMA})
    assert stored(warehouse) == set(KEPT)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", range(6))
def test_interrupted_while_it_removes_it_can_be_run_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    new = result(warehouse, 2, KEPT, old)
    remove, removed = garbage._remove, count()

    def dying(path: Path) -> None:
        if next(removed) == after:
            raise Killed
        remove(path)

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(garbage, "_remove", dying)
        purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    assert rows(warehouse) == KEPT
    left = {name for name in (("things", WHOLE, old.id),) if warehouse.manifest(*name).exists()}
    purge(warehouse, left, {"things": SCHEMA})
    assert stored(warehouse) == set(KEPT)
    assert ledger.current_manifest(warehouse, "things", WHOLE).data_version == new.data_version  # type: ignore[union-attr]
    assert verify(warehouse) == []


def test_a_dry_run_changes_nothing(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    result(warehouse, 2, KEPT, old)
    before = {path: path.read_bytes() for path in warehouse.root.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA}, dry_run=True).snapshots == 1
    assert {path: path.read_bytes() for path in warehouse.root.rglob("*") if path.is_file() and path.suffix != ".lock"} == before


def test_what_stands_is_not_removed(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, ["secret"])
    with pytest.raises(UsageError, match="current snapshots hold it"):
        purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    assert stored(warehouse) == {"secret"}


def test_a_tag_on_it_is_asked_for(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    create_tag(warehouse, "mine", {"things": [WHOLE]})
    result(warehouse, 2, KEPT, old)
    with pytest.raises(UsageError, match="mine"):
        purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    assert "secret" in stored(warehouse)


def test_a_tag_on_what_is_written_anew_follows_it(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    result(warehouse, 2, KEPT, old)
    create_tag(warehouse, "mine", {"things": [WHOLE]})
    purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    current = ledger.get_current(warehouse, "things", WHOLE)
    assert current is not None
    assert load_tag(warehouse, "mine").snapshots == {"things": {WHOLE: current.snapshot}}
    assert stored(warehouse) == set(KEPT)


def test_a_partition_goes_with_its_state(warehouse: Warehouse) -> None:
    gone = result(warehouse, 1, ["secret"], part="alpha")
    result(warehouse, 2, KEPT, part="beta")
    purge(warehouse, {("things", "alpha", gone.id)}, {"things": SCHEMA}, partition="alpha")
    assert stored(warehouse) == set(KEPT)
    assert ledger.get_current(warehouse, "things", "alpha") is None
    assert rows(warehouse, "beta") == KEPT


def test_done_again_it_does_nothing(warehouse: Warehouse) -> None:
    old = result(warehouse, 1, [*KEPT, "secret"])
    result(warehouse, 2, KEPT, old)
    purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA})
    assert purge(warehouse, {("things", WHOLE, old.id)}, {"things": SCHEMA}).nothing
