"""The hard cases themselves, and the crisis detection on the half of them that it may be tuned on."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import levels
from pixel_assets.safety.findings import LEVELS
from pixel_assets.safety.labelled.hard_cases import HardCase, read_hard_cases
from pixel_assets.safety.turns import Turns

RISK: Final = LEVELS.index("risk")
HOLDS: Final = (  # categories without an error of direction; one that is reached is added here
    "abuse", "asks_for_help", "code_switching", "double_negation", "eating_disorder_emergency", "fiction_games_film", "grief",
    "harm_to_others", "hypothetical_and_questions", "idioms", "laughter_and_joy", "loneliness_and_distress",
    "medical_and_educational", "negation", "news_and_history", "past", "pets_plants_and_devices", "psychosis", "sarcasm",
    "self_harm", "sport", "sudden_calm", "third_person", "work_and_study",
)  # fmt: skip


def test_there_are_enough_cases_in_both_directions() -> None:
    cases = read_hard_cases()
    assert len(cases) >= 360
    assert sum(case.direction == "no_crisis" for case in cases) >= 0.45 * len(cases)
    assert sum(case.direction == "crisis" for case in cases) >= 0.35 * len(cases)


def test_every_category_has_both_directions_and_a_note_of_how_it_is_judged() -> None:
    directions: dict[str, Counter[str]] = {}
    for case in read_hard_cases():
        directions.setdefault(case.category, Counter())[case.direction] += 1
        assert len(case.reviewed) > 30
        assert len(case.why) > 2
    assert len(directions) >= 36
    for category, found in directions.items():
        assert found.total() >= 10, category
        assert min(found["crisis"], found["no_crisis"]) >= 2, category


def test_every_case_is_one_conversation_that_the_client_takes_part_in() -> None:
    seen: set[tuple[tuple[str, str], ...]] = set()
    for case in read_hard_cases():
        roles = [role for role, _ in case.turns]
        assert roles[-1] == "user", case.id
        assert all(one != other for one, other in pairwise(roles)), case.id
        assert case.id.startswith(case.category)
        assert case.turns not in seen, case.id
        seen.add(case.turns)


def test_every_kind_of_danger_occurs_of_oneself_and_danger_of_others_too() -> None:
    kinds = Counter(kind for case in read_hard_cases() for kind in case.kinds)
    wanted = ("suicide_ideation", "suicide_plan", "means", "suicide_attempt", "self_harm", "harm_to_others", "abuse")
    assert all(kinds[kind] >= 5 for kind in (*wanted, "psychosis", "overdose", "eating_disorder_emergency"))
    assert sum(case.subject == "other" for case in read_hard_cases()) >= 10


def test_both_halves_are_large_and_hold_both_directions() -> None:
    halves = Counter((case.half, case.direction) for case in read_hard_cases())
    assert all(halves[half, direction] >= 60 for half in ("fit", "report") for direction in ("crisis", "no_crisis"))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{id: a, text: x, level: grave, why: y}", "level"),
        ("{id: a, text: x, level: none, why: y, half: fit}", "half"),
        ("{id: a, level: none, why: y}", "either a text or turns"),
        ("{id: a, text: x, turns: [{user: x}], level: none, why: y}", "either a text or turns"),
        ("{id: a, turns: [{user: x, assistant: y}], level: none, why: y}", "one speaker"),
        ("{id: a, text: x, level: [risk, none], why: y}", "lowest level stands first"),
        ("{id: a, text: x, level: risk, why: y}", "kinds and its subject"),
        ("{id: a, text: x, level: risk, kinds: [sorrow], subject: self, why: y}", "kinds"),
        ("{id: a, text: x, level: none, kinds: [abuse], why: y}", "below risk has no kinds"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, written: str, message: str) -> None:
    (tmp_path / "idioms.yaml").write_text(f"category: idioms\nreviewed: as a test\ncases:\n  - {written}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"/idioms\.yaml, line 4: cases\.0.*{message}"):
        read_hard_cases(tmp_path)


def test_an_id_that_comes_twice_a_damaged_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no data file is here"):
        read_hard_cases(tmp_path / "nowhere")
    case = "category: idioms\nreviewed: as a test\ncases:\n  - {id: a, text: x, level: none, why: y}\n"
    (tmp_path / "one.yaml").write_text(case, encoding="utf-8")
    (tmp_path / "two.yaml").write_text(case.replace("text: x", "text: z"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"two\.yaml, line 4: cases\.0\.id: 'a' comes twice"):
        read_hard_cases(tmp_path)
    (tmp_path / "two.yaml").write_text("category: [idioms\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"two\.yaml, line 1: not valid YAML"):
        read_hard_cases(tmp_path.joinpath("."))


@pytest.mark.parametrize("category", HOLDS)
def test_the_detection_takes_the_right_direction_on_the_half_to_tune_on(category: str) -> None:
    cases = [case for case in read_hard_cases() if case.category == category and case.half == "fit"]
    found = levels(detect(Turns.of([case.conversation() for case in cases])), len(cases)).tolist()
    wrong = [f"{case.id}: {LEVELS[level]}" for case, level in zip(cases, found, strict=True) if _is_wrong(case, level)]
    assert wrong == []


def _is_wrong(case: HardCase, level: int) -> bool:
    return (case.direction == "crisis" and level < RISK) or (case.direction == "no_crisis" and level >= RISK)
