"""How findings add up to the level of a turn and of a conversation."""

from __future__ import annotations

from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import kinds_of, levels, turn_levels, undecided
from pixel_assets.safety.turns import Turns


def _talk(*contents: str) -> Turns:
    return Turns.of([[{"role": ("user", "assistant")[number % 2], "content": text} for number, text in enumerate(contents)]])


def test_one_concern_stays_a_concern() -> None:
    turns = _talk("I feel so hopeless.")
    assert levels(detect(turns), 1).tolist() == [1]


def test_two_concerns_of_which_one_is_heavy_are_a_risk() -> None:
    turns = _talk("I'm worthless and a burden to everyone.")
    assert levels(detect(turns), 1).tolist() == [2]
    assert turn_levels(detect(turns), turns).tolist() == [2]


def test_the_same_concern_twice_is_one() -> None:
    turns = _talk("I feel hopeless.", "Tell me more.", "It is all hopeless, I feel so hopeless.")
    assert levels(detect(turns), 1).tolist() == [1]


def test_a_wish_and_means_in_other_turns_are_imminent_together() -> None:
    turns = _talk("I want to die.", "Thank you for telling me.", "I have a bottle of pills next to me.")
    findings = detect(turns)
    assert turn_levels(findings, turns).tolist() == [2, 0, 1]
    assert levels(findings, 1).tolist() == [3]


def test_an_assistants_question_is_not_the_clients_risk() -> None:
    turns = _talk("I had a long week.", "Are you thinking of suicide? Do you want to die?", "No, nothing like that.")
    assert levels(detect(turns), 1).tolist() == [0]


def test_conversations_do_not_touch_each_other() -> None:
    turns = Turns.of([[], [{"role": "user", "content": "I want to die"}], [{"role": "user", "content": "Nice day."}]])
    findings = detect(turns)
    assert levels(findings, 3).tolist() == [0, 2, 0]
    assert kinds_of(findings, 3).to_pylist() == [[], ["suicide_ideation"], []]


def test_nothing_found_is_level_none() -> None:
    assert levels([], 2).tolist() == [0, 0]


def test_what_the_cues_cannot_decide_is_left_to_the_classifier() -> None:
    turns = Turns.of(
        [[{"role": "user", "content": text}] for text in ("I feel hopeless.", "I want to die.", "Nice day.", "My phone died.")]
    )
    assert undecided(turns, detect(turns)).tolist() == [True, False, False, False]
