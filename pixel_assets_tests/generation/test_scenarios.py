"""What a scenario holds: the roles of each form, nothing contraindicated, a person in agreement with the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest

from pixel_assets.errors import UsageError
from pixel_assets.generation.casting import Casting
from pixel_assets.generation.cells import TOPICS
from pixel_assets.generation.fitting import fit_of, listed
from pixel_assets.generation.scenario import FORMS, SCENARIOS, Form, Role, Scenario
from pixel_assets.generation.scenarios import make_scenarios, scenario_table, scenarios_of
from pixel_assets.generation.suppositions import BOUND, ages_of, agree, in_a_consulting_room, ties_of
from pixel_assets.knowledge.details import Disorder
from pixel_assets.knowledge.model import DisorderEntry

from .scenarios import knowledge

EVEN: dict[Form, float] = dict.fromkeys(FORMS, 1.0)
# How many entries of each role a form needs at least and at most, where it needs any
NEEDED: dict[Form, dict[Role, tuple[int, int]]] = {
    "therapy_session": {"disorder": (1, 1), "modality": (1, 1), "intervention": (1, 2), "skill": (1, 3)},
    "difficult_client": {
        "disorder": (1, 1), "modality": (1, 1), "intervention": (1, 2), "alliance": (1, 1), "skill": (1, 2),
        "defence": (1, 1), "profile": (1, 1),
    },
    "boundary_testing": {"ethics": (1, 1), "alliance": (1, 1), "profile": (1, 1)},
    "safety_protocol": {"disorder": (1, 1), "protocol": (1, 2), "skill": (1, 1)},
    "assessment": {"disorder": (1, 1), "instrument": (1, 1)},
    "case_formulation": {
        "disorder": (1, 1), "modality": (1, 1), "intervention": (1, 1), "attachment": (1, 1), "defence": (1, 1),
        "profile": (1, 1), "differential": (1, 2),
    },
    "differential_diagnosis": {"disorder": (1, 1), "differential": (2, 4)},
    "ethical_dilemma": {"ethics": (1, 2)},
    "psychoeducation": {},
}  # fmt: skip


@cache
def made(wanted: int = 4500) -> Sequence[Scenario]:
    return make_scenarios(knowledge(), wanted, EVEN, seed=3)


def of(form: Form) -> list[Scenario]:
    return [scenario for scenario in made() if scenario.form == form]


def test_as_many_are_made_as_are_wanted_each_with_an_id_of_its_own() -> None:
    assert len(made()) == 4500
    assert len({scenario.scenario_id for scenario in made()}) == 4500


def test_forms_that_have_their_own_cells_get_exactly_their_share() -> None:
    counts = Counter(scenario.form for scenario in made())
    assert all(counts[form] == 500 for form in FORMS if form not in ("therapy_session", "difficult_client", "case_formulation"))
    assert counts["therapy_session"] + counts["difficult_client"] + counts["case_formulation"] == 1500


@pytest.mark.parametrize("form", FORMS)
def test_a_form_has_the_roles_that_it_needs(form: Form) -> None:
    for scenario in of(form):
        for role, (least, most) in NEEDED[form].items():
            assert least <= len(scenario.of(role)) <= most, (scenario.scenario_id, role)


def test_every_entry_exists_and_has_a_role_once() -> None:
    for scenario in made():
        assert all(entry in knowledge().entries for _, entry in scenario.entries)
        assert len(set(scenario.entries)) == len(scenario.entries)
        assert scenario.of("disorder") == ((scenario.disorder,) if scenario.disorder else ())
        assert scenario.of("population") == ((scenario.population,) if scenario.population else ())


def test_nothing_is_contraindicated_for_disorder_population_or_an_active_protocol() -> None:
    for scenario in made():
        there = {scenario.disorder, scenario.population, *scenario.of("protocol")}
        for _, entry in scenario.entries:
            assert there.isdisjoint(knowledge().related(entry, "contraindicated_for")), scenario.scenario_id


def test_interventions_belong_to_the_modality() -> None:
    for scenario in made():
        if scenario.modality and scenario.form != "psychoeducation":
            for intervention in scenario.of("intervention"):
                assert scenario.modality in knowledge().related(intervention, "part_of")


def test_differentials_are_named_by_one_of_the_two() -> None:
    for scenario in made():
        for other in scenario.of("differential"):
            assert scenario.disorder is not None
            assert other in knowledge().related(scenario.disorder, "differential") or scenario.disorder in knowledge().related(
                other, "differential"
            )


def test_words_that_voice_risk_stand_in_scenarios_of_risk_alone() -> None:
    risky = {
        entry.details.presentations[number]
        for entry in knowledge().of(DisorderEntry).values()
        for number in entry.details.voices_risk
    }
    assert len(risky) >= 5
    for scenario in made():
        if scenario.presenting in risky:
            assert scenario.risk == "voiced"
            assert "suicide_risk_assessment" in scenario.of("protocol")
    assert {scenario.form for scenario in made() if scenario.presenting in risky} >= {"therapy_session", "safety_protocol"}


def test_where_there_is_risk_there_is_a_protocol() -> None:
    for scenario in made():
        assert scenario.risk == "none" or scenario.of("protocol")
        assert scenario.risk != "imminent" or scenario.outcome in ("referred", "first_step")


def test_every_protocol_is_practised_with_many_disorders() -> None:
    pairs = {(protocol, scenario.disorder) for scenario in of("safety_protocol") for protocol in scenario.of("protocol")}
    practised = Counter(protocol for protocol, _ in pairs)
    assert set(practised) == set(fit_of(knowledge()).kinds["safety_protocol"])
    assert min(practised.values()) >= 3


def test_some_questionnaires_on_depression_find_risk() -> None:
    asked = [scenario for scenario in of("assessment") if scenario.of("instrument") == ("phq_9",)]
    found = [scenario for scenario in asked if scenario.risk == "voiced"]
    assert 0.08 < len(found) / len(asked) < 0.24
    assert all(scenario.risk == "none" for scenario in of("assessment") if scenario not in asked)


def test_what_is_explained_is_covered_equally() -> None:
    counts = Counter(scenario.entries for scenario in of("psychoeducation"))
    topics = sum(len(fit_of(knowledge()).kinds[kind]) for kind in TOPICS)
    assert len(counts) == topics
    assert max(counts.values()) - min(counts.values()) <= 1
    assert all(len(entries) == 1 for entries in counts)


def test_ages_fit_population_and_words() -> None:
    bounds = {"adolescents": (13, 17), "older_adults": (66, 88), "perinatal": (19, 43), "students": (18, 27)}
    for scenario in made():
        first, last = bounds.get(scenario.population or "", (13, 88))
        assert first <= scenario.age <= last
        ages = ages_of(scenario.presenting)
        assert ages.first <= scenario.age <= ages.last


def test_nobody_contradicts_their_own_household() -> None:
    for scenario in made():
        assert agree(ties_of(scenario.presenting), ties_of(scenario.household)), scenario.scenario_id
        assert not ("parted" in ties_of(scenario.history) and BOUND & ties_of(scenario.household))


def test_nobody_speaks_to_a_consulting_room() -> None:
    assert not [scenario.scenario_id for scenario in made() if in_a_consulting_room(scenario.presenting)]


def test_an_age_that_is_said_is_the_age() -> None:
    said = re.compile(r"\bI'm (thirty|forty|fifty|sixty|seventy)(-\w+)?\b")
    for entry in knowledge().of(DisorderEntry).values():
        for text in entry.details.presentations:
            if said.search(text):
                assert ages_of(text).first == ages_of(text).last, text


def test_texts_are_filled_and_whole() -> None:
    for scenario in made():
        for text in (scenario.presenting, scenario.history, scenario.goal, scenario.culture):
            assert not re.search(r"[{}\[\]|]|  | [,.]|\.\.", text), scenario.scenario_id
            assert not text or text[-1] in ".?!"
        assert scenario.occupation.split()[0] in ("a", "an", "the")


def test_scenarios_differ() -> None:
    persons = {(one.presenting, one.history, one.goal, one.household, one.occupation, one.culture) for one in made()}
    assert len(persons) > 0.99 * len(made())


def test_equal_seeds_give_equal_scenarios_and_other_seeds_give_others() -> None:
    assert make_scenarios(knowledge(), 90, EVEN, seed=3) == make_scenarios(knowledge(), 90, EVEN, seed=3)
    ids = {scenario.scenario_id for scenario in make_scenarios(knowledge(), 90, EVEN, seed=3)}
    assert ids.isdisjoint(scenario.scenario_id for scenario in make_scenarios(knowledge(), 90, EVEN, seed=4))


def test_a_scenario_is_the_same_on_every_machine() -> None:
    first = make_scenarios(knowledge(), 9, {"assessment": 1.0}, seed=0)[0]
    assert (first.scenario_id, first.number) == (first.scenario_id.lower(), 0)
    assert len(first.scenario_id) == 32
    assert 0 <= first.seed < 1 << 63


def test_a_table_holds_all_of_a_scenario() -> None:
    table = scenario_table(made())
    table.validate(full=True)
    assert table.schema.equals(SCENARIOS, check_metadata=True)
    assert scenarios_of(table) == list(made())
    assert scenarios_of(scenario_table([])) == []


def test_shares_that_cannot_be_met_are_refused() -> None:
    with pytest.raises(UsageError, match="shares"):
        make_scenarios(knowledge(), 10, {}, seed=0)
    with pytest.raises(UsageError, match="shares"):
        make_scenarios(knowledge(), 10, {"assessment": 1.0, "psychoeducation": -0.1}, seed=0)


def test_rules_name_entries_that_exist() -> None:
    casting = Casting(fit_of(knowledge()))
    for rule in ("asked_of_a_therapist", "touched_by_asking", "ruptures", "hard_to_reach"):
        assert all(casting.fit.has(entry) for entry in listed(rule)), rule
    for modality in casting.fit.kinds["modality"]:
        for entry in listed("general", modality):
            assert modality in knowledge().related(entry, "part_of"), entry


def test_a_mark_of_risk_on_words_that_are_not_there_is_refused() -> None:
    details = knowledge().of(DisorderEntry)["insomnia_disorder"].details
    with pytest.raises(ValueError, match="there is no presentation 7"):
        Disorder.model_validate({**details.model_dump(), "voices_risk": (0, 7)})
