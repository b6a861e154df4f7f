"""A full disk: the error says so, nothing half-written stays, what stood before still stands."""

from __future__ import annotations

import errno
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.errors import WarehouseError
from pixel_assets.store import segments
from pixel_assets.store.ledger import Current, current_manifest, set_current
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

from .tables import opened, written


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB of its own, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small disk needs more rights")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def _noise(rows: int) -> pa.Table:
    chance = random.Random(rows)
    return pa.table({"a": [chance.randbytes(50).hex() for _ in range(rows)]})


def _left_over(warehouse: Warehouse) -> list[str]:
    return [path.name for path in warehouse.data("things").iterdir() if path.name.endswith(".writing")]


@pytest.mark.parametrize("rows", [5_000, 40_000], ids=["while-closing", "while-writing"])
def test_a_full_disk_is_reported_and_breaks_nothing(small_disk: Path, rows: int) -> None:
    warehouse = Warehouse(small_disk).prepare()
    before = written(warehouse, _noise(100)).manifest
    set_current(warehouse, "things", WHOLE, Current("f", before.id, before.data_version, 100))
    with pytest.raises(WarehouseError) as caught:
        written(warehouse, _noise(rows), opened(warehouse, before, _noise(1).schema))
    assert str(caught.value) == (
        f"{warehouse.data('things')}: cannot be written: No space left on device. "
        "Free some space (`pixel gc`) or mend the permissions, and run again: nothing was lost"
    )
    assert _left_over(warehouse) == []
    assert current_manifest(warehouse, "things", WHOLE) == before
    assert opened(warehouse, before, _noise(1).schema).read()["a"].to_pylist() == _noise(100)["a"].to_pylist()
    assert written(warehouse, _noise(200)).manifest.rows == 200  # there is room again


def test_a_write_that_fails_at_the_last_moment_is_reported_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse = Warehouse(tmp_path)

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(segments, "sync_folder", full)
    with pytest.raises(WarehouseError, match="No space left on device"):
        written(warehouse, _noise(10))
    assert _left_over(warehouse) == []
    assert not warehouse.manifests("things", WHOLE).exists()


def test_a_warehouse_that_may_not_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(WarehouseError, match="cannot be written: Not a directory") as caught:
        written(Warehouse(tmp_path), _noise(1))
    assert caught.value.where == str(tmp_path / "data" / "things")


def test_other_errors_pass_unchanged(tmp_path: Path) -> None:
    def fail() -> None:
        with SnapshotWriter(Warehouse(tmp_path), "things", WHOLE, _noise(1).schema):
            raise OSError("without a number")

    with pytest.raises(OSError, match="without a number"):
        fail()
