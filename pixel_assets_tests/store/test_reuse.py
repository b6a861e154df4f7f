"""Row reuse: which inputs are left to compute, and which rows of the snapshot before still hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixel_assets.store.data_version import Hashes, row_hashes
from pixel_assets.store.reuse import plan_reuse
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

SCHEMA = pa.schema([("n", pa.int64())])


def _keys(names: list[int]) -> Hashes:
    return row_hashes(pa.table({"n": pa.array(names, pa.int64())}))


def _made(folder: Path, rows: list[tuple[int, int]], asset: str = "out") -> Table:
    """A snapshot of rows (value, name of the input that it was made from)."""
    warehouse = Warehouse(folder)
    with SnapshotWriter(warehouse, asset, WHOLE, SCHEMA) as writer:
        writer.write(pa.table({"n": pa.array([value for value, _ in rows], pa.int64())}), _keys([name for _, name in rows]))
        return Table(warehouse, asset, SCHEMA, (writer.finish().manifest,))


def test_only_inputs_without_a_row_are_computed(tmp_path: Path) -> None:
    table = _made(tmp_path, [(10, 1), (20, 2), (30, 3)])
    reuse = plan_reuse(_keys([2, 4, 3]), {"out": table})
    assert reuse.compute.tolist() == [False, True, False]
    assert dict(zip(table.read()["n"].to_pylist(), reuse.keep["out"].tolist(), strict=True)) == {10: False, 20: True, 30: True}
    assert (~reuse.compute).sum() == 2


def test_without_a_previous_snapshot_everything_is_computed() -> None:
    reuse = plan_reuse(_keys([1, 2]), {"out": None})
    assert (reuse.compute.tolist(), dict(reuse.keep)) == ([True, True], {})


def test_an_input_is_done_when_any_output_has_a_row_of_it(tmp_path: Path) -> None:
    good, bad = _made(tmp_path, [(10, 1)], "good"), _made(tmp_path, [(20, 2)], "bad")
    reuse = plan_reuse(_keys([1, 2, 3]), {"good": good, "bad": bad})
    assert reuse.compute.tolist() == [False, False, True]
    assert {name: mask.tolist() for name, mask in reuse.keep.items()} == {"good": [True], "bad": [True]}


def test_without_one_of_the_outputs_everything_is_computed(tmp_path: Path) -> None:
    reuse = plan_reuse(_keys([1, 2]), {"good": _made(tmp_path, [(10, 1), (20, 2)], "good"), "bad": None})
    assert (reuse.compute.tolist(), dict(reuse.keep)) == ([True, True], {})


def test_what_is_asked_for_again_is_computed_and_its_rows_go_from_every_output(tmp_path: Path) -> None:
    good, bad = _made(tmp_path, [(10, 1), (20, 2), (30, 2)], "good"), _made(tmp_path, [(40, 2), (50, 3)], "bad")
    reuse = plan_reuse(_keys([1, 2, 3]), {"good": good, "bad": bad}, _keys([2, 9]))
    assert reuse.compute.tolist() == [False, True, False]
    assert good.read()["n"].filter(pa.array(reuse.keep["good"])).to_pylist() == [10]
    assert bad.read()["n"].filter(pa.array(reuse.keep["bad"])).to_pylist() == [50]


def test_all_rows_of_an_input_stay_together(tmp_path: Path) -> None:
    reuse = plan_reuse(_keys([1]), {"out": _made(tmp_path, [(10, 1), (11, 1), (20, 2)])})
    assert reuse.compute.tolist() == [False]
    assert int(reuse.keep["out"].sum()) == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 8), unique=True), st.lists(st.integers(0, 8), unique=True))
def test_what_is_kept_and_what_is_computed_make_up_the_whole(tmp_path: Path, before: list[int], now: list[int]) -> None:
    table = _made(tmp_path, [(name * 10, name) for name in before])
    reuse = plan_reuse(_keys(now), {"out": table})
    kept = np.array(table.read()["n"].to_pylist(), np.int64)[reuse.keep["out"]].tolist()
    computed = [name * 10 for name, todo in zip(now, reuse.compute, strict=True) if todo]
    assert sorted(kept + computed) == sorted(name * 10 for name in now)
    assert set(kept).isdisjoint(computed)
