"""N-grams with weights for several outputs: sums are exact, those of parts add up, and they are what the fit counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.wording.folding import fold
from pixel_assets.wording.ngrams import BUCKETS
from pixel_assets.wording.ngrams_fit import counts, grams
from pixel_assets.wording.outputs import SPREAD, Grams, root

TEXTS = ["the sea is blue", "I can't go home. Not today!", "", "?!", "blue blue blue"]


def made(outputs: int = 2, share: float = 0.5) -> Grams:
    draw = np.random.default_rng(7)
    buckets = np.flatnonzero(draw.random(BUCKETS) < share)
    return Grams.of(buckets, draw.normal(size=(len(buckets), outputs)))


GRAMS = made()


def test_the_sum_of_a_text_is_that_of_its_counted_ngrams() -> None:
    counted, words = counts(fold(TEXTS))
    said = GRAMS.said(fold(TEXTS))
    expected = counted[:, GRAMS.buckets] @ GRAMS.weights.astype(np.int64)
    assert said.sums.tolist() == expected.tolist()
    assert said.words.tolist() == words.tolist()


def test_log_odds_are_those_that_the_fit_was_made_with() -> None:
    expected = grams(fold(TEXTS))[:, GRAMS.buckets] @ (GRAMS.weights * GRAMS.units)
    assert GRAMS.logits(GRAMS.said(fold(TEXTS))) == pytest.approx(expected)


@given(st.lists(st.text(alphabet="abc é'.?! ", max_size=40), min_size=1, max_size=5))
def test_a_text_is_summed_up_alone(texts: list[str]) -> None:
    together, alone = GRAMS.said(fold(texts)), [GRAMS.said(fold([text])) for text in texts]
    assert together.sums.tolist() == [each.sums[0].tolist() for each in alone]
    assert together.words.tolist() == [int(each.words[0]) for each in alone]


def test_sums_of_sentences_add_up_to_those_of_their_text() -> None:
    parts = ["I went home early.", "Nobody was there!", "So I slept."]
    whole, sentences = GRAMS.said(fold([" ".join(parts)])), GRAMS.said(fold(parts))
    assert whole.sums[0].tolist() == sentences.sums.sum(axis=0).tolist()
    assert whole.words[0] == sentences.words.sum()


def test_weights_are_rounded_to_whole_numbers_of_which_the_largest_is_127() -> None:
    found = Grams.of(np.array([3, 9]), np.array([[0.5, 0.0], [-1.0, 0.0]]))
    assert found.weights.tolist() == [[64, 0], [-127, 0]]
    assert found.weights * found.units == pytest.approx(np.array([[0.5, 0], [-1, 0]]), abs=0.01)
    assert Grams.of(np.zeros(0, np.int64), np.zeros((0, 2))).said(fold(TEXTS)).sums.tolist() == [[0, 0]] * len(TEXTS)


def test_one_ngram_of_a_long_text_counts_less() -> None:
    few, many, more = root(np.array([0, 100, 400])).tolist()
    assert few > many == 2 * more
    assert many == SPREAD / 10
