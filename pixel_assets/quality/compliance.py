"""Clinical compliance: how far a conversation keeps the rules on what an assistant may say, from what was found in it.

Every kind of breach has a weight: the chance that a supervisor would not let the conversation stand because of it alone. The
score is the chance that none of them makes the supervisor object, had each its own say (a noisy-or; Pearl 1988):

    clinical_compliance = product of (1 − weight) over the kinds of breaches that were found

So it is 1 where no rule is broken, never falls to less than 0, and a second breach of the same kind changes nothing. Where the
assistant says nothing there is no score.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.quality.fluency.score import MOVED, strongest
from pixel_assets.quality.tables import COMPLIANCE
from pixel_assets.store.schema import column
from pixel_assets.typed_yaml import read_yaml

BREACHES: Final = Path(__file__).parent / "data" / "compliance.yaml"
COMPLIANCE_SCORES: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column(COMPLIANCE, pa.float64(), "chance that a supervisor would let it stand, from 0 to 1", nullable=True),
        column("moved", MOVED, "kinds of breaches that moved the score most, each with minus its weight; empty without a score"),
    ]
)
_OF_ASSISTANT: Final = ("content", "hate")  # areas whose findings only count where the assistant speaks
_DIGITS: Final = 6


class Found(BaseModel):
    """Findings of the safety part that count as a breach: of an area, of one rule if it is named, from a level on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    area: str
    rule: str | None = None
    level: int = Field(default=1, ge=1, le=3)


class Breach(BaseModel):
    """A kind of breach, and what counts as one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    weight: float = Field(gt=0, lt=1)
    why: str = Field(min_length=1)
    clinical: tuple[str, ...] = ()
    findings: tuple[Found, ...] = ()


class _Breaches(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    breaches: dict[str, Breach]


@functools.cache
def load_breaches(file: Path = BREACHES) -> Mapping[str, Breach]:
    """The kinds of breaches. Raises ``SettingsError`` that names file, line and key where something in it is wrong."""
    given = read_yaml(file, _Breaches)
    seen: dict[str, str] = {}
    for name, breach in given.content.breaches.items():
        for rule in breach.clinical:
            if rule in seen:
                raise given.wrong(("breaches", name), f"the rule {rule!r} counts for {seen[rule]!r} already")
            seen[rule] = name
    return given.content.breaches


def compliance_scores(
    ids: pa.Array | pa.ChunkedArray,
    findings: pa.Table,
    violations: pa.Table,
    replied: pa.Array | pa.ChunkedArray | npt.NDArray[np.bool_] | None = None,
) -> pa.Table:
    """One row of :data:`COMPLIANCE_SCORES` for each of ``ids``, in their order.

    ``findings`` are rows of ``safety_findings`` (read: conversation_id, area, rule, level, speaker), ``violations`` rows with a
    conversation_id and the ``rule`` of ``generation/validate`` that is broken. Rows of other conversations do not matter; rules
    that no kind of breach names count for nothing. ``replied`` says of each of ``ids`` whether the assistant says anything, and
    so whether it has a score; without it every one has.
    """
    breaches = load_breaches()
    names = pa.chunked_array(ids) if isinstance(ids, pa.Array) else ids
    broken = np.zeros((len(names) + 1, len(breaches)), bool)  # the last row is of conversations that are not asked for
    of_findings = _rows(names, findings)
    of_violations = _rows(names, violations)
    for number, breach in enumerate(breaches.values()):
        for found in breach.findings:
            broken[of_findings[_is(findings, found)], number] = True
        if breach.clinical:
            broken[of_violations[np.asarray(pc.is_in(violations["rule"], pa.array(breach.clinical)))], number] = True
    scored = np.ones(len(names), bool) if replied is None else np.asarray(replied, bool)
    broken = broken[:-1] & scored[:, None]
    weights = np.array([breach.weight for breach in breaches.values()])
    score = np.prod(np.where(broken, 1 - weights, 1.0), axis=1).round(_DIGITS)
    moved = strongest(tuple(breaches), np.where(broken, -weights, 0.0))
    return pa.table({"conversation_id": names, COMPLIANCE: pa.array(score, mask=~scored), "moved": moved}, COMPLIANCE_SCORES)


def _rows(ids: pa.ChunkedArray, table: pa.Table) -> npt.NDArray[np.int64]:
    """Of each row of a table the place of its conversation among the ids; -1 if it is not there."""
    return np.asarray(pc.fill_null(pc.index_in(table["conversation_id"], ids.combine_chunks()), -1)).astype(np.int64)


def _is(findings: pa.Table, found: Found) -> npt.NDArray[np.bool_]:
    kept = pc.and_(pc.equal(findings["area"], found.area), pc.greater_equal(findings["level"], found.level))
    if found.rule is not None:
        kept = pc.and_(kept, pc.equal(findings["rule"], found.rule))
    if found.area in _OF_ASSISTANT:
        kept = pc.and_(kept, pc.equal(findings["speaker"], "assistant"))
    return np.asarray(pc.fill_null(kept, False))
