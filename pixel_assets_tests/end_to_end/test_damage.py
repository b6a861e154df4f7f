"""Whatever of the warehouse is damaged, the next build computes it again and ends like a clean one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .tiny import Tiny, exports, state


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def remove(path: Path) -> None:
    path.unlink()


KINDS = {
    "segment": "data/{asset}/*.parquet",
    "manifest": "snapshots/{asset}/*/*.json",
    "ledger": "ledger/{asset}/*/*.json",
    "current": "current/{asset}/*.json",
    "check": "checks/{asset}/*/*.json",
    "export": "data/dataset_exports/files-*/**/*.jsonl",
}


@pytest.mark.parametrize("asset", ["raw_records", "corpus", "dataset_exports"])
@pytest.mark.parametrize("what", ["segment", "manifest", "ledger", "current", "check"])
@pytest.mark.parametrize("harm", [cut, remove])
def test_what_is_damaged_is_computed_again(built: Tiny, what: str, asset: str, harm: Callable[[Path], None]) -> None:
    clean, exported = built.state(), built.exports()
    files = sorted(built.warehouse.glob(KINDS[what].format(asset=asset)))
    assert files
    harm(files[0])
    assert_repaired(built, clean, exported)


@pytest.mark.parametrize("harm", [cut, remove])
def test_a_damaged_export_is_written_again(built: Tiny, harm: Callable[[Path], None]) -> None:
    clean, exported = built.state(), built.exports()
    harm(sorted(built.warehouse.glob(KINDS["export"]))[0])
    assert_repaired(built, clean, exported)


@pytest.mark.parametrize("name", ["pixel.duckdb", ".catalogue"])
def test_a_damaged_catalogue_is_made_again(built: Tiny, name: str) -> None:
    cut(built.warehouse / name)
    assert built.pixel("build").returncode == 0
    assert built.pixel_json("sql", "SELECT count(*) > 0 AS there FROM corpus") == [{"there": True}]


def assert_repaired(project: Tiny, clean: dict[str, str | None], exported: dict[str, bytes]) -> None:
    summary = project.build()
    assert summary.exit_code == 0
    assert [failure.error for failure in summary.failed] == []
    assert state(project.project()) == clean
    assert exports(project.warehouse) == exported
    again = project.build()
    assert not again.built
    assert not again.reused
