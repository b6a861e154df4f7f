"""Failures of a step are contained: a source that fails is left out, what stood before still stands."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from pixel_assets.build.step_run import StepRun
from pixel_assets.errors import SourceError, WarehouseError
from pixel_assets.store import ledger, segments

from .toy import BROKEN, World, graph, lines, small

pytestmark = pytest.mark.usefixtures("no_settings")


def _texts(world: World, asset: str = "picked") -> list[str]:
    return sorted(row["text"] for row in world.rows(asset))


@pytest.fixture
def built(tmp_path: Path) -> World:
    world = small(tmp_path)
    world.build()
    return world


def test_a_partition_that_fails_is_left_out_as_in_a_clean_build(built: World, tmp_path: Path) -> None:
    built.put("b", "two", BROKEN)
    done = built.build()
    assert done["lines[b]"] == "b/1.jsonl is broken"
    assert done["words[b]"] == "words[b]: lines has no data to build from. Run `pixel build lines` and see why it failed"
    assert [done[name] for name in ("pool", "lengths", "picked", "summary")] == ["built"] * 4
    warehouse = built.project().warehouse
    for asset in ("lines", "words", "bad_lines"):
        current = ledger.get_current(warehouse, asset, "b")
        assert current is not None
        assert (current.snapshot, current.data_version, current.rows) == (None, None, 0)
        assert current.error
    assert _texts(built) == ["one", "three", "two"]
    clean = World(tmp_path, built.graph, warehouse="clean")
    clean.build()
    assert clean.versions() == built.versions()


def test_a_source_without_files_fails_alone(built: World) -> None:
    (built.folder / "b" / "1.jsonl").unlink()
    with pytest.raises(SourceError, match="matches no file"):
        built.run("lines", "b")
    done = built.build()
    assert "matches no file" in done["lines[b]"]
    assert _texts(built) == ["one", "three", "two"]


def test_when_every_source_failed_what_is_whole_is_empty(built: World) -> None:
    built.put("a", BROKEN)
    built.put("b", BROKEN)
    done = built.build()
    assert done["pool"] == "built"
    assert built.rows("summary") == [{"texts": 0, "letters": 0}]


def test_a_step_without_partitions_that_fails_leaves_the_old_state(built: World) -> None:
    def fail(run: StepRun) -> None:
        run.write(pa.table({"texts": [1], "letters": [1]}))
        raise ValueError("in the middle")

    before = built.versions()
    built.graph = graph(summary={"compute": fail, "libraries": ("numpy",)})
    with pytest.raises(ValueError, match="in the middle"):
        built.run("summary")
    assert built.versions() == before
    assert list((built.project().warehouse.root / ".scratch").iterdir()) == []


def test_a_whole_step_without_input_says_which(tmp_path: Path) -> None:
    world = small(tmp_path)
    with pytest.raises(SourceError) as caught:
        world.run("lengths")
    assert str(caught.value) == "lengths: pool has no data to build from. Run `pixel build pool` and see why it failed"


def test_a_file_that_changes_while_it_is_read_is_not_believed(built: World) -> None:
    def slow(run: StepRun) -> None:
        lines(run)
        built.put("a", "later")

    built.graph = graph(lines={"compute": slow, "libraries": ("numpy",)})
    with pytest.raises(SourceError, match="changed while it was read"):
        built.run("lines", "a")
    entries = ledger.entries(built.project().warehouse, "lines", "a")
    assert len(entries) == 1  # that of the first build


def test_a_warehouse_that_cannot_be_written_costs_no_source_its_data(built: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    before = built.versions()
    built.put("a", "changed")
    with monkeypatch.context() as patched:
        patched.setattr(segments, "sync_folder", full)
        with pytest.raises(WarehouseError, match="No space left on device"):
            built.run("lines", "a")
    assert built.versions() == before
    assert set(built.build().values()) == {"built"}


def test_damaged_data_is_computed_again(built: World) -> None:
    before = built.versions()
    warehouse = built.project().warehouse
    (path,) = warehouse.data("pool").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert built.build() == {"pool": "built"}
    assert built.versions() == before
