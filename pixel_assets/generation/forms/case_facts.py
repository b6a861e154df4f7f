"""What is known of a case that is to be formulated: values for the grammar, drawn from the scenario and its entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.forms.wording import (
    aged,
    all_of,
    clause,
    first_of,
    harmless,
    of_them,
    quotes_for,
    some,
    telling,
    unalarming,
)
from pixel_assets.generation.grammar import Speaker
from pixel_assets.generation.scenario import Role, Scenario
from pixel_assets.knowledge.model import (
    DefenceMechanismEntry,
    DisorderEntry,
    InterventionEntry,
    ModalityEntry,
    PatternEntry,
    PopulationEntry,
    ProfileEntry,
)

_EARLY: Final = re.compile(
    r"taught|childhood|home|early|parent|learnt|family|history|may have|begin|earlier|older|lives on|temper", re.I
)


@dataclass(frozen=True)
class Case:
    """What is drawn from a scenario's entries: values for the grammar, and which of its symbols have all they need."""

    values: Mapping[str, str]
    has: frozenset[str]


def case_of(scenario: Scenario, known: Known, speaker: Speaker) -> Case:
    """The case of a scenario; raises ``KeyError`` where it has no disorder or an entry is not known."""
    disorder = first_of(DisorderEntry, scenario, known, "disorder")
    if disorder is None:
        raise KeyError("disorder")
    details = disorder.details
    early = tuple(text for text in details.formulation if _EARLY.search(text)) or details.formulation[-1:]
    kept = some(speaker, tuple(text for text in details.formulation if text not in early) or details.formulation, 2, "kept")
    told = telling(details.criteria)
    quiet = harmless(told)
    criteria = some(speaker, quiet if len(quiet) > 1 else told, 3, "criteria")
    quotes = quotes_for(scenario, unalarming(details))
    population = first_of(PopulationEntry, scenario, known, "population")
    quote = speaker.pick(quotes)
    values = {
        "age": str(scenario.age), "aged": aged(scenario.age), "occupation": scenario.occupation,
        "occupation_cap": scenario.occupation[:1].upper() + scenario.occupation[1:],
        "household": of_them(scenario.household), "household_own": scenario.household, "presenting": scenario.presenting,
        "history": scenario.history, "culture": scenario.culture, "goal": scenario.goal, "disorder": clause(disorder.name),
        "modality": "an integrative view", "before": clause(speaker.pick(early)), "kept": clause(kept[0]),
        "kept2": clause(kept[-1] if len(kept) > 1 else details.risk[0]), "met": clause(criteria[0]), "open": clause(criteria[-1]),
        "seen": "; ".join(clause(text) for text in criteria[:-1]), "quote": quote,
        "quote_or_presenting": quote if speaker.chance(0.3) else scenario.presenting,
        "bodily": speaker.expand("{unknown_bodily}"), "them": "them",
        "strength": speaker.expand("{strength.they}"),
    }  # fmt: skip
    has = set()
    if modality := first_of(ModalityEntry, scenario, known, "modality"):
        values |= {"modality": clause(modality.name)}
        has.add("modality")
    if population:
        values |= {
            "population": clause(population.name),
            "consideration": clause(speaker.pick(population.details.considerations)),
        }
        has.add("population")
    values["room"], found = _room(scenario, known, speaker, values)
    interventions = all_of(InterventionEntry, scenario, known, "intervention")
    if interventions:
        step = interventions[int(speaker.chance(0.5)) % len(interventions)]
        values |= {
            "intervention": clause(step.name), "intervention_cap": step.name, "step": clause(step.details.steps[0]),
            "when": clause(speaker.pick(step.details.when)), "when_not": clause(speaker.pick(step.details.when_not)),
        }  # fmt: skip
        has.add("intervention")
    others = {name: entry for name in scenario.of("differential") if isinstance(entry := known[name], DisorderEntry)}
    notes = {relation.to: relation.note for relation in disorder.relations if relation.how == "differential"}
    asked = [(name, notes.get(name) or _note_back(entry, scenario)) for name, entry in others.items()]
    if asked:
        name, note = asked[int(speaker.chance(0.5)) % len(asked)]
        values |= {
            "differential": clause(others[name].name),
            "difference": note or "What came first, and what stays in good weeks?",
        }
        has.add("differential")
    return Case(values, frozenset(has | found))


def _note_back(other: DisorderEntry, scenario: Scenario) -> str | None:
    notes = (relation.note for relation in other.relations if relation.how == "differential" and relation.to == scenario.disorder)
    return next(notes, None)


def _room(scenario: Scenario, known: Known, speaker: Speaker, values: dict[str, str]) -> tuple[str, set[str]]:
    """Adds what defence, attachment, organisation and profile give; returns what is seen of them, and which are there."""
    found: dict[str, str] = {}
    if defence := first_of(DefenceMechanismEntry, scenario, known, "defence"):
        found["defence"] = clause(speaker.pick(defence.details.signs))
        values |= {
            "defence": clause(defence.name), "defence_cap": defence.name, "defence_sign": found["defence"],
            "defence_response": clause(defence.details.response),
        }  # fmt: skip
    patterns: tuple[Role, ...] = ("attachment", "organisation")
    for role in patterns:
        if pattern := first_of(PatternEntry, scenario, known, role):
            found[role] = clause(speaker.pick(pattern.details.signs))
            task = clause(speaker.pick(pattern.details.in_therapy))
            name = f"a {clause(pattern.name)}" if role == "organisation" else clause(pattern.name)
            values |= {role: name, f"{role}_sign": found[role], f"{role}_task": task}
    if profile := first_of(ProfileEntry, scenario, known, "profile"):
        found["profile"] = clause(speaker.pick(profile.details.signs))
        values |= {"profile_sign": found["profile"], "profile_task": clause(speaker.pick(profile.details.in_therapy))}
    return "; ".join(found.values()), set(found)
