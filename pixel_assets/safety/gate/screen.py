"""The gate on a single conversation: what a service asks before and after a model speaks, with the detectors of the build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pixel_assets.conversation.standard import TURNS, conversation_id
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.examine import examine
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.gate.policy import Policy
from pixel_assets.safety.gate.verdict import Facts, Judgement, judge
from pixel_assets.safety.identifiers.gathering import Policy as Redaction
from pixel_assets.safety.identifiers.redact import redact


@dataclass(frozen=True)
class Screened:
    """The verdict on a conversation, what led to it, and the conversation without identifiers."""

    judgement: Judgement
    findings: tuple[Finding, ...]  # places are those of the redacted turns
    scores: Mapping[str, Any]  # the row of ``SAFETY_SCORES``
    turns: tuple[Mapping[str, str], ...]


def screen(
    turns: Sequence[Mapping[str, str]], policy: Policy, redaction: Redaction, model: CrisisModel | None, *, source: str = ""
) -> Screened:
    """Redact and judge one conversation, given as turns of ``{role, content}``, as the build does
    for the same policy, redaction and model: a service builds these from the same settings.

    ``source`` matters only for what the policy says of sources. Text is returned redacted and kept nowhere.
    """
    ids = pa.array([conversation_id(turns)])
    redacted = redact(ids, pa.array([list(turns)], TURNS), policy=redaction)
    examined = examine(pa.table({"conversation_id": ids, "turns": redacted.turns}), model)
    findings = tuple(
        Finding(conversation=0, **{name: value for name, value in row.items() if name != "conversation_id"})
        for row in examined.findings.to_pylist()
    )
    scores = examined.scores.to_pylist()[0]
    facts = Facts(
        crisis_level=scores["crisis_level"], crisis_score=scores["crisis_score"], findings=findings,
        redactions=redacted.redactions[0].as_py(), left=redacted.left[0].as_py(), source=source,
    )  # fmt: skip
    return Screened(judge(facts, policy), findings, scores, tuple(redacted.turns.to_pylist()[0]))
