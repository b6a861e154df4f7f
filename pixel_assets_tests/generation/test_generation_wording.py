"""Putting sentences into other sentences."""

from __future__ import annotations

import pytest

from pixel_assets.generation.forms.wording import aged, bullets, clause, harmless, listed, of_them, plain_name, sayings, sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Fear of crowds.", "fear of crowds"),
        ("I am worth it", "I am worth it"),
        ("I've had enough.", "I've had enough"),
        ("PHQ-9", "PHQ-9"),
        ("LGBTQ+ people", "LGBTQ+ people"),
        ("In the room", "in the room"),
        ("A sign", "a sign"),
    ],
)
def test_a_clause_has_a_small_letter_unless_its_first_word_never_has(text: str, expected: str) -> None:
    assert clause(text) == expected


def test_a_sentence_ends_once() -> None:
    assert sentence("is it so?") == "Is it so?"
    assert sentence("it is so") == "It is so."
    assert sentence('she said "no."') == 'She said "no."'


def test_texts_are_listed() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b"], "or") == "a or b"
    assert bullets(["one thing", "another."]) == "- One thing.\n- Another."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with my sister and her two children", "with their sister and her two children"),
        ("on my own", "on their own"),
        ("where I'm needed", "where they're needed"),
        ("with people who know me", "with people who know them"),
    ],
)
def test_a_clients_phrase_is_told_by_another(text: str, expected: str) -> None:
    assert of_them(text) == expected


def test_ages_have_their_article() -> None:
    assert [aged(age) for age in (17, 18, 31, 80, 90)] == [
        "a 17-year-old", "an 18-year-old", "a 31-year-old", "an 80-year-old", "a 90-year-old",
    ]  # fmt: skip


def test_an_id_is_named_in_words() -> None:
    assert [plain_name(name) for name in ("adhd", "panic_disorder", "complex_ptsd", "psychodynamic")] == [
        "ADHD", "panic disorder", "complex post-traumatic stress disorder", "psychodynamic therapy",
    ]  # fmt: skip


def test_what_speaks_of_danger_is_left_out_where_anything_else_is_there() -> None:
    assert harmless(("I count my steps.", "I'd rather be dead.")) == ("I count my steps.",)
    assert harmless(("I'd rather be dead.",)) == ("I'd rather be dead.",)
    assert sayings(("I count my steps.", "I check the gas.", "My daughter drives me.")) == (
        "I count my steps.",
        "I check the gas.",
    )
