"""Whether scores reward length alone: their rank correlation with the logarithm of the number of words that they judge.

Spearman's; its absolute value is bounded, so that the goal is met on both sides of 0. Good replies may truly be longer: so what
the labels themselves have to do with length stands beside it, and the partial correlation given the label, that of ranks less
their mean by label.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from figures import Figure, Peer
from scipy.stats import rankdata

from truth.judged import Bools, measured
from truth.quality.bench import Floats, QualityBench
from truth.quality.calibration import all_heads
from truth.quality.heads import Head

MOST: Final = 0.4


def correlation(first: Floats, second: Floats) -> float:
    """Pearson's; 0 where one of both is always the same."""
    if not len(first) or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def spearman(first: Floats, second: Floats) -> float:
    """Correlation of ranks, ties sharing theirs (Spearman 1904)."""
    return correlation(rankdata(first), rankdata(second))


def partial(first: Floats, second: Floats, label: Bools) -> float:
    """The same given a label: of ranks less the mean rank of the rows with the same label."""
    return correlation(*(_without(rankdata(values), label) for values in (first, second)))


def _without(ranks: Floats, label: Bools) -> Floats:
    means = [ranks[label == each].mean() if (label == each).any() else 0.0 for each in (False, True)]
    return np.asarray(ranks - np.where(label, means[1], means[0]))


def section(bench: QualityBench) -> list[Figure]:
    """Both correlations of every head."""
    return [figure for head in all_heads(bench) for figure in _of(head)]


def _of(head: Head) -> list[Figure]:
    read = ~np.isnan(head.probability)
    scores, length, truth = head.probability[read], head.length[read], head.truth[read]
    if not len(scores):
        return []
    groups = [group for group, kept in zip(head.groups, read, strict=True) if kept]
    said = measured(
        f"length, {head.name}: rank correlation", groups, lambda drawn: spearman(scores[drawn], length[drawn]),
        beside=Peer("the labels", spearman(truth.astype(np.float64), length)),
    )  # fmt: skip
    given = measured(
        f"length, {head.name}: the same given the label", groups,
        lambda drawn: partial(scores[drawn], length[drawn], truth[drawn]),
    )  # fmt: skip
    return [said | {"goal": MOST, "met": abs(said["value"]) <= MOST}, given]
