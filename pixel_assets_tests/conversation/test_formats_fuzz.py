"""Any JSON value, in any format: drafts that are well-formed, or a reason that quotes nothing. Never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.formats.base import Converted, Draft, Format, NumberedRecord, Rejection
from pixel_assets.conversation.hints import Options

Record = dict[str, Any]
MARK = "\u2042"  # every made-up text has it, and no detail of a rejection may

SAID = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
HUMAN = [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
# One record of each family, so that its mutations reach deep into every converter
SEEDS: list[Record] = [
    {"messages": SAID, "system": "s", "id": 1},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}, {"type": "image_url"}]}], "images": ["1.jpg"]},
    {"messages": [*SAID, {"role": "assistant", "content": None, "tool_calls": [{}]}, {"role": "tool", "content": "r"}]},
    {"conversations": HUMAN, "tools": "[]"},
    {"conversations": {"from": ["human", "gpt"], "value": ["q", "a"]}},
    {"conversation": [{"system": "s", "input": "q", "output": "a"}]},
    {"conversation": {"messages": SAID}},
    {"dialog": ["q", "a"]},
    {"dialog": [{"speaker": "usr", "text": "q"}, {"speaker": "sys", "text": "a", "strategy": "Question"}], "situation": "s"},
    {"history": [["q", "a"]], "prompt": "q", "response": "a"},
    {"instruction": "i", "input": "n", "output": "o", "system": "s", "history": [["q", "a"]]},
    {"instruction": "i", "instances": [{"input": "n", "output": "o"}]},
    {"context": "c", "question": "q", "answers": {"text": ["a"], "answer_start": [0]}},
    {"Question": "q", "Complex_CoT": ["one", {"step": "two"}], "Response": "a", "metadata": {"reasoning": "a b"}},
    {"prompt": "q ->", "completion": " a END", "label": True},
    {"query": 'Consider this post: "x" Question: y', "gpt-3.5-turbo": "No. Reasoning: z"},
    {"question": "q", "choices": {"text": ["x", "y"], "label": ["A", "B"]}, "answerKey": "B"},
    {"context": "c", "question": "q", "ans0": "x", "ans1": "y", "label": 1},
    {"QAPairs": {"QAPair": [{"Question": {"#text": "q", "@qtype": "t"}, "Answer": "a"}]}},
    {"paragraphs": [{"context": "c", "qas": [{"question": "q", "answers": [{"text": "a"}]}]}]},
    {"prompt": "q", "chosen": SAID, "rejected": "x"},
    {"tag": "t", "patterns": ["p"], "responses": ["r", "s"]},
    {"personality": ["p"], "utterances": [{"history": ["q"], "candidates": ["wrong", "right"]}]},
    {"question_id": 1, "turns": ["q"]},
    {"question_id": 1, "choices": [{"index": 0, "turns": ["a"]}]},
    {"text": "Human: q\n\nAssistant: a", "AI_client": {"dialogue_history": "Counselor: a\nClient: q"}},
    {"text": "<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>"},
    {"text": "1\n00:00:01,000 --> 00:00:02,000\nq\n", "segments": [{"speaker": "x", "startTime": 0, "body": "q"}]},
    {"transcript_id": 1, "utterance_id": 2, "interlocutor": "client", "utterance_text": "q"},
    {"text": "words and more words", "spans": [{"start": 0, "end": 5, "entity_type": "X"}]},
]  # fmt: skip
KEYS = sorted(
    {key for seed in SEEDS for key in seed} | {"role", "content", "from", "value", "text", "question", "answer", "label"}
)

TEXTS = st.text(max_size=6).map(lambda text: f"{text}{MARK}") | st.sampled_from(["", " ", "\ud83d"])
NAMES = st.sampled_from(["user", "assistant", "system", "sys", "tool", "human", "T", "C"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS, NAMES)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@st.composite
def mutated(draw: st.DrawFn) -> Record:
    """A record of a family in which some values were replaced, left out, wrapped or repeated."""
    record = draw(st.sampled_from(SEEDS))
    changed = _mutate(record, draw, draw(st.integers(0, 3)))
    extra = draw(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=2))
    return changed | extra if isinstance(changed, dict) else {"record": changed}


def _mutate(value: Any, draw: st.DrawFn, rate: int) -> Any:
    if rate and draw(st.integers(0, 9)) < rate:
        return draw(st.sampled_from([draw(JSON), [value], {"messages": value}, [value, value], str(value) + MARK]))
    if isinstance(value, dict):
        return {key: _mutate(inner, draw, rate) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mutate(inner, draw, rate) for inner in value]
    return value


RECORDS = st.one_of(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), JSON, max_size=5), mutated())
OPTIONS = st.sampled_from(
    [Options(), Options(prompt=("text",), reply=("value",), text=("text",), user_roles=("T",), system=("label",))]
)


def results(format: Format, records: list[Record], options: Options) -> Iterator[Converted]:
    if format.convert is not None:
        yield from (format.convert(record, options) for record in records)
    elif format.convert_all is not None:
        numbered = [NumberedRecord(place, record) for place, record in enumerate(records)]
        places: list[int] = []
        for item in format.convert_all(numbered, options):
            places += item.indices
            yield [item.draft] if hasattr(item, "draft") else item.rejection
        assert sorted(places) == list(range(len(records)))


def assert_well_formed(draft: Draft) -> None:
    assert draft.turns
    for role, content in [*draft.turns, *draft.rejected]:
        assert role in ("system", "user", "assistant")
        assert isinstance(content, str)
    assert draft.reasoning is None or (isinstance(draft.reasoning, str) and draft.reasoning)
    assert isinstance(draft.metadata, dict)
    assert all(isinstance(flag, str) for flag in draft.flags)


@settings(max_examples=100, deadline=None)
@given(records=st.lists(RECORDS, min_size=1, max_size=3), options=OPTIONS)
@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_any_record_is_drafts_or_a_reason(format: Format, records: list[Record], options: Options) -> None:
    for result in results(format, records, options):
        if isinstance(result, Rejection):
            assert re.fullmatch("[a-z_]+", result.reason)
            assert result.detail
            assert MARK not in result.detail
        else:
            assert result
            for draft in result:
                assert_well_formed(draft)


@settings(max_examples=60, deadline=None)
@given(sample=st.lists(RECORDS, max_size=6))
def test_every_format_gives_any_sample_a_confidence_from_0_to_1_and_says_why(sample: list[Record]) -> None:
    for format in FORMATS:
        confidence, explanation = format.score(sample)
        assert 0 <= confidence <= 1, format.name
        assert explanation
        assert MARK not in explanation


@pytest.mark.parametrize("format", [format for format in FORMATS if format.convert], ids=lambda format: format.name)
def test_records_that_are_nested_deep_or_very_long_come_to_an_end(format: Format) -> None:
    deep: Any = "x"
    for _ in range(600):
        deep = {"messages": [deep], "text": [deep]}
    assert format.convert is not None
    for record in (
        *({key: deep} for key in KEYS),
        *({key: piece * 20_000} for key in KEYS for piece in (" ", "[", "<", "a: ", "Reasoning: ")),
        {"prompt": " " * 100_000 + "->", "completion": " " * 100_000 + "END"},
        {"prompt": "q", "gpt" + "a" * 1000 + "!": "a", "answer" + "-1" * 1000: "b"},
    ):
        result = format.convert(record, Options())
        assert isinstance(result, Rejection | list)
