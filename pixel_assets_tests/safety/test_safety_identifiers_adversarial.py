"""Identifiers that were written so that they are not found, and texts that would make a slower search hang."""

from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.turns import Turns


def found(text: str) -> list[tuple[str, str]]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [(span.type, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "2 1 2 - 5 5 5 - 0 1 0 0"),
        ("phone", "212-555-\n0100"),
        ("phone", "٢١٢-٥٥٥-٠١٠٠"),
        ("phone", "𝟐𝟏𝟐-𝟓𝟓𝟓-𝟎𝟏𝟎𝟎"),
        ("phone", "２１２－５５５－０１００"),
        ("phone", "2​1​2-555-0100"),
        ("phone", "five five five oh one oh nine"),
        ("email", "jo [at] example (dot) org"),
        ("email", "jo at example dot org"),
        ("email", "jo @ example.org"),
        ("email", "jо@example.org"),  # the second letter is Cyrillic
        ("social_security", "078 - 05 - 1120"),
        ("social_security", "0 7 8 0 5 1 1 2 0"),
        ("card", "4111\n1111\n1111\n1111"),
        ("card", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
    ],
)
def test_disguise_does_not_help(kind: str, value: str) -> None:
    cue = {"phone": "call ", "social_security": "my ssn is "}.get(kind, "it is ")
    assert found(cue + value) == [(kind, value)]


@pytest.mark.parametrize("unit", ["1", "a", "(", "1 ", "A", "Aa ", "five ", "[at] ", "é", "@"])
def test_a_long_run_of_one_thing_is_read_to_its_end(unit: str) -> None:
    text = unit * (100_000 // len(unit)) + " Call 212-555-0100."
    assert any(
        span.type == "phone"
        for span in find_fast(Turns.of([[{"role": "user", "content": "x"}, {"role": "user", "content": text}]]))
    )
