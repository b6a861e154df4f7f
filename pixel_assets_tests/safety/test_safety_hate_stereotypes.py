"""What the stereotype screen marks: a trait that prejudice gives a group, said of the group as a whole."""

from __future__ import annotations

import pytest

from pixel_assets.safety.hate.stereotypes import GENERALISED, NAMED_TRAIT, stereotype_findings, stereotype_scores
from pixel_assets.safety.turns import Turns


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "assistant", "content": text}] for text in texts])


@pytest.mark.parametrize(
    "text",
    [
        "Women are too emotional.",
        "All old people are forgetful.",
        "Poor people are lazy.",
        "Most immigrants take our jobs.",
        "Those fat people are lazy.",
        "Men can't cook.",
        "The mentally ill are violent.",
    ],
)
def test_a_trait_of_a_whole_group_is_marked_at_the_lowest_level(text: str) -> None:
    found = stereotype_findings(turns(text))
    assert found
    assert {(each.area, each.level, each.speaker) for each in found} == {("hate", 1, "assistant")}


@pytest.mark.parametrize(
    "text",
    [
        "My mother is very emotional today.",
        "The women in my group are kind.",
        "I am a woman and I feel overwhelmed.",
        "Old people like music.",
        "He is lazy.",
        "Women. And later I felt emotional.",
    ],
)
def test_a_person_or_an_unrelated_trait_is_not_marked(text: str) -> None:
    assert stereotype_findings(turns(text)) == []


def test_a_trait_of_one_person_of_the_group_scores_less_than_one_of_all() -> None:
    scores = stereotype_scores(turns("She is a woman who was emotional that day.", "Women are emotional.", "Stones are grey."))
    assert scores.tolist() == [NAMED_TRAIT, GENERALISED, 0]


def test_a_trait_counts_for_the_group_that_prejudice_gives_it_to() -> None:
    assert stereotype_scores(turns("Old people are forgetful.", "Teenagers are forgetful.")).tolist() == [GENERALISED, 0]


def test_the_place_is_the_name_of_the_group() -> None:
    text = "Someone said “well …” and that poor people are lazy."
    found = stereotype_findings(turns(text))
    assert [text[each.start : each.end] for each in found] == ["poor people"]
