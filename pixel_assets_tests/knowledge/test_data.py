"""The shipped knowledge: it is whole, it covers what it should, and nothing in it contradicts the rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import orjson
import pytest

from pixel_assets.knowledge import details, model
from pixel_assets.knowledge.load import check_knowledge

# Not load_knowledge: one mistake must fail the first test, not all of them.
CHECKED = check_knowledge()
KNOWLEDGE = CHECKED.knowledge
COUNTS = Counter(entry.kind for entry in KNOWLEDGE.entries.values())

MODALITIES = {
    "cbt", "dbt", "act", "psychodynamic", "person_centred", "emdr", "motivational_interviewing", "family_systemic", "narrative",
}  # fmt: skip
PROTOCOLS = {
    "suicide_risk_assessment", "safety_planning", "self_harm_response", "psychosis_response", "threat_to_others",
    "child_protection", "domestic_abuse_response", "intoxication_and_withdrawal", "medical_emergency",
    "eating_disorder_medical_risk",
}  # fmt: skip
POPULATIONS = {
    "trauma_survivors", "people_with_addiction", "lgbtq", "neurodivergent", "adolescents", "older_adults", "veterans",
    "perinatal", "chronic_illness", "refugees_and_migrants",
}  # fmt: skip


def of_kind(kind: str) -> set[str]:
    return {name for name, entry in KNOWLEDGE.entries.items() if entry.kind == kind}


def test_nothing_is_wrong_with_any_entry_or_between_them() -> None:
    assert [str(problem) for problem in CHECKED.problems] == []


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        ("disorder", 28), ("population", 12), ("safety_protocol", 10), ("evidence_grade", 4),
        ("modality", 12), ("intervention", 60), ("attachment_pattern", 4), ("defence_mechanism", 18),
        ("personality_organisation", 3), ("interview_skill", 12), ("ethics", 12), ("alliance", 8),
        ("trait", 5), ("facet", 30), ("profile", 8), ("instrument", 6),
    ],
)  # fmt: skip
def test_there_are_enough_entries_of_each_kind(kind: str, least: int) -> None:
    assert COUNTS[kind] >= least


@pytest.mark.parametrize(
    ("kind", "names"), [("modality", MODALITIES), ("safety_protocol", PROTOCOLS), ("population", POPULATIONS)]
)
def test_what_other_parts_rely_on_is_there(kind: str, names: set[str]) -> None:
    assert names - of_kind(kind) == set()


def test_every_disorder_names_what_it_may_be_confused_with() -> None:
    assert [name for name in of_kind("disorder") if not KNOWLEDGE.related(name, "differential")] == []


def test_for_every_disorder_a_modality_or_an_intervention_is_indicated() -> None:
    reached = {
        target for name in of_kind("modality") | of_kind("intervention") for target in KNOWLEDGE.related(name, "indicated_for")
    }
    assert of_kind("disorder") - reached == set()


def test_every_modality_is_graded_and_says_where_it_does_not_fit() -> None:
    for name in sorted(of_kind("modality")):
        assert KNOWLEDGE.related(name, "graded"), name
        assert KNOWLEDGE.related(name, "contraindicated_for"), name


def test_every_intervention_belongs_to_a_modality() -> None:
    modalities = of_kind("modality")
    homeless = [name for name in of_kind("intervention") if not modalities & {*KNOWLEDGE.related(name, "part_of")}]
    assert homeless == []


def test_every_modality_has_five_interventions() -> None:
    few = {
        name: len(found)
        for name in of_kind("modality")
        if len(found := [other for other in KNOWLEDGE.related_from(name, "part_of") if other in of_kind("intervention")]) < 5
    }
    assert few == {}


def test_no_modality_or_intervention_is_indicated_and_contraindicated_for_the_same() -> None:
    both = {
        name: found
        for name in KNOWLEDGE.entries
        if (found := {*KNOWLEDGE.related(name, "indicated_for")} & {*KNOWLEDGE.related(name, "contraindicated_for")})
    }
    assert both == {}


def test_no_entry_is_related_to_itself() -> None:
    loops = [name for name, entry in KNOWLEDGE.entries.items() if name in {relation.to for relation in entry.relations}]
    assert loops == []


def test_defence_mechanisms_of_every_level_are_described() -> None:
    levels = {entry.details.level for entry in KNOWLEDGE.of(model.DefenceMechanismEntry).values()}
    assert levels == {"mature", "neurotic", "immature", "primitive"}


def test_every_trait_has_six_facets_with_codes_of_its_own() -> None:
    codes: dict[str, list[str]] = defaultdict(list)
    for name, facet in KNOWLEDGE.of(model.FacetEntry).items():
        codes[KNOWLEDGE.related(name, "facet_of")[0]].append(facet.details.code)
    traits = KNOWLEDGE.of(model.TraitEntry)
    assert {name: sorted(found) for name, found in codes.items()} == {
        name: [f"{trait.details.code}{number}" for number in range(1, 7)] for name, trait in traits.items()
    }


def test_a_profile_leads_to_the_traits_in_which_it_differs_from_the_middle() -> None:
    for name, profile in KNOWLEDGE.of(model.ProfileEntry).items():
        levels = profile.details.levels.model_dump()
        marked = {relation.to: relation.note for relation in profile.relations if relation.how == "considers"}
        assert marked == {trait: level for trait, level in levels.items() if level != "middle"}, name


def test_the_levels_of_a_profile_are_the_traits() -> None:
    assert set(details.Levels.model_fields) == of_kind("trait")


def test_each_facet_is_measured_by_four_items_of_its_trait() -> None:
    items = KNOWLEDGE.of(model.InstrumentEntry)["ipip_neo_120"].details.items
    assert Counter(item.facet for item in items) == dict.fromkeys(of_kind("facet"), 4)
    assert all(item.facet and item.trait in KNOWLEDGE.related(item.facet, "facet_of") for item in items)


def test_the_ipip_neo_is_keyed_as_published(shared_data: Path) -> None:
    published = orjson.loads((shared_data / "ipip_neo_120" / "questions.json").read_bytes())
    facets = KNOWLEDGE.of(model.FacetEntry)
    items = KNOWLEDGE.of(model.InstrumentEntry)["ipip_neo_120"].details.items
    assert [(item.text, item.keyed, facets[item.facet or ""].details.code) for item in items] == [
        (item["text"].strip(), item["keyed"], f"{item['domain']}{item['facet']}") for item in published
    ]
