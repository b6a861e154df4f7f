from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.errors import SettingsError
from pixel_assets.safety import matching
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.wording import automaton, user_cache
from pixel_assets.wording.automaton import compiled
from pixel_assets.wording.folding import fold


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def found(patterns: list[Pattern], texts: list[str]) -> list[tuple[int, str, str]]:
    """Text, pattern and what is matched in the original, for each hit."""
    matcher = Matcher(patterns)
    hits = matcher.scan(fold(texts))
    places = zip(hits.row.tolist(), hits.pattern.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    return [(row, matcher.patterns[pattern].id, texts[row][start:end]) for row, pattern, start, end in places]


def test_hits_come_by_text_and_place_and_name_the_original_characters() -> None:
    patterns = [Pattern("low", r"\bso low\b"), Pattern("i", r"\bI'm", caseless=False)]
    assert found(patterns, ["I’m so lów", "i'm", "SO LOW, so low"]) == [
        (0, "i", "I’m"), (0, "low", "so lów"), (2, "low", "SO LOW"), (2, "low", "so low"),
    ]  # fmt: skip


def test_of_one_pattern_at_one_start_only_the_longest_match_counts() -> None:
    assert found([Pattern("a", "a+")], ["baaa a"]) == [(0, "a", "aaa"), (0, "a", "a")]


def test_no_match_runs_into_the_next_text_and_none_is_lost_that_could() -> None:
    assert found([Pattern("rest", "x[^b]*"), Pattern("across", r"end\s*start")], ["axy", "end", "start b"]) == [(0, "rest", "xy")]


def test_anchors_are_those_of_a_text() -> None:
    assert found([Pattern("first", "^go"), Pattern("last", "on$")], ["go on", "a go on it", "go\non"]) == [
        (0, "first", "go"), (0, "last", "on"), (2, "first", "go"), (2, "last", "on"),
    ]  # fmt: skip


def test_a_pattern_is_folded_as_texts_are() -> None:
    assert found([Pattern("más", "no puedo más")], ["¡No puedo más!", "no puedo mas"]) == [
        (0, "más", "No puedo más"), (1, "más", "no puedo mas"),
    ]  # fmt: skip


def test_no_patterns_and_no_texts_find_nothing() -> None:
    assert found([], ["text"]) == found([Pattern("a", "a")], []) == found([Pattern("a", "a")], ["", ""]) == []


def test_a_pattern_that_cannot_be_compiled_is_named() -> None:
    with pytest.raises(SettingsError, match="pattern second: cannot be compiled: Zero-width"):
        Matcher([Pattern("first", "a"), Pattern("second", "a(?=b)")])
    with pytest.raises(SettingsError, match="pattern empty"):
        Matcher([Pattern("empty", "a*")])


def test_texts_are_scanned_in_portions_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a b", "", "longer than a portion: a b a", "b", "a"]
    patterns = [Pattern("a", r"\ba\b"), Pattern("b", "b$")]
    whole = found(patterns, texts)
    monkeypatch.setattr(matching, "PORTION", 8)
    assert found(patterns, texts) == whole


def test_what_is_compiled_is_kept_and_a_broken_file_is_compiled_again(tmp_path: Path) -> None:
    expressions = [(f"word{number}".encode(), 0) for number in range(automaton.FEWEST)]
    compiled(expressions)
    (file,) = tmp_path.rglob("*.hs")
    good = file.read_bytes()
    file.write_bytes(b"broken")
    compiled(expressions)
    assert file.read_bytes() == good


def test_few_patterns_are_not_kept_and_the_oldest_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled([(b"abc", 0)])
    assert not list(tmp_path.rglob("*.hs"))
    monkeypatch.setattr(automaton, "FEWEST", 1)
    monkeypatch.setattr(user_cache, "MOST_FILES", 2)
    for regex in (b"a", b"b", b"c"):
        compiled([(regex, 0)])
    assert len(list(tmp_path.rglob("*.hs"))) == 2


def test_what_is_used_stays_and_what_was_not_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automaton, "FEWEST", 1)
    monkeypatch.setattr(user_cache, "MOST_FILES", 2)
    compiled([(b"a", 0)])
    (used,) = tmp_path.rglob("*.hs")
    compiled([(b"b", 0)])
    for age, file in enumerate(sorted(tmp_path.rglob("*.hs"), key=lambda file: file != used)):
        os.utime(file, (1000 + age, 1000 + age))
    compiled([(b"a", 0)])
    compiled([(b"c", 0)])
    assert used.exists()
    assert len(list(tmp_path.rglob("*.hs"))) == 2


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(automaton, "FEWEST", 1)
    assert found([Pattern("a", "a")], ["a"]) == [(0, "a", "a")]


@given(
    st.lists(st.text("abc 1\né\u200b", max_size=30), max_size=5),
    st.lists(st.sampled_from(["ab", "a b", r"\bc", "[ab]1", "a|bc", "c{2}", "1$", "^a"]), min_size=1, max_size=4, unique=True),
)
def test_it_finds_where_matches_start_as_re_does(texts: list[str], regexes: list[str]) -> None:
    folded = fold(texts)
    hits = Matcher([Pattern(regex, regex) for regex in regexes]).scan(folded)
    got = set(zip(hits.row.tolist(), hits.pattern.tolist(), hits.folded_start.tolist(), hits.folded_end.tolist(), strict=True))
    expected = {
        (row, number, start, match.end())
        for row in range(len(texts)) for number, regex in enumerate(regexes) for start in range(len(folded.text(row)))
        if (match := re.compile(regex).match(folded.text(row), start))
        if not (regex == "^a" and start)
    }  # fmt: skip
    assert got == expected


def test_pathological_text_goes_through() -> None:
    text = "a" * 1_000_000
    assert found([Pattern("all", "a+b?"), Pattern("nested", r"(?:\(+)+x")], [text, "(" * 100_000]) == [(0, "all", text)]


def test_a_match_far_into_a_text_is_found() -> None:
    """Some versions of Hyperscan lose a match of this form once some forty characters stand before it."""
    openings = "i am|i'm|im|i identify as|speaking as|as an?|i was born|i grew up|me being|i came out as"
    matcher = Matcher([Pattern("here", rf"\b(?:{openings}) (?:an? |the |very |quite )?(?:tired)")])
    texts = ["xx " * words + "I'm tired." for words in range(0, 60, 3)]
    assert matcher.scan(fold(texts)).row.tolist() == list(range(len(texts)))


PIECES = ["i am", "im", "want", "to", "die", "kill", "my self", "they", "the", "a", "very", "feel", "life", "end", "not", "was"]


@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), min_size=1, max_size=3),
    st.lists(st.lists(st.sampled_from([*PIECES, "xx", "y'm"]), max_size=60), min_size=1, max_size=5),
    st.booleans(),
)
def test_alternatives_are_found_wherever_python_finds_them(slots: list[list[str]], said: list[list[str]], border: bool) -> None:
    regex = (r"\b" if border else "") + " ".join(f"(?:{'|'.join(slot)})" for slot in slots)
    texts = [" ".join(words) for words in said]
    hits = Matcher([Pattern("p", regex)]).scan(fold(texts))
    found = set(zip(hits.row.tolist(), hits.start.tolist(), strict=True))
    assert {(row, match.start()) for row, text in enumerate(texts) for match in re.finditer(regex, text)} <= found
