"""What holds of redaction whatever the conversation is."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.identifiers.redact import Policy, Redacted, redact

STYLES = ("typed", "tagged", "realistic")
_NAMES = ["Sarah Miller", "Tom Okafor", "Jadwiga Kowalska", "María Fernández", "Omar Haddad", "Priya Raman"]
_IDENTIFIERS = [
    "202-555-0143", "sarah.miller@lantern.test", "12 Rose Street, Springfield", "@lanternfish77", "10.20.30.40",
    "4111 1111 1111 1111", "078-05-1120", "https://chat.lantern.test/u/larkbird",
]  # fmt: skip
_PLAIN = [
    "I feel low.",
    "It has been hard since spring.",
    "Tell me more about that.",
    "I cannot sleep, and I worry.",
    "Thank you.",
]


@st.composite
def conversations(draw: st.DrawFn) -> list[str]:
    """Turns in which names are introduced and used, identifiers given, and odd characters stand."""
    name = draw(st.sampled_from(_NAMES))
    forms = [name, name.split()[0], name.lower(), name.split()[0].upper(), f"{name.split()[0]}'s friend"]
    pieces = st.sampled_from(
        [*_PLAIN, *(f"my name is {name}." for name in _NAMES), *(f"write to {each} please." for each in _IDENTIFIERS), *forms]
    )
    odd = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    turns = draw(st.lists(st.lists(pieces | odd, max_size=5).map(" ".join), max_size=4))
    return [f"Hi, my name is {name}.", *turns]


def _turns(said: list[str]) -> pa.ListArray:
    return pa.array([[{"role": "user", "content": text} for text in said]], TURNS)


def _redact(turns: pa.ListArray, style: str) -> Redacted:
    return redact(pa.array(["c"] * len(turns)), turns, policy=Policy(style=style))  # type: ignore[arg-type]


def _said(redacted: Redacted) -> list[str]:
    return [turn["content"] for turn in redacted.turns[0].as_py()]


@pytest.mark.parametrize("style", STYLES)
@given(conversations())
@settings(max_examples=60, deadline=None)
def test_redacting_twice_is_redacting_once(style: str, said: list[str]) -> None:
    once = _redact(_turns(said), style)
    twice = _redact(once.turns, style)
    assert _said(twice) == _said(once)
    assert twice.redactions.to_pylist() == [0]
    assert once.left.to_pylist() == [0]


@pytest.mark.parametrize("style", STYLES)
@given(conversations())
@settings(max_examples=60, deadline=None)
def test_no_part_of_a_name_that_was_replaced_is_left_anywhere(style: str, said: list[str]) -> None:
    redacted = _redact(_turns(said), style)
    gone = {
        part.lower()
        for row in redacted.findings.to_pylist() if row["type"] == "name"
        for part in re.findall(r"[A-Za-zÀ-ÿ]{3,}", said[row["turn"]][row["start"] : row["end"]])
    }  # fmt: skip
    left = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", " ".join(_said(redacted))).lower())
    assert {part for part in gone if part in {name.lower() for each in _NAMES for name in each.split()}} & set(left) == set()


@given(conversations())
@settings(max_examples=60, deadline=None)
def test_offsets_lie_in_their_texts_in_order_and_apart(said: list[str]) -> None:
    redacted = _redact(_turns(said), "realistic")
    new = _said(redacted)
    last = (-1, 0, 0)
    for row in redacted.findings.to_pylist():
        assert 0 <= row["start"] < row["end"] <= len(said[row["turn"]])
        assert 0 <= row["new_start"] < row["new_end"] <= len(new[row["turn"]])
        if row["turn"] == last[0]:
            assert row["start"] >= last[1]
            assert row["new_start"] >= last[2]
        last = (row["turn"], row["end"], row["new_end"])


@given(conversations())
@settings(max_examples=40, deadline=None)
def test_what_is_no_identifier_stays_word_for_word(said: list[str]) -> None:
    redacted = _redact(_turns(said), "tagged")
    rows = [row for row in redacted.findings.to_pylist() if row["replaced"]]
    for turn, (text, new) in enumerate(zip(said, _said(redacted), strict=True)):
        kept, old_end, new_end = [], 0, 0
        for row in (row for row in rows if row["turn"] == turn):
            kept.append((text[old_end : row["start"]], new[new_end : row["new_start"]]))
            old_end, new_end = row["end"], row["new_end"]
        kept.append((text[old_end:], new[new_end:]))
        for was, now in kept:
            assert re.sub(r"\b[Aa]n? $", "", was) == re.sub(r"\b[Aa]n? $", "", now)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("call 2 0 2 - 5 5 5 - 0 1 4 3 tonight", "5 5 5"),
        ("call 202-555\n-0143 tonight", "0143"),
        ("call ２０２-５５５-０１４３ tonight", "０１４３"),
        ("call 202\u200b-555\u200b-0143 tonight", "0143"),
        ("write to sarah dot miller at lantern dot com", "lantern"),
        ("my name is S\u200barah Miller", "Miller"),
        ("my name is Sаrаh Miller", "Miller"),  # Cyrillic letters
        ("my name is Sarah\u00a0Miller", "Miller"),
    ],
)
def test_disguised_identifiers_are_replaced_and_stay_so(style: str, said: str, gone: str) -> None:
    once = _redact(_turns([said]), style)
    assert gone not in _said(once)[0]
    assert _said(_redact(once.turns, style)) == _said(once)


def test_a_name_known_plain_is_found_in_disguise() -> None:
    said = ["My name is Sarah Miller.", "Well, Sаr\u200bah, that is hard.", "ｓａｒａｈ?"]
    assert _said(_redact(_turns(said), "typed")) == ["My name is [name].", "Well, [name], that is hard.", "[name]?"]
