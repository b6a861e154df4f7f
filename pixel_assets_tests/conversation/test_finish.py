"""The standard form: which turns it has, which flags say why they do not alternate, and what a preference gives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.conversation.finish import Outcome, Said, finish
from pixel_assets.conversation.formats.base import Draft, Turn
from pixel_assets.conversation.standard import conversation_id

U, A, S = "user", "assistant", "system"


def finished(*turns: Turn, category: str = "mental_health", **more: object) -> Outcome:
    return finish(Draft(turns, {}, **more), category)  # type: ignore[arg-type]


def said(*turns: Turn) -> Said:
    return Said([role for role, _ in turns], [content for _, content in turns])


@pytest.mark.parametrize(
    ("roles", "flags"),
    [
        ([U, A], []),
        ([S, U, A, U, A], []),
        ([A, U, A], ["assistant_opens"]),
        ([S, A, U, A], ["assistant_opens"]),
        ([U, A, U], ["user_closes"]),
        ([A, U], ["assistant_opens", "user_closes"]),
        ([U, S, A], ["system_inside"]),
        ([U, U, A, A], ["turns_merged"]),
        ([S, S, U, A], ["turns_merged"]),
    ],
)
def test_turns_alternate_or_a_flag_says_why_not(roles: list[str], flags: list[str]) -> None:
    outcome = finished(*((role, f"word {number}") for number, role in enumerate(roles)))
    assert outcome.finished is not None
    assert outcome.finished.flags == flags


@given(st.lists(st.tuples(st.sampled_from([U, A, S]), st.text(max_size=8)), max_size=12))
def test_no_two_turns_of_one_role_follow_each_other_and_no_flag_means_plain_alternation(turns: list[Turn]) -> None:
    outcome = finished(*turns)
    assert (outcome.finished is None) == (outcome.rejection is not None)
    if outcome.finished is None:
        assert {U, A} - {role for role, _ in turns}
        return
    roles = outcome.finished.said.roles
    assert all(before != after for before, after in pairwise(roles))
    if not {"assistant_opens", "user_closes", "system_inside"} & set(outcome.finished.flags):
        speech = roles[1:] if roles[0] == S else roles
        assert speech == [U, A] * (len(speech) // 2)


def test_a_chosen_reply_is_a_conversation_and_the_pair_keeps_the_other_one() -> None:
    asked: tuple[Turn, ...] = ((S, "be kind"), (U, "hello"))
    outcome = finished(*asked, (A, "good"), rejected=(*asked, (A, "bad")))
    assert outcome.finished is not None
    assert outcome.pair is not None
    assert outcome.finished.said == said(*asked, (A, "good"))
    assert outcome.pair.prompt == said(*asked)
    assert (outcome.pair.chosen, outcome.pair.rejected) == (said((A, "good")), said((A, "bad")))
    assert outcome.pair.conversation_id == outcome.finished.id


def test_dialogues_that_part_ways_early_keep_all_that_differs() -> None:
    outcome = finished((U, "a"), (A, "b"), (U, "c"), (A, "d"), rejected=((U, "a"), (A, "x"), (U, "c"), (A, "y")))
    assert outcome.pair is not None
    assert outcome.pair.prompt == said((U, "a"))
    assert outcome.pair.rejected == said((A, "x"), (U, "c"), (A, "y"))


def test_two_equal_replies_are_no_preference() -> None:
    outcome = finished((U, "a"), (A, "b"), rejected=((U, "a"), (A, " b ")))
    assert outcome.finished is not None
    assert outcome.pair is None


def test_a_reply_with_a_good_verdict_is_a_conversation_and_half_a_pair() -> None:
    outcome = finished((U, "a"), (A, "b"), preferred=True)
    assert outcome.finished is not None
    assert outcome.pair is not None
    assert (outcome.pair.prompt, outcome.pair.chosen) == (said((U, "a")), said((A, "b")))
    assert outcome.pair.rejected == said()


def test_a_reply_with_a_bad_verdict_is_no_conversation_and_is_kept_as_the_rejected_half() -> None:
    outcome = finished((U, "a"), (A, "b"), preferred=False)
    assert outcome.finished is None
    assert outcome.rejection is not None
    assert outcome.rejection.reason == "negative_example"
    assert outcome.pair is not None
    assert (outcome.pair.chosen, outcome.pair.rejected) == (said(), said((A, "b")))
    assert outcome.pair.conversation_id is None


def test_thoughts_in_tags_are_taken_out_of_the_reply() -> None:
    outcome = finished((U, "a"), (A, "<think>hm</think>\n\nb"), category="reasoning")
    assert outcome.finished is not None
    assert outcome.finished.reasoning == "hm"
    assert outcome.finished.said.contents == ["a", "b"]
    turns = [{"role": U, "content": "a"}, {"role": A, "content": "b"}]
    assert outcome.finished.id == conversation_id(turns, "hm")
    assert outcome.finished.flags == ["reasoning_separated"]
