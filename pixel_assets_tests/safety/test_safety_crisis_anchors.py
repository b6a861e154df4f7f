"""The strings that a text must hold for a pattern to match."""

from __future__ import annotations

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.anchors import anchors, regex


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("kill +myself", {"kill myself"}),
        ("(?:kill|harm) +myself", {"kill myself", "harm myself"}),
        ("kill(?:ing)? +myself", {"kill myself", "killing myself"}),
        ("swallowed(?: [a-z]+){0,4} +pills", {"swallowed"}),
        ("w[a4]nts? +out", {"want out", "wants out", "w4nt out", "w4nts out"}),
    ],
)
def test_every_match_holds_one_of_the_anchors(pattern: str, expected: set[str]) -> None:
    assert anchors(pattern, "here") == expected


def test_a_pattern_that_matches_anything_is_refused() -> None:
    with pytest.raises(SettingsError, match="here"):
        anchors("[a-z]+ +[a-z]*", "here")


def test_signs_of_an_anchor_are_no_operators() -> None:
    assert regex("a.b?") == rb"a\.b\?"
