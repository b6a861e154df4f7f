"""Standardizing: exact rows for small inputs, and conservation for any input whatsoever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.detect import detect
from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standard import CONVERSATIONS, REJECTED_RECORDS, conversation_id
from pixel_assets.conversation.standardize import standardize_batch, standardize_file, standardize_group
from pixel_assets.conversation.table_builder import Standardized
from pixel_assets.sources.records import RAW_RECORDS

HINTS = SourceHints("src", "mental_health")


def raw(*records: object, problems: Sequence[str | None] = (), start: int = 1) -> pa.RecordBatch:
    """A batch of records; strings are taken as JSON text, all else is written as JSON."""
    texts = [r if isinstance(r, str) or r is None else orjson.dumps(r).decode() for r in records]
    count = len(texts)
    numbers = list(range(start, start + count))
    return pa.record_batch(
        [["src"] * count, ["f.jsonl"] * count, numbers, texts, list(problems) or [None] * count],
        schema=RAW_RECORDS,
    )


def convert(format: str, *batches: pa.RecordBatch) -> Standardized:
    detection = detect([], format)
    if detection.grouped:
        return standardize_group(batches, detection, HINTS)
    (batch,) = batches
    return standardize_batch(batch, detection, HINTS)


def messages(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def reasons(result: Standardized) -> list[tuple[int, str]]:
    return list(zip(result.rejected["row"].to_pylist(), result.rejected["reason"].to_pylist(), strict=True))


def test_a_conversation_has_every_column_of_the_standard_form() -> None:
    result = convert("messages", raw(messages(("user", " q "), ("assistant", "a")) | {"topic": "t", "id": 7}))
    assert result.conversations.schema.equals(CONVERSATIONS)
    assert result.rejected.schema.equals(REJECTED_RECORDS)
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    assert result.conversations.to_pylist() == [
        {
            "conversation_id": conversation_id(turns),
            "source": "src",
            "file": "f.jsonl",
            "rows": [1],
            "category": "mental_health",
            "format": "messages",
            "turns": turns,
            "reasoning": None,
            "flags": [],
            "metadata": '{"id":7,"topic":"t"}',
        }
    ]
    assert result.input_index_conv.to_pylist() == [0]


def test_what_cannot_be_read_is_rejected_with_its_reason() -> None:
    batch = raw(
        None,
        "{bad",
        "[1]",
        "null",
        messages(("user", "q")),
        messages(("assistant", "a")),
        "[" * 5000,
        problems=["ragged_row: 1 cells, expected 2", *[None] * 6],
    )
    result = convert("messages", batch)
    assert reasons(result) == [
        (1, "ragged_row"),
        (2, "malformed_json"),
        (3, "not_an_object"),
        (4, "not_an_object"),
        (5, "no_reply"),
        (6, "no_user_turn"),
        (7, "malformed_json"),
    ]
    assert result.rejected["detail"].to_pylist()[0] == "1 cells, expected 2"
    assert result.input_index_rej.to_pylist() == list(range(7))


def test_consecutive_turns_of_one_speaker_are_one_turn() -> None:
    batch = raw(messages(("user", "a"), ("user", ""), ("user", "b"), ("assistant", "c")))
    (row,) = convert("messages", batch).conversations.to_pylist()
    assert [turn["content"] for turn in row["turns"]] == ["a\nb", "c"]
    assert row["flags"] == ["turns_merged"]


def test_an_empty_turn_is_kept() -> None:
    (row,) = convert("messages", raw(messages(("user", "q"), ("assistant", "")))).conversations.to_pylist()
    assert row["turns"][1] == {"role": "assistant", "content": ""}


def test_flags_of_all_turns_are_gathered_and_sorted() -> None:
    batch = raw(messages(("user", "a\u00a0b"), ("assistant", "<p>c</p>{{name}}")))
    (row,) = convert("messages", batch).conversations.to_pylist()
    assert row["flags"] == ["html_removed", "placeholder", "spaces_normalized"]


def test_thoughts_in_tags_are_separated_from_the_last_reply() -> None:
    (row,) = convert(
        "messages", raw(messages(("user", "q"), ("assistant", "<think>hm</think>\na")))
    ).conversations.to_pylist()
    assert (row["reasoning"], row["turns"][1]["content"]) == ("hm", "a")
    assert row["conversation_id"] == conversation_id(row["turns"], "hm")


def test_a_record_with_several_conversations_is_listed_in_each() -> None:
    record = {"instruction": "i", "instances": [{"output": "a"}, {"output": "b"}, {"output": ""}]}
    result = convert("alpaca_seed", raw(messages(), record))
    assert result.conversations["rows"].to_pylist() == [[2], [2]]
    assert result.conversations["flags"].to_pylist() == [["instances_dropped"]] * 2
    assert result.input_index_conv.to_pylist() == [1, 1]
    assert reasons(result) == [(1, "no_reply")]


def test_without_a_format_every_record_is_rejected_with_the_best_guesses() -> None:
    sample = [messages(("user", "q"), ("assistant", "a")), {"instruction": "i", "output": "o"}]
    result = standardize_batch(raw(*sample), detect(sample), HINTS)
    assert reasons(result) == [(1, "ambiguous_format"), (2, "ambiguous_format")]
    assert "alpaca" in result.rejected["detail"].to_pylist()[0]


def test_json_that_only_lenient_parsers_take_is_read() -> None:
    record = '{"question": "q \\ud83d", "answer": "a\tb", "score": NaN, "n": 123456789012345678901234567890}'
    (row,) = convert("prompt_response", raw(record)).conversations.to_pylist()
    assert [turn["content"] for turn in row["turns"]] == ["q ?", "a\tb"]
    assert orjson.loads(row["metadata"]) == {"score": None, "n": 1.2345678901234568e29}


def test_a_dialogue_over_batches_lists_all_its_rows_and_a_rejected_one_rejects_them_all() -> None:
    def utterance(dialogue: str, speaker: str) -> dict[str, str]:
        return {"dialog_id": dialogue, "speaker": speaker, "text": f"{speaker} in {dialogue}"}

    first = raw(utterance("a", "user"), utterance("b", "user"))
    second = raw(utterance("a", "assistant"), utterance("b", "user"), "{bad", start=3)
    result = convert("utterance_table", first, second)
    assert result.conversations["rows"].to_pylist() == [[1, 3]]
    assert sorted(reasons(result)) == [(2, "no_reply"), (4, "no_reply"), (5, "malformed_json")]
    assert result.input_index_conv.to_pylist() == [0]


def test_the_two_ways_of_converting_refuse_each_others_formats() -> None:
    with pytest.raises(ValueError, match="standardize_group"):
        standardize_batch(raw({}), detect([], "utterance_table"), HINTS)
    with pytest.raises(ValueError, match="standardize_batch"):
        standardize_group([raw({})], detect([], "messages"), HINTS)


def test_a_file_is_detected_once_and_converted_batch_by_batch() -> None:
    record = messages(("user", "q"), ("assistant", "a"))
    parts = list(standardize_file(iter([raw(record), raw(record, start=2)]), HINTS))
    assert [part.conversations["rows"].to_pylist() for part in parts] == [[[1]], [[2]]]


def test_details_never_quote_the_text() -> None:
    secret = "Jane-Doe-555-0100"
    records: list[object] = [
        {"messages": [{"role": secret, "content": secret}]},
        {"messages": [{"role": "user", "content": {secret: secret}}]},
        '{"x": ' + secret,
        {"transcript_id": secret, "interlocutor": secret, "utterance_text": secret},
        {"prompt": secret, "chosen": [secret], "rejected": secret, "label": secret},
        {"utterances": [secret], "dialog": [secret], "text": secret, "question": secret},
    ]
    for format in FORMATS:
        details = convert(format.name, raw(*records)).rejected["detail"].to_pylist()
        assert not any(secret in detail for detail in details), format.name


# Keys and values that formats look for, so that random records reach deep into them
KEYS = st.sampled_from(
    [
        *(
            "messages",
            "conversations",
            "dialog",
            "turns",
            "role",
            "from",
            "speaker",
            "content",
            "value",
            "text",
        ),
        *(
            "chosen",
            "rejected",
            "label",
            "instruction",
            "input",
            "output",
            "instances",
            "history",
            "question",
        ),
        *(
            "answer",
            "Complex_CoT",
            "prompt",
            "completion",
            "utterances",
            "candidates",
            "personality",
            "system",
        ),
        *("AI_client", "dialogue_history", "transcript_id", "utterance_id", "interlocutor", "utterance_text"),
        *("Type", "images", "tag", "patterns", "responses", "questionTitle", "questionText", "answerText"),
        *("tool_calls", "strategy", "reasoning_content"),
    ]
)
TEXTS = st.one_of(
    st.sampled_from(
        ["user", "assistant", "system", "sys", "human", "gpt", "tool", "", " ", "situation", "client"]
    ),
    st.sampled_from(
        ["\n\nHuman: a\n\nAssistant: b", "<p>x</p>", "Counselor: a\nClient: b", "<think>a</think>b"]
    ),
    st.text(max_size=8),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(KEYS, st.text(max_size=4)), inner, max_size=4),
        st.fixed_dictionaries({"role": TEXTS, "content": TEXTS}),
    ),
    max_leaves=12,
)
RECORDS = st.one_of(
    JSON,
    st.dictionaries(KEYS, JSON, max_size=5),
    st.fixed_dictionaries({"messages": st.lists(st.fixed_dictionaries({"role": TEXTS, "content": TEXTS}))}),
)


def dump(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # integers beyond 64 bits, lone surrogates
        return "123456789012345678901234567890"


def assert_conserved(batch: pa.RecordBatch, result: Standardized) -> None:
    converted = {row for rows in result.conversations["rows"].to_pylist() for row in rows}
    rejected = result.rejected["row"].to_pylist()
    assert len(rejected) == len(set(rejected))
    assert not converted & set(rejected)
    assert converted | set(rejected) == set(batch["row"].to_pylist())
    result.conversations.validate(full=True)
    result.rejected.validate(full=True)
    rows = batch["row"].to_pylist()
    firsts = [rows[index] for index in result.input_index_conv.to_pylist()]
    assert firsts == [own[0] for own in result.conversations["rows"].to_pylist()]
    assert [rows[index] for index in result.input_index_rej.to_pylist()] == rejected
    for turns in result.conversations["turns"].to_pylist():
        assert {"user", "assistant"} <= {turn["role"] for turn in turns} <= {"system", "user", "assistant"}


@settings(max_examples=150, deadline=None)
@given(records=st.lists(RECORDS, min_size=1, max_size=4))
@pytest.mark.parametrize("format", [format.name for format in FORMATS])
def test_any_json_is_a_conversation_or_a_rejection(format: str, records: list[object]) -> None:
    batch = raw(*map(dump, records))
    assert_conserved(batch, convert(format, batch))


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(st.text(max_size=30), min_size=1, max_size=4), records=st.lists(RECORDS, max_size=4))
def test_any_text_is_conserved_under_detection(texts: list[str], records: list[object]) -> None:
    batch = raw(*texts, *map(dump, records))
    (result,) = standardize_file(iter([batch]), HINTS)
    assert_conserved(batch, result)
