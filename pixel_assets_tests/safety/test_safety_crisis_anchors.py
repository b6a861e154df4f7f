"""The strings that a text must hold for a pattern to match."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.anchors import anchors, anchors_of_all, regex


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("kill +myself", {"kill myself"}),
        ("(?:kill|harm) +myself", {"kill myself", "harm myself"}),
        ("kill(?:ing)? +myself", {"kill myself", "killing myself"}),
        ("swallowed(?: [a-z]+){0,4} +pills", {"swallowed"}),
        ("want(?: [a-z]+){0,4} +gaze", {" gaze"}),
        ("w[a4]nts? +out", {"want out", "wants out", "w4nt out", "w4nts out"}),
    ],
)
def test_every_match_holds_one_of_the_anchors(pattern: str, expected: set[str]) -> None:
    assert anchors(pattern, "here") == expected


def test_a_pattern_that_matches_anything_is_refused() -> None:
    with pytest.raises(SettingsError, match="here"):
        anchors("[a-z]+ +[a-z]*", "here")


@pytest.mark.parametrize("kept", [b"[]", b"", b"{", b'[["other"]]'])
def test_what_was_found_is_kept_and_a_file_that_is_none_is_worked_out_again(
    kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    patterns = [("here", "kill(?:ing)? +myself"), ("there", "want +out")]
    found = anchors_of_all(patterns)
    assert found == [["kill myself", "killing myself"], ["want out"]]
    (file,) = tmp_path.rglob("*.anchors")
    file.write_bytes(kept)
    assert anchors_of_all(patterns) == found
    assert json.loads(file.read_bytes()) == found


def test_signs_of_an_anchor_are_no_operators() -> None:
    assert regex("a.b?") == rb"a\.b\?"
