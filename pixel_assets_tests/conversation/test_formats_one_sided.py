"""What is told apart from a dialogue: one side alone, intents, distractors, and tables in which nobody replies."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_assets.conversation.detect import detect

from .converting import converted, draft, rejection

Record = dict[str, Any]
U, A = "user", "assistant"
SENTENCE = "this sentence has several words"


@pytest.mark.parametrize(
    ("sample", "detail"),
    [
        ([{"question_id": 1, "turns": ["q"]}], "a set of questions: 1 user turn, no reply"),
        ([{"question_id": 1, "turns": ["q", "r"]}], "a set of questions: 2 user turns, no reply"),
        ([{"messages": [{"role": "student", "content": "q"}]}], "a set of questions: 1 user turn, no reply"),
        ([{"conversation": [{"from": "npc", "sentences": ["a"]}]}], "an opening: 1 assistant turn, and no user replies"),
        ([{"id": 1, "prompt": SENTENCE, "type": "t"}] * 5, "a set of questions: 1 user turn, no reply"),
    ],
)
def test_a_set_of_one_side_is_recognised_and_counted(sample: list[Record], detail: str) -> None:
    assert detect(sample).name == "question_only"
    assert rejection("question_only", sample[0]) == ("no_reply", detail)


def test_a_set_in_which_somebody_replies_is_no_set_of_questions() -> None:
    asked = {"messages": [{"role": U, "content": "q"}]}
    answered = {"messages": [{"role": U, "content": "q"}, {"role": A, "content": "a"}]}
    assert detect([asked] * 99 + [answered]).name == "messages"
    assert list(draft("question_only", answered).turns) == [(U, "q"), (A, "a")]
    assert list(draft("question_only", {"prompt": "q", "response": "a"}).turns) == [(U, "q"), (A, "a")]


def test_replies_under_unknown_names_keep_a_column_of_questions_from_being_a_set() -> None:
    assert detect([{"prompt": SENTENCE, "response_a": SENTENCE, "response_b": SENTENCE}] * 5).name == "several_texts"
    assert detect([{"question": SENTENCE, "human_answers": [SENTENCE]}] * 5).name == "unknown_format"


def test_answers_without_their_question_say_where_it_is() -> None:
    record = {"question_id": 1, "model_id": "m", "choices": [{"index": 0, "turns": ["a"]}]}
    assert detect([record] * 3).name == "answer_only"
    found = rejection("answer_only", record)
    assert found.reason == "no_question"
    assert "question_id" in found.detail


# Intents


def intent(patterns: list[str], responses: list[str]) -> list[tuple[str, str]]:
    result = converted("intents", {"tag": "t", "patterns": patterns, "responses": responses})
    assert isinstance(result, list)
    return [(one.turns[0][1], one.turns[1][1]) for one in result]


def test_each_pattern_is_answered_once_and_the_unused_responses_are_counted() -> None:
    record = {"tag": "sad", "patterns": ["p1", "p2", "p1", " "], "responses": ["r1", "r2", "r3", ""]}
    result = converted("intents", record)
    assert isinstance(result, list)
    assert [one.turns[0] for one in result] == [(U, "p1"), (U, "p2")]
    used = {one.turns[1][1] for one in result}
    assert used <= {"r1", "r2", "r3"}
    expected = {"tag": "sad", "patterns": 2, "responses": 3, "responses_unused": 3 - len(used)}
    assert [(one.metadata, one.flags) for one in result] == [(expected, ("responses_paired",))] * 2


def test_a_pattern_more_or_less_changes_no_other_pair() -> None:
    patterns, responses = [f"pattern {n}" for n in range(30)], [f"response {n}" for n in range(5)]
    pairs = intent(patterns, responses)
    assert len(set(dict(pairs).values())) == 5
    assert intent([*patterns[10:], "new"], responses)[:20] == pairs[10:]


def test_one_response_for_all_needs_no_choice() -> None:
    assert draft("intents", {"tag": "t", "patterns": ["p"], "responses": ["r"]}).flags == ()


@pytest.mark.parametrize(
    ("patterns", "responses", "reason"),
    [([""], ["r"], "no_user_turn"), ([], ["r"], "no_user_turn"), (["p"], [" "], "no_reply"), (["p"], [], "no_reply")],
)
def test_half_an_intent_is_rejected_with_its_reason(patterns: list[str], responses: list[str], reason: str) -> None:
    assert rejection("intents", {"tag": "t", "patterns": patterns, "responses": responses}).reason == reason


# Distractors


def test_only_the_last_candidate_is_ever_said() -> None:
    record = {
        "personality": ["I am kind."],
        "topic": "t",
        "utterances": [
            {"history": ["q"], "candidates": ["wrong1", "right"]},
            {"history": ["q", "right", "q2"], "candidates": ["wrong2", "wrong3", "last"]},
        ],
    }
    assert detect([record] * 3).name == "persona_chat"
    found = draft("persona_chat", record)
    assert list(found.turns) == [(U, "q"), (A, "right"), (U, "q2"), (A, "last")]
    assert found.metadata == {"personality": ["I am kind."], "topic": "t"}
    assert "wrong" not in repr(found)


def test_utterances_without_candidates_have_no_reply() -> None:
    assert rejection("persona_chat", {"utterances": [{"history": ["q"], "candidates": []}]}).reason == "no_reply"


# Tables


@pytest.mark.parametrize(
    ("format", "record", "detail"),
    [
        ("labelled_text", {"id": "1", "post": SENTENCE, "label": "sad"}, "one text (post) with 2 labels"),
        ("labelled_text", {"post": "\u6211\u4eca\u5929\u5f88\u4e0d\u958b\u5fc3", "label": 1}, "one text (post) with 1 labels"),
        ("labelled_text", {"Post": f"['{SENTENCE}', '{SENTENCE}']", "Label": "x"}, "one text (Post) with 1 labels"),
        ("text_pair", {"sentence_A": SENTENCE, "sentence_B": SENTENCE, "score": "4.7"}, "two texts of one kind"),
        ("text_pair", {"sent_more": SENTENCE, "sent_less": SENTENCE, "raters": "['a1', 'a2', 'a3']"}, "two texts of one kind"),
        ("text_pair", {"context": SENTENCE, "anonymized_context": SENTENCE}, "two texts of one kind"),
        ("text_pair", {"premise": SENTENCE, "hypothesis": SENTENCE}, "two texts of one kind"),
        ("several_texts", {"situation": SENTENCE, "reframe": SENTENCE}, "2 texts (situation, reframe), and nothing tells"),
        ("several_texts", {"user_text": SENTENCE, "model_text": SENTENCE}, "2 texts (user_text, model_text), and nothing"),
        ("several_texts", {SENTENCE: SENTENCE, "reframe": SENTENCE}, "2 texts, and nothing tells"),
        ("no_text", {"word": "glad", "mean": "1.5", "ratings": "[2, 1, 1, 2]"}, "3 columns of labels and numbers"),
        ("annotated_text", {"text": SENTENCE, "spans": [{"start": 0, "end": 4, "entity_type": "X"}]}, "a text and the places"),
        ("person_records", {"given_name": "x", "surname": "y", "postcode": "1"}, "data of a person in 3 columns"),
        ("document", {"title": "x", "section": [{"para": SENTENCE}, {"note": "y"}]}, "a document of nested parts"),
        ("questionnaire", {"text": "Worry about things", "keyed": "plus", "domain": "N"}, "an item or a score"),
        ("questionnaire", {"question_set": {"1": {"question": SENTENCE, "answers": {"Never": 0}}}}, "an item or a score"),
    ],
)
def test_a_table_in_which_nobody_replies_says_what_it_is(format: str, record: Record, detail: str) -> None:
    assert detect([record] * 5).name == format
    found = rejection(format, record)
    assert found.reason == format
    assert found.detail.startswith(detail)
    assert SENTENCE not in found.detail


@pytest.mark.parametrize(
    "sample",
    [
        [{"post": SENTENCE, "label": "sad"}] * 4,  # too few
        [{"author": "x", "text": SENTENCE}] * 5,  # somebody speaks
        [{"session_id": "x", "words": SENTENCE}] * 5,
        [{"post": SENTENCE, "nested": {"speaker": "x", "words": SENTENCE}}] * 5,
        [{"post": SENTENCE, "nested": {"x": {"response": SENTENCE}}}] * 5,
        [*[{"post": SENTENCE, "label": "sad"}] * 5, {"other": 1}],  # not one table
        [{"text": SENTENCE, "cues": [{"start": 0.0, "end": 1.5, "words": "x"}]}] * 5,
    ],
)
def test_a_shape_that_may_hold_a_dialogue_is_left_unknown(sample: list[Record]) -> None:
    assert detect(sample).name == "unknown_format"


def test_a_family_of_dialogues_goes_before_the_shape_of_its_table() -> None:
    assert detect([{"prompt": SENTENCE, "chosen": SENTENCE, "rejected": SENTENCE}] * 5).name == "preference"
    assert detect([{"id": 1, "text": "user: a\nagent: b"}] * 5).name == "transcript"
