"""From findings to one level for a turn and for a conversation.

A conversation or turn is a detected crisis from *risk* on (:data:`DETECTED`); *concern* is reported beside it. Only what the
user says counts. A wish to die together with a plan or with means at hand is *imminent*. Concerns add up to *risk*: two themes
of which one is heavy (burden, entrapment, farewell), or three themes, as burdensomeness and hopelessness together (Joiner 2005)
and several of the warning signs of Rudd et al. (2006) are danger where one alone is distress.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.safety.crisis.kinds import DETECTED, ENACTING, SUICIDAL
from pixel_assets.safety.crisis.lexicon import lexicon
from pixel_assets.safety.findings import LEVELS, Finding
from pixel_assets.safety.listed import distinct
from pixel_assets.safety.turns import Turns

_MANY: Final = 3  # themes of concern that make a risk, if none of them is heavy


def levels(findings: Iterable[Finding], conversations: int) -> npt.NDArray[np.int8]:
    """(conversations,): the level of each conversation, from 0 none to 3 imminent."""
    found = np.zeros(conversations, np.int8)
    by_conversation: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_conversation[finding.conversation].append(finding)
    for conversation, its in by_conversation.items():
        found[conversation] = level_of(its)
    return found


def turn_levels(findings: Iterable[Finding], turns: Turns) -> npt.NDArray[np.int8]:
    """(turns,): the level of each turn taken alone."""
    found = np.zeros(len(turns), np.int8)
    by_turn: defaultdict[tuple[int, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_turn[finding.conversation, finding.turn].append(finding)
    first = np.searchsorted(turns.conversation, np.arange(turns.conversations))
    for (conversation, turn), its in by_turn.items():
        found[first[conversation] + turn] = level_of(its)
    return found


def level_of(findings: Sequence[Finding]) -> int:
    """The level of findings that belong together, those of one turn or of one conversation."""
    counted = [f for f in findings if f.area == "crisis" and f.speaker == "user" and f.level > 0]
    if not counted:
        return 0
    top = max(finding.level for finding in counted)
    own = [finding for finding in counted if finding.subject != "other" and finding.time != "past"]
    wishes = any(finding.kind in SUICIDAL and finding.level >= DETECTED for finding in own)
    if wishes and any(finding.kind in ENACTING for finding in own):
        return LEVELS.index("imminent")
    cues = lexicon().cues
    themes = {cues[finding.rule].theme: cues[finding.rule].heavy for finding in own if finding.rule in cues}
    return max(top, DETECTED) if len(themes) >= (2 if any(themes.values()) else _MANY) else top


def kinds_of(findings: Iterable[Finding], conversations: int) -> pa.ListArray:
    """(conversations,): the kinds of crisis in each conversation that are at risk or above, in order of their names."""
    voiced = (finding for finding in findings if finding.speaker == "user" and finding.level >= DETECTED)
    return distinct(((finding.conversation, finding.kind) for finding in voiced), conversations)


def undecided(turns: Turns, findings: Iterable[Finding]) -> npt.NDArray[np.bool_]:
    """(turns,): the user's turns that the cues cannot decide, for the trained classifier.

    Those are turns of level concern, and turns of level none that hold words of danger: one that only asks for a closer look, one
    that is asked about, told or supposed, or several that each were taken back.
    """
    findings = list(findings)
    alone = turn_levels(findings, turns)
    open_turn: npt.NDArray[np.bool_] = np.asarray(alone == 1)
    first = np.searchsorted(turns.conversation, np.arange(turns.conversations))
    taken_back: defaultdict[int, int] = defaultdict(int)
    for finding in findings:
        if finding.area != "crisis" or finding.speaker != "user" or finding.level > 0:
            continue
        row = int(first[finding.conversation]) + finding.turn
        taken_back[row] += 1
        if finding.frame not in ("idiom", "negated"):
            taken_back[row] += 1
    for row, count in taken_back.items():
        open_turn[row] |= count > 1 and alone[row] < DETECTED
    return open_turn
