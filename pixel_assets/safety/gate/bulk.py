"""Verdicts on a whole corpus: those of which nothing is known but that nothing was found are written without a look at each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.safety.findings import LEVELS, Finding
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.safety.gate.tables import SAFETY_AUDIT, SAFETY_VERDICTS
from pixel_assets.safety.gate.verdict import Facts, Judgement, judge

_COUNTED = ("crisis", "response", "hate", "content")


@dataclass(frozen=True)
class Judged:
    """Two tables, one row a conversation each, in the order of the scores."""

    verdicts: pa.Table
    audit: pa.Table


def judge_all(
    scores: pa.Table, findings: pa.Table, policy: Policy, *, code_version: str, client_only: Sequence[str] = ()
) -> Judged:
    """Judge every conversation of ``scores``.

    ``scores`` has one row a conversation: conversation_id, source, crisis_level (int8), crisis_score (null where the model
    was not asked), redactions, left; ``findings`` has the schema ``FINDINGS``. ``client_only`` names sources that are read on
    the client's side alone, so that nothing in their replies counts.
    """
    of_conversation: dict[str, list[Finding]] = defaultdict(list)
    counted = findings.filter(pc.and_(pc.greater(findings["level"], 0), pc.is_in(findings["area"], pa.array(_COUNTED))))
    for row in counted.to_pylist():
        of_conversation[row.pop("conversation_id")].append(Finding(conversation=0, **row))
    ids = scores["conversation_id"]
    with_findings = pc.is_in(ids, value_set=pa.array(list(of_conversation), pa.string()))
    level, score = scores["crisis_level"], pc.fill_null(scores["crisis_score"], -1.0)
    eventful = np.asarray(with_findings) | (np.asarray(level) > 0) | (np.asarray(score) >= policy.crisis_score)
    eventful |= np.asarray(scores["left"]) > 0
    facts = {
        at: Facts(
            findings=of_conversation.get(row["conversation_id"], ()), client_only=row["source"] in client_only,
            **{name: row[name] for name in ("crisis_level", "crisis_score", "redactions", "left", "source")},
        )
        for at, row in zip(
            np.flatnonzero(eventful).tolist(), scores.filter(pa.array(eventful)).to_pylist(), strict=True
        )
    }  # fmt: skip
    known = {at: judge(each, policy) for at, each in facts.items()}
    plain = pc.if_else(pc.greater(scores["redactions"], 0), "redact", "pass")
    verdict = _laid(plain, {at: found.verdict for at, found in known.items()})
    nothing = pa.array(["none"] * scores.num_rows, pa.string())
    levels = _laid(nothing, {at: LEVELS[found.crisis_level] for at, found in known.items()})
    examples = np.zeros(scores.num_rows, bool)
    examples[[at for at, found in known.items() if found.crisis_example]] = True
    aside = pc.is_in(scores["source"], value_set=pa.array(list(client_only), pa.string()))
    reason = _laid(pa.array([""] * scores.num_rows, pa.string()), {at: _decisive(found) for at, found in known.items()})
    verdicts = pa.table(
        {"conversation_id": ids, "verdict": verdict, "crisis_level": levels, "crisis_example": pa.array(examples),
         "client_only": aside, "reason": reason},
    ).cast(SAFETY_VERDICTS)  # fmt: skip
    audit = pa.table(
        {
            "conversation_id": ids, "verdict": verdict, "crisis_level": levels,
            "reasons": _lists(scores.num_rows, {at: _said(found) for at, found in known.items()}, "reasons"),
            "evidence": _lists(scores.num_rows, {at: _evidence(each.counted) for at, each in facts.items()}, "evidence"),
            "redactions": scores["redactions"].cast(pa.int32()),
            "policy_version": pa.array([policy.version] * scores.num_rows, pa.string()),
            "code_version": pa.array([code_version] * scores.num_rows, pa.string()),
        }
    ).cast(SAFETY_AUDIT)  # fmt: skip
    return Judged(verdicts, audit)


def _laid(base: pa.Array | pa.ChunkedArray, over: dict[int, str]) -> pa.ChunkedArray | pa.Array:
    """``base`` with the values of some places replaced."""
    mask = np.zeros(len(base), bool)
    places: npt.NDArray[np.int64] = np.array(sorted(over), np.int64)
    mask[places] = True
    return pc.replace_with_mask(base, pa.array(mask), pa.array([over[at] for at in places.tolist()], pa.string()))


def _lists(rows: int, of_place: dict[int, list[Any]], name: str) -> pa.ListArray:
    """A column of lists, empty but for some places."""
    lengths = np.zeros(rows + 1, np.int64)
    values: list[Any] = []
    for at in sorted(of_place):
        lengths[at + 1] = len(of_place[at])
        values += of_place[at]
    kind = SAFETY_AUDIT.field(name).type
    return pa.ListArray.from_arrays(pa.array(np.cumsum(lengths), pa.int32()), pa.array(values, kind.value_type), type=kind)


def _decisive(found: Judgement) -> str:
    first = found.reasons[0] if found.reasons else None
    return f"{first.area}:{first.rule}" if first and first.action != "note" else ""


def _said(found: Judgement) -> list[str]:
    return [f"{reason.area}:{reason.rule}:{reason.action}" for reason in found.reasons]


def _evidence(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    rows = [{name: getattr(f, name) for name in ("area", "rule", "level", "turn", "start", "end")} for f in findings]
    return sorted(rows, key=lambda row: (row["turn"], row["start"], row["end"], row["area"], row["rule"]))
