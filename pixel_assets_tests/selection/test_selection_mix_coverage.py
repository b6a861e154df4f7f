"""Facility location: the greedy choice, exactly as a plain loop makes it, in cells that bound its cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.mix import coverage
from pixel_assets.selection.mix.coverage import SCALE, Vectors, coverage_gains


def _unit(rows: int, dimensions: int, seed: int) -> Vectors:
    made = np.random.default_rng(seed).standard_normal((rows, dimensions))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


def _plain_greedy(vectors: Vectors) -> list[float]:
    whole = np.rint(vectors * SCALE).astype(np.int64)
    near = np.maximum(whole @ whole.T, 0)
    best, gains, left = np.zeros(len(near), np.int64), [0] * len(near), list(range(len(near)))
    while left:
        added = [int(np.maximum(near[row] - best, 0).sum()) for row in left]
        place = int(np.argmax(added))
        gains[left.pop(place)] = added[place]
        best = np.maximum(best, near[list(set(range(len(near))) - set(left))].max(axis=0))
    return [gain / SCALE**2 for gain in gains]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 25), st.integers(2, 6), st.integers(0, 99))
def test_the_lazy_choice_is_the_greedy_choice(rows: int, dimensions: int, seed: int) -> None:
    vectors = _unit(rows, dimensions, seed)
    assert coverage_gains(vectors).tolist() == _plain_greedy(vectors)


def test_one_of_each_kind_comes_before_the_second_of_any() -> None:
    one, other = np.eye(4, dtype=np.float32)[:2]
    gains = coverage_gains(np.stack([one, one, one, other, other]))
    assert gains.tolist() == [3.0, 0.0, 0.0, 2.0, 0.0]


def test_a_row_without_a_vector_gains_nothing() -> None:
    assert coverage_gains(np.stack([np.zeros(3), np.eye(3)[0]])).tolist() == [0.0, 1.0]
    assert coverage_gains(np.zeros((0, 3))).tolist() == []


def test_no_cell_is_larger_than_its_bound_and_every_row_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "CELL", 16)
    whole = np.rint(_unit(300, 6, 1) * SCALE)
    whole[100:200] = whole[100]  # cannot be told apart
    cells = list(coverage._cells(whole, np.arange(300)))
    assert max(len(cell) for cell in cells) <= 16
    assert sorted(np.concatenate(cells).tolist()) == list(range(300))
    assert all((np.diff(cell) > 0).all() for cell in cells)


def test_clusters_share_a_cell_so_that_cells_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    centres = _unit(12, 32, 2)
    vectors = centres[np.arange(360) % 12] + 0.03 * _unit(360, 32, 3)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    whole = coverage_gains(vectors)
    monkeypatch.setattr(coverage, "CELL", 90)
    parted = coverage_gains(vectors)

    def covered(gains: coverage.Floats) -> float:
        chosen = np.argsort(-gains, kind="stable")[:24]
        return float((vectors @ vectors[chosen].T).max(axis=1).sum())

    assert covered(parted) >= 0.98 * covered(whole)
