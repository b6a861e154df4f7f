"""Texts of a megabyte that would make a slower search hang: they are read to their end, and redaction stays what it is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import TURNS
from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.redact import Policy, redact
from pixel_assets.safety.turns import Turns

MEGABYTE = 1 << 20


def _long(unit: str) -> str:
    return unit * (MEGABYTE // len(unit))


def _redacted(text: str, style: str) -> tuple[str, int, int]:
    turns = pa.array([[{"role": "user", "content": text}]], TURNS)
    made = redact(pa.array(["c"]), turns, policy=Policy(style=style))  # type: ignore[arg-type]
    return made.turns[0].as_py()[0]["content"], made.redactions[0].as_py(), made.left[0].as_py()


@pytest.mark.parametrize("unit", ["a", "a@", "1.2-", "1-", "1\n", "[NAME_1]", "[", "https:/", "AA1 ", "O'", "Aa."])
def test_a_megabyte_of_one_thing_hides_no_number_after_it(unit: str) -> None:
    text = _long(unit) + " . Call me on 202-555-0143."
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    assert [text[span.start : span.end] for span in spans if span.type == "phone"] == ["202-555-0143"]


@pytest.mark.parametrize("style", ["typed", "tagged", "realistic"])
def test_a_megabyte_with_an_identifier_in_every_line_is_redacted_once_and_for_all(style: str) -> None:
    said = "My name is Sarah Miller.\n" + _long("Sarah met Tom Okafor. Call 202-555-0143, or write to sarah@lantern.test.\n")
    once, replaced, left = _redacted(said, style)
    assert (left, replaced > 50_000) == (0, True)
    assert not any(part in once for part in ("Sarah", "Miller", "Okafor", "202-555", "lantern"))
    assert _redacted(once, style) == (once, 0, 0)


@pytest.mark.parametrize("unit", ["[NAME_1]", "[name] ", "Amberlen "])
def test_a_megabyte_of_surrogates_stays_as_it_is(unit: str) -> None:
    for style in ("typed", "tagged", "realistic"):
        assert _redacted(_long(unit), style) == (_long(unit), 0, 0)


def test_different_identifiers_without_end_have_different_surrogates() -> None:
    text = " ".join(f"u/lark{number}" for number in range(5_000))
    once, replaced, left = _redacted(text, "tagged")
    assert (replaced, left) == (5_000, 0)
    assert once.split() == [f"[USERNAME_{number}]" for number in range(1, 5_001)]


def test_what_is_still_found_after_the_last_round_is_counted() -> None:
    once, replaced, left = _redacted("www.a" * 8_000, "realistic")
    assert replaced > 0
    assert left == len([span for span in find_fast(Turns.of([[{"role": "user", "content": once}]])) if span.type == "url"]) > 0
