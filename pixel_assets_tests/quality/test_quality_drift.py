"""Drift: the index and its properties, what chance explains, and what falls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.quality.drift import DriftLimits, Moved, drift, merged, stability_index
from pixel_assets.quality.report import quality_report
from pixel_assets.quality.tables import SCORES

COUNTS = st.lists(st.integers(0, 1000), min_size=2, max_size=50)
LIMITS = DriftLimits()
REASONS = pa.table({"source": pa.array([], pa.string()), "said": pa.array([], pa.string()), "rows": pa.array([], pa.int64())})


def report(**coherence: Sequence[float | None]) -> pa.Table:
    """The report of sources with these scores of coherence, and none of any other."""
    sources = [source for source, values in coherence.items() for _ in values]
    values = [value for each in coherence.values() for value in each]
    columns: dict[str, Any] = {"source": sources, "category": ["voice"] * len(sources)}
    columns |= {score: pa.array(values if score == "coherence" else [None] * len(values), pa.float64()) for score in SCORES}
    return quality_report(pa.table(columns), REASONS, 0.5)


def sample(mean: float, rows: int, seed: int) -> list[float]:
    generator = np.random.Generator(np.random.PCG64(seed))
    return [float(value) for value in np.clip(generator.normal(mean, 0.15, rows), 0, 1)]


def of(found: list[Moved], source: str, score: str = "coherence") -> Moved:
    (one,) = [each for each in found if (each.source, each.score) == (source, score)]
    return one


def test_the_index_is_that_of_the_formula() -> None:
    before, after = np.array([5000, 3000, 2000]), np.array([2000, 3000, 5000])
    expected = (0.5 - 0.2) * np.log(0.5 / 0.2) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert stability_index(before, after) == pytest.approx(expected, rel=1e-3)


@given(COUNTS, COUNTS)
def test_the_index_is_never_below_0_and_the_same_in_both_directions(one: list[int], other: list[int]) -> None:
    size = min(len(one), len(other))
    before, after = np.array(one[:size]), np.array(other[:size])
    found = stability_index(before, after)
    assert np.isfinite(found)
    assert found >= 0
    assert stability_index(after, before) == pytest.approx(found)


@given(COUNTS, st.integers(1, 20))
def test_the_index_of_equal_shares_is_0(counts: list[int], times: int) -> None:
    assert stability_index(np.array(counts), np.array(counts) * times) == pytest.approx(0, abs=1e-9)


@given(COUNTS, COUNTS)
def test_merged_bins_hold_every_conversation_and_are_few(one: list[int], other: list[int]) -> None:
    size = min(len(one), len(other))
    before, after = np.array(one[:size]), np.array(other[:size])
    found = merged(before, after)
    assert [side.sum() for side in found] == [before.sum(), after.sum()]
    assert len(found[0]) <= 10
    if len(found[0]) > 1:
        shares = [side / max(side.sum(), 1) for side in found]
        assert min(shares[0] + shares[1]) >= (sum(shares[0]) + sum(shares[1])) / 10 - 1e-9


def test_a_distribution_that_moves_has_drifted_and_one_that_stays_has_not() -> None:
    before = report(alpha=sample(0.8, 600, 1), beta=sample(0.7, 600, 2))
    after = report(alpha=sample(0.4, 600, 3), beta=sample(0.7, 600, 4))
    found = drift(before, after, LIMITS)
    alpha, beta = of(found, "alpha"), of(found, "beta")
    assert (alpha.drifted, alpha.degraded, beta.drifted, beta.degraded) == (True, True, False, False)
    assert alpha.index > 1 > 0.1 > beta.index
    assert alpha.fall == pytest.approx(0.39, abs=0.03)
    assert found[0] == alpha
    assert of(drift(after, before, LIMITS), "alpha").degraded is False  # it rose


def test_a_small_source_does_not_alarm_by_chance_where_the_index_alone_would() -> None:
    alone = 0
    for seed in range(40):
        before, after = report(alpha=sample(0.7, 60, seed)), report(alpha=sample(0.7, 60, 1000 + seed))
        found = of(drift(before, after, LIMITS), "alpha")
        alone += found.index > LIMITS.most_index
        assert not found.drifted
    assert alone > 4


def test_too_few_conversations_say_nothing() -> None:
    assert drift(report(alpha=[0.9] * 49), report(alpha=[0.1] * 500), LIMITS) == []
    assert of(drift(report(alpha=[0.9] * 50), report(alpha=[0.1] * 500), LIMITS), "alpha").drifted


def test_scores_that_go_missing_are_drift() -> None:
    found = of(drift(report(alpha=sample(0.7, 200, 1)), report(alpha=[None] * 200), LIMITS), "alpha")
    assert found.drifted
    assert (found.mean_after, found.degraded) == (None, False)
    assert of(drift(report(alpha=sample(0.7, 200, 1)), report(alpha=[None] * 200), LIMITS), "alpha", "empathy").index == 0


def test_a_source_that_only_one_report_has_is_not_compared() -> None:
    assert drift(report(alpha=[0.5] * 100), report(beta=[0.5] * 100), LIMITS) == []


def test_a_small_fall_is_within_its_bound_however_sure_it_is() -> None:
    before, after = report(alpha=[0.80, 0.81] * 5000), report(alpha=[0.76, 0.77] * 5000)
    assert not of(drift(before, after, LIMITS), "alpha").degraded
    assert of(drift(before, after, DriftLimits(most_fall=0.03)), "alpha").degraded
