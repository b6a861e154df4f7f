"""Labelled examples of the validator's rules: read from YAML, judged, and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from pixel_assets.generation.composed import Composed, Stage, Turn
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.validate.contraindicated import Contraindications, contraindications
from pixel_assets.generation.validate.judge import examine

from .scenarios import knowledge, known, scenario

FIRST: Final = "It has been a hard week, and I'd like to talk about it."
_STAGES: Final[Mapping[str, Stage]] = {
    "e": "engagement", "x": "exploration", "f": "formulation", "i": "intervention", "c": "closing", "q": "question",
    "w": "answer",
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """One example: the rule, whether it must be found, its number in its list, and what is judged."""

    rule: str
    breach: bool
    number: int
    scenario: Scenario
    composed: Composed


@dataclass(frozen=True)
class Counts:
    """How often a rule was right and wrong on its examples."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0

    @property
    def precision(self) -> float:
        found = self.true_positive + self.false_positive
        return self.true_positive / found if found else 1.0

    @property
    def recall(self) -> float:
        there = self.true_positive + self.false_negative
        return self.true_positive / there if there else 1.0


def labelled(file: Path) -> Iterator[Labelled]:
    """The examples of a file."""
    for rule, given in yaml.safe_load(file.read_text(encoding="utf-8")).items():
        for label in ("positive", "negative"):
            for number, example in enumerate(given[label]):
                yield Labelled(rule, label == "positive", number, *_read(example))


def found(example: Labelled) -> bool:
    """Whether the rule of an example is found in it."""
    findings = examine(example.scenario, known(example.scenario), example.composed, forbidden())
    return any(finding.rule == example.rule for finding in findings)


def counted(examples: list[Labelled]) -> Counts:
    """Right and wrong findings over some examples."""
    judged = [(example.breach, found(example)) for example in examples]
    return Counts(judged.count((True, True)), judged.count((False, True)), judged.count((True, False)))


@cache
def forbidden() -> Contraindications:
    """The contraindications of the knowledge base."""
    return contraindications(knowledge())


def _read(example: Any) -> tuple[Scenario, Composed]:
    given: dict[str, Any] = (
        example if isinstance(example, dict) else {"turns": example if isinstance(example, list) else [FIRST, example]}
    )
    entries = tuple((role, entry) for role, names in given.get("entries", {}).items() for entry in names)
    first = dict(reversed(entries))
    made = scenario(
        given.get("form", "therapy_session"), entries=entries, risk=given.get("risk", "none"), disorder=first.get("disorder"),
        modality=first.get("modality"), population=first.get("population"),
    )  # fmt: skip
    return made, Composed(tuple(_turns(given)), (), given.get("reasoning"))


def _turns(given: Mapping[str, Any]) -> Iterator[Turn]:
    stages = given.get("stages", "")
    roles = given.get("roles", "ua" * ((len(stages) or len(given.get("turns", FIRST[:2])) + 1) // 2 + 1))
    count = len(stages) or len(given.get("turns", ())) or len(given.get("roles", "ua"))
    for number in range(count if "roles" not in given else len(roles)):
        text = given["turns"][number] if "turns" in given else f"Line {number} of an invented talk."
        stage = _STAGES[stages[number]] if stages else "exploration"
        yield Turn("user" if roles[number] == "u" else "assistant", "" if number == given.get("empty") else text, stage)
