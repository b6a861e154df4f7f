"""Measures agree with values computed by hand, and with scipy where it is installed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.labelled.measures import Counts, auc, confusion, covered, interval, joined, macro_f1, matched, overlap

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda pair: (pair[0], pair[0] + pair[1])), max_size=8)


def test_precision_recall_and_f1_are_those_of_the_counts() -> None:
    counts = Counts.of(np.array([True, True, True, False, False]), np.array([True, True, False, True, False]))
    assert counts == Counts(found=2, false=1, missed=1, passed=1)
    assert counts.precision == counts.recall == counts.f1 == pytest.approx(2 / 3)
    assert counts.false_alarms == 0.5


def test_where_nothing_is_to_be_found_and_nothing_was_all_shares_are_whole() -> None:
    counts = Counts.of(np.zeros(3, bool), np.zeros(3, bool))
    assert (counts.precision, counts.recall, counts.f1, counts.false_alarms) == (1, 1, 1, 0)


def test_false_alarms_are_none_where_every_row_is_positive() -> None:
    assert Counts.of(np.ones(3, bool), np.ones(3, bool)).false_alarms == 0


def test_macro_f1_is_the_mean_over_classes_however_large_they_are() -> None:
    truth, predicted = np.array(["a", "a", "a", "b"]), np.array(["a", "a", "b", "b"])
    assert macro_f1(truth, predicted) == pytest.approx((0.8 + 2 / 3) / 2)


def test_auc_counts_pairs_in_order_and_halves_ties() -> None:
    truth = np.array([True, True, False, False])
    assert auc(truth, np.array([0.9, 0.5, 0.5, 0.1])) == 0.875
    assert auc(truth, np.array([1.0, 1.0, 1.0, 1.0])) == 0.5
    assert auc(truth, np.array([4.0, 3.0, 2.0, 1.0])) == 1


def test_auc_of_one_class_is_no_number() -> None:
    assert math.isnan(auc(np.ones(2, bool), np.array([0.1, 0.2])))


@settings(deadline=None)  # the first call imports scipy
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=30))
def test_auc_is_the_statistic_of_mann_and_whitney(rows: list[tuple[bool, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    truth, scores = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], np.float64)
    if truth.any() and not truth.all():
        statistic = stats.mannwhitneyu(scores[truth], scores[~truth]).statistic
        assert auc(truth, scores) == pytest.approx(statistic / (truth.sum() * (~truth).sum()))


def test_confusion_counts_what_each_class_was_taken_for() -> None:
    assert confusion(["b", "a", "a"], ["b", "b", "a"]) == {"a": {"a": 1, "b": 1}, "b": {"b": 1}}


def test_an_interval_draws_whole_groups() -> None:
    values = np.array([0.0, 0.0, 0.0, 1.0])
    assert interval(["x", "x", "x", "y"], lambda drawn: float(values[drawn].mean())) == (0.0, 1.0)
    sizes = set[int]()
    interval(["x", "x", "x", "y"], lambda drawn: sizes.add(len(drawn)) or 0.0)
    assert sizes == {2, 4, 6}


def test_an_interval_is_the_same_each_time_and_narrows_with_more_groups() -> None:
    def of(count: int) -> tuple[float, float]:
        values = np.arange(count) % 2
        return interval([str(n) for n in range(count)], lambda drawn: float(values[drawn].mean()))

    assert of(20) == of(20)
    (low, high), (low_of_many, high_of_many) = of(20), of(500)
    assert low < low_of_many < 0.5 < high_of_many < high


def test_an_interval_of_less_than_two_groups_or_of_no_numbers_is_no_number() -> None:
    assert all(map(math.isnan, interval([], lambda drawn: 1.0)))
    assert all(map(math.isnan, interval(["x", "x"], lambda drawn: 1.0)))
    assert all(map(math.isnan, interval(["x", "y"], lambda drawn: math.nan)))


def test_the_interval_of_a_mean_is_close_to_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(size=400)
    low, high = interval([str(n) for n in range(400)], lambda drawn: float(values[drawn].mean()), resamples=10_000)
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [((0, 10), (0, 10), 1.0), ((0, 10), (5, 15), 1 / 3), ((0, 10), (0, 5), 0.5), ((0, 5), (5, 9), 0.0), ((0, 2), (7, 9), 0.0)],
)
def test_overlap_is_the_share_of_the_union(first: tuple[int, int], second: tuple[int, int], share: float) -> None:
    assert overlap(first, second) == overlap(second, first) == pytest.approx(share)


def test_half_an_overlap_is_a_match_and_less_is_none() -> None:
    assert matched([(0, 10)], [(0, 5)]) == [(0, 0)]
    assert matched([(0, 10)], [(0, 4)]) == []


def test_every_span_matches_once_the_closest_one_first() -> None:
    assert matched([(0, 10)], [(0, 6), (0, 10)]) == [(0, 1)]
    assert matched([(0, 5), (6, 10)], [(0, 10)]) == [(0, 0)]


def test_two_spans_in_place_of_one_do_not_count_twice() -> None:
    assert matched([(0, 10), (20, 24)], [(0, 5), (5, 10), (20, 24)]) == [(0, 0), (1, 2)]


@given(SPANS, SPANS)
def test_matches_overlap_by_half_and_use_each_span_once(truth: list[tuple[int, int]], predicted: list[tuple[int, int]]) -> None:
    pairs = matched(truth, predicted)
    assert all(overlap(truth[number], predicted[other]) >= 0.5 for number, other in pairs)
    assert len({number for number, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)
    assert matched(truth, truth) == [(number, number) for number in range(len(truth))] or len(set(truth)) < len(truth)


def test_characters_are_covered_once_however_spans_overlap() -> None:
    assert covered([(0, 10), (5, 12)], [(8, 20), (9, 11)]) == 4
    assert covered([(0, 3)], []) == 0


def test_pieces_of_an_address_are_one_where_only_commas_and_blanks_are_between() -> None:
    text = "12, Rose Street 3\nLeeds and York"
    assert joined([(4, 17), (0, 2), (18, 23), (28, 32)], text) == [(0, 23), (28, 32)]


@given(SPANS)
def test_joining_covers_the_same_places(spans: list[tuple[int, int]]) -> None:
    whole = joined(spans, "a" * 60)
    assert covered(spans, whole) == covered(spans, spans)
    assert joined(whole, "a" * 60) == whole
