"""An answer is a conversation that keeps to its task, or has a reason why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.generation.endpoint.answer import Fault, Written, read_answer
from pixel_assets.generation.endpoint.chat import Answer
from pixel_assets.generation.endpoint.tasks import TASKS
from pixel_assets.generation.scenario import FORMS, Form
from pixel_assets_tests.generation.chat_server import written


def read(content: str, form: Form = "therapy_session", finish: str = "stop") -> Written | Fault:
    return read_answer(Answer(content, finish), TASKS[form])


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_asks_for_is_read(form: Form) -> None:
    found = read(json.dumps(written(form)), form)
    assert isinstance(found, Written)
    assert [turn.content for turn in found.turns] == [turn["content"] for turn in written(form)["turns"]]


@pytest.mark.parametrize(
    "around",
    [
        "{}", "```json\n{}\n```", "Here it is:\n\n{}\n\nI hope it helps.", "<think>First {{a}} draft: {{\"x\": 1}}</think>{}",
        "\n\n```\n{}", "{{an aside}} {}", '{{"title": "A session"}} {}',
    ],
)  # fmt: skip
def test_what_stands_around_the_json_does_not_matter(around: str) -> None:
    assert isinstance(read(around.format(json.dumps(written("therapy_session")))), Written)


def test_a_draft_in_the_thoughts_is_not_the_answer() -> None:
    draft, answer = (json.dumps(written("psychoeducation")).replace("turn 1", word) for word in ("draft", "answer"))
    found = read(f"<think>{draft}</think>\n{answer}", "psychoeducation")
    assert isinstance(found, Written)
    assert found.turns[0].content == "What is said in answer."


def test_reasoning_is_kept_where_it_is_asked_for_only() -> None:
    for form in FORMS:
        found = read(json.dumps(written(form, reasoning="Because.")), form)
        assert isinstance(found, Written)
        assert found.reasoning == ("Because." if TASKS[form].reasoning else None)


def test_white_space_around_texts_goes() -> None:
    content = written("psychoeducation")
    content["turns"][0]["content"] = "  What is it?\n"
    found = read(json.dumps(content), "psychoeducation")
    assert isinstance(found, Written)
    assert found.turns[0].content == "What is it?"


def _turn(number: int, **changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["turns"][number].update(changes)


def _without(start: int, end: int) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["turns"].__delitem__(slice(start, end))


def _said_again(count: int) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["turns"].extend((content["turns"] * 3)[:count])


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (_turn(2, content=" \n"), "empty_turn", "turn 3 has no text"),
        (_turn(2, content="word " * 221), "turn_too_long", "turn 3 has 221 words, and 220 are allowed"),
        (_turn(2, content="Hello [client name]."), "unfilled_slot", "turn 3 holds a placeholder instead of words"),
        (_turn(2, content="Hello {name}."), "unfilled_slot", "turn 3 holds a placeholder instead of words"),
        (_turn(2, content="half \ud83d"), "bad_text", "a text holds half of a surrogate pair or a null character"),
        (_turn(2, role="assistant"), "wrong_roles", "turn 3 is by assistant, and user must speak there"),
        (_turn(2, role="system"), "bad_shape", "turns.2.role: Input should be 'user' or 'assistant'"),
        (_turn(2, content=7), "bad_shape", "turns.2.content: Input should be a valid string"),
        (_turn(2, stage="warm-up"), "bad_shape", None),
        (_turn(2, stage="answer"), "wrong_stages", "turn 3 has the stage answer, which this conversation has not"),
        (_turn(5, stage="engagement"), "wrong_stages", "turn 6 goes back from formulation to engagement"),
        (_turn(3, content="I can't write this dialogue."), "model_refused", "turn 4 refuses to write the conversation"),
        (_without(2, 10), "too_few_turns", "there are 2 turns, and at least 10 are needed"),
        (_said_again(20), "too_many_turns", "there are 30 turns, and at most 24 are allowed"),
        (_said_again(1), "wrong_roles", "the last turn is by user, and assistant must end"),
        (lambda content: content.update(reasoning=["a"]), "bad_shape", "reasoning: Input should be a valid string"),
        (lambda content: content.update(turns={}), "bad_shape", "turns: Input should be a valid list"),
        (lambda content: content.pop("turns"), "bad_shape", 'the JSON object has no "turns"'),
    ],
)  # fmt: skip
def test_each_fault_has_its_reason(change: Callable[[dict[str, Any]], None], reason: str, detail: str | None) -> None:
    content = written("therapy_session")
    change(content)
    found = read(json.dumps(content))
    assert isinstance(found, Fault)
    assert found.reason == reason
    assert detail in (None, found.detail)


def test_a_session_has_all_its_stages() -> None:
    content = written("therapy_session")
    for turn in content["turns"]:
        turn["stage"] = "exploration" if turn["stage"] == "formulation" else turn["stage"]
    assert read(json.dumps(content)) == Fault("wrong_stages", "no turn has the stage formulation")


def test_a_question_is_the_users_and_an_answer_the_assistants() -> None:
    content = written("psychoeducation")
    content["turns"][1]["stage"] = "question"
    assert read(json.dumps(content), "psychoeducation") == Fault(
        "wrong_stages", "turn 2 is by assistant and must have the stage answer"
    )


def test_missing_reasoning_is_a_fault_where_it_is_asked_for() -> None:
    found = read(json.dumps(written("ethical_dilemma", reasoning="  ")), "ethical_dilemma")
    assert isinstance(found, Fault)
    assert found.reason == "no_reasoning"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no_json"),
        ("User: Hello. Assistant: Hello.", "no_json"),
        ('{"turns": [{"role": "user", "content": "He said "no" to me"}]}', "bad_json"),
        ("[1, 2]", "no_json"),
        ("I'm sorry, but I can't assist with that.", "model_refused"),
        ("I cannot create a dialogue about this topic.", "model_refused"),
        ("As an AI language model, I won't.", "model_refused"),
        ("This goes against the content policy.", "model_refused"),
        ("{" * 5_000, "bad_json"),
        ('{"turns":' + "[" * 100_000, "bad_json"),
    ],
)  # fmt: skip
def test_what_is_no_conversation_has_a_reason(content: str, reason: str) -> None:
    found = read(content)
    assert isinstance(found, Fault)
    assert found.reason == reason


@pytest.mark.parametrize(
    "said",
    [
        "I'm a language model, so I can't feel that as you do. I can stay with you in it.",
        "I can't give you that, and I'd like to understand what makes tonight so hard.",
        "I won't role-play your partner. What would you have wanted to say?",
        "I can't keep this secret, whatever it is.",
    ],
)
def test_what_pixel_may_well_say_is_no_refusal_of_the_model(said: str) -> None:
    content = written("boundary_testing")
    content["turns"][3]["content"] = said
    assert isinstance(read(json.dumps(content), "boundary_testing"), Written)


def test_refusals_are_not_worth_another_round() -> None:
    assert [read("", finish=finish) for finish in ("length", "content_filter", "refusal")] == [
        Fault("truncated", "the answer was cut off before its end"),
        Fault("content_filter", "the server withheld the answer"),
        Fault("model_refused", "the model refused to write the conversation"),
    ]
    assert not any(Fault(reason, "").repairable for reason in ("truncated", "content_filter", "model_refused"))
    assert Fault("bad_json", "").repairable


@given(st.text(max_size=300), st.sampled_from(FORMS))
def test_any_text_is_read_or_has_a_reason(content: str, form: Form) -> None:
    assert isinstance(read(content, form), Fault)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["turns", "role", "stage", "content", "reasoning"]), inner, max_size=5)
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_has_a_reason(value: Any) -> None:
    assert isinstance(read(json.dumps(value)), Fault)
