"""Traits: exact values for small conversations, and the contracts that selection relies on."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS, conversation_id
from pixel_assets.quality.traits import TRAITS, traits

Turns = list[tuple[str, str]]


def _table(*conversations: Turns) -> pa.Table:
    turns = [[{"role": role, "content": content} for role, content in turns] for turns in conversations]
    return pa.table(
        {"conversation_id": [conversation_id(t) for t in turns], "turns": pa.array(turns, TURNS)},
        schema=pa.schema([pa.field("conversation_id", pa.string()), pa.field("turns", TURNS)]),
    )


def _traits(turns: Turns) -> dict[str, Any]:
    return traits(_table(turns)).to_pylist()[0]


def _keys(turns: Turns) -> tuple[str, str]:
    row = _traits(turns)
    return row["text_key"], row["group_key"]


TALK: Turns = [
    ("system", "You are a kind therapist."),
    ("user", "I can't sleep at night, because of my work."),
    ("assistant", "That sounds hard. How long has it been like this?"),
]


def test_a_conversation_is_counted_without_its_system_turns() -> None:
    row = _traits([*TALK, ("user", " \u200b "), ("assistant", "Bad\x00 \ufffdbytes")])
    assert len(row.pop("conversation_id")) == len(row.pop("text_key")) == len(row.pop("group_key")) == 32
    assert row.pop("language_confidence") >= 0.8
    expected = {
        "language": "en",
        "turns": 5,
        "user_turns": 2,
        "assistant_turns": 2,
        "words": 21,
        "user_words": 9,
        "assistant_words": 12,
        "characters": 106,
        "empty_turns": 1,
        "unreadable": 0.0189,
        "user_tokens": 13,
        "assistant_tokens": 14,
        "answer_key": None,
    }
    assert {name: row[name] for name in expected} == expected


def test_a_conversation_without_speech_has_traits_too() -> None:
    row = _traits([("system", "Be kind.")])
    assert (row["turns"], row["words"], row["characters"], row["unreadable"]) == (1, 0, 0, 0.0)
    assert row["language"] == "und"
    assert traits(_table()).num_rows == 0


def test_the_text_key_ignores_case_space_punctuation_and_system_turns() -> None:
    same: Turns = [
        ("user", "i CAN’T sleep,  at night because of my work!!"),
        ("assistant", "That sounds hard — how long has it been like this"),
    ]
    assert _keys(TALK) == _keys(same)


def test_the_text_key_sees_words_and_who_said_them() -> None:
    key = _keys(TALK)[0]
    assert _keys([*TALK[:2], ("assistant", "That sounds hard.")])[0] != key
    assert _keys([("assistant", TALK[1][1]), ("user", TALK[2][1])])[0] != key


def test_the_group_key_is_that_of_the_opening_question() -> None:
    other = [TALK[1], ("assistant", "Tell me more."), ("user", "There is no more.")]
    assert _keys(TALK)[1] == _keys(other)[1]
    assert _keys(TALK)[0] != _keys(other)[0]


def test_a_short_opening_makes_no_group() -> None:
    first = [("user", "Hi there!"), ("assistant", "Hello, what brings you here?")]
    second = [("user", "Hi there!"), ("assistant", "Hello, how was your week?")]
    assert _keys(first)[1] != _keys(second)[1]


def test_the_schema_is_the_promised_one() -> None:
    assert traits(_table(TALK)).schema.equals(TRAITS, check_metadata=True)


_TURNS = st.lists(
    st.tuples(
        st.sampled_from(["system", "user", "assistant"]), st.text(st.characters(codec="utf-8"), max_size=40)
    ),
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_TURNS, min_size=1, max_size=6), st.data())
def test_a_row_never_depends_on_other_rows(conversations: list[Turns], data: st.DataObject) -> None:
    together = traits(_table(*conversations)).to_pylist()
    chosen = data.draw(st.integers(0, len(conversations) - 1))
    assert traits(_table(conversations[chosen])).to_pylist() == [together[chosen]]
    sliced = traits(_table(*conversations).slice(chosen, 1))
    assert sliced.to_pylist() == [together[chosen]]


@settings(max_examples=40, deadline=None)
@given(_TURNS)
def test_equal_text_keys_mean_equal_group_keys(turns: Turns) -> None:
    louder = [(role, f"  {content.upper()} !") for role, content in turns]
    first, second = _keys(turns), _keys(louder)
    if first[0] == second[0]:
        assert first[1] == second[1]
