"""What the words around a cue make of it."""

from __future__ import annotations

import pytest

from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns


def _found(content: str) -> list[Finding]:
    return detect(Turns.of([[{"role": "user", "content": content}]]))


def _strongest(content: str) -> Finding:
    return max(_found(content), key=lambda finding: finding.level)


@pytest.mark.parametrize(
    "content",
    [
        "I don't want to die",
        "I'm not suicidal",
        "I have never wanted to kill myself",
        "No thoughts of suicide at all",
        "She denies suicidal thoughts",
        "nggak pengen mati kok",
    ],
)
def test_what_is_denied_counts_for_nothing(content: str) -> None:
    assert {(finding.level, finding.frame) for finding in _found(content)} == {(0, "negated")}


@pytest.mark.parametrize(
    "content",
    [
        "I can't stop thinking of killing myself",
        "I don't know how to stop wanting to die",
        "It's not that I don't want to die",
        "I'm not joking, I want to die",
        "I'm not sure, but I want to die",
    ],
)
def test_a_denial_of_something_else_takes_nothing_back(content: str) -> None:
    assert _strongest(content).level == 2


@pytest.mark.parametrize(
    ("content", "subject"),
    [
        ("My mother knows that I want to die.", "self"),
        ("I think my brother wants to die.", "other"),
        ("He makes me want to kill myself.", "self"),
        ("She wants to end her life.", "other"),
    ],
)
def test_the_nearest_person_before_a_cue_is_the_one_it_is_about(content: str, subject: str) -> None:
    assert _strongest(content).subject == subject


@pytest.mark.parametrize(
    ("content", "frame"),
    [
        ("In the game my character wants to die.", "fiction"),
        ("What should I say if a friend told me they wanted to die?", "hypothetical"),
        ("Why do people kill themselves?", "asked"),
        ("I was so embarrassed I wanted to die", "idiom"),
        ("They told me to kill myself", "quoted"),
    ],
)
def test_what_is_made_up_asked_supposed_or_told_is_no_risk(content: str, frame: str) -> None:
    found = _found(content)
    assert frame in {finding.frame for finding in found}
    assert max(finding.level for finding in found) <= 1


@pytest.mark.parametrize(
    ("content", "time", "level"),
    [
        ("I used to want to die.", "past", 1),
        ("Years ago I wanted to die, and I still want to die.", "present", 2),
        ("I will kill myself tonight.", "future", 3),
    ],
)
def test_time_sets_the_level(content: str, time: str, level: int) -> None:
    found = _strongest(content)
    assert (found.time, found.level) == (time, level)
