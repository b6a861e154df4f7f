"""Intervals and tests for shares, odds and means, by formulas that need counts alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval, and the two-sided probability of such a value where there is no effect."""

    value: float
    low: float
    high: float
    p: float

    @classmethod
    def normal(cls, value: float, error: float) -> Estimate:
        """From a standard error."""
        p = math.erfc(abs(value) / error / math.sqrt(2)) if error > 0 else 1.0
        return cls(value, value - Z * error, value + Z * error, p)


def wilson(count: float, of: float) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); of nothing, from 0 to 1."""
    if of <= 0:
        return 0.0, 1.0
    share, square = count / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def log_odds(count: float, of: float, other_count: float, other_of: float) -> Estimate:
    """Log odds ratio of two shares; half a case is added to each cell (Haldane 1956, Anscombe 1956)."""
    cells = [each + 0.5 for each in (count, of - count, other_count, other_of - other_count)]
    value = math.log(cells[0] / cells[1]) - math.log(cells[2] / cells[3])
    return Estimate.normal(value, math.sqrt(sum(1 / each for each in cells)))


def weighted_log_odds(count: float, of: float, other_count: float, other_of: float, share: float, prior: float) -> Estimate:
    """Log odds ratio with an informative Dirichlet prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words", eq. 16 and 20).

    ``share`` is the share of the word in the whole corpus and must be above 0; ``prior`` is how many words the prior is worth.
    """
    one, other, rest = count + prior * share, other_count + prior * share, prior
    value = math.log(one / (of + rest - one)) - math.log(other / (other_of + rest - other))
    return Estimate.normal(value, math.sqrt(1 / one + 1 / other))


def mean_difference(
    mean: float, variance: float, count: int, other_mean: float, other_variance: float, other_count: int
) -> Estimate:
    """Difference of two means by their standard error (Welch 1947), with the normal distribution for the many that there are."""
    if min(count, other_count) < 2:
        return Estimate(mean - other_mean, -math.inf, math.inf, 1.0)
    return Estimate.normal(mean - other_mean, math.sqrt(variance / count + other_variance / other_count))


def adjusted(probabilities: Sequence[float]) -> list[float]:
    """Probabilities after the control of the false discovery rate (Benjamini & Hochberg 1995), in their order."""
    order = sorted(range(len(probabilities)), key=lambda number: -probabilities[number])
    found, least = [1.0] * len(probabilities), 1.0
    for place, number in enumerate(order):
        least = min(least, probabilities[number] * len(probabilities) / (len(probabilities) - place))
        found[number] = least
    return found
