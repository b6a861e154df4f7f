"""Hashed n-grams: what is counted, that weights are exact, and that texts do not touch each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.wording.folding import fold
from pixel_assets.wording.ngrams import BUCKETS, Wording
from pixel_assets.wording.ngrams_fit import fit_wording, grams

ONES = Wording(np.ones(BUCKETS, np.int8))


def scores(texts: list[str], wording: Wording = ONES) -> list[tuple[float, float]]:
    return [(float(sentence), float(whole)) for sentence, whole in wording.scores(fold(texts), np.arange(len(texts)))]


def test_words_pairs_and_stretches_are_counted() -> None:
    (row,) = grams(fold(["go home"])).toarray()
    # two words, three pairs with both edges, stretches _go_ and _hom home ome_
    assert round(float(row.sum()) / (5 / 5**0.5)) == 2 + 3 + 4


def test_the_gravest_sentence_and_the_whole_text_are_scored() -> None:
    (one, two, none) = scores(["go home", "go. go home", "... ?"])
    assert one[0] == one[1] == two[0]
    assert two[1] > two[0]
    assert none == (0, 0)


def test_apostrophes_and_case_make_no_difference() -> None:
    assert scores(["I can't go"]) == scores(["i CANT go"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_a_score_depends_on_its_text_alone(texts: list[str]) -> None:
    assert scores(texts) == [each for text in texts for each in scores([text])]
    assert grams(fold(texts)).shape == (len(texts), BUCKETS)


def test_a_very_long_word_has_few_grams() -> None:
    assert grams(fold(["a" * 100_000])).nnz < 10


def test_weights_tell_apart_what_they_were_fitted_on() -> None:
    texts = ["the sea is blue", "a blue sea today", "the bread is old", "old bread again"]
    features, told = grams(fold(texts)), np.array([True, True, False, False])
    fitted = fit_wording(features, told)
    assert fitted.weights.tolist() == fit_wording(features, told).weights.tolist()
    sea, bread = scores(["blue sea", "old bread"], fitted)
    assert min(sea) > 0 > max(bread)
    assert not fit_wording(features, np.ones(4, bool)).weights.any()


def test_weights_survive_packing_and_nothing_else_is_taken() -> None:
    weights = Wording((np.arange(BUCKETS) % 11 - 5).astype(np.int8))
    assert (Wording.unpacked(weights.packed()).weights == weights.weights).all()
    for wrong in ("?", "AAAA", Wording(np.zeros(4, np.int8)).packed()):
        with pytest.raises(ValueError, match="weights"):
            Wording.unpacked(wrong)
