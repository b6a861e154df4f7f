"""Hate and stereotype screens on their sets: a text counts as hateful from level 2 (likely) on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from figures import Figure

from pixel_assets.labelled.measures import Counts, Rows, macro_f1
from pixel_assets.safety.findings import Finding
from pixel_assets.safety.hate.detect import detect_hate, hate_scores
from pixel_assets.safety.hate.stereotypes import stereotype_findings
from pixel_assets.safety.labelled import bias as sets
from pixel_assets.safety.labelled import crisis
from pixel_assets.safety.turns import Turns
from truth.judged import Bench, Bools, decisions, measured, ranked

LIKELY: Final = 2


def texts_as_turns(texts: Iterable[str]) -> Turns:
    """Every text as a conversation of one turn."""
    return Turns.of([[{"role": "user", "content": text}] for text in texts])


def highest(findings: Iterable[Finding], conversations: int) -> npt.NDArray[np.int8]:
    """The highest level in every conversation."""
    levels = np.zeros(conversations, np.int8)
    for finding in findings:
        levels[finding.conversation] = max(levels[finding.conversation], finding.level)
    return levels


def section(bench: Bench) -> list[Figure]:
    """All figures on hate and stereotypes."""
    questions = bench.reported(sets.read_bbq(bench.data))
    stressors = bench.reported(crisis.read_sad(bench.data))
    return [
        *_hatecheck(bench.reported(sets.read_hatecheck(bench.data))),
        *_identity(bench.reported(sets.read_identity_templates(bench.data))),
        _alarms("bbq contexts", [row.group for row in questions], [row.context for row in questions]),
        _alarms("everyday stressors", [row.group for row in stressors], [row.turns[0]["content"] for row in stressors]),
        *_crows(bench.reported(sets.read_crows_pairs(bench.data))),
    ]


def _hatecheck(rows: list[sets.HateRow]) -> list[Figure]:
    turns = texts_as_turns(row.text for row in rows)
    predicted = highest(detect_hate(turns), len(rows)) >= LIKELY
    truth = np.array([row.hateful for row in rows])
    groups = [row.group for row in rows]
    wrong = {name: _wrong(rows, truth != predicted, name) for name in sorted({row.function for row in rows})}
    known = "MiniLM with logistic regression 0.80"
    return [
        measured(
            "hate, hatecheck: macro-F1", groups, lambda drawn: macro_f1(truth[drawn], predicted[drawn]), goal=0.85, known=known,
            wrong={name: each for name, each in wrong.items() if not each.startswith("0 ")},
        ),
        *decisions("hate, hatecheck", groups, truth, predicted),
        *ranked("hate, hatecheck", groups, truth, hate_scores(turns)),
    ]  # fmt: skip


def _wrong(rows: Sequence[sets.HateRow], wrong: Bools, function: str) -> str:
    members = [number for number, row in enumerate(rows) if row.function == function]
    return f"{int(wrong[members].sum())} of {len(members)}"


def _identity(rows: list[sets.HateRow]) -> list[Figure]:
    """Toxic here includes abuse that is aimed at no group, which this screen is not for: recall is expected to be low."""
    turns = texts_as_turns(row.text for row in rows)
    predicted = highest(detect_hate(turns), len(rows)) >= LIKELY
    truth = np.array([row.hateful for row in rows])
    groups = [row.id for row in rows]
    return [
        *decisions("hate, identity templates", groups, truth, predicted),
        *ranked("hate, identity templates", groups, truth, hate_scores(turns)),
    ]


def _alarms(name: str, groups: list[str], texts: list[str]) -> Figure:
    flagged = highest(detect_hate(texts_as_turns(texts)), len(texts)) >= LIKELY
    return measured(f"hate, {name}: false alarms", groups, _mean(flagged))


def _mean(values: Bools) -> Callable[[Rows], float]:
    return lambda drawn: float(values[drawn].mean())


def _crows(rows: list[sets.PairRow]) -> list[Figure]:
    """Pairs of which the first sentence is labelled as the more stereotyped; the labels are known to be noisy."""
    more = _stereotypes([row.more for row in rows])
    less = _stereotypes([row.less for row in rows])
    groups = [row.group for row in rows]
    predicted = np.concatenate([more, less]) > 0
    truth = np.repeat([True, False], len(rows))
    return [
        measured("stereotypes, crows_pairs: more at least as high", groups, _mean(more >= less)),
        measured("stereotypes, crows_pairs: more higher", groups, _mean(more > less), lower=int((more < less).sum())),
        measured(
            "stereotypes, crows_pairs: recall", [*groups, *groups],
            lambda drawn: Counts.of(truth[drawn], predicted[drawn]).recall,
        ),
    ]  # fmt: skip


def _stereotypes(texts: list[str]) -> npt.NDArray[np.int8]:
    return highest(stereotype_findings(texts_as_turns(texts)), len(texts))
