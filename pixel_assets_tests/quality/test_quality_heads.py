"""Heads: a planted signal is found again, decisions, folds by group, and the table that keeps a head."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import PixelError
from pixel_assets.quality.heads.fitting import Given, calibrated, fit_head, fold_of, held_out, sharpness
from pixel_assets.quality.heads.linear import CLIPPED, Head, Standard, decided, logistic, softmax
from pixel_assets.quality.heads.tables import QUALITY_MODEL, Row, head_of, rows_by_head, rows_of, rows_of_standard, standard_of
from pixel_assets.wording.folding import fold
from pixel_assets.wording.ngrams_fit import grams

OUTPUTS = ("no", "yes")
WARM, COLD = "the sea is warm and blue", "the bread is old and dry"


def planted(rows: int = 400, seed: int = 1) -> tuple[Given, np.ndarray]:
    """Of three columns the first speaks for yes, the second against it, and the third says nothing."""
    draw = np.random.default_rng(seed)
    dense = draw.normal(size=(rows, 3))
    logits = 2 * dense[:, 0] - dense[:, 1]
    labels = (draw.random(rows) < logistic(logits)).astype(np.int64)
    return Given(("for", "against", "nothing"), dense, np.full(3, 1.0)), labels


def test_a_fit_finds_the_signal_that_was_planted_and_no_other() -> None:
    given_, labels = planted()
    head = fit_head(given_, labels, OUTPUTS, np.ones(len(labels)))
    toward = head.weights[:, 1] - head.weights[:, 0]
    assert toward[0] > 1 > 0 > toward[1] > -2
    assert abs(toward[2]) < 0.3
    assert head.shares.tolist() == pytest.approx([1 - labels.mean(), labels.mean()])
    assert (head.logits(given_.dense).argmax(axis=1) == labels).mean() > 0.75


def test_the_same_rows_give_the_same_head_and_importance_shifts_it() -> None:
    given_, labels = planted(100)
    first, again = (fit_head(given_, labels, OUTPUTS, np.ones(100)) for _ in range(2))
    assert (first.weights == again.weights).all()
    shifted = fit_head(given_, labels, OUTPUTS, np.where(labels == 1, 5.0, 1.0))
    assert shifted.probabilities(given_.dense)[:, 1].mean() > first.probabilities(given_.dense)[:, 1].mean() + 0.1


def test_ngrams_are_learned_beside_columns_and_read_alike_from_texts() -> None:
    texts, labels = [f"{text} {number}" for number in range(10) for text in (WARM, COLD)], np.arange(20) % 2
    folded = fold(texts)
    head = fit_head(Given(("none",), np.zeros((20, 1)), np.ones(1), grams(folded), 1.0), labels, OUTPUTS, np.ones(20))
    assert head.grams is not None
    said = head.grams.said(folded)
    assert (head.logits(np.zeros((20, 1)), said).argmax(axis=1) == labels).all()
    held = held_out(
        Given(("none",), np.zeros((20, 1)), np.ones(1), grams(folded), 1.0), labels, OUTPUTS, np.ones(20), np.arange(20) // 4
    )
    assert (held.argmax(axis=1) == labels).all()


def test_held_out_rows_are_read_by_a_head_that_never_saw_their_fold() -> None:
    given_, labels = planted(60)
    folds = np.arange(60) % 3
    held = held_out(given_, labels, OUTPUTS, np.ones(60), folds)
    without = folds != 1
    alone = fit_head(given_.some(without), labels[without], OUTPUTS, np.ones(int(without.sum())))
    assert held[~without] == pytest.approx(alone.logits(given_.dense[~without]))


def test_a_head_that_is_too_sure_is_made_less_so() -> None:
    given_, labels = planted(300)
    head = fit_head(given_, labels, OUTPUTS, np.ones(300))
    logits = head.logits(given_.dense)
    plain = sharpness(logits, labels, np.ones(300))
    assert sharpness(logits * 4, labels, np.ones(300)) == pytest.approx(plain / 4, abs=0.01)
    sharp, held = calibrated(given_, labels, OUTPUTS, np.ones(300), np.arange(300) % 5)
    assert held.shape == (300, 2)
    assert sharp.logits(given_.dense) == pytest.approx(logits * sharp.sharpness)


def test_a_decision_lies_between_the_most_probable_and_the_one_that_gains_most() -> None:
    shares = np.array([0.81, 0.15, 0.04])
    probabilities = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.5, 0.1, 0.4]])
    assert decided(probabilities, shares).tolist() == [0, 1, 2]
    assert decided(probabilities, np.full(3, 1 / 3)).tolist() == [0, 0, 0]
    assert decided(probabilities[None], shares).shape == (1, 3)


def test_what_columns_move_and_the_intercept_are_all_of_the_log_odds() -> None:
    given_, labels = planted(100)
    head = replace(fit_head(given_, labels, OUTPUTS, np.ones(100)), sharpness=0.5)
    toward = np.array([-1.0, 1.0])
    expected = given_.dense @ head.towards(toward) + head.intercept @ toward * 0.5
    assert head.logits(given_.dense) @ toward == pytest.approx(expected)


def test_columns_are_brought_to_one_scale_and_far_values_count_as_no_further_than_a_bound() -> None:
    dense = np.array([[0.0, 10.0], [2.0, 30.0], [4.0, 50.0]])
    standard = Standard.of(("one", "two"), dense)
    assert standard(dense).mean(axis=0) == pytest.approx(0)
    assert standard(dense).std(axis=0) == pytest.approx(1, abs=1e-5)
    assert standard(np.array([[1e9, -1e9]])).tolist() == [[CLIPPED, -CLIPPED]]
    assert dense[0].tolist() == [0, 10]  # which are left as they are
    assert standard.some(("two",))(dense[:, 1:]).tolist() == standard(dense)[:, 1:].tolist()


def test_a_column_that_is_always_the_same_is_standardised_to_nothing() -> None:
    assert Standard.of(("one",), np.full((3, 1), 7.0))(np.full((2, 1), 7.0)).tolist() == [[0], [0]]


def test_probabilities_add_up_and_large_log_odds_do_no_harm() -> None:
    assert softmax(np.array([[1e4, 0.0, -1e4], [0.0, 0.0, 0.0]])).sum(axis=1) == pytest.approx(1)
    assert logistic(np.array([-1e4, 0.0, 1e4])).tolist() == [0, 0.5, 1]


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=60))
def test_folds_keep_groups_together_whatever_the_order(groups: list[str]) -> None:
    folds = fold_of(groups)
    fold = dict(zip(groups, folds.tolist(), strict=True))
    assert [fold[group] for group in groups] == folds.tolist()
    assert set(folds.tolist()) <= set(range(5))
    order = sorted(range(len(groups)), key=lambda number: (groups[number], number))
    assert fold_of([groups[number] for number in order]).tolist() == folds[order].tolist()


def test_folds_have_about_as_many_rows() -> None:
    groups = [f"group {number // 3}" for number in range(300)]
    assert np.bincount(fold_of(groups)).tolist() == [60] * 5


def head(with_grams: bool) -> Head:
    texts = [WARM, COLD] * 5
    dense = np.linspace(-1, 1, 20).reshape(10, 2) ** 3
    counted = grams(fold(texts)) if with_grams else None
    made = fit_head(Given(("one", "two"), dense, np.ones(2), counted, 1.0), np.arange(10) % 2, OUTPUTS, np.ones(10))
    return replace(made, sharpness=0.75)


def kept(rows: Iterable[Row]) -> Head:
    """The head x of the static tier from a table of rows."""
    table = pa.Table.from_pylist(list(rows), QUALITY_MODEL)
    return head_of(rows_by_head(table, "static"), "static", "x")


@pytest.mark.parametrize("with_grams", [True, False])
def test_a_head_that_was_kept_as_a_table_says_the_same(with_grams: bool) -> None:
    made = head(with_grams)
    again = kept([*rows_of(made, "static", "x"), *rows_of(head(False), "contextual", "x"), *rows_of(head(False), "static", "y")])
    assert (again.outputs, again.columns, again.sharpness) == (made.outputs, made.columns, 0.75)
    dense, texts = np.array([[0.3, -0.2], [9.0, 0.1]]), fold([WARM, "a cold sea"])
    said = [each.grams.said(texts) if each.grams else None for each in (made, again)]
    assert again.logits(dense, said[1]) == pytest.approx(made.logits(dense, said[0]), rel=1e-4, abs=1e-4)
    once_more = kept(rows_of(again, "static", "x"))
    more = once_more.grams.said(texts) if once_more.grams else None
    assert (once_more.logits(dense, more) == again.logits(dense, said[1])).all()


@pytest.mark.parametrize("lost", ["output", "column", "number"])
def test_a_table_without_a_part_of_a_head_is_refused(lost: str) -> None:
    rows = [row for row in rows_of(head(True), "static", "x") if row["kind"] != lost]
    with pytest.raises(PixelError, match="no usable head x"):
        kept(rows)


def test_how_columns_are_standardised_is_kept_too() -> None:
    standard = Standard(("one", "two"), np.array([0.25, -3.0]), np.array([1.5, 0.125]))
    rows = rows_by_head(pa.Table.from_pylist(list(rows_of_standard(standard, "static", "s")), QUALITY_MODEL), "static")
    again = standard_of(rows, "static", "s")
    assert again.columns == standard.columns
    assert (again.mean.tolist(), again.scale.tolist()) == (standard.mean.tolist(), standard.scale.tolist())
    with pytest.raises(PixelError, match="has no other"):
        standard_of(rows, "static", "other")
