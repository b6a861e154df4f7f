"""What is found in single messages, by category: the level of the message, and what the finding says about it."""

from __future__ import annotations

import pytest

from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import levels
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns


def _turns(*contents: str, role: str = "user") -> Turns:
    return Turns.of([[{"role": role, "content": content}] for content in contents])


def _level(content: str) -> int:
    turns = _turns(content)
    return int(levels(detect(turns), turns.conversations)[0])


def _strongest(content: str) -> Finding:
    return max(detect(_turns(content)), key=lambda finding: finding.level)


@pytest.mark.parametrize(
    "content",
    [
        "I want to die",
        "i just really wanna die",
        "I don't want to live anymore",
        "I wish I wouldn't wake up",
        "Everyone would be better off without me.",
        "I can't stop thinking about killing myself",
        "It's not that I don't want to die.",
        "I'm so tired of being alive",
        "i want to unalive myself",
        "thinking of sewer slide again",
        "I've been having suicidal thoughts lately",
        "i keep thinkin abt sucide",
    ],
)
def test_a_wish_to_die_is_a_risk(content: str) -> None:
    assert _level(content) == 2
    assert {finding.kind for finding in detect(_turns(content)) if finding.level == 2} == {"suicide_ideation"}


@pytest.mark.parametrize(
    "content",
    [
        "I'm going to kill myself tonight",
        "I want to die and the pills are right here in front of me",
        "I tried to kill myself last night",
        "I just took a whole bottle of pills",
        "I want to end my life and I have a plan to do it",
    ],
)
def test_a_wish_with_a_time_a_plan_or_means_is_imminent(content: str) -> None:
    assert _level(content) == 3


@pytest.mark.parametrize(
    "content",
    [
        "This homework is killing me",
        "I'm dying to see the new film",
        "My phone died on the way home",
        "I'd kill for a coffee right now",
        "dead serious, the deadline is on Friday",
        "How do I kill a python process?",
        "Suicide prevention training is on Monday.",
        "In my novel the main character wants to kill himself.",
        "I could kill him for forgetting the tickets",
        "I cut myself shaving this morning",
        "Can you shoot me an email?",
        "I nearly died laughing at that joke",
        "We killed time at the station",
        "What is suicide?",
    ],
)
def test_manners_of_speaking_fiction_and_study_are_nothing(content: str) -> None:
    assert _level(content) == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("I cut myself last night", "self_harm"),
        ("He hits me when he is drunk", "abuse"),
        ("I was raped by someone I know", "abuse"),
        ("I'm hearing voices telling me what to do", "psychosis"),
        ("I want to hurt my stepfather", "harm_to_others"),
        ("I make myself throw up after every meal", "eating_disorder_emergency"),
        ("I swallowed all my pills", "overdose"),
        ("aku pengen mati aja", "suicide_ideation"),
        ("dia mukulin aku tiap malam", "abuse"),
        ("no quiero vivir", "suicide_ideation"),
        ("ich will nicht mehr leben", "suicide_ideation"),
        ("je veux mourir", "suicide_ideation"),
        ("quero morrer", "suicide_ideation"),
        ("mujhe jeena nahi hai", "suicide_ideation"),
        ("gusto ko nang mamatay", "suicide_ideation"),
        ("nataka kufa", "suicide_ideation"),
        ("我不想活了", "suicide_ideation"),
    ],
)
def test_every_kind_is_found_in_several_languages(content: str, kind: str) -> None:
    assert _strongest(content).kind == kind
    assert _level(content) >= 2


@pytest.mark.parametrize("content", ["i wanna k1ll my5elf", "i want to k.i.l.l myself", "I wаnt tо diе"])
def test_disguised_letters_are_read(content: str) -> None:
    assert _level(content) >= 2


def test_somebody_else_in_danger_is_a_risk_about_another() -> None:
    found = _strongest("My sister told me she wants to kill herself.")
    assert (found.level, found.subject) == (2, "other")


def test_an_attempt_long_ago_is_a_concern_of_the_past() -> None:
    found = _strongest("I tried to kill myself ten years ago.")
    assert (found.level, found.time) == (1, "past")


def test_the_words_of_an_assistant_are_no_findings() -> None:
    assert detect(_turns("Are you thinking of killing yourself?", role="assistant")) == []


@pytest.mark.parametrize(
    ("answer", "level"),
    [("Yes.", 2), ("Since Monday", 2), ("every night", 2), ("No, not at all", 0), ("I don't, no", 0), ("What do you mean?", 0)],
)
def test_a_short_answer_means_what_was_asked(answer: str, level: int) -> None:
    talk = [{"role": "assistant", "content": "Are you thinking of ending your life?"}, {"role": "user", "content": answer}]
    turns = Turns.of([talk])
    found = detect(turns)
    assert levels(found, 1).tolist() == [level]
    assert [(each.start, each.end) for each in found if each.level] == ([(0, len(answer))] if level else [])


def test_a_yes_to_another_question_is_nothing() -> None:
    talk = [{"role": "assistant", "content": "Did you sleep well?"}, {"role": "user", "content": "yes, every night"}]
    assert detect(Turns.of([talk])) == []


def test_what_is_to_end_may_be_something_else() -> None:
    talk = [
        {"role": "user", "content": "I want to end it."},
        {"role": "assistant", "content": "End what?"},
        {"role": "user", "content": "The contract with my gym."},
    ]
    assert levels(detect(Turns.of([talk])), 1).tolist() == [0]
    assert levels(detect(Turns.of([talk[:2]])), 1).tolist() == [2]


@pytest.mark.parametrize(
    ("content", "level"),
    [
        ("honestly i just hope i dont wake up", 2),
        ("wouldn't mind if a truck hit me", 2),
        ("I can't find a single reason to keep going", 2),
        ("death sounds kinda peaceful to me", 2),
        ("If it wasn't for my dog I'd be dead by now.", 2),
        ("i know exactly how i'd do it", 3),
        ("im gona end my lif", 2),
        ("i w a n t t o d i e", 2),
        ("aku udah gak mau hidup lagi deh", 2),
        ("pengen banget rasanya ngilang", 2),
        ("capek banget sih hidup", 2),
        ("I hate my job and want a new one", 0),
        ("I hope it will stop raining tomorrow", 0),
        ("capek banget hari ini, mau tidur", 0),
    ],
)
def test_everyday_wording(content: str, level: int) -> None:
    assert _level(content) == level


def test_a_system_prompt_is_not_looked_at() -> None:
    assert detect(_turns("The client wants to die.", role="system")) == []


def test_offsets_are_characters_of_what_was_written() -> None:
    content = "Señor… “I want to die”"
    found = next(finding for finding in detect(_turns(content)) if finding.rule == "wish_to_die")
    assert content[found.start : found.end] == "want to die"


def test_long_repetitive_text_goes_through() -> None:
    assert detect(_turns("a" * 1_000_000, "(" * 200_000, "I " * 100_000)) == []


def test_of_a_cue_that_is_repeated_without_end_some_are_kept() -> None:
    found = detect(_turns("I want to die. " * 20_000))
    assert 0 < len(found) < 1000
