"""What a word is, when texts are equal, what nobody can read."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.quality import text
from pixel_assets.quality.text import Speech, is_blank, normalise, unreadable_characters


@pytest.mark.parametrize(
    ("written", "form", "words"),
    [
        ("", "", 0),
        ("  ?! … ", "", 0),
        ("Hello,   WORLD!\n\tAgain_and again", "hello world again and again", 5),
        ("I don't — really; don’t.", "i dont really dont", 4),
        ("Straße ＡＢＣ ﬁne", "strasse abc fine", 3),
        ("fine 🙂", "fine 🙂", 1),
        ("fine 👍🏽❤️", "fine 👍 🏽 ❤", 1),
        ("我很难过。", "我 很 难 过", 4),
        ("नमस्ते दुनिया", "नमस्ते दुनिया", 2),
        ("é", "é", 1),
        ("it is -3, not 3-5", "it is minus3 not 3 5", 6),
        ("covid-19 (-7)", "covid 19 minus7", 3),
    ],
)
def test_normal_form_and_words(written: str, form: str, words: int) -> None:
    assert normalise(written) == Speech(form, words)


def test_emoji_and_the_sign_of_a_number_are_not_punctuation() -> None:
    assert normalise("I feel 🙂") != normalise("I feel 🙁")
    assert normalise("It was -3 outside") != normalise("It was 3 outside")


@given(st.text(st.characters(codec="ascii")))
def test_the_fast_path_for_ascii_gives_what_the_general_one_gives(written: str) -> None:
    general = text._WORD_OR_EMOJI.findall(text._signed(written.casefold().replace("'", "")))
    assert normalise(written) == Speech(" ".join(general), len(general))


@given(
    st.lists(st.text(string.ascii_letters + "éßж", min_size=1, max_size=8), min_size=1),
    st.lists(st.text(' \n\t.,;:!?"()*_“”–…', min_size=1, max_size=4), min_size=1),
)
def test_case_space_and_punctuation_never_count(words: list[str], gaps: list[str]) -> None:
    other = "".join(word.upper() + gaps[i % len(gaps)] for i, word in enumerate(words))
    assert normalise(" ".join(words).upper()) == normalise(other)


@given(st.text())
def test_a_normal_form_is_its_own_normal_form(written: str) -> None:
    form = normalise(written).form
    assert normalise(form).form == form


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("plain\n\ttext\r\n", 0),
        ("café “ok” — 😀 我 नमस्ते \u200d", 0),
        ("\U0001fae8\U0001fac6", 0),  # emoji younger than Python's Unicode tables
        ("a\ufffdb\ufffd", 2),
        ("a\x00b\x1fc\x7f\x85", 4),
        ("\ue000x\U000f0000", 2),
        ("\u0378", 1),
    ],
)
def test_unreadable_characters_are_counted(written: str, count: int) -> None:
    assert unreadable_characters(written) == count


@pytest.mark.parametrize(
    ("written", "blank"), [("", True), (" \n\u200b\ufeff\xa0", True), (".", False), (" a ", False)]
)
def test_blank_is_what_shows_nothing(written: str, blank: bool) -> None:
    assert is_blank(written) is blank
