"""Crisis detection on its sets: a conversation counts as found from the level risk on; concern is reported beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from figures import Figure

from pixel_assets.labelled.measures import confusion
from pixel_assets.safety.crisis.classifier import CrisisModel
from pixel_assets.safety.crisis.detect import detect
from pixel_assets.safety.crisis.levels import levels, undecided
from pixel_assets.safety.findings import LEVELS, Finding
from pixel_assets.safety.labelled import crisis as sets
from pixel_assets.safety.labelled.hard_cases import HardCase, read_hard_cases
from pixel_assets.safety.turns import Turns
from truth.judged import Bench, Floats, decisions, measured, ranked

RISK: Final = LEVELS.index("risk")
CONCERN: Final = LEVELS.index("concern")
OPERATING: Final = 0.5  # of the trained model, as the setting safety.crisis_score is shipped
UNLABELLED: Final = ("sad", "epie_static", "epie_formal")  # their labels are causes and idioms, not degrees
EARLIER: Final = "the team's earlier system 0.66 (false alarms 0.14); a commercial filter 0.99 on simulated messages"
CSSRS_KNOWN: Final = "published 0.78; TF-IDF 0.75, MiniLM 0.69 on this half"

Levels = npt.NDArray[np.int8]


def judge(rows: Sequence[sets.CrisisRow]) -> tuple[Levels, Floats]:
    """Level and score of every conversation."""
    turns = Turns.of([row.turns for row in rows])
    findings = detect(turns)
    return decided(turns, findings), CrisisModel.load().conversation_scores(turns, findings)


def decided(turns: Turns, findings: Sequence[Finding]) -> Levels:
    """Level of every conversation as the gate sees it: what the trained model finds is raised to risk."""
    score = CrisisModel.load().highest_scores(turns, findings, undecided(turns, findings))
    found = levels(findings, turns.conversations)
    return np.where(np.nan_to_num(score) >= OPERATING, np.maximum(found, RISK), found).astype(np.int8)


def section(bench: Bench) -> list[Figure]:
    """All figures on crisis."""
    data = bench.data
    scenarios = bench.reported([*sets.read_crisis_scenarios(data), *sets.read_hard_crisis(data)])
    idioms = [*sets.read_epie_static(data), *sets.read_epie_formal(data)]
    negatives = bench.reported([*idioms, *(row for row in sets.read_xstest(data) if row.crisis is False), *sets.read_sad(data)])
    return [
        *_set("scenarios", scenarios, recall=0.98, known=EARLIER),
        *(_set("scenarios and hard negatives", scenarios + negatives)),
        *_set("hard negatives", negatives, false_alarms=0.03, known="the team's earlier system 0.14"),
        *(figure for name in _names(negatives) for figure in _set(f"  {name}", [r for r in negatives if r.dataset == name])),
        *_cssrs(bench.reported(sets.read_cssrs(data))),
        *_set("vera_mh", bench.reported(sets.read_vera_mh(data))),
        *_flagged("dreaddit, not labelled for crises", bench.reported(sets.read_dreaddit(data))),
        *_flagged("xstest, unsafe prompts", bench.reported([row for row in sets.read_xstest(data) if row.crisis is None])),
        *_hard_cases([case for case in read_hard_cases() if case.half == "report"]),
    ]


def _set(
    name: str, rows: list[sets.CrisisRow], recall: float | None = None, false_alarms: float | None = None, known: str = ""
) -> list[Figure]:
    if not rows:
        return []
    level, scores = judge(rows)
    labels = [row.dataset if row.dataset in UNLABELLED else row.label for row in rows]
    table = confusion(labels, [LEVELS[each] for each in level])
    said = np.array([row.crisis is not None for row in rows])
    truth = np.array([bool(row.crisis) for row in rows])[said]
    groups = [f"{row.dataset} {row.group}" for row, kept in zip(rows, said, strict=True) if kept]
    return [
        *decisions(
            f"crisis, {name}", groups, truth, level[said] >= RISK,
            recall=recall, false_alarms=false_alarms, known=known, confusion=table,
        ),
        *ranked(f"crisis, {name}", groups, truth, scores[said]),
    ]  # fmt: skip


def _names(rows: list[sets.CrisisRow]) -> list[str]:
    return list({row.dataset: None for row in rows})


def _cssrs(rows: list[sets.CrisisRow]) -> list[Figure]:
    """By user: ideation, behaviour and attempt against supportive and indicator."""
    level, scores = judge(rows)
    groups, truth = [row.group for row in rows], np.array([bool(row.crisis) for row in rows])
    table = confusion([row.label for row in rows], [LEVELS[each] for each in level])
    return [
        *ranked("crisis, cssrs users, score", groups, truth, scores, goal=0.85, known=CSSRS_KNOWN),
        *ranked("crisis, cssrs users, level alone", groups, truth, level.astype(np.float64)),
        *decisions("crisis, cssrs users", groups, truth, level >= RISK, confusion=table),
    ]


def _flagged(name: str, rows: list[sets.CrisisRow]) -> list[Figure]:
    level, _ = judge(rows)
    flagged = level >= RISK
    table = confusion([row.label for row in rows], [LEVELS[each] for each in level])
    return [
        measured(f"crisis, {name}: at risk", [row.group for row in rows], lambda drawn: flagged[drawn].mean(), confusion=table)
    ]


def _hard_cases(cases: list[HardCase]) -> list[Figure]:
    """Of the half that nobody tuned on: each way to go wrong, and by category how many cases do."""
    turns = Turns.of([case.conversation() for case in cases])
    level = decided(turns, detect(turns))
    groups = [case.id for case in cases]
    within = np.array([case.min_level <= each <= case.max_level for case, each in zip(cases, level, strict=True)])
    clear = np.array([case.direction != "open" for case in cases])
    truth = np.array([case.direction == "crisis" for case in cases])
    wrong = clear & (truth != (level >= RISK))
    by_category = {name: _wrong(cases, wrong, name) for name in sorted({case.category for case in cases})}
    kept = np.flatnonzero(clear)
    return [
        *decisions(
            "crisis, hard cases", [groups[n] for n in kept], truth[kept], level[kept] >= RISK,
            wrong={name: each for name, each in by_category.items() if not each.startswith("0 ")},
        ),
        measured("crisis, hard cases: level as expected", groups, lambda drawn: within[drawn].mean()),
    ]  # fmt: skip


def _wrong(cases: list[HardCase], wrong: npt.NDArray[np.bool_], category: str) -> str:
    members = [number for number, case in enumerate(cases) if case.category == category]
    return f"{int(wrong[members].sum())} of {len(members)}"
