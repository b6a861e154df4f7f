"""Words and shingles of conversations: the compiled loops against the definitions in plain Python."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.characters import ALONE, BREAK, DASH, HARD, JOIN, KIND, LETTERS, characters
from pixel_assets.dedup.hashing import run_hash, word_hash
from pixel_assets.dedup.words import RoleWords, forms_of_turns, shingles, words_of_texts, words_of_turns
from pixel_assets.quality.text import normalise

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
# Letters, what parts words or does not, signs before numbers, emoji, and characters that only normalise knows
ODD = "aB9 .,'’‘“”–—…-_\u00a0\n\t\x1fé ßİıſΩжñ½²³ﬁ０ー漢字かќ\u0301\u0308ด🙂\ufe0f\u200d👍🏽♥\u00ad´`a-3"
TEXTS = st.one_of(st.text(st.sampled_from(ODD), max_size=40), st.text(max_size=20), st.text(st.characters(max_codepoint=127)))


def conversations(*said: list[tuple[str, str]]) -> pa.Array:
    return pa.array([[{"role": role, "content": content} for role, content in turns] for turns in said], TURNS)


def expected(text: str) -> list[int]:
    return [word_hash(word) for word in normalise(text).form.encode().split(b" ") if word]


def words_in(words: RoleWords, row: int) -> list[int]:
    found: list[int] = words.hashes[words.word_starts[row] : words.word_starts[row + 1]].tolist()
    return found


@given(st.lists(TEXTS, max_size=5))
@settings(max_examples=400, deadline=None)
def test_the_words_of_any_texts_are_those_of_their_normal_forms(texts: list[str]) -> None:
    words = words_of_texts(pa.array(texts, pa.string()))
    assert [words_in(words, row) for row in range(len(texts))] == [expected(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "a'-3",
        "a'-3 é",
        "a’-3",
        "a’-3 é",
        "-3 –3 —3 x-3 é-3 _-3 -x",
        "fine 🙂🙁 fine",
        "1½",
        "don’t STRASSE Straße",
        "…-3",
        "漢-3",
    ],
)
def test_signs_apostrophes_and_emoji_count_as_in_the_normal_form(text: str) -> None:
    assert words_in(words_of_texts(pa.array([text])), 0) == expected(text)


def test_every_character_that_is_covered_acts_as_in_the_normal_form_between_others() -> None:
    kinds = characters().kinds & KIND
    codes = [code for code in np.flatnonzero(kinds != HARD).tolist() if code]
    beside = ("a{}b", "{}", "-{}3", "{}-3 x'{}", "a'-3 {}", "é-{}{}9")
    texts = [text.replace("{}", chr(code)) for code in codes for text in beside]
    words = words_of_texts(pa.array(texts))
    assert [row for row, text in enumerate(texts) if words_in(words, row) != expected(text)] == []


def test_characters_are_read_as_the_kinds_that_they_are() -> None:
    kinds = characters().kinds & KIND
    assert [int(kinds[ord(each)]) for each in "é 🙂’–½\u0301"] == [LETTERS, BREAK, ALONE, JOIN, DASH, HARD, HARD]


def test_words_have_the_role_of_their_turn_and_the_system_says_nothing() -> None:
    words = words_of_turns(
        conversations(
            [("system", "Be kind."), ("user", "I am here"), ("assistant", ""), ("assistant", "Good")], [], [("user", "Hi")]
        )
    )
    assert words.roles.tolist() == [1, 1, 1, 2, 1]
    assert words.speakers.tolist() == [1, 2, 2, 1]
    assert words.turn_starts.tolist() == [0, 3, 3, 4, 5]
    assert words.starts.tolist() == [0, 3, 3, 4]
    assert words.word_starts.tolist() == [0, 4, 4, 5]


def test_a_slice_and_chunks_are_read_as_the_rows_that_they_hold() -> None:
    turns = conversations([("user", "one two")], [("user", "three é½ four"), ("assistant", "five")], [("user", "six")])
    whole, part = words_of_turns(turns), words_of_turns(turns.slice(1, 1))
    assert words_in(part, 0) == words_in(whole, 1)
    chunked = words_of_turns(pa.chunked_array([turns.slice(0, 1), turns.slice(1)]))
    assert chunked.hashes.tolist() == whole.hashes.tolist()
    assert words_in(words_of_texts(pa.chunked_array([["a"], ["b c"]], pa.large_string())), 1) == expected("b c")


def test_a_text_that_is_null_and_an_empty_column_have_no_words() -> None:
    assert words_in(words_of_texts(pa.array(["a", None, "b"])), 1) == []
    assert len(words_of_texts(pa.array([], pa.string()))) == 0
    assert len(words_of_turns(conversations())) == 0


def test_shingles_are_runs_of_three_words_of_a_side_over_the_borders_of_its_turns() -> None:
    sets = shingles(
        words_of_turns(
            conversations([("user", "a b"), ("assistant", "x"), ("user", "c d"), ("assistant", "y")], [("user", "a B C")])
        )
    )
    runs = {"user": [[b"a", b"b", b"c"], [b"b", b"c", b"d"]], "assistant": [[b"x", b"y"]]}
    assert sets.members.tolist()[:3] == [run_hash(run, role) for role, found in runs.items() for run in found]
    assert sets.starts.tolist() == [0, 2, 3, 4, 4]
    assert sets.members[3] == sets.members[0]


def test_the_same_words_of_another_role_are_other_shingles() -> None:
    members = shingles(words_of_turns(conversations([("user", "a b c")], [("assistant", "a b c")]))).members
    assert members[0] != members[1]
    assert run_hash([b"a", b"b", b"c"]) == shingles(words_of_texts(pa.array(["a b c"]))).members[0]


@given(st.lists(st.text("ab ", max_size=40), max_size=6))
@settings(deadline=None)
def test_distinct_shingles_ascend_and_are_counted_without_being_sorted(texts: list[str]) -> None:
    said = shingles(words_of_turns(conversations(*[[("user", text), ("assistant", text[::2])] for text in texts])))
    sets = said.distinct()
    for each in range(len(sets.starts) - 1):
        members = sets.members[sets.starts[each] : sets.starts[each + 1]].tolist()
        assert members == sorted(set(said.members[said.starts[each] : said.starts[each + 1]].tolist()))
    assert said.counts().tolist() == np.diff(sets.starts).reshape(-1, 2).tolist()


def test_forms_stand_in_the_order_of_the_hashes() -> None:
    turns = conversations([("system", "no"), ("user", "I’m fine 🙂!"), ("assistant", "½ é")], [("user", "")])
    forms = forms_of_turns(turns)
    assert forms == ["im", "fine", "🙂", "1", "2", "é"]
    assert words_of_turns(turns).hashes.tolist() == [word_hash(form.encode()) for form in forms]
