"""What holds for all formats, and the exact conversations of preference data and of transcripts."""

from __future__ import annotations

from typing import Any

import pytest

from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.formats.base import labels, scored

from .converting import draft, rejection

Record = dict[str, Any]
U, A = "user", "assistant"


def said(*turns: tuple[str, str]) -> list[Record]:
    return [{"role": speaker, "content": words} for speaker, words in turns]


PREFERRED = [(U, "q"), (A, "good")]


def test_every_format_has_a_name_of_its_own_and_converts_in_one_way() -> None:
    names = [format.name for format in FORMATS]
    assert len(names) == len(set(names))
    assert all((format.convert is None) != (format.convert_all is None) for format in FORMATS)


def test_no_format_is_sure_of_nothing() -> None:
    for sample in ([], [{}]):
        assert all(format.score(sample).confidence < 0.4 for format in FORMATS)


def test_a_score_is_the_share_of_the_sample_times_the_weight() -> None:
    score = scored(0.8, lambda record: "x" in record, "an x")([{"x": 1}, {"y": 1}])
    assert score == (0.4, "an x in 1 of 2 records")


def test_labels_are_short_and_not_used_otherwise() -> None:
    deep: Record = {}
    for _ in range(300):
        deep = {"deeper": deep}
    record = {"text": "t", "topic": "x", "n": 0, "none": None, "empty": "", "long": "x" * 600, "deep": deep, "tags": ["y"]}
    assert labels(record, ("text",)) == {"topic": "x", "n": 0, "tags": ["y"]}


@pytest.mark.parametrize(
    ("format", "record", "expected"),
    [
        (
            "preference",
            {
                "conversations": [{"from": "human", "value": "q"}],
                "chosen": {"from": "gpt", "value": "good"},
                "rejected": {"from": "gpt", "value": "bad"},
            },
            PREFERRED,
        ),
        (
            "preference",
            {"chosen_messages": said((U, "q"), (A, "good")), "rejected_messages": said((U, "q"), (A, "bad"))},
            PREFERRED,
        ),
        ("preference", {"prompt": "q", "chosen": "good", "rejected": "bad"}, PREFERRED),
        (
            "preference",
            {"prompt": "q", "chosen": said((U, "q"), (A, "good")), "rejected": said((U, "q"), (A, "bad"))},
            PREFERRED,
        ),
        (
            "preference",
            {"chosen": "\n\nHuman: q\nUser: x\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
            [(U, "q\nUser: x"), (A, "a")],
        ),
        ("kto", {"messages": said((U, "q"), (A, "good")), "label": True}, PREFERRED),
        ("kto", {"prompt": "q", "completion": "good", "label": True}, PREFERRED),
        (
            "intake_dialogue",
            {"AI_client": {"dialogue_history_init": "Counselor: a\nClient: q", "dialogue_history": None}},
            [(A, "a"), (U, "q")],
        ),
    ],
)
def test_a_record_becomes_exactly_these_turns(format: str, record: Record, expected: list[tuple[str, str]]) -> None:
    assert [(role, text.strip()) for role, text in draft(format, record).turns] == expected


@pytest.mark.parametrize(
    ("format", "record", "reason"),
    [
        ("preference", {"prompt": "q", "chosen": "", "rejected": "x"}, "no_reply"),
        ("kto", {"messages": [], "label": None}, "no_verdict"),
        ("transcript", {"text": "table: 1\nQ: x\nA: y"}, "no_roles"),
        ("text_only", {"text": "x"}, "no_roles"),
        ("intake_dialogue", {"AI_client": {}}, "no_roles"),
    ],
)
def test_a_record_without_a_dialogue_is_rejected_with_its_reason(format: str, record: Record, reason: str) -> None:
    assert rejection(format, record).reason == reason
