"""Who and what a text may speak of: nothing that the scenario does not have, and all that the knowledge base says."""

import re
from collections.abc import Callable

import pytest

from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.forms.boundary_testing import boundary_testing
from pixel_assets.generation.forms.case_formulation import case_formulation
from pixel_assets.generation.forms.differential_diagnosis import differential_diagnosis
from pixel_assets.generation.forms.difficult_client import difficult_client
from pixel_assets.generation.forms.people import people_values, unfitting
from pixel_assets.generation.forms.session import therapy_session
from pixel_assets.generation.forms.work import sayable_steps
from pixel_assets.generation.grammar import Grammar, Speaker, load_grammar
from pixel_assets.generation.scenario import Form, Scenario
from pixel_assets.knowledge.model import InterventionEntry, PopulationEntry, SkillEntry
from pixel_assets_tests.generation.scenarios import known, scenario

FORMS: dict[Form, Callable[[Scenario, Known], Composed]] = {
    "therapy_session": therapy_session, "difficult_client": difficult_client, "boundary_testing": boundary_testing,
    "case_formulation": case_formulation, "differential_diagnosis": differential_diagnosis,
}  # fmt: skip
SKILLED = (("disorder", "panic_disorder"), ("modality", "cbt"), ("intervention", "behavioural_experiment"))


def spoken(composed: Composed) -> str:
    return "\n".join([*(turn.content for turn in composed.turns), composed.reasoning or ""])


def test_phrases_that_need_a_value_that_is_lacking_are_gone_with_all_that_need_them() -> None:
    before: Grammar = load_grammar("psychoeducation.yaml")
    left = load_grammar("psychoeducation.yaml", lacking="culture")
    assert any("{culture}" in phrase for phrases in before.values() for phrase in phrases)
    assert not any("{culture}" in phrase for phrases in left.values() for phrase in phrases)


@pytest.mark.parametrize("form", FORMS)
def test_a_scenario_without_anything_of_culture_is_quoted_on_nothing(form: Form) -> None:
    for seed in range(60):
        made = scenario(form, seed=seed, culture="", complexity="high")
        assert not re.search(r'""|"\."|: \.|\. \.', spoken(FORMS[form](made, known(made)))), seed


@pytest.mark.parametrize(
    ("household", "near"),
    [
        ("with my wife and our two children", "my wife"),
        ("with my parents, above their shop", "one of my parents"),
        ("with my mother, whom I look after", "my neighbour"),
        ("on my own with a cat", "my neighbour"),
        ("in a shared flat with three others", "one of the others here"),
    ],
)
def test_who_is_near_is_somebody_from_the_household_who_can_be_leant_on(household: str, near: str) -> None:
    made = scenario("therapy_session", household=household)
    assert people_values(Speaker({}, 1), made)["near"] == near


def test_nobody_is_called_who_has_died_or_is_feared() -> None:
    mourning = scenario("therapy_session", history="I lost my brother in January.")
    assert all(people_values(Speaker({}, seed), mourning)["kin"] != "my brother" for seed in range(40))
    entries = (("disorder", "panic_disorder"), ("protocol", "domestic_abuse_response"))
    afraid = scenario("therapy_session", household="with my husband", entries=entries)
    assert people_values(Speaker({}, 1), afraid)["near"] == "my neighbour"


@pytest.mark.parametrize(
    ("changes", "text", "fits"),
    [
        ({"household": "on my own"}, "I can't look at my wife at breakfast", False),
        ({"household": "with my husband"}, "My partner says I've stopped humming", True),
        ({"household": "on my own", "age": 24}, "my daughter doesn't believe me", False),
        ({"household": "on my own", "age": 44}, "my daughter doesn't believe me", True),
        ({"household": "on my own"}, "my flatmate is in the next room", False),
        ({"occupation": "a retired teacher", "age": 70}, "nobody at work knows", False),
        ({"history": "My mother died last spring."}, "I promised my mum I'd ring", False),
    ],
)
def test_what_supposes_people_or_work_that_a_client_has_not_is_found(changes: dict[str, object], text: str, fits: bool) -> None:
    found = unfitting(scenario("therapy_session", **changes)).search(text)
    assert (found is None) == fits


@pytest.mark.parametrize("form", ["therapy_session", "difficult_client"])
def test_danger_is_asked_about_within_two_turns_of_its_first_mention(form: Form) -> None:
    said = "I've started thinking that everyone would get on with things more easily without me."
    entries = (*scenario(form).entries, ("protocol", "suicide_risk_assessment"))
    for seed in range(40):
        made = scenario(form, seed=seed, risk="voiced", presenting=said, entries=entries)
        turns = FORMS[form](made, known(made)).turns
        first = next(at for at, turn in enumerate(turns) if said in turn.content and turn.role == "user")
        answers = [turn.content for turn in turns[first:] if turn.role == "assistant"][:2]
        assert re.search(r"suicide|kill|ending your life", " ".join(answers)), seed


def test_a_session_asks_in_the_words_of_its_skill() -> None:
    made = [
        scenario("therapy_session", seed=seed, population=None, entries=(*SKILLED, ("skill", "open_questions")))
        for seed in range(30)
    ]
    entries = dict(known(made[0]))
    skill = entries["open_questions"]
    assert isinstance(skill, SkillEntry)
    phrases = tuple(phrase.replace("weighing", "weighing and pressing") for phrase in skill.details.phrases)
    changed = skill.model_copy(update={"details": skill.details.model_copy(update={"phrases": phrases})})
    said = "".join(spoken(therapy_session(one, entries)) for one in made)
    said_now = "".join(spoken(therapy_session(one, {**entries, "open_questions": changed})) for one in made)
    assert "weighing on you most" in said
    assert "weighing and pressing on you most" in said_now
    assert "weighing on you most" not in said_now


def test_an_intervention_is_explained_by_its_own_steps() -> None:
    made = [scenario("therapy_session", seed=seed, population=None, entries=SKILLED) for seed in range(40)]
    entries = dict(known(made[0]))
    intervention = entries["behavioural_experiment"]
    assert isinstance(intervention, InterventionEntry)
    steps = ("Draw a ladder on a page.", "Choose the lowest rung.")
    changed = intervention.model_copy(update={"details": intervention.details.model_copy(update={"steps": steps})})
    said = "".join(spoken(therapy_session(one, {**entries, "behavioural_experiment": changed})) for one in made)
    assert "draw a ladder on a page" in said


def test_steps_that_speak_to_a_therapist_are_not_announced() -> None:
    steps = (
        "Choose one recent moment.",
        "Ask the client what it means.",
        "Listen with full attention.",
        "Where it is safe, try.",
    )
    assert sayable_steps(steps) == ("choose one recent moment",)


def test_what_a_population_asks_for_is_thought_of_before_the_session() -> None:
    made = scenario("therapy_session")
    entry = known(made)["students"]
    assert isinstance(entry, PopulationEntry)
    thought = therapy_session(made, known(made)).reasoning or ""
    assert sum(text[1:].rstrip(".") in thought for text in entry.details.considerations) == 2
    assert therapy_session(scenario("therapy_session", entries=SKILLED), known(made)).reasoning is None


def test_every_limit_has_requests_answers_and_objections_of_its_own() -> None:
    grammar = load_grammar("boundary.yaml")
    limits = {symbol.split(".")[1] for symbol in grammar if symbol.startswith("limit.")}
    for limit in limits:
        assert len(grammar[f"limit.{limit}.hook"]) >= 8, limit
        assert len(grammar[f"limit.{limit}.say"]) >= 6, limit
        assert len(grammar[f"limit.{limit}.push"]) >= 2, limit
