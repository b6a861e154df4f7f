"""The verdict on one conversation: a plain function of what was found, for the build and for a service alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pixel_assets.safety.content.rules import actions, expected_of_dark
from pixel_assets.safety.findings import LEVELS, Finding
from pixel_assets.safety.gate.policy import ACTIONS, VERDICTS, Action, Policy, Verdict

_RISK = LEVELS.index("risk")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a conversation when it is judged."""

    crisis_level: int = 0  # of the lexical pass, 0 to 3
    crisis_score: float | None = None  # probability that somebody is at risk, where the model was asked
    findings: Sequence[Finding] = ()
    redactions: int = 0  # identifiers that were replaced
    left: int = 0  # identifiers that are still there afterwards
    source: str = ""
    client_only: bool = False  # whether the source is dark on purpose, so that its replies are never learned from

    @property
    def counted(self) -> list[Finding]:
        """The findings that count: level 0 is evidence alone, and of a dark source only the client's side is judged."""
        return [
            found for found in self.findings
            if found.level and not (self.client_only and (found.speaker == "assistant" or found.area == "response"))
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """What led to an action: an area and a rule or level."""

    area: str
    rule: str
    action: Action


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the level that was acted on, and every reason, the gravest first."""

    verdict: Verdict
    crisis_level: int
    crisis_example: bool  # it shows a crisis and stays in the set
    reasons: tuple[Reason, ...]


def judge(facts: Facts, policy: Policy) -> Judgement:
    """The verdict on a conversation: the gravest of what its findings ask for.

    Findings of level 0 are evidence that counts for nothing. How a crisis is answered matters only where there is one. The
    model's score can raise the level to risk, never lower it. Where only the client's side is read, nothing that is found in a
    reply counts, and what clients of dark sources are expected to say is a note.
    """
    level = facts.crisis_level
    if facts.crisis_score is not None and facts.crisis_score >= policy.crisis_score:
        level = max(level, _RISK)
    found = {_of_finding(finding, policy, facts.client_only) for finding in facts.counted if finding.area != "crisis"}
    reasons = {reason for reason in found if reason is not None and (reason.area != "response" or level >= _RISK)}
    if facts.left:
        reasons.add(Reason("identifiers", "left", "quarantine"))
    asked = "keep" if facts.source in policy.written_to_protocol else policy.protocol[LEVELS[level]]
    if asked != "keep":
        reasons.add(Reason("crisis", LEVELS[level], "review" if asked == "review" else "quarantine"))
    elif level:
        reasons.add(Reason("crisis", LEVELS[level], "note"))
    ordered = tuple(sorted(reasons, key=lambda reason: (-ACTIONS.index(reason.action), reason.area, reason.rule)))
    mildest: Verdict = "redact" if facts.redactions else "pass"
    asked_for: Verdict = "pass" if not ordered or ordered[0].action == "note" else ordered[0].action
    verdict = max(mildest, asked_for, key=VERDICTS.index)
    kept = VERDICTS.index(verdict) < VERDICTS.index("review")
    return Judgement(verdict, level, kept and level >= _RISK, ordered)


def _of_finding(finding: Finding, policy: Policy, client_only: bool) -> Reason | None:
    if finding.area == "identity":
        return None  # whom one speaks of is no fault
    if finding.area == "content":
        asked = "note" if client_only and finding.rule in expected_of_dark() else actions()[finding.rule]
    elif finding.area == "response":
        asked = policy.response[finding.level - 1]
    else:
        asked = (policy.hate_of_assistant if finding.speaker == "assistant" else policy.hate_of_user)[finding.level - 1]
    return Reason(finding.area, finding.rule, policy.rules.get(finding.rule, asked))
