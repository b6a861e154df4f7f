"""The person of a scenario: age, work, home, background, how it began and what is hoped for, in agreement with each other."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.draw import below, chance, draw, sub_key
from pixel_assets.generation.fitting import Presentation, ages_for, group_of, lives_as
from pixel_assets.generation.grammar import Grammar, Speaker, tidy
from pixel_assets.generation.phrases import phrases
from pixel_assets.generation.suppositions import Ages, Ties, load_data, trade_of

_NO_TIES: Final[Ties] = frozenset()
_UNDATED: Final = "undated."
_NAMES_A_TIME: Final = re.compile(
    r"\b(?:January|February|in March|April|in May|June|July|August|September|October|November|December|Easter|Christmas|spring|"
    r"summers?|autumn|winter|(?:weeks|months|years) ago|(?:two|three|four|five|six|nine) (?:weeks|months|years))\b"
)


@dataclass(frozen=True)
class Person:
    """Who a client is; texts in the client's words, ``culture`` empty where nothing of it matters."""

    age: int
    occupation: str
    household: str
    culture: str
    presenting: str
    history: str
    goal: str


def person_of(key: int, disorder: str | None, population: str | None, said: Presentation | None) -> Person:
    """The client under a key who opens with these words, or with a common concern.

    Each choice narrows the ages and ties that the next may suppose: words, history, hope, age, work, home.
    Raises :class:`KnowledgeError` where no phrase of a list fits.
    """
    group = group_of(disorder)
    ages, ties, words = ages_for(disorder, population), _NO_TIES, ""
    if said is not None:
        ages, ties, words = ages.meet(said.ages), said.ties, said.text
    else:
        concern = draw(phrases("concerns", ages, population), sub_key(key, "concern"))
        ages, words = ages.meet(concern.ages), concern.text
    began = draw(phrases("histories", ages, population, group=group or "other", said=ties), sub_key(key, "history"))
    ages = ages.meet(began.ages)
    hope = draw(phrases("goals", ages, population, group=group), sub_key(key, "goal"))
    ages = ages.meet(hope.ages)
    age = ages.first + below(key, "age", ages.last - ages.first + 1)
    exactly = Ages(age, age)
    work = draw(phrases("occupations", exactly, population), sub_key(key, "occupation"))
    home = draw(
        phrases("households", exactly, lives_as(disorder) or population, said=ties | began.ties), sub_key(key, "household")
    )
    culture = ""
    if chance(key, "is there culture", 70):
        culture = draw(phrases("cultures", exactly, population), sub_key(key, "culture")).text
    wording, dated = sub_key(key, "wording"), _NAMES_A_TIME.search(f"{words} {home.text}") is not None
    return Person(
        age=age, occupation=trade_of(words) or work.text, household=home.text, presenting=words,
        culture=_worded(culture, wording, dated), history=_worded(began.text, wording, dated),
        goal=_worded(hope.text, wording, dated),
    )  # fmt: skip


def _worded(text: str, seed: int, dated: bool) -> str:
    """The text with its choices made; where a client has named a time already, the text names none that might disagree."""
    return tidy(Speaker(_times(dated), seed).expand(text)) if "[" in text or "{" in text else text


@functools.cache
def _times(dated: bool) -> Grammar:
    times: Grammar = load_data("times.yaml")
    undated = {symbol.removeprefix(_UNDATED): texts for symbol, texts in times.items() if symbol.startswith(_UNDATED)}
    return {**times, **undated} if dated else times
