"""A client scenario: everything that is decided about a conversation before a word of it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pyarrow as pa

from pixel_assets.generation.form import FORMS, Form
from pixel_assets.store.schema import column

__all__ = ["FORMS", "SCENARIOS", "Complexity", "Form", "Outcome", "Risk", "Role", "Scenario"]

# What an entry of the knowledge base is in a scenario; one role may have several entries
Role = Literal[
    "disorder",
    "modality",
    "population",
    "intervention",
    "protocol",  # a safety protocol that is active: there is risk
    "ethics",
    "alliance",
    "skill",
    "defence",
    "attachment",
    "organisation",
    "profile",
    "instrument",
    "differential",  # disorders that might be taken for the one that it is
]
Complexity = Literal["low", "moderate", "high"]
Outcome = Literal["improved", "first_step", "unchanged", "referred"]
Risk = Literal["none", "voiced", "imminent"]

_USED: Final = pa.struct([pa.field("role", pa.string(), nullable=False), pa.field("entry", pa.string(), nullable=False)])
_ENTRIES: Final = pa.list_(pa.field("item", _USED, nullable=False))

SCENARIOS: Final = pa.schema(
    [
        column("scenario_id", pa.string(), "hash of form, cell, number and seed (32 hex digits)"),
        column("form", pa.string(), "what kind of conversation: therapy_session, case_formulation, ethical_dilemma …"),
        column("disorder", pa.string(), "entry of the disorder that it is about", nullable=True),
        column("modality", pa.string(), "entry of the modality that the therapist works in", nullable=True),
        column("population", pa.string(), "entry of the population that the client belongs to", nullable=True),
        column("number", pa.int64(), "number of the scenario among those of its form that are about the same, from 0"),
        column("entries", _ENTRIES, "every entry that its conversation may use, with its role"),
        column("age", pa.int64(), "age of the client in years"),
        column("occupation", pa.string(), "what the client does, with its article"),
        column("household", pa.string(), "with whom the client lives, as the client would say it"),
        column("culture", pa.string(), "what of family, faith, language or place matters, as the client would say it"),
        column("presenting", pa.string(), "presenting problem in the client's words"),
        column("history", pa.string(), "when and how it began, in the client's words"),
        column("goal", pa.string(), "what the client hopes for, in the client's words"),
        column("complexity", pa.string(), "low, moderate or high"),
        column("outcome", pa.string(), "how it ends: improved, first_step, unchanged or referred"),
        column("risk", pa.string(), "danger to life or limb that the client speaks of: none, voiced or imminent"),
        column("seed", pa.int64(), "seed of everything that is still open"),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """One row of :data:`SCENARIOS`; ``entries`` are pairs of role and id of an entry, in order of importance."""

    scenario_id: str
    form: Form
    disorder: str | None
    modality: str | None
    population: str | None
    number: int
    entries: tuple[tuple[Role, str], ...]
    age: int
    occupation: str
    household: str
    culture: str
    presenting: str
    history: str
    goal: str
    complexity: Complexity
    outcome: Outcome
    risk: Risk
    seed: int

    def of(self, role: Role) -> tuple[str, ...]:
        """Ids of the entries of one role, in order."""
        return tuple(entry for name, entry in self.entries if name == role)
