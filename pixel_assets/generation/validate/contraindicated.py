"""Interventions and modalities that the knowledge base forbids for the disorder, the population or the active protocols.

A contraindication on a safety protocol holds while that protocol is active, that is while the scenario names it; it is never
reached through ``requires``. Where the note sets a condition, such as ``Not when mood is raised``, a scenario that declares the
intervention is rejected all the same, for another can be chosen; its use in a text only warns, for the text may meet the
condition.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import intervention_cues
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.spoken import Speech
from pixel_assets.generation.validate.spotter import Spotter
from pixel_assets.knowledge.model import Knowledge

_CONDITION: Final = re.compile(
    r"\b(?:when mood|while mood|only treatment|use it alone|without medical|unless|long inward|can become|if )", re.I
)
_LATER: Final = re.compile(
    r"\b(?:later|once|when (?:things|you|it|this|we)|before we|instead of|not yet|rather than|another time|until|after|"
    r"some day|for now we|wait|in future|not (?:today|now)|have you ever|did you)\b"
)
_FORMS: Final = frozenset({"therapy_session", "difficult_client", "boundary_testing", "safety_protocol", "assessment"})


@dataclass(frozen=True)
class Forbidden:
    """One relation ``contraindicated_for``: what it is forbidden for, and whether its note sets a condition."""

    target: str
    conditional: bool


Contraindications = Mapping[str, tuple[Forbidden, ...]]


def contraindications(knowledge: Knowledge) -> Contraindications:
    """What is forbidden for what, by the id of the intervention or modality, in the order of the ids."""
    found = {
        name: tuple(
            Forbidden(relation.to, _CONDITION.search(relation.note or "") is not None)
            for relation in entry.relations
            if relation.how == "contraindicated_for"
        )
        for name, entry in knowledge.entries.items()
    }
    return {name: forbidden for name, forbidden in found.items() if forbidden}


def declared(scenario: Scenario, known: Known) -> Iterator[Finding]:
    """Interventions and modalities that the scenario names although their entries forbid them for it."""
    targets = _targets(scenario)
    for name in (*scenario.of("modality"), *scenario.of("intervention")):
        for relation in known[name].relations:
            if relation.how == "contraindicated_for" and relation.to in targets:
                yield Finding("contraindicated_intervention", f"{name} is contraindicated for {relation.to}")


def used(scenario: Scenario, speech: Speech, forbidden: Contraindications) -> Iterator[Finding]:
    """Interventions that the assistant recognisably uses although they are forbidden."""
    if scenario.form not in _FORMS:
        return
    targets = _targets(scenario)
    worst = {
        name: min(found, key=lambda one: one.conditional)
        for name, relations in forbidden.items()
        if (found := [one for one in relations if one.target in targets])
    }
    if not worst:
        return
    names, spotter = _spotter()
    used_in: dict[str, int] = {}
    for number, places in spotter.spot(speech.assistant).items():
        turns = [turn.number for turn, match in places if not _taken_back(match)]
        if turns and (name := names[number]) in worst:
            used_in[name] = min(*turns, used_in.get(name, turns[0]))
    for name, turn in used_in.items():
        rule = "conditional_contraindication" if worst[name].conditional else "contraindicated_in_text"
        yield Finding(rule, f"{name} is contraindicated for {worst[name].target}", turn)


@functools.cache
def _spotter() -> tuple[tuple[str, ...], Spotter]:
    """The intervention that each cue shows, and the cues."""
    pairs = [(name, cue) for name, cues in intervention_cues().items() for cue in cues]
    return tuple(name for name, _ in pairs), Spotter.of([cue for _, cue in pairs])


def _taken_back(match: Match) -> bool:
    return GUARDS["negated"](match) or GUARDS["quoted"](match) or _LATER.search(match.sentence) is not None


def _targets(scenario: Scenario) -> frozenset[str]:
    return frozenset((*scenario.of("disorder"), *scenario.of("population"), *scenario.of("protocol")))
