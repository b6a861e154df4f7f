"""What heads look at: features and vectors of replies, their sentences and context, of one conversation alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.features.replies import reply_features
from pixel_assets.quality.seen import CONTEXT_TURNS, Seen, to_length_1

PROMPT = "My brother moved away and the flat is empty now."
REPLY = "You miss your brother very much. What was it like to live together?"
OTHER = "The train to the sea leaves at nine from the old station."


def seen(*conversations: list[tuple[str, str]]) -> Seen:
    turns = [[{"role": role, "content": content} for role, content in said] for said in conversations]
    return Seen(Exchanges.of(pa.array(turns, TURNS)), "static")


def talk(*said: str) -> list[tuple[str, str]]:
    return [(("user", "assistant")[number % 2], content) for number, content in enumerate(said)]


def test_sentences_are_those_of_replies_and_know_theirs() -> None:
    found = seen(talk(PROMPT, REPLY, "I do. It was good. We laughed.", "That sounds warm to me."), talk(OTHER, "", OTHER, OTHER))
    assert found.of_sentence.tolist() == [0, 0, 1, 3]
    assert len(found.sentence_vectors) == len(found.folded) == len(found.sentence_features.values) == 4


def test_a_sentence_has_the_features_that_it_has_as_the_whole_reply() -> None:
    found = seen(talk(PROMPT, REPLY))
    cut = [each.strip() for each in ("You miss your brother very much.", "What was it like to live together?")]
    alone = reply_features(Exchanges.pairs([PROMPT] * 2, cut))
    assert found.sentence_features.names == alone.names
    assert found.sentence_features.values == pytest.approx(alone.values)


def test_vectors_of_replies_have_length_1_and_those_of_nothing_are_zeros() -> None:
    found = seen(talk(PROMPT, REPLY, "ok", ""))
    assert np.linalg.norm(found.reply_vectors, axis=1) == pytest.approx([1, 0])
    assert to_length_1(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0, 0]]


def test_what_answers_nobody_has_no_prompt() -> None:
    found = seen([("assistant", REPLY), ("user", PROMPT), ("assistant", REPLY), ("assistant", OTHER)])
    assert found.prompt_vectors.any(axis=1).tolist() == [False, True, False]


def test_context_is_the_sum_of_the_turns_before_and_reaches_back_a_few() -> None:
    first = "A dog barked in the yard all night long."
    found = seen(talk(first, "Did you sleep at all?", PROMPT, REPLY, OTHER, "When does it come back?", PROMPT, REPLY))
    turns = found.turn_vectors
    assert found.context_vectors[0] == pytest.approx(turns[0])
    assert found.context_vectors[2] == pytest.approx(turns[1:5].sum(axis=0))
    assert found.context_vectors[3] == pytest.approx(turns[3:7].sum(axis=0))
    assert CONTEXT_TURNS == 4


def test_context_is_never_of_another_conversation() -> None:
    found = seen(talk(PROMPT, REPLY), [("assistant", OTHER)], talk(PROMPT, REPLY))
    assert not found.context_vectors[1].any()
    assert found.context_vectors[2] == pytest.approx(found.context_vectors[0])


TEXTS = st.sampled_from([PROMPT, REPLY, OTHER, "", "😀", "Oh no! Really?", "Yes. No. Maybe so, I think."])
TURN = st.tuples(st.sampled_from(["user", "assistant", "system"]), TEXTS)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(TURN, max_size=6), min_size=1, max_size=4))
def test_all_that_is_seen_of_a_conversation_is_the_same_alone(conversations: list[list[tuple[str, str]]]) -> None:
    together, alone = seen(*conversations), [seen(each) for each in conversations]
    for name in ("reply_vectors", "prompt_vectors", "context_vectors", "sentence_vectors"):
        assert (getattr(together, name) == np.vstack([getattr(each, name) for each in alone])).all(), name
    for name in ("features", "sentence_features"):
        assert (getattr(together, name).values == np.vstack([getattr(each, name).values for each in alone])).all(), name
