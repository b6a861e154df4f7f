"""Interventions and modalities that the knowledge base forbids for the disorder, the population or the active protocols.

A contraindication on a safety protocol holds while that protocol is active, that is while the scenario names it; it is never
reached through ``requires``. Where the note sets a condition, such as ``Not when mood is raised``, a scenario that declares the
intervention is rejected all the same, for another can be chosen; its use in a text only warns, for the text may meet the
condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pixel_assets.generation.composed import Known
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.cues import intervention_cues
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.guards import GUARDS, Match
from pixel_assets.generation.validate.spoken import Speech, Spoken
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
    for name, cues in intervention_cues().items():
        found = [one for one in forbidden.get(name, ()) if one.target in targets]
        if not found or all(cue.words.isdisjoint(speech.assistant_words) for cue in cues):
            continue
        turn = next((turn.number for turn in speech.assistant for cue in cues if _uses(turn, cue.matches(turn))), None)
        if turn is not None:
            worst = min(found, key=lambda one: one.conditional)
            rule = "conditional_contraindication" if worst.conditional else "contraindicated_in_text"
            yield Finding(rule, f"{name} is contraindicated for {worst.target}", turn)


def _uses(turn: Spoken, matches: Iterator[Match]) -> bool:
    return any(
        not (GUARDS["negated"](match) or GUARDS["quoted"](match) or _LATER.search(match.sentence)) for match in matches
    )  # fmt: skip


def _targets(scenario: Scenario) -> frozenset[str]:
    return frozenset((*scenario.of("disorder"), *scenario.of("population"), *scenario.of("protocol")))
