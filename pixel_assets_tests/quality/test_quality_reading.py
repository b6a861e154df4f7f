"""What is read from conversations: the least coherent reply, what speaks against a reply, and nothing where nobody replied."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.accuracy import DEVIATIONS
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.labelled.counselling import BEHAVIOURS
from pixel_assets.quality.labelled.empathy import LEVELS, MECHANISMS
from pixel_assets.quality.model import QualityModel
from pixel_assets.quality.reading import DIGITS, RepliesRead, read_accuracy, read_conversations, read_replies
from pixel_assets.quality.tables import QUALITY_READINGS

PROMPT = "My brother moved away and the flat is empty now."
GOOD = "You miss your brother very much. What was it like to live together?"
OTHER = "Rinse the filter of the machine and put it back before you close the lid."
JUDGING = "You are overreacting. You should just get over it and go out more."


def column(*conversations: list[tuple[str, str]]) -> pa.ListArray:
    return pa.array([[{"role": role, "content": content} for role, content in said] for said in conversations], TURNS)


TALKS = column(
    [("system", "Be kind."), ("user", PROMPT), ("assistant", GOOD), ("user", "I do."), ("assistant", OTHER)],
    [("user", PROMPT)],
    [("user", PROMPT), ("assistant", JUDGING), ("user", PROMPT), ("assistant", JUDGING)],
    [("assistant", GOOD)],
)  # fmt: skip


@cache
def replies() -> RepliesRead:
    return read_replies(Exchanges.of(TALKS), QualityModel.load())


@cache
def table() -> pa.Table:
    return read_conversations(pa.array(["a", "b", "c", "d"]), TALKS, QualityModel.load())


def test_every_reply_has_probabilities_that_add_up() -> None:
    read = replies()
    assert read.mechanisms.shape == (5, len(MECHANISMS), len(LEVELS))
    assert read.behaviours.shape == (5, len(BEHAVIOURS))
    for probabilities in (read.mechanisms, read.behaviours):
        assert probabilities.sum(axis=-1) == pytest.approx(1)
    assert (read.coherence <= read.answers).all()  # the other ways to fail can only add
    assert read.levels.shape == (5, len(MECHANISMS))
    assert set(read.behaviour.tolist()) <= set(range(len(BEHAVIOURS)))
    assert read.empathy == pytest.approx(1 - read.mechanisms[:, :, 0].prod(axis=1))


def test_the_weakest_turn_is_that_of_the_least_coherent_reply() -> None:
    coherence = np.round(replies().coherence, DIGITS)
    first, _, third, _ = table().to_pylist()
    assert first["weakest_turn"] == (2, 4)[int(coherence[:2].argmin())]
    assert first["weakest_reply"] == coherence[:2].min()
    assert third["weakest_turn"] == (1, 3)[int(coherence[2:4].argmin())]
    assert first["coherence"] == pytest.approx(replies().coherence[:2].mean(), abs=10**-DIGITS)


def test_of_replies_that_are_equal_the_first_is_the_weakest() -> None:
    same = [("assistant", OTHER)]
    row = read_conversations(pa.array(["a"]), column([*same, *same][:1]), QualityModel.load()).to_pylist()[0]
    assert row["weakest_turn"] == 0
    assert row["weakest_reply"] == row["coherence"]


def test_what_speaks_against_a_reply_is_told_by_turn() -> None:
    first, second, third, _ = (row["deviations"] for row in table().to_pylist())
    assert (first, second) == ([], [])
    assert {each["turn"] for each in third} == {1, 3}
    assert {each["kind"] for each in third} <= set(DEVIATIONS.values())
    assert {"judgement", "minimising"} <= {each["kind"] for each in third}
    assert third == sorted(third, key=lambda each: each["turn"])


def test_a_conversation_without_a_reply_is_read_as_nothing() -> None:
    row = table().to_pylist()[1]
    empty = {name for name, value in row.items() if value is None}
    assert empty == {field.name for field in QUALITY_READINGS if field.nullable}
    assert (row["deviations"], row["moved"]) == ([], [])


def test_a_first_turn_that_answers_nobody_is_read() -> None:
    row = table().to_pylist()[3]
    assert row["weakest_turn"] == 0
    assert all(row[name] is not None for name in ("coherence", "empathy", "therapeutic_accuracy", "language"))


def test_a_slice_of_conversations_is_read_like_the_whole() -> None:
    some = read_conversations(pa.array(["c", "d"]), TALKS.slice(2), QualityModel.load())
    assert some.to_pylist() == table().to_pylist()[2:]
    chunked = pa.chunked_array([TALKS.slice(0, 1), TALKS.slice(1)])
    assert read_conversations(pa.array(["a", "b", "c", "d"]), chunked, QualityModel.load()).equals(table())


def test_both_heads_of_accuracy_read_conversations_and_not_replies() -> None:
    good = read_accuracy(replies())
    assert good.interview.shape == good.support.shape == (len(TALKS),)
    assert np.isfinite(good.interview).all()
    assert np.isfinite(good.support).all()


def test_what_moved_scores_is_told_by_score_in_log_odds() -> None:
    for row in (table().to_pylist()[number] for number in (0, 2)):
        scores = [each["score"] for each in row["moved"]]
        assert set(scores) <= {"coherence", "empathy", "therapeutic_accuracy", "language"}
        for score in set(scores):
            amounts = [abs(each["amount"]) for each in row["moved"] if each["score"] == score]
            assert amounts == sorted(amounts, reverse=True)
            assert len(amounts) <= 3
