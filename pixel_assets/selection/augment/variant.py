"""A conversation that a variant is made of, and what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Turns = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Kind:
    """What a family of traits says of a conversation, and how strongly."""

    name: str
    strength: float


@dataclass(frozen=True)
class Parent:
    """A conversation of the train split."""

    conversation_id: str
    category: str
    source: str
    turns: Turns
    reasoning: str | None
    language: str
    danger: bool  # it speaks of danger, as the safety gate finds or as it was written to
    population: Kind
    modality: Kind
    stage: Kind

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Parent:
        """From a row of ``PARENTS``."""
        kinds: dict[str, Any] = {name: Kind(row[name], row[f"{name}_strength"]) for name in ("population", "modality", "stage")}
        plain = ("conversation_id", "category", "source", "turns", "reasoning", "language", "danger")
        return cls(**{name: row[name] for name in plain}, **kinds)

    @property
    def can_lose_reasoning(self) -> bool:
        """Whether it is of use without its chain of thought, which may speak of what a variant changes."""
        return self.reasoning is None or self.category != "reasoning"

    def said_by(self, role: str) -> list[str]:
        """The contents of the turns of one role."""
        return [turn["content"] for turn in self.turns if turn["role"] == role]


@dataclass(frozen=True)
class Variant:
    """What was made: the turns, the chain of thought if it still holds, and how it came about, in ids."""

    turns: Turns
    reasoning: str | None
    detail: str
