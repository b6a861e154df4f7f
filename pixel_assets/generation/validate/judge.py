"""Judging one generated conversation, whoever wrote it."""

from __future__ import annotations

from pixel_assets.generation.composed import Composed, Known
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate import contraindicated, risk, structure, text_rules
from pixel_assets.generation.validate.contraindicated import Contraindications
from pixel_assets.generation.validate.finding import Finding
from pixel_assets.generation.validate.rules import RULES
from pixel_assets.generation.validate.spoken import speech


def judge(scenario: Scenario, known: Known, composed: Composed, contraindications: Contraindications) -> list[Finding]:
    """The rules that a conversation breaks so that it is rejected; an empty list accepts it."""
    return [found for found in examine(scenario, known, composed, contraindications) if RULES[found.rule].severity == "reject"]


def examine(scenario: Scenario, known: Known, composed: Composed, contraindications: Contraindications) -> list[Finding]:
    """All findings, those that only warn as well."""
    said = speech(composed)
    return [
        *structure.misbuilt(scenario, composed),
        *contraindicated.declared(scenario, known),
        *contraindicated.used(scenario, said, contraindications),
        *risk.unanswered_danger(scenario, said, composed.reasoning),
        *text_rules.broken(scenario, said, composed.reasoning),
    ]
