"""What a rule is, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["reject", "warn"]


@dataclass(frozen=True)
class Finding:
    """A rule that a conversation breaks; ``detail`` quotes none of its text, ``turn`` counts from 0."""

    rule: str
    detail: str
    turn: int | None = None


@dataclass(frozen=True)
class Rule:
    """A rule of the validator: what it forbids or asks for, the entries of the knowledge base it rests on, and its weight."""

    id: str
    description: str
    rests_on: tuple[str, ...]
    severity: Severity = "reject"
