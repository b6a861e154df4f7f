"""From scenarios to rows: each is spoken by a backend and judged, and becomes a conversation or a rejection with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.generation.composed import Composed, Known, Refused
from pixel_assets.generation.composer import Composer
from pixel_assets.generation.scenario import Scenario
from pixel_assets.generation.scenarios import scenarios_of
from pixel_assets.generation.tables import GENERATED, REJECTED, generated_row
from pixel_assets.generation.validate.contraindicated import Contraindications, contraindications
from pixel_assets.generation.validate.judge import judge
from pixel_assets.knowledge.model import Knowledge

SOURCE = "knowledge_conversations"


@dataclass(frozen=True)
class Produced:
    """Rows of ``GENERATED`` and ``REJECTED``, and for each the position of its scenario among those given."""

    conversations: pa.Table
    rejected: pa.Table
    from_conversations: npt.NDArray[np.int64]
    from_rejected: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judging:
    """The knowledge that rows are spoken from and judged against."""

    knowledge: Knowledge

    @cached_property
    def contraindications(self) -> Contraindications:
        """What is forbidden for what."""
        return contraindications(self.knowledge)

    def known(self, scenario: Scenario) -> Known:
        """The entries that a scenario names, and no others."""
        return {entry: self.knowledge.entries[entry] for _, entry in scenario.entries}

    def rejections(self, scenario: Scenario, answer: Composed | Refused, backend: str) -> list[dict[str, object]]:
        """Rows of ``REJECTED`` for what a backend gave; none if it is good."""
        row = {"scenario_id": scenario.scenario_id, "form": scenario.form, "backend": backend}
        if isinstance(answer, Refused):
            return [row | {"rule": answer.reason, "detail": answer.detail, "turn": None}]
        found = judge(scenario, self.known(scenario), answer, self.contraindications)
        return [row | {"rule": f.rule, "detail": f.detail, "turn": None if f.turn is None else f.turn + 1} for f in found]


@dataclass(frozen=True)
class ComposeBatch:
    """Composes and judges the scenarios of a table; a value that can be sent to helper processes."""

    judging: Judging

    def __call__(self, table: pa.Table) -> Produced:
        scenarios = scenarios_of(table)
        composer = Composer()
        answers = (composer.compose(scenario, self.judging.known(scenario)) for scenario in scenarios)
        return produced(scenarios, answers, self.judging, composer.name)


def produced(scenarios: Iterable[Scenario], answers: Iterable[Composed | Refused], judging: Judging, backend: str) -> Produced:
    """The rows for scenarios and what a backend gave for each, in their order."""
    good, bad = [], []
    for at, (scenario, answer) in enumerate(zip(scenarios, answers, strict=True)):
        rejections = judging.rejections(scenario, answer, backend)
        bad += [(at, row) for row in rejections]
        if not rejections:
            assert isinstance(answer, Composed)
            good.append((at, _row(scenario, answer, backend)))
    return Produced(
        pa.Table.from_pylist([row for _, row in good], schema=GENERATED),
        pa.Table.from_pylist([row for _, row in bad], schema=REJECTED),
        np.array([at for at, _ in good], np.int64),
        np.array([at for at, _ in bad], np.int64),
    )


def _row(scenario: Scenario, composed: Composed, backend: str) -> dict[str, object]:
    labels = {
        "form": scenario.form, "disorder": scenario.disorder, "modality": scenario.modality, "population": scenario.population,
        "complexity": scenario.complexity, "outcome": scenario.outcome, "risk": scenario.risk,
    }  # fmt: skip
    cell = (scenario.form, scenario.disorder, scenario.modality, scenario.population)
    return generated_row(
        composed, source=SOURCE, place="/".join(part or "any" for part in cell), number=scenario.number,
        scenario_id=scenario.scenario_id, backend=backend, entries=sorted({entry for _, entry in scenario.entries}),
        labels=labels,
    )  # fmt: skip


def in_batches(table: pa.Table, positions: npt.NDArray[np.int64], rows: int) -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
    """Parts of a table of at most ``rows``, from the rows at some positions, each with its positions."""
    for start in range(0, len(positions), rows):
        here = positions[start : start + rows]
        yield table.take(here), here
