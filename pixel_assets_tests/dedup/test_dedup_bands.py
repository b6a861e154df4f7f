"""Which rows become candidates: those that agree in a band, each pair once, and a bounded number of them."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.bands import FIRST, LARGE, MISSED, Bands, bands_for, candidates

Pairs = list[tuple[int, int]]


def pairs_of(digests: npt.NDArray[np.uint32], bands: Bands, scratch: Path, **options: object) -> Pairs:
    blocks = candidates([digests], len(digests), bands, scratch, **options)  # type: ignore[arg-type]
    return [pair for left, right in blocks for pair in zip(left.tolist(), right.tolist(), strict=True)]


def by_hand(digests: npt.NDArray[np.uint32], bands: Bands) -> Pairs:
    cut = digests[:, : bands.bands * bands.rows].reshape(len(digests), bands.bands, bands.rows)
    return [(i, j) for i, j in itertools.combinations(range(len(digests)), 2) if (cut[i] == cut[j]).all(axis=1).any()]


def test_bands_for_the_usual_threshold() -> None:
    assert bands_for(0.8) == Bands(18, 6)
    assert bands_for(0.8).found(0.8) == pytest.approx(0.9958, abs=1e-4)


@given(st.floats(0.05, 0.99), st.sampled_from([64, 128, 256]))
@settings(max_examples=30, deadline=None)
def test_bands_fit_into_the_digest_and_miss_no_more_than_they_may(threshold: float, permutations: int) -> None:
    bands = bands_for(threshold, permutations)
    assert 1 <= bands.bands * bands.rows <= permutations
    if threshold > 0.1:
        assert bands.found(threshold) >= 1 - MISSED


def test_where_no_bands_miss_so_few_those_that_miss_fewest() -> None:
    assert bands_for(0.01) == Bands(128, 1)


digests_of_few_values = st.integers(2, 30).flatmap(
    lambda rows: st.lists(st.lists(st.integers(0, 2), min_size=8, max_size=8), min_size=rows, max_size=rows)
)


@given(digests_of_few_values, st.sampled_from([Bands(1, 8), Bands(2, 4), Bands(4, 2), Bands(2, 3)]))
@settings(max_examples=60, deadline=None)
def test_candidates_are_the_pairs_that_agree_in_a_band(
    tmp_path_factory: pytest.TempPathFactory, values: list[list[int]], bands: Bands
) -> None:
    digests = np.array(values, np.uint32)
    assert pairs_of(digests, bands, tmp_path_factory.getbasetemp()) == by_hand(digests, bands)


def some_digests(rows: int, seed: int = 1) -> npt.NDArray[np.uint32]:
    random = np.random.default_rng(seed)
    digests = random.integers(0, 2**32, (rows, 128), dtype=np.uint32)
    copied = random.integers(0, rows, rows // 3)
    digests[: rows // 3, :60] = digests[copied, :60]
    return digests


def test_nothing_depends_on_batches_threads_or_memory(tmp_path: Path) -> None:
    digests, bands = some_digests(600), Bands(18, 6)
    expected = pairs_of(digests, bands, tmp_path)
    assert len(expected) > 150
    batches = candidates(np.array_split(digests, 7), 600, bands, tmp_path, threads=1, memory=64)
    blocks = [np.stack(block) for block in batches]
    assert len(blocks) > 1
    assert np.concatenate(blocks, axis=1).T.tolist() == [list(pair) for pair in expected]


def test_scratch_is_empty_afterwards(tmp_path: Path) -> None:
    pairs_of(some_digests(100), Bands(18, 6), tmp_path, memory=64)
    assert not [*tmp_path.iterdir()]


def test_order_of_rows_makes_no_difference(tmp_path: Path) -> None:
    digests, bands = some_digests(300), Bands(18, 6)
    digests[:100] = digests[0]  # a large run
    places = np.random.default_rng(2).permutation(300)
    shuffled = np.random.default_rng(3).permutation(300)  # row i is now the old row shuffled[i]
    found = pairs_of(digests[shuffled], bands, tmp_path, places=places[shuffled])
    back = sorted(tuple(sorted((int(shuffled[i]), int(shuffled[j])))) for i, j in found)
    assert back == pairs_of(digests, bands, tmp_path, places=places)


def test_rows_of_a_large_run_are_paired_with_its_first_rows(tmp_path: Path) -> None:
    digests = np.ones((LARGE + 1, 128), np.uint32)
    places = np.arange(LARGE + 1)[::-1]  # the last row stands first
    found = pairs_of(digests, Bands(18, 6), tmp_path, places=places)
    first = range(LARGE + 1 - FIRST, LARGE + 1)
    assert found == [(i, j) for i, j in itertools.combinations(range(LARGE + 1), 2) if j in first]


def test_all_pairs_of_a_run_that_is_not_large(tmp_path: Path) -> None:
    assert len(pairs_of(np.ones((LARGE, 128), np.uint32), Bands(18, 6), tmp_path)) == LARGE * (LARGE - 1) // 2


@pytest.mark.parametrize("rows", [0, 1])
def test_too_few_rows_give_no_pair(rows: int, tmp_path: Path) -> None:
    assert pairs_of(np.zeros((rows, 128), np.uint32), Bands(18, 6), tmp_path) == []


def test_a_wrong_number_of_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 digests came, expected 4"):
        next(candidates([np.zeros((3, 128), np.uint32)], 4, Bands(18, 6), tmp_path))
