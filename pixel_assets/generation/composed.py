"""What a backend gives for a scenario: turns with the stage each belongs to, reasoning, and which templates made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from pixel_assets.generation.scenario import Scenario
from pixel_assets.knowledge.model import Entry

Stage = Literal["engagement", "exploration", "formulation", "intervention", "closing", "question", "answer"]
Known = Mapping[str, Entry]  # the entries that a scenario names, and no others: reading another is a KeyError


@dataclass(frozen=True)
class Turn:
    """What one side says: ``user`` is the client (or who asks), ``assistant`` the therapist."""

    role: Literal["user", "assistant"]
    content: str
    stage: Stage


@dataclass(frozen=True)
class Composed:
    """A conversation for a scenario. ``templates`` are ids of what shaped it, such as ``therapy_session/cbt``."""

    turns: tuple[Turn, ...]
    templates: tuple[str, ...]
    reasoning: str | None = None


@dataclass(frozen=True)
class Refused:
    """Why a backend gave no conversation: a reason code and what was found, without quoting it."""

    reason: str
    detail: str


class Backend(Protocol):
    """Makes a conversation of a scenario; ``version`` changes with everything that decides its texts."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    def compose(self, scenario: Scenario, known: Known) -> Composed | Refused: ...
