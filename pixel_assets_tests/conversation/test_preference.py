"""Preference data in its spellings: the chosen reply, the rejected one beside it, and verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from pixel_assets.conversation.detect import detect, format_named, sample_records
from pixel_assets.conversation.formats.base import Draft
from pixel_assets.conversation.hints import Options, SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.sources.readers import read_file

U, A = "user", "assistant"
ASKED = [{"role": "user", "content": "q"}]
GOOD, BAD = {"role": "assistant", "content": "good"}, {"role": "assistant", "content": "bad"}


def draft(record: dict[str, Any], format: str = "preference") -> Draft:
    convert = format_named(format).convert
    assert convert is not None
    result = convert(record, Options())
    assert isinstance(result, list), result
    (only,) = result
    return only


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": "q", "chosen": "good", "rejected": "bad"},
        {"question": "q", "chosen": "good", "rejected": "bad"},
        {"conversations": [{"from": "human", "value": "q"}], "chosen": {"from": "gpt", "value": "good"},
         "rejected": {"from": "gpt", "value": "bad"}},
        {"prompt": "q", "chosen": [*ASKED, GOOD], "rejected": [*ASKED, BAD], "score_chosen": 8.0},
        {"messages": ASKED, "chosen": [GOOD], "rejected": [BAD]},
        {"chosen_messages": [*ASKED, GOOD], "rejected_messages": [*ASKED, BAD]},
        {"chosen": "\n\nHuman: q\n\nAssistant: good", "rejected": "\n\nHuman: q\n\nAssistant: bad"},
        {"prompt": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n", "chosen": "good", "rejected": "bad"},
    ],
    ids=["dpo", "question", "sharegpt", "orpo", "history", "messages", "transcripts", "template"],
)  # fmt: skip
def test_both_replies_follow_the_same_question(record: dict[str, Any]) -> None:
    found = draft(record)
    assert [(role, text.strip()) for role, text in found.turns] == [(U, "q"), (A, "good")]
    assert [(role, text.strip()) for role, text in found.rejected] == [(U, "q"), (A, "bad")]
    assert "rejected" not in found.metadata
    assert detect([record] * 5).name == "preference"


def test_a_rejected_reply_that_cannot_be_read_costs_only_the_pair() -> None:
    found = draft({"prompt": "q", "chosen": "good", "rejected": [{"role": "stranger", "content": "bad"}]})
    assert found.flags == ("rejected_unreadable",)
    assert list(found.turns) == [(U, "q"), (A, "good")]
    assert not found.rejected


@pytest.mark.parametrize("label", [True, False])
def test_a_verdict_says_whether_a_reply_is_to_be_learned(label: bool) -> None:
    assert draft({"prompt": "q", "completion": "a", "label": label}, "kto").preferred is label
    assert draft({"messages": [*ASKED, GOOD], "label": label}, "kto").preferred is label


@pytest.mark.parametrize(
    ("name", "conversations", "pairs", "halves"),
    [
        ("sft_formats/dpo_en_demo.json", 100, 100, 0),
        ("sft_formats/v1_dpo_demo.jsonl", 10, 10, 0),
        ("hh_rlhf/harmless-base_feelings.jsonl.gz", 80, 80, 0),
        ("sft_formats/kto_en_demo.json", 65, 0, 120),
    ],
)
def test_every_preference_of_real_files_is_kept(
    shared_data: Path, name: str, conversations: int, pairs: int, halves: int
) -> None:
    batches = list(read_file(shared_data / name, name, "s"))
    assert detect(sample_records(batches)).name in ("preference", "kto")
    parts = list(standardize_file(batches, SourceHints("s", "personality")))
    assert sum(part.conversations.num_rows for part in parts) == conversations
    rows = [row for part in parts for row in part.pairs.to_pylist()]
    assert sum(bool(row["chosen"] and row["rejected"]) for row in rows) == pairs
    assert sum(bool(row["chosen"]) != bool(row["rejected"]) for row in rows) == halves
    assert all(row["prompt"] for row in rows)
    known = {name for part in parts for name in part.conversations["conversation_id"].to_pylist()}
    assert {row["conversation_id"] for row in rows} - {None} <= known
    assert orjson.dumps(rows[0])
