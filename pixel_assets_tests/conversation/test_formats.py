"""Formats: each family of records, its exact conversation, and its reasons for rejection."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_assets.conversation.detect import format_named
from pixel_assets.conversation.formats.base import Rejection
from pixel_assets.conversation.hints import Options

Record = dict[str, Any]
S, U, A = "system", "user", "assistant"


def turns(format: str, record: Record, options: Options | None = None) -> list[list[tuple[str, str]]]:
    convert = format_named(format).convert
    assert convert is not None
    result = convert(record, options or Options())
    assert not isinstance(result, Rejection), result
    return [list(draft.turns) for draft in result]


def rejection(format: str, record: Record) -> str:
    convert = format_named(format).convert
    assert convert is not None
    result = convert(record, Options())
    assert isinstance(result, Rejection), result
    return result.reason


def metadata(format: str, record: Record) -> Record:
    convert = format_named(format).convert
    assert convert is not None
    result = convert(record, Options())
    assert not isinstance(result, Rejection)
    return result[0].metadata


def said(*turns: tuple[str, str], role: str = "role", text: str = "content") -> list[Record]:
    return [{role: speaker, text: words} for speaker, words in turns]


CASES: list[tuple[str, Record, list[tuple[str, str]]]] = [
    ("messages", {"messages": said((S, "s"), (U, "q"), (A, "a"))}, [(S, "s"), (U, "q"), (A, "a")]),
    ("messages", {"messages": said((U, "q"), (A, ""))}, [(U, "q"), (A, "")]),
    (
        "messages",
        {"messages": [{"role": "User", "content": None}, {"role": A, "content": "a"}]},
        [(U, ""), (A, "a")],
    ),
    (
        "messages",
        {"messages": [{"role": U, "content": [{"type": "text", "value": "x"}, {"text": "y"}, "z"]}]},
        [(U, "x\ny\nz")],
    ),
    ("messages", {"system": "s", "messages": said((U, "q"), (A, "a"))}, [(S, "s"), (U, "q"), (A, "a")]),
    (
        "sharegpt",
        {"conversations": said(("system", "s"), ("human", "q"), ("gpt", "a"), role="from", text="value")},
        [(S, "s"), (U, "q"), (A, "a")],
    ),
    ("sharegpt", {"conversation": said(("client", "q"), ("counselor", "a"))}, [(U, "q"), (A, "a")]),
    (
        "sharegpt",
        {"conversations": said(("sys", "s"), ("human", "q"), ("gpt", "a"), role="from", text="value")},
        [(S, "s"), (U, "q"), (A, "a")],
    ),
    (
        "dialog",
        {"dialog": said(("sys", "a"), ("usr", "q"), role="speaker", text="text")},
        [(A, "a"), (U, "q")],
    ),
    ("dialog", {"dialog": said(("speaker", "q"), ("listener", "a"), role="speaker")}, [(U, "q"), (A, "a")]),
    (
        "dialog",
        {"turns": [{"from": "npc", "sentences": ["a", "b"]}, {"from": "player", "text": "q"}]},
        [(A, "a\nb"), (U, "q")],
    ),
    ("alpaca", {"instruction": "i", "input": "", "output": "o"}, [(U, "i"), (A, "o")]),
    (
        "alpaca",
        {"instruction": "i", "input": "n", "output": "o", "system": "s", "history": [["q", "a"]]},
        [(S, "s"), (U, "q"), (A, "a"), (U, "i\n\nn"), (A, "o")],
    ),
    ("prompt_response", {"Context": "q", "Response": "a"}, [(U, "q"), (A, "a")]),
    ("prompt_response", {"Question_ID": 1, "Questions": "q", "Answers": "a"}, [(U, "q"), (A, "a")]),
    ("prompt_response", {"instruction": "q", "response": "a", "topic": "t"}, [(U, "q"), (A, "a")]),
    ("prompt_response", {"prompt": "q ->", "completion": " a"}, [(U, "q ->"), (A, " a")]),
    (
        "prompt_response",
        {"system_prompt": "s", "question": "q", "response": "a"},
        [(S, "s"), (U, "q"), (A, "a")],
    ),
    (
        "prompt_response",
        {"questionTitle": "Why?", "questionText": "I feel.", "answerText": "a"},
        [(U, "Why?\n\nI feel."), (A, "a")],
    ),
    (
        "prompt_response",
        {"questionTitle": "Why", "questionText": "why do I?", "answerText": "a"},
        [(U, "why do I?"), (A, "a")],
    ),
    (
        "prompt_response",
        {"questionTitle": "Why?", "questionText": "", "answerText": "a"},
        [(U, "Why?"), (A, "a")],
    ),
    (
        "prompt_response",
        {"question": "long", "answer": "x", "Question": "q", "Complex_CoT": "c", "Response": "a"},
        [(U, "q"), (A, "a")],
    ),
    (
        "prompt_response",
        {"Open-ended Verifiable Question": "q", "Complex_CoT": "c", "Response": "a"},
        [(U, "q"), (A, "a")],
    ),
    (
        "preference",
        {
            "conversations": [{"from": "human", "value": "q"}],
            "chosen": {"from": "gpt", "value": "good"},
            "rejected": {"from": "gpt", "value": "bad"},
        },
        [(U, "q"), (A, "good")],
    ),
    (
        "preference",
        {"chosen_messages": said((U, "q"), (A, "good")), "rejected_messages": said((U, "q"), (A, "bad"))},
        [(U, "q"), (A, "good")],
    ),
    ("preference", {"prompt": "q", "chosen": "good", "rejected": "bad"}, [(U, "q"), (A, "good")]),
    (
        "preference",
        {"prompt": "q", "chosen": said((U, "q"), (A, "good")), "rejected": said((U, "q"), (A, "bad"))},
        [(U, "q"), (A, "good")],
    ),
    (
        "preference",
        {"chosen": "\n\nHuman: q\nUser: x\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
        [(U, "q\nUser: x"), (A, "a")],
    ),
    ("kto", {"messages": said((U, "q"), (A, "a")), "label": True}, [(U, "q"), (A, "a")]),
    ("kto", {"prompt": "q", "completion": "a", "label": True}, [(U, "q"), (A, "a")]),
    ("transcript", {"text": "user: q\n\nmore\n\nagent: a"}, [(U, "q\n\nmore\n\n"), (A, "a")]),
    (
        "transcript",
        {"dialogue": "Intake.\nTherapist: a\n**Client:** q"},
        [(S, "Intake.\n"), (A, "a\n"), (U, "q")],
    ),
    (
        "intake_dialogue",
        {"AI_client": {"dialogue_history_init": "Counselor: a\nClient: q", "dialogue_history": None}},
        [(A, "a\n"), (U, "q")],
    ),
    (
        "persona_chat",
        {
            "personality": [""],
            "utterances": [
                {"history": ["q"], "candidates": ["wrong", "right"]},
                {"history": ["q", "right", "q2"], "candidates": ["wrong", "last"]},
            ],
        },
        [(U, "q"), (A, "right"), (U, "q2"), (A, "last")],
    ),
]


@pytest.mark.parametrize(("format", "record", "expected"), CASES)
def test_a_record_becomes_exactly_these_turns(
    format: str, record: Record, expected: list[tuple[str, str]]
) -> None:
    assert turns(format, record) == [expected]


@pytest.mark.parametrize(
    ("format", "record", "reason"),
    [
        ("messages", {"messages": []}, "no_turns"),
        ("messages", {}, "no_turns"),
        ("messages", {"messages": ["x"]}, "malformed_turn"),
        ("messages", {"messages": [{"content": "x"}]}, "malformed_turn"),
        ("messages", {"messages": [{"role": U, "content": 5}]}, "malformed_turn"),
        ("messages", {"messages": said(("stranger", "x"))}, "unknown_role"),
        ("messages", {"messages": [{"role": A, "content": "", "tool_calls": [{}]}]}, "tool_calls"),
        ("messages", {"messages": [{"role": U, "content": [{"type": "image_url"}]}]}, "needs_media"),
        ("messages", {"messages": said((U, "<image>?"), (A, "a")), "images": ["1.jpg"]}, "needs_media"),
        (
            "sharegpt",
            {"conversations": said(("function_call", "f()"), role="from", text="value")},
            "tool_calls",
        ),
        ("alpaca", {"instruction": "i", "output": " "}, "no_reply"),
        ("alpaca", {"instruction": "", "input": "", "output": "o"}, "no_user_turn"),
        ("alpaca", {"instruction": "i", "output": "o", "history": [["q"]]}, "malformed_turn"),
        ("alpaca_seed", {"instruction": "i", "instances": [{"output": ""}]}, "no_reply"),
        ("prompt_response", {"question": "q", "answer": ""}, "no_reply"),
        ("prompt_response", {"question": "", "answer": "a"}, "no_user_turn"),
        ("prompt_response", {"turns": ["q"]}, "no_reply"),
        ("preference", {"prompt": "q", "chosen": "", "rejected": "x"}, "no_reply"),
        ("kto", {"messages": said((U, "q"), (A, "a")), "label": False}, "negative_example"),
        ("kto", {"messages": [], "label": None}, "no_verdict"),
        ("transcript", {"text": "table: 1\nQ: x\nA: y"}, "no_roles"),
        ("text_only", {"text": "x"}, "no_roles"),
        ("intents", {"tag": "t", "patterns": ["p"], "responses": []}, "intent_patterns"),
        ("intake_dialogue", {"AI_client": {}}, "no_roles"),
        ("persona_chat", {"utterances": [{"history": ["q"], "candidates": []}]}, "no_reply"),
    ],
)
def test_a_record_without_a_dialogue_is_rejected_with_its_reason(
    format: str, record: Record, reason: str
) -> None:
    assert rejection(format, record) == reason


def test_every_instance_of_a_seed_task_is_a_conversation() -> None:
    record = {"instruction": "i", "instances": [{"input": "1", "output": "a"}, {"input": "", "output": "b"}]}
    assert turns("alpaca_seed", record) == [[(U, "i\n\n1"), (A, "a")], [(U, "i"), (A, "b")]]


def test_the_rejected_reply_is_noted_and_its_words_are_not_kept() -> None:
    kept = metadata("preference", {"prompt": "q", "chosen": "good", "rejected": "bad", "source": "x"})
    assert kept == {"rejected_reply": True, "source": "x"}


def test_short_labels_are_kept_and_long_texts_and_nulls_are_not() -> None:
    record = {
        "question": "q",
        "answer": "a",
        "topic": "t",
        "n": 3,
        "no": None,
        "essay": "x" * 600,
        "tags": ["y"],
    }
    assert metadata("prompt_response", record) == {"topic": "t", "n": 3, "tags": ["y"]}


def test_strategies_of_the_turns_are_kept_in_order() -> None:
    dialog = [{"speaker": "usr", "text": "q"}, {"speaker": "sys", "text": "a", "strategy": "Question"}]
    assert metadata("dialog", {"dialog": dialog}) == {"strategy": ["Question"]}


def test_reasoning_comes_from_its_own_key_or_beside_the_last_message() -> None:
    for format, record in (
        ("prompt_response", {"Question": "q", "Complex_CoT": "c", "Response": "a"}),
        ("messages", {"messages": [*said((U, "q")), {"role": A, "content": "a", "reasoning_content": "c"}]}),
    ):
        convert = format_named(format).convert
        assert convert is not None
        result = convert(record, Options())
        assert not isinstance(result, Rejection)
        assert result[0].reasoning == "c"


def test_options_name_roles_and_columns_that_no_format_knows() -> None:
    options = Options(user_roles=("Caller",), assistant_roles=("volunteer",))
    record = {"messages": said(("caller", "q"), ("volunteer", "a"))}
    assert turns("messages", record, options) == [[(U, "q"), (A, "a")]]
    options = Options(prompt=("query",), reply=("gpt-3.5-turbo",))
    assert turns("prompt_response", {"query": "q", "gpt-3.5-turbo": "a", "answer": "x"}, options) == [
        [(U, "q"), (A, "a")]
    ]
