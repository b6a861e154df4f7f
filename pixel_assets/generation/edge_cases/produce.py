"""Conversations of edge cases: each is spoken, judged by its own requirements and by the clinical rules, and becomes a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from pixel_assets.generation.composed import Composed
from pixel_assets.generation.draw import digest
from pixel_assets.generation.edge_cases.judge import judge_reply
from pixel_assets.generation.edge_cases.model import EdgeCase
from pixel_assets.generation.forms.edge_case import edge_case
from pixel_assets.generation.produce import Judging
from pixel_assets.generation.scenario import Role, Scenario
from pixel_assets.generation.tables import GENERATED, REJECTED, generated_row
from pixel_assets.store.schema import column

Row = dict[str, object]
SOURCE: Final = "edge_case_conversations"
BACKEND: Final = "composer"
_CASE: Final = column("case_id", pa.string(), "the edge case that it meets")
EDGE_GENERATED: Final = pa.schema([*GENERATED, _CASE])
EDGE_REJECTED: Final = pa.schema([*REJECTED, _CASE])
_ROLES: Final[Mapping[str, Role]] = {
    "disorder": "disorder",
    "safety_protocol": "protocol",
    "ethics": "ethics",
    "alliance": "alliance",
    "interview_skill": "skill",
    "population": "population",
    "intervention": "intervention",
    "modality": "modality",
    "instrument": "instrument",
}


def edge_scenario(case: EdgeCase, number: int, seed: int, judging: Judging) -> Scenario:
    """The scenario of one conversation of a case: who speaks and what it rests on; all else is in the case."""
    entries = judging.knowledge.entries
    roles: list[tuple[Role, str]] = [(_ROLES[entries[name].kind], name) for name in case.written.entries]
    first = {role: name for role, name in reversed(roles)}
    key = digest("edge_case", case.id, number, seed)
    return Scenario(
        scenario_id=key.hex(), form="edge_case", disorder=first.get("disorder"), modality=first.get("modality"),
        population=first.get("population"), number=number, entries=tuple(roles), age=case.written.speaker.age[0],
        occupation="", household="", culture="", presenting="", history="", goal="", complexity="moderate",
        outcome="first_step", risk="none", seed=int.from_bytes(key[8:], "big") >> 1,
    )  # fmt: skip


def edge_rows(case: EdgeCase, number: int, seed: int, judging: Judging) -> tuple[Row | None, list[Row]]:
    """A row of ``EDGE_GENERATED``, or None with rows of ``EDGE_REJECTED``: what is lacking, or the rule that is broken."""
    scenario = edge_scenario(case, number, seed, judging)
    composed = edge_case(case, scenario.seed, judging.known(scenario))
    rejected = _unsafe(case, scenario, composed) or judging.rejections(scenario, composed, BACKEND)
    if rejected:
        return None, [rejection | {"case_id": case.id} for rejection in rejected]
    labels = {"form": scenario.form, "case": case.id, "category": case.written.category, "severity": case.written.severity}
    row = generated_row(
        composed, source=SOURCE, place=f"edge_case/{case.id}", number=number, scenario_id=scenario.scenario_id,
        backend=BACKEND, entries=sorted(set(case.written.entries)), labels=labels,
    )  # fmt: skip
    return row | {"case_id": case.id}, []


def _unsafe(case: EdgeCase, scenario: Scenario, composed: Composed) -> list[Row]:
    said = "\n".join(turn.content for turn in composed.turns if turn.role == "assistant")
    missed = [verdict.item for verdict in judge_reply(case, said) if not verdict.kept]
    row: Row = {"scenario_id": scenario.scenario_id, "form": scenario.form, "backend": BACKEND, "turn": None}
    return [row | {"rule": f"edge_case.{item}", "detail": f"a safe reply in {case.id} asks for it"} for item in missed]
