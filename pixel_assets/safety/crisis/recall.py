"""How much of the labelled hard cases is found, and how much harmless text is taken for a crisis: what a check states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.kinds import DETECTED
from pixel_assets.safety.crisis.levels import levels, undecided
from pixel_assets.safety.labelled.hard_cases import read_hard_cases
from pixel_assets.safety.turns import Turns


@dataclass(frozen=True)
class Recall:
    """What became of labelled cases; ids are those of ``safety/labelled/hard_cases``."""

    crises: int
    harmless: int
    missed: tuple[str, ...]
    alarmed: tuple[str, ...]

    @property
    def recall(self) -> float:
        """Share of the crises that were found."""
        return 1 - len(self.missed) / max(self.crises, 1)

    @property
    def false_alarms(self) -> float:
        """Share of the harmless cases that were taken for a crisis."""
        return len(self.alarmed) / max(self.harmless, 1)


def measure_recall(model: CrisisModel | None, least_score: float) -> Recall:
    """Detect over all hard cases whose direction is not open; the model's score counts from ``least_score`` on."""
    cases = [case for case in read_hard_cases() if case.direction != "open"]
    turns = Turns.of([case.conversation() for case in cases])
    findings = detect(turns)
    found = levels(findings, len(cases)) >= DETECTED
    if model is not None:
        found |= np.nan_to_num(model.highest_scores(turns, findings, undecided(turns, findings))) >= least_score
    crises = [case.direction == "crisis" for case in cases]
    return Recall(
        crises=sum(crises),
        harmless=len(cases) - sum(crises),
        missed=tuple(case.id for case, is_crisis, seen in zip(cases, crises, found, strict=True) if is_crisis and not seen),
        alarmed=tuple(case.id for case, is_crisis, seen in zip(cases, crises, found, strict=True) if seen and not is_crisis),
    )
