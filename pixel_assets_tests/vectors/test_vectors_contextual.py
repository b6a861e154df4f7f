"""The transformer's sentence vectors: what they tell apart, and that a text's vector is its own."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.vectors.contextual import DIMENSIONS, LONGEST, ContextualVectors

_MODEL = ContextualVectors.load()


def test_vectors_have_length_one_and_a_text_without_words_has_none() -> None:
    found = _MODEL.encode(["The bus was late again.", "", "\u200b"])
    assert found.shape == (3, DIMENSIONS)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), [1, 0, 0], atol=1e-6)


def test_no_texts_have_no_vectors() -> None:
    assert _MODEL.encode([]).shape == (0, DIMENSIONS)


def test_what_means_the_same_is_near() -> None:
    asked, same, other = _MODEL.encode(["I cannot sleep at night.", "My nights are sleepless.", "The train leaves at four."])
    assert asked @ same > 0.6 > 0.3 > asked @ other


def test_the_order_of_words_counts() -> None:
    one, two = _MODEL.encode(["the dog bit my brother", "my brother bit the dog"])
    assert one @ two < 0.99


def test_a_column_of_arrow_is_read_as_a_list_is_and_a_null_as_an_empty_text() -> None:
    texts = ["one day", None, "another"]
    assert (_MODEL.encode(pa.array(texts)) == _MODEL.encode([text or "" for text in texts])).all()


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    words = ["rain"] * LONGEST
    long, cut = _MODEL.encode([" ".join([*words, "sun"]), " ".join(words)])
    assert (long == cut).all()


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.sampled_from(["rain", "rain falls", "the sun", "why", "it rains", "I stay at home today"]), min_size=1, max_size=6
    )
)
def test_the_vector_of_a_text_does_not_depend_on_the_others(texts: list[str]) -> None:
    together = _MODEL.encode(texts)
    alone = np.vstack([_MODEL.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-6


def test_a_long_text_has_a_vector_for_each_stretch_and_a_text_without_words_has_none() -> None:
    texts = ["rain " * (LONGEST + 3), "", "rain rain rain"]
    vectors, owner = _MODEL.stretches(texts)
    assert owner.tolist() == [0, 0, 2]
    assert (vectors[1] == vectors[2]).all()
    assert _MODEL.encode(texts)[0] @ vectors[0] == pytest.approx(np.linalg.norm(vectors[0]), rel=1e-5)


def test_a_copy_for_another_process_reads_the_same() -> None:
    assert (pickle.loads(pickle.dumps(_MODEL)).encode(["rain"]) == _MODEL.encode(["rain"])).all()
