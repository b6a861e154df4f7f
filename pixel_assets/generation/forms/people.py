"""Who is there for a client, as far as the scenario says it, and which phrases therefore do not fit."""

from __future__ import annotations

import functools
import re
from typing import Final

from pixel_assets.generation.forms.said import second_person
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.suppositions import BOUND, Ties, ties_of

# Whom a client lives with and could turn to; not those who are looked after, and no children
_NEAR: Final = re.compile(
    r"\bmy (?:older |big )?(husband|wife|partner|boyfriend|girlfriend|mother|mum|father|dad|parents|sister|brother|aunt|uncle|"
    r"cousin|grandmother|grandparents)\b"
)
_LEANS_ON_THEM: Final = re.compile(r"look after|needs? (?:help|care)|been ill|gets lost|cannot|operation|stroke|can't be left")
_SHARED: Final = re.compile(r"flatmates|shared|hall|hostel|group home|others|people I met")
_ONE_OF: Final = {"parents": "one of my parents", "grandparents": "one of my grandparents"}
_KIN: Final = ("my sister", "my brother", "my cousin", "my oldest friend", "a friend")
_ELDERS: Final = ("my aunt", "my godmother")
_FROM_A_PARTNER: Final = "domestic_abuse_response"
_NO_PAID_WORK: Final = re.compile(r"\b(?:retired|unemployed|out of work|pensioner|pupil|school)\b", re.IGNORECASE)
_ADULT, _PARENT, _GRANDPARENT = 18, 30, 55


def people_values(speaker: Speaker, scenario: Scenario) -> dict[str, str]:
    """``near``, who is about at home or next door, and ``kin``, who can be rung; each also as the therapist says it."""
    near = _near(scenario)
    home = ties_of(f"I live {scenario.household}.") | ties_of(scenario.history) | ties_of(scenario.presenting)
    people = (*_KIN, *(_ELDERS if scenario.age < _GRANDPARENT else ("my niece",)))
    others = [person for person in people if person != near and f"{person.removeprefix('my ')}_gone" not in home]
    kin = speaker.pick(others, "kin")
    return {"near": near, "near_back": second_person(near), "kin": kin, "kin_back": second_person(kin)}


def _near(scenario: Scenario) -> str:
    found = _NEAR.search(scenario.household)
    if found and not _LEANS_ON_THEM.search(scenario.household) and _FROM_A_PARTNER not in scenario.of("protocol"):
        return _ONE_OF.get(found[1], f"my {found[1]}")
    if _SHARED.search(scenario.household):
        return "someone from the house" if scenario.age < _ADULT else "one of the others here"
    return "my neighbour"


def unfitting(scenario: Scenario) -> re.Pattern[str]:
    """What a phrase must not hold that is said in a conversation of a scenario: people and work that the client has not."""
    home = ties_of(f"I live {scenario.household}.")
    gone = {tie for text in (scenario.history, scenario.presenting) for tie in ties_of(text) if tie.endswith("_gone")}
    return _expression(
        home & BOUND, frozenset(gone), scenario.age < _PARENT, scenario.age < _GRANDPARENT,
        _SHARED.search(scenario.household) is not None,
        scenario.age < _ADULT or _NO_PAID_WORK.search(scenario.occupation) is not None,
    )  # fmt: skip


@functools.cache
def _expression(
    bound: Ties, gone: frozenset[str], childless: bool, no_grandchildren: bool, shared: bool, no_work: bool
) -> re.Pattern[str]:
    words = [rf"\b(?:my|your) {name}\b" for name in sorted(BOUND - bound - ({"partner"} if bound else set()))]
    if "mother_gone" in gone:
        words.append(r"\b(?:my|your) (?:mum|mother)\b")
    if "father_gone" in gone:
        words.append(r"\b(?:my|your) (?:dad|father)\b")
    if "brother_gone" in gone:
        words.append(r"\b(?:my|your) brother\b")
    if childless:
        words.append(r"\b(?:my|your|our) (?:own )?(?:teenage |little )?(?:son|daughter|children|kids?|child)\b")
    if no_grandchildren:
        words.append(r"\bgrand(?:son|daughter|child)")
    if not shared:
        words.append(r"\bflatmate")
    if no_work:
        words.append(r"\b(?:colleagues?|at work|my boss|your boss|my manager|my team|the office|overtime|wages|working late)\b")
    return re.compile("|".join(words) or r"(?!)")
