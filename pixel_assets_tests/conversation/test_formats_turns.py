"""Lists of turns: every spelling of who speaks and what, tools and media counted, and what no dialogue is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pixel_assets.conversation.detect import detect
from pixel_assets.conversation.formats.turns import parse_turns
from pixel_assets.conversation.hints import Options

from .converting import draft, rejection

Record = dict[str, Any]
S, U, A = "system", "user", "assistant"


def said(*turns: tuple[str, str], role: str = "role", text: str = "content") -> list[Record]:
    return [{role: speaker, text: words} for speaker, words in turns]


QA = [(U, "q"), (A, "a")]
ASKED = said((U, "q"), (A, "a"))
HUMAN = said(("human", "q"), ("gpt", "a"), role="from", text="value")


@pytest.mark.parametrize(
    ("format", "record", "expected"),
    [
        ("messages", {"messages": said((S, "s"), (U, "q"), (A, "a"))}, [(S, "s"), *QA]),
        ("messages", {"messages": said((U, "q"), (A, ""))}, [(U, "q"), (A, "")]),
        ("messages", {"messages": [{"role": "User", "content": None}, {"role": A, "content": "a"}]}, [(U, ""), (A, "a")]),
        ("messages", {"messages": said((U, "q"), (A, "a"), role="Role", text="Content")}, QA),
        ("messages", {"system": "s", "messages": ASKED}, [(S, "s"), *QA]),
        ("messages", {"messages": [{"role": U, "content": "q", "weight": 0}, {"role": A, "content": "a", "weight": 1}]}, QA),
        ("sharegpt", {"conversations": [*said((S, "s"), role="from", text="value"), *HUMAN]}, [(S, "s"), *QA]),
        ("sharegpt", {"conversation": said(("client", "q"), ("counselor", "a"))}, QA),
        ("sharegpt", {"items": said(("human", "q"), ("bing", "a"), role="from", text="value")}, QA),
        ("sharegpt", {"conversations": said(("Human", "q"), ("ChatGPT", "a"), role="from", text="text")}, QA),
        ("sharegpt", {"conversations": [*said(("sys", "s"), role="from", text="value"), *HUMAN]}, [(S, "s"), *QA]),
        ("sharegpt", {"conversations": {"from": ["human", "gpt"], "value": ["q", "a"]}}, QA),
        ("sharegpt", {"conversations": json.dumps(HUMAN)}, QA),
        ("sharegpt", {"conversations": repr(HUMAN)}, QA),
        ("dialog", {"dialog": said(("sys", "a"), ("usr", "q"), role="speaker", text="text")}, [(A, "a"), (U, "q")]),
        ("dialog", {"dialog": said(("speaker", "q"), ("listener", "a"), role="speaker")}, QA),
        ("dialog", {"turns": [{"from": "npc", "sentences": ["a", "b"]}, *ASKED]}, [(A, "a\nb"), *QA]),
        ("dialog", {"id": 1, "data": ASKED}, QA),
        ("turn_pairs", {"history": [["q", "a"], ["q2", "a2"]]}, [*QA, (U, "q2"), (A, "a2")]),
        ("turn_pairs", {"conversations": [{"assistant": "a", "user": "q"}]}, QA),
        ("turn_pairs", {"chat": [{"system": "s", "input": "q", "output": "a"}, {"input": "q2"}]}, [(S, "s"), *QA, (U, "q2")]),
        ("turn_pairs", {"dialogue": [{"Question": "q", "Answer": "a"}]}, QA),
        ("nested_dialogue", {"conversation": {"messages": ASKED}}, QA),
        ("nested_dialogue", {"id": 1, "sample": {"chat": {"conversations": HUMAN, "system": "s"}}}, [(S, "s"), *QA]),
    ],
)  # fmt: skip
def test_every_spelling_gives_the_same_turns(format: str, record: Record, expected: list[tuple[str, str]]) -> None:
    assert detect([record] * 3).name == format
    assert list(draft(format, record).turns) == expected
    assert draft(format, record).flags == ()


@pytest.mark.parametrize("key", ["dialog", "utterances", "conversation", "data"])
def test_texts_by_turns_alternate_where_the_key_says_dialogue_and_a_flag_says_so(key: str) -> None:
    record = {key: ["q", "a", "q2"]}
    assert detect([record] * 3).name == "turn_texts"
    found = draft("turn_texts", record)
    assert list(found.turns) == [*QA, (U, "q2")]
    assert found.flags == ("speakers_alternated",)


@pytest.mark.parametrize(
    "record",
    [
        {"turns": ["q", "q2"], "question_id": 1},
        {"messages": ["x", "y"]},
        {"data": ["x", "y"], "a": 1, "b": 2},
        {"history": ["x", "y"]},
    ],
)
def test_texts_under_a_key_that_may_hold_anything_are_no_dialogue(record: Record) -> None:
    assert detect([record] * 3).name != "turn_texts"


@pytest.mark.parametrize(
    ("format", "record", "reason"),
    [
        ("messages", {"messages": []}, "no_turns"),
        ("messages", {}, "no_turns"),
        ("messages", {"messages": {}}, "no_turns"),
        ("messages", {"messages": ["x"]}, "malformed_turn"),
        ("messages", {"messages": ["x", "y"]}, "malformed_turn"),
        ("messages", {"messages": [{"content": "x"}]}, "malformed_turn"),
        ("messages", {"messages": [{"role": U, "content": 5}]}, "malformed_turn"),
        ("messages", {"messages": [{"role": U, "content": [{"type": "unknown"}]}]}, "malformed_turn"),
        ("messages", {"messages": said(("stranger", "x"))}, "unknown_role"),
        ("sharegpt", {"conversations": "[{'from': 'human', 'value': 'cut o"}, "no_turns"),
        ("sharegpt", {"conversations": "[" * 100_000}, "no_turns"),
        ("turn_pairs", {"conversation": 5}, "no_turns"),
    ],
)
def test_a_list_that_is_no_dialogue_is_rejected_with_its_reason(format: str, record: Record, reason: str) -> None:
    assert rejection(format, record).reason == reason


TOOLS = [
    said((U, "q"), ("tool", "result"), (A, "a")),
    said((U, "q"), ("observation", "result"), (A, "a")),
    [*said((U, "q")), {"role": A, "content": None, "tool_calls": [{"id": "1"}]}, *said((A, "a"))],
    [*said((U, "q")), {"role": A, "content": "", "function_call": {"name": "f"}}, *said((A, "a"))],
    [*said((U, "q")), *said((A, "<tool_call>\n{}\n</tool_call>")), *said((A, "a"))],
    [*said((U, "q")), {"role": A, "content": [{"type": "tool_use", "name": "f"}]}, *said((A, "a"))],
]


@pytest.mark.parametrize("turns", TOOLS)
def test_calls_of_tools_and_their_results_are_counted_and_are_no_speech(turns: list[Record]) -> None:
    found = draft("messages", {"messages": turns, "tools": "[]"})
    assert list(found.turns) == QA
    assert (found.metadata, found.flags) == ({"tool_turns": 1}, ("tool_turns_omitted",))


def test_words_beside_a_call_stay() -> None:
    call = {"role": A, "content": "Let me look.", "tool_calls": [{"id": "1"}]}
    found = draft("messages", {"messages": [*said((U, "q")), call, *said(("tool", "r"), (A, "a"))]})
    assert list(found.turns) == [(U, "q"), (A, "Let me look."), (A, "a")]
    assert found.metadata == {"tool_turns": 2}


@pytest.mark.parametrize("turns", [said(("tool", "r")), said((U, "q"), ("function_call", "f()")), said((A, "<tool_call>{}"))])
def test_turns_of_tools_without_a_dialogue_are_rejected(turns: list[Record]) -> None:
    assert rejection("messages", {"messages": turns}).reason == "tool_calls"


def test_text_parts_are_joined_media_are_counted_and_thoughts_kept_apart() -> None:
    question = [{"type": "text", "value": "x"}, {"type": "image_url", "image_url": {}}, {"text": "y"}, "z"]
    answer = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}]
    found = draft("messages", {"messages": [{"role": U, "content": question}, {"role": A, "content": answer}]})
    assert list(found.turns) == [(U, "x\ny\nz"), (A, "a")]
    assert (found.metadata, found.flags, found.reasoning) == ({"media": 1}, ("media_omitted",), "hm")


def test_the_same_picture_in_the_text_and_beside_it_counts_once() -> None:
    record = {"messages": said((U, "<image>Who?"), (A, "They."), (U, "And <image>?"), (A, "He.")), "images": ["1.jpg", "2.jpg"]}
    found = draft("messages", record)
    assert found.turns[0] == (U, "<image>Who?")
    assert found.metadata["media"] == 2
    assert found.flags == ("media_omitted",)


@pytest.mark.parametrize("record", [{"images": []}, {"image": ""}, {"audio": None}, {"video": False}])
def test_keys_of_media_without_media_change_nothing(record: Record) -> None:
    assert draft("messages", {"messages": ASKED} | record).flags == ()


def test_what_must_be_all_speech_refuses_tools_and_media() -> None:
    assert parse_turns(ASKED, Options()) == QA
    for turns, reason in (
        (TOOLS[0], "tool_calls"),
        ([{"role": U, "content": [{"type": "image"}]}, *said((A, "a"))], "needs_media"),
    ):
        found = parse_turns(turns, Options())
        assert not isinstance(found, list)
        assert found.reason == reason


def test_the_first_of_several_lists_counts_and_a_history_beside_an_answer_is_none() -> None:
    assert detect([{"messages": ASKED, "conversations": HUMAN}] * 3).name == "messages"
    assert detect([{"prompt": "q2", "response": "a2", "history": [["q", "a"]]}] * 3).name == "prompt_response"


def test_strategies_of_the_turns_are_kept_in_order() -> None:
    dialog = [{"speaker": "usr", "text": "q"}, {"speaker": "sys", "text": "a", "strategy": "Question"}]
    assert draft("dialog", {"dialog": dialog}).metadata == {"strategy": ["Question"]}


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning", "thinking"])
def test_thoughts_beside_the_last_message_are_its_reasoning(key: str) -> None:
    turns = [*said((U, "q")), {"role": A, "content": "a", key: "c"}]
    assert draft("messages", {"messages": turns}).reasoning == "c"


def test_labels_of_a_record_and_of_the_object_around_the_turns_are_kept() -> None:
    record = {"id": 7, "sample": {"messages": ASKED, "topic": "t"}, "essay": "x" * 600}
    found = draft("nested_dialogue", record).metadata
    assert (found["id"], found["topic"]) == (7, "t")
    assert "essay" not in found


def test_options_name_roles_that_no_format_knows() -> None:
    options = Options(user_roles=("Caller",), assistant_roles=("volunteer",))
    record = {"messages": said(("caller", "q"), ("volunteer", "a"))}
    assert list(draft("messages", record, options).turns) == QA
