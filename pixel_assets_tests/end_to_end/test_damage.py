"""Whatever of the warehouse is damaged, the next build computes it again and ends like a clean one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pixel_assets.build.plan import make_plan

from .tiny import State, Tiny, bring_up


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
    assert_repaired(built, clean, exported, through_dagster=asset == "corpus" and harm is cut)


@pytest.mark.parametrize("harm", [cut, remove])
def test_a_damaged_export_is_written_again(built: Tiny, harm: Callable[[Path], None]) -> None:
    clean, exported = built.state(), built.exports()
    harm(sorted(built.warehouse.glob(KINDS["export"]))[0])
    assert_repaired(built, clean, exported)


@pytest.mark.parametrize("name", ["pixel.duckdb", ".catalogue"])
def test_a_damaged_catalogue_is_made_again(built: Tiny, name: str) -> None:
    cut(built.warehouse / name)
    assert built.pixel_here("build").returncode == 0
    assert built.pixel_json("sql", "SELECT count(*) > 0 AS there FROM corpus") == [{"there": True}]


def assert_repaired(project: Tiny, clean: State, exported: dict[str, bytes], *, through_dagster: bool = False) -> None:
    """What the plan names is computed again, everything is as it was, and nothing is left to do."""
    planned = {(item.step.name, item.partition) for item in make_plan(project.project()).stale}
    assert planned
    if through_dagster:
        summary = project.build()
        assert summary.exit_code == 0
        assert [failure.error for failure in summary.failed] == []
    else:
        brought = bring_up(project.project())
        assert brought.errors == {}
        assert brought.computed <= planned
    assert project.state() == clean
    assert project.exports() == exported
    assert make_plan(project.project()).stale == ()
