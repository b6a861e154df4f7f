"""Invented scenarios for tests, with the entries that a form asks for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from pixel_assets.generation.composed import Known
from pixel_assets.generation.scenario import Form, Role, Scenario
from pixel_assets.knowledge.load import load_knowledge
from pixel_assets.knowledge.model import Knowledge

ENTRIES: dict[Form, tuple[tuple[Role, str], ...]] = {
    "therapy_session": (
        ("disorder", "panic_disorder"), ("modality", "cbt"), ("population", "students"),
        ("intervention", "behavioural_experiment"),
        ("skill", "reflective_listening"), ("defence", "intellectualisation"),
    ),
    "difficult_client": (
        ("disorder", "alcohol_use_disorder"), ("modality", "motivational_interviewing"), ("population", "veterans"),
        ("intervention", "rolling_with_discord"), ("alliance", "confrontation_rupture"), ("skill", "working_with_reluctance"),
        ("defence", "denial"), ("profile", "guarded_and_sceptical_profile"),
    ),
    "boundary_testing": (
        ("disorder", "borderline_personality_disorder"), ("ethics", "contact_outside_sessions"),
        ("alliance", "responding_to_dependency"), ("profile", "stormy_and_impulsive_profile"),
    ),
    "safety_protocol": (
        ("disorder", "major_depressive_disorder"), ("population", "older_adults"), ("protocol", "suicide_risk_assessment"),
        ("protocol", "safety_planning"), ("skill", "asking_about_risk"),
    ),
    "assessment": (("disorder", "generalized_anxiety_disorder"), ("population", "carers"), ("instrument", "gad_7")),
    "case_formulation": (
        ("disorder", "social_anxiety_disorder"), ("modality", "psychodynamic"), ("population", "lgbtq"),
        ("intervention", "defence_interpretation"), ("attachment", "avoidant_attachment"), ("defence", "withdrawal_into_fantasy"),
        ("profile", "reserved_and_imaginative_profile"), ("differential", "avoidant_personality_disorder"),
    ),
    "differential_diagnosis": (
        ("disorder", "panic_disorder"), ("population", "adolescents"), ("differential", "agoraphobia"),
        ("differential", "generalized_anxiety_disorder"), ("differential", "illness_anxiety_disorder"),
    ),
    "ethical_dilemma": (
        ("ethics", "confidentiality_and_its_limits"), ("population", "adolescents"), ("protocol", "child_protection"),
    ),
    "psychoeducation": (("disorder", "insomnia_disorder"),),
}  # fmt: skip


@cache
def knowledge() -> Knowledge:
    """The knowledge base, read once."""
    return load_knowledge()


def scenario(form: Form, **changes: Any) -> Scenario:
    """An invented scenario of a form; ``changes`` replace fields."""
    entries = ENTRIES[form]
    first = dict(reversed(entries))
    made = Scenario(
        scenario_id="0" * 31 + "1", form=form, disorder=first.get("disorder"), modality=first.get("modality"),
        population=first.get("population"), number=0, entries=entries, age=31, occupation="a warehouse clerk",
        household="with my sister and her two children", culture="My family does not talk about feelings.",
        presenting="I keep thinking that something is badly wrong with me.", history="It began in spring, after I changed jobs.",
        goal="I want to get through a week without planning around it.", complexity="moderate", outcome="first_step",
        risk="voiced" if form == "safety_protocol" else "none", seed=7,
    )  # fmt: skip
    return replace(made, **changes)


def known(made: Scenario) -> Known:
    """The entries that a scenario names, and no others."""
    return {entry: knowledge().entries[entry] for _, entry in made.entries}
