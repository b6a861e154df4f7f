"""Whether a probability means what it says: expected calibration error and Brier score of every head.

The error is the mean distance, over ten bins of equal mass, between what is said and what is so (Naeini et al. 2015). It is never
0 by chance, and the less so the fewer rows there are: its interval says how much. Where the product states a prior, rows weigh as
often as they come under it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from figures import Figure

from pixel_assets.labelled.measures import Rows
from truth.judged import Bools
from truth.quality import coherence, counselling, empathy, language
from truth.quality.bench import BAG, MAJORITY, Array, Floats, QualityBench, compared
from truth.quality.heads import Head

BINS: Final = 10
DIGITS: Final = 3


def bins(said: Floats, weight: Floats, count: int = BINS) -> Array:
    """(rows,): the number of each row's bin; bins have the same mass, as far as rows of which the same is said allow."""
    _, place = np.unique(said, return_inverse=True)
    mass = np.bincount(place, weight)
    middle = np.cumsum(mass) - mass / 2
    return np.asarray(np.minimum((middle / weight.sum() * count).astype(np.int64), count - 1)[place])


def calibration_error(truth: Bools, said: Floats, weight: Floats) -> float:
    """Mean distance between the mean probability and the share that is so, over bins of equal mass."""
    if not len(said):
        return float("nan")
    distance = np.bincount(bins(said, weight), weight * (said - truth), BINS)
    return float(np.abs(distance).sum() / weight.sum())


def brier(truth: Bools, said: Floats, weight: Floats) -> float:
    """Mean squared distance between probability and truth (Brier 1950)."""
    return float(np.average((said - truth) ** 2, weights=weight)) if len(said) else float("nan")


def reliability(truth: Bools, said: Floats, weight: Floats) -> list[str]:
    """Of every bin: mean probability, share that is so, and rows."""
    where = bins(said, weight)
    found = []
    for own in (where == number for number in range(BINS)):
        if own.any():
            mean, share = (np.average(values[own], weights=weight[own]) for values in (said, truth))
            found.append(f"said {mean:.{DIGITS}f}, so {share:.{DIGITS}f}, {int(own.sum())} rows")
    return found


def all_heads(bench: QualityBench) -> list[Head]:
    """Every head that has labels."""
    return [*coherence.heads(bench), *empathy.heads(bench), *counselling.heads(bench), *language.heads(bench)]


def every_head(bench: QualityBench) -> list[Head]:
    """The same, and heads that are no score."""
    return [*all_heads(bench), *counselling.parts(bench), *counselling.behaviour_heads(bench)]


def section(bench: QualityBench) -> list[Figure]:
    """Both figures of every head, and its reliability."""
    return [figure for head in every_head(bench) for figure in _calibrated(head)]


def _calibrated(head: Head) -> list[Figure]:
    read = ~np.isnan(head.probability)
    truth, said, weight = head.truth[read], head.probability[read], head.weight[read]
    if not truth.any() or truth.all():
        return []
    groups = [group for group, kept in zip(head.groups, read, strict=True) if kept]
    plain: dict[str, Floats] = {}
    if head.bag_of_words:
        texts = [text for text, kept in zip(head.texts, read, strict=True) if kept]
        plain = {BAG: head.bag_of_words.probabilities(texts), MAJORITY: np.full(len(said), head.usual)}

    def of(measure: Callable[[Bools, Floats, Floats], float]) -> Callable[[Rows, Array], float]:
        return lambda drawn, given: measure(truth[drawn], given[drawn], weight[drawn])

    return [
        compared(
            f"calibration, {head.name}: error", groups, of(calibration_error), said, plain, at_least=False,
            reliability=reliability(truth, said, weight), unread=int((~read).sum()),
        ),
        compared(f"calibration, {head.name}: Brier score", groups, of(brier), said, plain, at_least=False),
    ]  # fmt: skip
