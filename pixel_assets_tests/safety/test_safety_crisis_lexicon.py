"""Reading cue files: how patterns are put together, and what errors say."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.lexicon import Cue, expanded, lexicon, read_lexicon


def test_pieces_are_filled_in_and_blanks_are_one_or_more() -> None:
    assert expanded("{a} b", {"a": ["x", "y {c}"], "c": ["z"]}, "here") == r"\b(?:(?:x|y +(?:z)) +b)\b"


def test_a_blank_in_a_class_stays_and_an_optional_blank_is_any_number() -> None:
    assert expanded("my ?self[ -]x", {}, "here") == r"\b(?:my *self[ -]x)\b"


def test_writing_without_spaces_needs_no_border() -> None:
    assert expanded("想死", {}, "here") == "想死"


def test_a_missing_piece_names_the_cue() -> None:
    with pytest.raises(SettingsError, match=r"^x\.yaml, wish: there is no piece gone"):
        expanded("{gone}", {}, "x.yaml, wish")


def test_a_piece_that_holds_itself_is_an_error() -> None:
    with pytest.raises(SettingsError, match="holds itself"):
        expanded("{a}", {"a": ["b {a}"]}, "x.yaml, wish")


def test_an_unknown_kind_names_file_and_cue(tmp_path: Path) -> None:
    (tmp_path / "pieces.yaml").write_text("a: b\n", "utf-8")
    (tmp_path / "cues.yaml").write_text("cues:\n  wish: {kind: sadness, level: risk, patterns: die}\n", "utf-8")
    with pytest.raises(SettingsError, match=r"cues\.yaml, line 2: cues\.wish\.kind: Input should be"):
        read_lexicon(tmp_path)


def test_a_pattern_that_cannot_be_compiled_names_file_and_cue(tmp_path: Path) -> None:
    (tmp_path / "pieces.yaml").write_text("a: b\n", "utf-8")
    (tmp_path / "cues.yaml").write_text("cues:\n  wish: {kind: means, level: risk, patterns: '(die'}\n", "utf-8")
    with pytest.raises(SettingsError, match=r"cues\.yaml, wish"):
        read_lexicon(tmp_path)


def test_every_cue_of_the_package_has_patterns() -> None:
    known = lexicon()
    assert {entry.id for entry in known.entries if isinstance(entry, Cue)} == set(known.cues)
