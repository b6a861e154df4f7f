"""Vectors of conversations: what is near, and that those of a row are its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.embeddings import CONTEXTUAL_DIMENSIONS, DIMENSIONS, EMBEDDINGS, embeddings
from pixel_assets.vectors.static import StaticVectors

MODEL = StaticVectors.load()
Turns = list[tuple[str, str]]
SLEEP: Turns = [("user", "I cannot sleep at night."), ("assistant", "How long has that been so?")]
AWAKE: Turns = [("user", "My nights are sleepless."), ("assistant", "Since when do you lie awake?")]
TRAIN: Turns = [("user", "When does the train to the coast leave?"), ("assistant", "At four, from platform two.")]


def _table(*conversations: Turns) -> pa.Table:
    turns = [[{"role": role, "content": content} for role, content in each] for each in conversations]
    return pa.table({"conversation_id": [str(number) for number in range(len(turns))], "turns": pa.array(turns, TURNS)})


def _vectors(table: pa.Table, name: str) -> np.ndarray[Any, Any]:
    return np.array(embeddings(table, MODEL)[name].to_pylist(), np.float64)


def test_each_side_has_a_vector_and_both_have_one() -> None:
    found = embeddings(_table(SLEEP, TRAIN), MODEL)
    assert found.schema == EMBEDDINGS
    assert found["conversation_id"].to_pylist() == ["0", "1"]
    for name in ("user", "assistant", "whole"):
        vectors = np.array(found[name].to_pylist(), np.float64)
        assert vectors.shape == (2, DIMENSIONS)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)


def test_conversations_about_the_same_are_near() -> None:
    asked, same, other = _vectors(_table(SLEEP, AWAKE, TRAIN), "whole")
    assert asked @ same > 1.5 * (asked @ other)


def test_a_side_that_says_nothing_has_no_vector() -> None:
    found = embeddings(_table([("user", "hello")], [("system", "You are kind.")], []), MODEL).to_pylist()
    assert [(row["user"] is None, row["assistant"] is None, row["whole"] is None) for row in found] == [
        (False, True, False), (True, True, True), (True, True, True),
    ]  # fmt: skip


def test_no_conversations_have_no_vectors() -> None:
    assert embeddings(_table(), MODEL).num_rows == 0


WORDS = st.lists(st.sampled_from(["sleep", "night", "train", "I", "am", "tired", "\u200b", ""]), max_size=5).map(" ".join)
CONVERSATIONS = st.lists(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), WORDS), max_size=4), max_size=6)


@settings(max_examples=40, deadline=None)
@given(CONVERSATIONS)
def test_the_vectors_of_a_row_do_not_depend_on_the_others(conversations: list[Turns]) -> None:
    together = embeddings(_table(*conversations), MODEL).drop(["conversation_id"]).to_pylist()
    assert together == [embeddings(_table(each), MODEL).drop(["conversation_id"]).to_pylist()[0] for each in conversations]


def test_a_transformer_gives_vectors_where_it_is_asked_to() -> None:
    conversations = _table(SLEEP, AWAKE, TRAIN, [("system", "You are kind.")])
    found = embeddings(conversations, MODEL, "all")
    vectors = np.array(found["contextual"].to_pylist()[:3], np.float64)
    assert vectors.shape == (3, CONTEXTUAL_DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2
    assert found["contextual"].to_pylist()[3] is None
    assert embeddings(conversations, MODEL)["contextual"].null_count == 4
