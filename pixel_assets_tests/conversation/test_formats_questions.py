"""Questions with answers: every spelling of their keys, instructions, choices, documents of pairs, and thoughts."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_assets.conversation.detect import detect
from pixel_assets.conversation.hints import Options

from .converting import converted, draft, rejection

Record = dict[str, Any]
S, U, A = "system", "user", "assistant"
QA = [(U, "q"), (A, "a")]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"Context": "q", "Response": "a"}, QA),
        ({"Question_ID": 1, "Questions": "q", "Answers": "a"}, QA),
        ({"instruction": "q", "response": "a", "topic": "t"}, QA),
        ({"seeker_post": "q", "response_post": "a", "level": "0"}, QA),
        ({"inputs": "q", "targets": "a"}, QA),
        ({"problem": "q", "solution": "a"}, QA),
        ({"human": "q", "ai": "a"}, QA),
        ({"prompt": "q", "gpt-4o-mini": "a"}, QA),
        ({"system_prompt": "s", "question": "q", "response": "a"}, [(S, "s"), *QA]),
        ({"instruction": "s", "question": "q", "answer": "a"}, [(S, "s"), *QA]),
        ({"questionTitle": "Why?", "questionText": "I feel.", "answerText": "a"}, [(U, "Why?\n\nI feel."), (A, "a")]),
        ({"questionTitle": "Why", "questionText": "why do I?", "answerText": "a"}, [(U, "why do I?"), (A, "a")]),
        ({"questionTitle": "Why?", "questionText": "", "answerText": "a"}, [(U, "Why?"), (A, "a")]),
        ({"question": "long", "answer": "x", "Question": "q", "Complex_CoT": "c", "Response": "a"}, QA),
        ({"Open-ended Verifiable Question": "q", "Complex_CoT": "c", "Response": "a"}, QA),
        (
            {"context": "about", "question": "q", "answers": {"text": ["a", "a"], "answer_start": [3, 9]}},
            [(U, "about\n\nq"), (A, "a")],
        ),
        ({"instruction": "q", "context": "", "response": "a", "category": "c"}, QA),
        ({"instruction": "q", "input": "on this", "response": "a"}, [(U, "q\n\non this"), (A, "a")]),
        ({"prompt": "q2", "response": "a2", "history": [["q", "a"]]}, [*QA, (U, "q2"), (A, "a2")]),
    ],
)
def test_every_spelling_of_a_question_and_its_answer_is_found(record: Record, expected: list[tuple[str, str]]) -> None:
    assert detect([record] * 3).name == "prompt_response"
    assert list(draft("prompt_response", record).turns) == expected


@pytest.mark.parametrize(
    ("prompt", "completion", "expected"),
    [
        ("q ->", " a", [*QA]),
        ("q\n\n###\n\n", " a END", [*QA]),
        ("q =>", "\na###", [(U, "q"), (A, "a###")]),
        ("q ->", "a", [(U, "q ->"), (A, "a")]),
        ("q", " a", [(U, "q"), (A, " a")]),
    ],
)
def test_markers_of_completion_models_are_stripped(prompt: str, completion: str, expected: list[tuple[str, str]]) -> None:
    found = draft("prompt_response", {"prompt": prompt, "completion": completion})
    assert list(found.turns) == expected
    assert (found.flags == ("marker_stripped",)) == (found.turns[0][1] != prompt)


def test_each_of_several_answers_is_a_conversation() -> None:
    result = converted("prompt_response", {"question": "q", "answers": ["a", {"text": "b"}, "a", ""]})
    assert isinstance(result, list)
    assert [list(one.turns) for one in result] == [QA, [(U, "q"), (A, "b")]]
    assert [one.metadata for one in result] == [{"answer": 1, "answers": 2}, {"answer": 2, "answers": 2}]


def test_several_questions_go_with_as_many_answers_by_their_place() -> None:
    result = converted("prompt_response", {"questions": ["q", "q2"], "answers": ["a", "a2"]})
    assert isinstance(result, list)
    assert [list(one.turns) for one in result] == [QA, [(U, "q2"), (A, "a2")]]
    assert rejection("prompt_response", {"questions": ["q", "r"], "answers": ["a", "b", "c"]}).reason == "malformed_turn"


def test_the_reasons_for_a_verdict_on_a_wrapped_post_are_its_reasoning() -> None:
    post = 'Consider this post: "x" Question: Is it so?'
    found = draft("prompt_response", {"query": post, "gpt-3.5-turbo": "No, it is not. Reasoning: Because."})
    assert list(found.turns) == [(U, post), (A, "No, it is not.")]
    assert (found.reasoning, found.flags) == ("Because.", ("reasoning_separated",))
    assert draft("prompt_response", {"query": "Why?", "response": "A. Reasoning: b"}).reasoning is None


@pytest.mark.parametrize(
    ("thought", "expected"),
    [
        ({"Complex_CoT": "c"}, "c"),
        ({"cot": "c"}, "c"),
        ({"chain-of-thought": "c"}, "c"),
        ({"reasoning": ["one", "two"]}, "one\ntwo"),
        ({"reasoning_steps": [{"step": "one"}, {"text": "two"}]}, "one\ntwo"),
        ({"thinking": {"step_1": "one", "step_2": "two"}}, "one\ntwo"),
        ({"rationale": "  "}, None),
        ({"metadata": {"reasoning": "first this, then that", "level": 2}}, "first this, then that"),
        ({"metadata": {"reasoning": "deductive"}}, None),
        ({"reasoning": 5}, None),
    ],
)
@pytest.mark.parametrize("base", [{"question": "q", "answer": "a"}, {"instruction": "q", "input": "", "output": "a"}])
def test_the_chain_of_thought_is_found_under_every_name_and_is_no_label(
    base: Record, thought: Record, expected: str | None
) -> None:
    found = draft(detect([base] * 3).name, base | thought)
    assert (found.reasoning, list(found.turns)) == (expected, QA)
    if expected:
        assert not thought.keys() - {"metadata"} & found.metadata.keys()
        assert found.metadata.get("metadata") in (None, {"level": 2})


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"question": "q", "answer": ""}, "no_reply"),
        ({"question": "q", "answers": [""]}, "no_reply"),
        ({"question": "", "answer": "a"}, "no_user_turn"),
        ({"question": 5, "answer": "a"}, "no_user_turn"),
        ({"turns": ["q"]}, "no_reply"),
        ({"prompt": "q", "response": "a", "history": [["q"]]}, "malformed_turn"),
        ({"prompt": "q", "response": "a", "history": "x"}, "malformed_turn"),
    ],
)
def test_half_a_question_is_rejected_with_its_reason(record: Record, reason: str) -> None:
    assert rejection("prompt_response", record).reason == reason


def test_numbers_are_no_question_and_no_answer() -> None:
    assert detect([{"message": "a long enough message", "output": 0.5}] * 5).name != "prompt_response"


def test_options_name_columns_that_no_format_knows_and_come_first() -> None:
    options = Options(prompt=("query",), reply=("gpt-3.5-turbo",), reasoning=("why",), system=("role",))
    record = {"query": "q", "gpt-3.5-turbo": "a", "answer": "x", "question": "y", "why": "c", "role": "s"}
    found = draft("prompt_response", record, options)
    assert (list(found.turns), found.reasoning) == ([(S, "s"), *QA], "c")
    options = Options(system=("instruction",), prompt=("input",), reply=("output",))
    record = {"instruction": "s", "input": "q", "output": "a"}
    assert list(draft("prompt_response", record, options).turns) == [(S, "s"), *QA]


def test_short_labels_are_kept_and_long_texts_and_nulls_are_not() -> None:
    record = {"question": "q", "answer": "a", "topic": "t", "n": 3, "no": None, "essay": "x" * 600, "tags": ["y"]}
    assert draft("prompt_response", record).metadata == {"topic": "t", "n": 3, "tags": ["y"]}


# Instructions


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"instruction": "q", "input": "", "output": "a"}, QA),
        (
            {"instruction": "i", "input": "n", "output": "o", "system": "s", "history": [["q", "a"]]},
            [(S, "s"), *QA, (U, "i\n\nn"), (A, "o")],
        ),
    ],
)
def test_instruction_and_input_are_one_prompt(record: Record, expected: list[tuple[str, str]]) -> None:
    assert detect([record] * 3).name == "alpaca"
    assert list(draft("alpaca", record).turns) == expected


def same_instruction(count: int, others: int = 0) -> list[Record]:
    own = [{"instruction": "Answer kindly.", "input": f"worry {n}", "output": f"reply {n}"} for n in range(count)]
    return [*own, *({"instruction": f"Do {n}.", "input": "", "output": "done"} for n in range(others))]


def test_an_instruction_that_all_records_share_is_the_system_prompt() -> None:
    sample = same_instruction(20, others=2)
    assert detect(sample).name == "alpaca_system"
    assert list(draft("alpaca_system", sample[0]).turns) == [(S, "Answer kindly."), (U, "worry 0"), (A, "reply 0")]
    assert list(draft("alpaca_system", sample[-1]).turns) == [(U, "Do 1."), (A, "done")]


@pytest.mark.parametrize(
    "sample",
    [
        same_instruction(19),
        same_instruction(20, others=5),
        [{"instruction": "Name it.", "input": f"kind {n % 3}", "output": "x"} for n in range(40)],
        [{"instruction": "Tell a story.", "input": "", "output": f"story {n}"} for n in range(40)],
    ],
)
def test_an_instruction_that_may_be_anything_else_stays_in_the_prompt(sample: list[Record]) -> None:
    assert detect(sample).name == "alpaca"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"instruction": "i", "output": " "}, "no_reply"),
        ({"instruction": "", "input": "", "output": "o"}, "no_user_turn"),
        ({"instruction": "i", "output": "o", "history": [["q"]]}, "malformed_turn"),
    ],
)
def test_half_an_instruction_is_rejected_with_its_reason(record: Record, reason: str) -> None:
    assert rejection("alpaca", record).reason == reason


def test_every_instance_of_a_seed_task_is_a_conversation() -> None:
    record = {"instruction": "i", "instances": [{"input": "1", "output": "a"}, {"input": "", "output": "b"}]}
    result = converted("alpaca_seed", record)
    assert isinstance(result, list)
    assert [list(one.turns) for one in result] == [[(U, "i\n\n1"), (A, "a")], [(U, "i"), (A, "b")]]
    assert rejection("alpaca_seed", {"instruction": "i", "instances": [{"output": ""}]}).reason == "no_reply"


# Choices


@pytest.mark.parametrize(
    "record",
    [
        {"question": "q", "ans0": "x", "ans1": "a", "label": 1},
        {"question": "q", "choices": ["x", "a"], "answer": 1},
        {"question": "q", "choices": ["x", "a"], "answer": "a"},
        {"question": "q", "options": {"A": "x", "B": "a"}, "answer_idx": "B", "answer": "a"},
        {"question": "q", "choices": {"text": ["x", "a"], "label": ["1", "2"]}, "answerKey": "2"},
        {"question": "q", "choices": [{"label": "A", "text": "x"}, {"label": "B", "text": "a"}], "answerKey": "b"},
        {"question": "q", "opa": "x", "opb": "a", "cop": 1},
        {"question": "q", "A": "x", "B": "a", "answer": "B"},
    ],
)
def test_the_right_choice_is_the_reply_and_the_others_are_labels(record: Record) -> None:
    assert detect([record] * 3).name == "multiple_choice"
    found = draft("multiple_choice", record)
    assert list(found.turns) == QA
    assert (found.metadata["choices"], found.metadata["right_choice"]) == (["x", "a"], 1)


def test_what_a_question_with_choices_is_about_is_said_before_it() -> None:
    record = {"context": "c", "question": "q", "ans0": "a", "ans1": "x", "label": 0, "polarity": "neg"}
    found = draft("multiple_choice", record)
    assert list(found.turns) == [(U, "c\n\nq"), (A, "a")]
    assert found.metadata == {"polarity": "neg", "choices": ["a", "x"], "right_choice": 0}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"question": "q", "choices": ["x", "a"], "answer": 2}, "no_reply"),
        ({"question": "q", "choices": ["x", "a"], "answer": True}, "no_reply"),
        ({"question": "q", "choices": ["x", " "], "answer": 1}, "no_reply"),
        ({"question": "", "choices": ["x", "a"], "answer": 1}, "no_user_turn"),
    ],
)
def test_choices_without_a_right_one_are_rejected(record: Record, reason: str) -> None:
    assert rejection("multiple_choice", record).reason == reason


def test_a_reply_that_is_written_out_goes_before_a_choice() -> None:
    record = {"question": "q", "options": {"A": "x", "B": "a"}, "answer": "a", "Question": "q", "Response": "long"}
    assert detect([record] * 3).name == "prompt_response"


# Documents of many pairs


@pytest.mark.parametrize(
    "record",
    [
        {"Focus": "f", "QAPairs": {"QAPair": {"@pid": "1", "Question": {"#text": "q", "@qtype": "t"}, "Answer": "a"}}},
        {"Document": {"Focus": "f", "QAPairs": {"QAPair": [{"Question": "q", "Answer": {"#text": "a"}}]}}},
        {"title": "t", "faqs": [{"q": "q", "a": "a"}]},
        {"data": [{"question": "q", "answer": "a"}]},
    ],
)
def test_each_question_within_a_document_is_a_conversation(record: Record) -> None:
    assert detect([record]).name == "qa_pairs"
    assert list(draft("qa_pairs", record).turns) == QA


def test_labels_of_the_document_of_the_pair_and_of_its_question_are_kept() -> None:
    pair = {"@pid": "1", "Question": {"#text": "q", "@qtype": "causes"}, "Answer": "a"}
    found = draft("qa_pairs", {"Focus": "f", "QAPairs": {"QAPair": [pair]}})
    assert {"Focus": "f", "@pid": "1", "@qtype": "causes"}.items() <= found.metadata.items()


def test_the_paragraph_of_squad_is_said_before_its_questions() -> None:
    answered = {"question": "q", "id": "7", "answers": [{"text": "a", "answer_start": 2}, {"text": "a", "answer_start": 2}]}
    unanswered = {"question": "r", "id": "8", "answers": [], "is_impossible": True}
    found = draft("qa_pairs", {"title": "t", "paragraphs": [{"context": "c", "qas": [answered, unanswered]}]})
    assert list(found.turns) == [(U, "c\n\nq"), (A, "a")]
    assert (found.metadata["id"], found.flags) == ("7", ("instances_dropped",))


def test_a_document_whose_answers_were_taken_out_is_rejected_with_their_number() -> None:
    found = rejection("qa_pairs", {"QAPairs": {"QAPair": [{"Question": "q", "Answer": None}, {"Question": "r", "Answer": ""}]}})
    assert found == ("no_reply", "none of 2 questions has an answer")
    assert rejection("qa_pairs", {"a": {"b": []}}).reason == "no_turns"
