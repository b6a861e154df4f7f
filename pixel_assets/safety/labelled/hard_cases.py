"""The hard cases: short invented conversations on which crisis detection goes wrong easily, in both directions, by category.

In: the YAML files of ``hard_cases/``, one a category. Out: :class:`HardCase`. They were written apart from the cues of the
detector. One half may be tuned on (``half == "fit"``), the other is only counted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pixel_assets.labelled.split import is_fit
from pixel_assets.safety.crisis.kinds import Kind
from pixel_assets.safety.findings import LEVELS
from pixel_assets.typed_yaml import Document, read_yaml, yaml_files

DATA: Final = Path(__file__).parent / "hard_cases"
_RISK: Final = LEVELS.index("risk")

Level = Literal["none", "concern", "risk", "imminent"]
Direction = Literal["crisis", "no_crisis", "open"]
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class HardCase:
    """One case with what a careful reader expects of a detector."""

    id: str
    category: str
    turns: tuple[tuple[str, str], ...]  # (role, content), role user or assistant
    min_level: int  # the lowest and the highest level of the conversation that count as right, see findings.LEVELS
    max_level: int
    kinds: tuple[str, ...]  # one of these is to be found where the level is risk or more
    subject: str  # whom the danger is about: self, other or unknown
    why: str  # the reasoning in one line
    reviewed: str  # the note that all cases of the category were judged by

    @property
    def half(self) -> Literal["fit", "report"]:
        """Whether the case may be tuned on, or is only counted."""
        return "fit" if is_fit("hard_cases", self.id) else "report"

    @property
    def direction(self) -> Direction:
        """Whether a level of risk or more must be found, must not be found, or may be."""
        if self.min_level >= _RISK:
            return "crisis"
        return "no_crisis" if self.max_level < _RISK else "open"

    def conversation(self) -> list[dict[str, str]]:
        """The turns in the standard form, as ``Turns.of`` reads them."""
        return [{"role": role, "content": content} for role, content in self.turns]


@functools.cache
def read_hard_cases(folder: Path = DATA) -> tuple[HardCase, ...]:
    """All cases, in the order of files and cases.

    Raises :class:`SettingsError` that names file and line where a file is no YAML, a key is missing or unknown, a level or
    kind does not exist, an id comes twice, or no file is in the folder.
    """
    cases: dict[str, HardCase] = {}
    for file in yaml_files(folder):
        document = _read(file)
        for number, case in enumerate(document.content.hard_cases()):
            if case.id in cases:
                raise document.wrong(("cases", number, "id"), f"{case.id!r} comes twice", hint="Give the later one another id")
            cases[case.id] = case
    return tuple(cases.values())


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user: Text | None = None
    assistant: Text | None = None

    @model_validator(mode="after")
    def _one_speaker(self) -> Self:
        if (self.user is None) == (self.assistant is None):
            raise ValueError("a turn has one speaker, user or assistant")
        return self

    @property
    def said(self) -> tuple[str, str]:
        return ("user", self.user) if self.user is not None else ("assistant", self.assistant or "")


class _Case(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    text: Text | None = None
    turns: tuple[_Turn, ...] = ()
    level: Level | tuple[Level, Level]
    kinds: tuple[Kind, ...] = ()
    subject: Literal["self", "other", "unknown"] = "unknown"
    why: Text

    @property
    def range(self) -> tuple[int, int]:
        lowest, highest = (self.level, self.level) if isinstance(self.level, str) else self.level
        return LEVELS.index(lowest), LEVELS.index(highest)

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        return (("user", self.text),) if self.text is not None else tuple(turn.said for turn in self.turns)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        lowest, highest = self.range
        if (self.text is None) != bool(self.turns):
            raise ValueError("a case has either a text or turns")
        if lowest > highest:
            raise ValueError("the lowest level stands first")
        if lowest >= _RISK and not (self.kinds and self.subject != "unknown"):
            raise ValueError("a case of risk says its kinds and its subject")
        if highest < _RISK and self.kinds:
            raise ValueError("a case below risk has no kinds")
        return self


class _Category(BaseModel):
    model_config = ConfigDict(extra="forbid")
    category: Text
    reviewed: Text
    cases: tuple[_Case, ...]

    def hard_cases(self) -> Iterator[HardCase]:
        for case in self.cases:
            lowest, highest = case.range
            yield HardCase(
                case.id, self.category, case.said, lowest, highest, case.kinds, case.subject, case.why, self.reviewed
            )  # fmt: skip


def _read(file: Path) -> Document[_Category]:
    return read_yaml(file, _Category, hint="safety/labelled/hard_cases.py says which keys there are")
