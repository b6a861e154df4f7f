from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.gazetteers import BIT, CLASSES, LISTS, read
from pixel_assets.safety.turns import Turns


def found(text: str, *kinds: str) -> list[str]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [text[span.start : span.end] for span in spans if span.type in (kinds or ("name",))]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hi Sarah, how are you?", "Sarah"),
        ("It helps.\n\nBest,\nTom", "Tom"),
        ("my name is sarah and i am sad", "sarah"),
        ("My name is Nkechi Adeyemi.", "Nkechi Adeyemi"),
        ("My husband Ahmed lost his job.", "Ahmed"),
        ("I told Priya about it.", "Priya"),
        ("Dr. Okonkwo told me to rest.", "Okonkwo"),
        ("It is Tomás's fault.", "Tomás"),
        ("I met Jan van der Berg there.", "Jan van der Berg"),
        ("We met John A. Miller.", "John A. Miller"),
        ("It was Siobhan O'Brien who called.", "Siobhan O'Brien"),
        ("I love jessica but it is over", "jessica"),
    ],
)
def test_a_name_is_found(text: str, name: str) -> None:
    assert found(text) == [name]


@pytest.mark.parametrize(
    ("text", "person", "place"),
    [
        ("I grew up in Virginia.", [], ["Virginia"]),
        ("Virginia said she would come.", ["Virginia"], []),
        ("We moved to Paris last year.", [], ["Paris"]),
        ("Jordan told me to wait.", ["Jordan"], []),
        ("The office in Austin was closed.", [], ["Austin"]),
    ],
)
def test_the_words_around_decide_between_a_person_and_a_place(text: str, person: list[str], place: list[str]) -> None:
    assert found(text) == person
    assert found(text, "location") == place


def test_a_title_stays_outside_of_the_name() -> None:
    assert found("Mrs. Barbara Miller called.") == ["Barbara Miller"]


def test_a_country_has_a_lower_score_than_a_city() -> None:
    spans = find_fast(Turns.of([[{"role": "user", "content": "I moved from Leeds to Norway."}]]))
    city, country = (span.score for span in spans)
    assert country < city


def test_every_word_of_the_lists_is_folded_and_small() -> None:
    for name in LISTS:
        words = read(name)
        assert words == sorted(set(words))
        assert all(word == word.lower() for word in words)


def test_the_classes_fit_into_the_bits_that_there_are() -> None:
    assert len(CLASSES) == len(BIT) <= 32


def test_a_shortened_verb_is_no_part_of_the_name_before_it() -> None:
    text = "Sarah'll come, and Tom've told Omar'd. Don'll wait."
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    assert [text[span.start : span.end] for span in spans if span.type == "name"] == ["Sarah", "Tom", "Omar"]
