"""Redaction of whole conversations: turns, reasoning and metadata, with a row for every identifier."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.identifiers.allowed import allowed
from pixel_assets.safety.identifiers.redact import Policy, Redacted, redact, remaining
from pixel_assets.safety.identifiers.tables import PII_FINDINGS, REDACTED_CORPUS


def _turns(*conversations: list[str]) -> pa.ListArray:
    roles = ("user", "assistant")
    return pa.array(
        [[{"role": roles[number % 2], "content": text} for number, text in enumerate(said)] for said in conversations], TURNS
    )


def _redact(
    *conversations: list[str], reasoning: list[str | None] | None = None, metadata: list[str | None] | None = None,
    policy: Policy | None = None,
) -> Redacted:  # fmt: skip
    return redact(
        pa.array([f"c{number}" for number in range(len(conversations))]),
        _turns(*conversations),
        None if reasoning is None else pa.array(reasoning, pa.string()),
        None if metadata is None else pa.array(metadata, pa.string()),
        policy,
    )


def _said(redacted: Redacted, conversation: int = 0) -> list[str]:
    return [turn["content"] for turn in redacted.turns[conversation].as_py()]


def test_identifiers_of_a_conversation_are_replaced_in_all_turns() -> None:
    said = ["Hi, my name is Sarah Miller.", "Hello Sarah, thank you.", "You can reach me on 202-555-0143 or sarah@lantern.test."]
    assert _said(_redact(said)) == [
        "Hi, my name is [name].",
        "Hello [name], thank you.",
        "You can reach me on [phone number] or [e-mail address].",
    ]


def test_a_known_name_is_replaced_wherever_it_stands_again_whatever_its_case() -> None:
    said = ["My name is Sarah Miller.", "ok", "sarah, sarah… SARAH! the Millers; sarah's"]
    assert _said(_redact(said))[2] == "[name], [name]… [name]! the [name]s; [name]'s"


def test_a_name_that_is_an_everyday_word_leaves_the_word_alone() -> None:
    said = ["My name is Hope Miller.", "I hope you slept. I do hope so.", "people call me Hope at home"]
    assert _said(_redact(said)) == ["My name is [name].", "I hope you slept. I do hope so.", "people call me [name] at home"]


def test_a_contraction_of_a_name_that_is_a_word_is_none() -> None:
    said = ["My name is Don Kowalska.", "I said Don't. Did Don come? Don Kowalska?"]
    assert _said(_redact(said))[1] == "I said Don't. Did [name] come? [name]?"


def test_reasoning_and_metadata_lose_what_the_turns_lose() -> None:
    redacted = _redact(
        ["My name is Sarah Miller.", "Hello."],
        ["Nothing here.", "No."],
        reasoning=["The client, sarah, is tense.", None],
        metadata=[json.dumps({"note": "spoke of Sarah", "score": 3, "tags": ["calm", {"by": "S. Miller"}]}), None],
    )
    assert redacted.reasoning is not None
    assert redacted.metadata is not None
    assert redacted.reasoning.to_pylist() == ["The client, [name], is tense.", None]
    found = json.loads(redacted.metadata[0].as_py())
    assert found["note"] == "spoke of [name]"
    assert found["score"] == 3
    assert "Miller" not in redacted.metadata[0].as_py()
    assert redacted.metadata[1].as_py() is None


def test_keys_of_the_metadata_stay() -> None:
    redacted = _redact(["My name is Sarah Miller.", "Hi."], metadata=['{"Sarah":"Sarah","z":[1,null,true]}'])
    assert redacted.metadata is not None
    assert redacted.metadata[0].as_py() == '{"Sarah":"[name]","z":[1,null,true]}'


def test_an_identifier_that_stands_in_the_metadata_alone_is_found() -> None:
    redacted = _redact(["Hello.", "Hi."], ["Hello.", "Hi."], metadata=['{"contact":"sarah@lantern.test"}', '{"topic":"sleep"}'])
    assert redacted.metadata is not None
    assert redacted.metadata.to_pylist() == ['{"contact":"[e-mail address]"}', '{"topic":"sleep"}']
    assert redacted.findings["part"].to_pylist() == ["metadata"]


def test_every_finding_says_where_it_was_and_what_stands_there_now() -> None:
    said = ["An Anna Kowalska called. I said: my name is Sarah Miller 😔, 202-555-0143", "Thank you, Sarah. On 3 May 2024?"]
    for style in ("typed", "tagged", "realistic"):
        redacted = _redact(said, policy=Policy(style=style))
        assert redacted.findings.schema.equals(PII_FINDINGS)
        new = _said(redacted)
        rows = redacted.findings.to_pylist()
        assert sum(row["replaced"] for row in rows) == redacted.redactions[0].as_py()
        for row in rows:
            was, now = said[row["turn"]][row["start"] : row["end"]], new[row["turn"]][row["new_start"] : row["new_end"]]
            assert now == was if not row["replaced"] else now != was
            assert now
            assert row["conversation_id"] == "c0"


def test_the_findings_hold_no_text() -> None:
    findings = _redact(["My name is Sarah Miller, sarah@lantern.test", "Hi."]).findings
    assert "miller" not in str(findings.to_pydict()).lower()


def test_types_that_are_kept_are_found_and_left() -> None:
    said = ["My name is Sarah Miller and I moved to Lisbon on 3 May 2024.", "Hi."]
    redacted = _redact(said)
    assert _said(redacted)[0] == "My name is [name] and I moved to Lisbon on 3 May 2024."
    left = {row["type"]: row["replaced"] for row in redacted.findings.to_pylist()}
    assert left == {"name": True, "location": False, "date": False}
    everything = _redact(said, policy=Policy(types=("name", "location", "date")))
    assert _said(everything)[0] == "My name is [name] and I moved to [location] on [date]."


def test_conversations_without_identifiers_pass_untouched() -> None:
    turns = _turns(["I feel low.", "Tell me more."], [], ["I cannot sleep.", "Since when?"])
    redacted = redact(pa.array(["a", "b", "c"]), turns, pa.array([None, None, "plain"], pa.string()), None)
    assert redacted.turns.equals(turns)
    assert redacted.reasoning is not None
    assert redacted.reasoning.to_pylist() == [None, None, "plain"]
    assert redacted.metadata is None
    assert redacted.findings.num_rows == 0
    assert redacted.left.to_pylist() == [0, 0, 0]
    assert redacted.redactions.to_pylist() == [0, 0, 0]
    assert redacted.redacted_types.to_pylist() == [[], [], []]


def test_the_type_of_the_turns_stays_and_slices_and_chunks_are_read() -> None:
    turns = _turns(["skip"], ["My name is Sarah Miller.", "Hi."], ["Hello."])
    ids = pa.array(["x", "a", "b"])
    sliced = redact(ids[1:], turns[1:])
    chunked = redact(pa.chunked_array([ids[1:2], ids[2:]]), pa.chunked_array([turns[1:2], turns[2:]]))
    assert sliced.turns.type == chunked.turns.type == TURNS
    assert _said(sliced) == _said(chunked) == ["My name is [name].", "Hi."]
    assert sliced.findings.equals(chunked.findings)


def test_no_conversations_give_empty_columns() -> None:
    redacted = redact(pa.array([], pa.string()), pa.array([], TURNS), pa.array([], pa.string()), pa.array([], pa.string()))
    assert len(redacted.turns) == len(redacted.redactions) == len(redacted.redacted_types) == 0


def test_a_conversation_is_redacted_the_same_whatever_stands_beside_it() -> None:
    one, other = ["My name is Sarah Miller.", "Hi Sarah."], ["I am Omar Quill, 202-555-0143.", "Hello Sarah."]
    for style in ("typed", "tagged", "realistic"):
        policy = Policy(style=style)
        both = _redact(one, other, policy=policy)
        assert _said(both, 0) == _said(_redact(one, policy=policy))
        assert _said(both, 1) == _said(_redact(other, policy=policy))


def test_helplines_and_public_figures_are_kept() -> None:
    said = ["Freud wrote that. I called 988 and then 116 123.", "If you are in danger, call 911 or see 988lifeline.org."]
    assert _said(_redact(said)) == said
    more = Policy(allowed=allowed(("Sarah Miller",)))
    assert _said(_redact(["My name is Sarah Miller.", "Hi."], policy=more))[0] == "My name is Sarah Miller."


def test_nothing_is_left_after_redaction() -> None:
    redacted = _redact(["My name is Sarah Miller, 202-555-0143, 12 Rose Street, Springfield.", "Hi."])
    assert redacted.left.to_pylist() == [0]
    assert remaining(redacted.turns) == []
    assert len(remaining(_turns(["My name is Sarah Miller."]))) == 1


@pytest.mark.parametrize(
    "document", ["not json", "[", '"Sarah Miller"', "17", "null", "[" * 900 + "]" * 900, '{"a":"\\ud83d\\ude14 ok"}']
)
def test_odd_metadata_neither_raise_nor_change_without_an_identifier(document: str) -> None:
    redacted = _redact(["I feel low.", "Hi."], metadata=[document])
    assert redacted.metadata is not None
    if "Sarah" not in document:
        assert redacted.metadata[0].as_py() == document


@pytest.mark.parametrize("text", ["a" * 1_000_000, "[" * 1_000_000, "1" * 1_000_000, "Sarah " * 170_000, "[name] " * 140_000])
def test_a_megabyte_of_anything_is_redacted(text: str) -> None:
    redacted = _redact(["My name is Sarah Miller.", text])
    assert "Sarah" not in _said(redacted)[1]


def test_the_tables_describe_every_column() -> None:
    for schema in (PII_FINDINGS, REDACTED_CORPUS):
        assert all(field.metadata and field.metadata[b"description"] for field in schema)
    assert REDACTED_CORPUS.names[-3:] == ["redactions", "redacted_types", "identifiers_left"]


def test_conversations_that_differ_in_case_and_punctuation_alone_get_the_same_surrogates() -> None:
    first, second = "My name is Sarah Miller, and I can't sleep.", "my name is Sarah Miller and i can't sleep"
    found = redact(pa.array(["a", "b"]), _turns([first], [second]), policy=Policy(style="realistic"))
    said = [turns[0]["content"] for turns in found.turns.to_pylist()]
    assert "Miller" not in said[0]
    assert said[0].casefold().replace(",", "").rstrip(".") == said[1].casefold()
