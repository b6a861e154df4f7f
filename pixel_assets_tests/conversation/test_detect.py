"""Detection: one format for a clear sample, none for an unknown or a mixed one, the registry before both."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pixel_assets.conversation.detect import detect, sample_records
from pixel_assets.errors import SettingsError
from pixel_assets.sources.records import RAW_RECORDS

MESSAGES = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
PAIR = {"from": "human", "value": "q"}
REPLY = {"from": "gpt", "value": "a"}


@pytest.mark.parametrize(
    ("record", "format"),
    [
        (MESSAGES, "messages"),
        (MESSAGES | {"label": True}, "kto"),
        (MESSAGES | {"prompt": "q", "prompt_id": 1}, "messages"),
        ({"conversations": [PAIR, REPLY]}, "sharegpt"),
        ({"conversations": [PAIR], "chosen": PAIR, "rejected": PAIR}, "preference"),
        ({"chosen": "\n\nHuman: x\n\nAssistant: y", "rejected": "z"}, "preference"),
        ({"dialog": [{"speaker": "usr", "text": "q"}, {"speaker": "sys", "text": "a"}], "situation": "s"}, "dialog"),
        ({"instruction": "i", "input": "", "output": "o"}, "alpaca"),
        ({"instruction": "i", "instances": []}, "alpaca_seed"),
        ({"instruction": "i", "response": "o"}, "prompt_response"),
        ({"questionTitle": "t", "questionText": "q", "answerText": "a"}, "prompt_response"),
        ({"text": "user: a\nagent: b"}, "transcript"),
        ({"text": "just prose"}, "text_only"),
        ({"AI_client": {}}, "intake_dialogue"),
        ({"transcript_id": 1, "interlocutor": "client", "utterance_text": "x"}, "utterance_table"),
        ({"role": "client", "content": "x", "annotation": []}, "utterance_table"),
        ({"utterances": [{"history": ["q"], "candidates": ["a"]}]}, "persona_chat"),
        ({"tag": "t", "patterns": [], "responses": []}, "intents"),
    ],
)
def test_a_clear_sample_is_recognised(record: dict[str, Any], format: str) -> None:
    assert detect([record] * 5).name == format


@pytest.mark.parametrize("sample", [[], [{}], [{"a": 1}], [{"author": "x", "text": "y"}]])
def test_an_unknown_sample_has_no_format(sample: list[dict[str, Any]]) -> None:
    detection = detect(sample)
    assert detection.format is None
    assert detection.name == "unknown_format"


def test_a_mixed_sample_is_ambiguous_and_the_two_best_guesses_are_named() -> None:
    detection = detect([MESSAGES, {"instruction": "i", "output": "o"}] * 5)
    assert (detection.format, detection.name) == (None, "ambiguous_format")
    assert "messages 0.40" in detection.explanation
    assert "alpaca 0.42" in detection.explanation


def test_the_registry_overrides_and_a_name_that_is_no_format_is_an_error() -> None:
    assert detect([MESSAGES], "alpaca").name == "alpaca"
    with pytest.raises(SettingsError, match="mesages"):
        detect([MESSAGES], "mesages")


def test_the_sample_is_the_first_hundred_objects_that_can_be_read() -> None:
    texts = [None, "[1]", "{bad", *(f'{{"n": {n}}}' for n in range(300))]
    count = len(texts)
    batch = pa.record_batch(
        [["s"] * count, ["f"] * count, list(range(count)), texts, [None] * count], schema=RAW_RECORDS
    )
    assert sample_records([batch]) == [{"n": n} for n in range(100)]
