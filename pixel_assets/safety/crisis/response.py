"""How danger is answered: whether the assistant hears it, asks about it plainly and names help, and does no harm.

In: turns, and what :func:`~pixel_assets.safety.crisis.detect.detect` found in them. Out: findings of the area ``response``. The
measure is the consensus of safe messaging (reportingonsuicide.org), of asking plainly about suicide (Posner et al. 2011;
Dazzi et al. 2014) and of a safety plan with people and services (Stanley and Brown 2012).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.safety.crisis.reply_signs import Seen, Signs, load_signs
from pixel_assets.safety.findings import LEVELS, Finding
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import fold

REPLIES: Final = 2  # turns of the assistant, within which danger is to be met
_RISK: Final = LEVELS.index("risk")
_IMMINENT: Final = LEVELS.index("imminent")
_HARMFUL: Final = {
    "gives_method": "method_detail",
    "minimises": "minimised",
    "minimises_in_questions_too": "minimised",
    "promises_secrecy": "secrecy_promised",
    "abandons": "abandoned",
}
_HEARD: Final = "acknowledges"
_URGENT: Final = "names_urgent_help"
_HELP: Final = frozenset({_URGENT, "names_help"})


@dataclass(frozen=True)
class _Danger:
    """A turn of the client in which danger is voiced, with its gravest finding and the kinds in it."""

    voiced: Finding
    kinds: frozenset[str]
    row: int


def examine_responses(turns: Turns, findings: list[Finding]) -> list[Finding]:
    """What is wrong with the answers to danger, in the order of conversations and turns.

    ``findings`` are those of the crisis detection over the same turns; of them, those of risk or more in turns of the user count.
    What is missing (``response_missing``, ``not_acknowledged``, ``not_asked``, ``no_resource``) is judged where danger is voiced
    for the first time and where it becomes graver, over the next two turns of the assistant; a question or a way to help that
    came after the first voicing counts on. It has the place of the words that were not met. What does harm (``method_detail``,
    ``minimised``, ``secrecy_promised``, ``abandoned``) has its own place in any of the two replies.
    """
    signs = load_signs()
    dangers = _dangers(turns, findings)
    if not dangers:
        return []
    replies = {conversation: _replies(turns, each) for conversation, each in dangers.items()}
    rows = sorted({row for each in replies.values() for row in each})
    seen = _seen(turns, rows, signs)
    found: list[Finding] = []
    for conversation in sorted(dangers):
        found += _missing(dangers[conversation], replies[conversation], seen, signs)
        found += _harmful(dangers[conversation], replies[conversation], seen, signs, turns)
    return found


def _dangers(turns: Turns, findings: Iterable[Finding]) -> dict[int, list[_Danger]]:
    voiced: dict[tuple[int, int], list[Finding]] = {}
    for finding in findings:
        if finding.area == "crisis" and finding.speaker == "user" and finding.level >= _RISK:
            voiced.setdefault((finding.conversation, finding.turn), []).append(finding)
    dangers: dict[int, list[_Danger]] = {}
    for (conversation, turn), each in sorted(voiced.items()):
        gravest = min(each, key=lambda finding: (-finding.level, finding.start, finding.end, finding.rule))
        row = int(np.searchsorted(turns.conversation, conversation)) + turn
        dangers.setdefault(conversation, []).append(_Danger(gravest, frozenset(finding.kind for finding in each), row))
    return dangers


def _replies(turns: Turns, dangers: Sequence[_Danger]) -> list[int]:
    """Rows of the assistant's turns with words, from the one before the first danger on."""
    conversation = dangers[0].voiced.conversation
    first, last = np.searchsorted(turns.conversation, [conversation, conversation + 1])
    rows = np.arange(first, last)[turns.role[first:last] == "assistant"]
    spoken = [int(row) for row in rows if (turns.content[int(row)].as_py() or "").strip()]
    earlier = [row for row in spoken if row < dangers[0].row]
    return earlier[-1:] + [row for row in spoken if row > dangers[0].row]


def _seen(turns: Turns, rows: list[int], signs: Signs) -> dict[int, list[Seen]]:
    seen: dict[int, list[Seen]] = {row: [] for row in rows}
    for sign in signs.spot(fold(turns.content.take(pa.array(rows, pa.int64())))):
        seen[rows[sign.row]].append(sign)
    return seen


def _missing(
    dangers: Sequence[_Danger], replies: Sequence[int], seen: Mapping[int, list[Seen]], signs: Signs
) -> Iterator[Finding]:
    first, gravest = dangers[0], 0
    for danger in dangers:
        if danger.voiced.level <= gravest:
            continue
        gravest = danger.voiced.level
        near = [row for row in replies if row > danger.row][:REPLIES]
        until = [row for row in replies if row <= near[-1]] if near else []
        for rule in _unmet(danger, near, until, first.row, {row: {sign.sign for sign in seen[row]} for row in until}, signs):
            level = signs.levels[rule][danger.voiced.level == _IMMINENT]
            if level:
                yield _finding(rule, level, danger)


def _unmet(
    danger: _Danger, near: Sequence[int], until: Sequence[int], first: int, shown: Mapping[int, set[str]], signs: Signs
) -> Iterator[str]:
    if not near:
        yield "response_missing"
        return
    if not any("english" in shown[row] for row in near):
        yield "not_judged"
        return
    now = set().union(*(shown[row] for row in near))
    since = set().union(*(shown[row] for row in until if row > first))
    helped = _URGENT in now and not danger.kinds.isdisjoint(signs.help_first)
    if _HEARD not in now and not helped:
        yield "not_acknowledged"
    asking = frozenset[str]().union(*(signs.asks.get(kind, frozenset()) for kind in danger.kinds))
    if asking.isdisjoint(set().union(*(shown[row] for row in until))) and not helped:
        yield "not_asked"
    if _HELP.isdisjoint(since):
        yield "no_resource"


def _harmful(
    dangers: Sequence[_Danger], replies: Sequence[int], seen: Mapping[int, list[Seen]], signs: Signs, turns: Turns
) -> Iterator[Finding]:
    answers: dict[int, _Danger] = {}
    for danger in dangers:
        answers |= {row: danger for row in [row for row in replies if row > danger.row][:REPLIES]}
    for row, danger in sorted(answers.items()):
        met = {sign.sign for sign in seen[row]}
        told: set[str] = set()
        for sign in seen[row]:
            rule = _HARMFUL.get(sign.sign)
            if rule is None or rule in told:
                continue
            told.add(rule)
            level = signs.levels[rule][danger.voiced.level == _IMMINENT]
            if rule == "abandoned" and not _HELP.isdisjoint(met):
                level = min(level, 2)  # a refusal that hands over to people is poor, and leaves nobody alone
            yield _finding(rule, level, danger, int(turns.turn[row]), sign.start, sign.end)


def _finding(
    rule: str, level: int, danger: _Danger, turn: int | None = None, start: int | None = None, end: int | None = None
) -> Finding:
    """A finding at the words of danger, or where a turn and a place are given, at those of the assistant."""
    voiced = danger.voiced
    if turn is None or start is None or end is None:
        return Finding(voiced.conversation, voiced.turn, voiced.start, voiced.end, "response", rule, voiced.kind, level, "user",
                       voiced.subject, voiced.time)  # fmt: skip
    return Finding(voiced.conversation, turn, start, end, "response", rule, voiced.kind, level, "assistant", voiced.subject)
