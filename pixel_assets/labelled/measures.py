"""How well predictions agree with labels, and how sure that is.

Every measure of classes is computed from counts or ranks that can be summed over rows, so that an interval comes from drawing
whole groups (users, templates …) again: rows of one group are alike, and an interval over rows alone would be too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

RESAMPLES: Final = 1000
SEED: Final = 20261122
INTERVAL: Final = (2.5, 97.5)  # percentiles

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Counts:
    """Right and wrong decisions of yes and no."""

    found: int  # true positives
    false: int  # false positives
    missed: int  # false negatives
    passed: int = 0  # true negatives; 0 where they cannot be counted, as with spans

    @classmethod
    def of(cls, truth: Bools, predicted: Bools) -> Counts:
        """Counted over rows."""
        yes, no = int((truth & predicted).sum()), int((~truth & ~predicted).sum())
        return cls(yes, int(predicted.sum()) - yes, int(truth.sum()) - yes, no)

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right; 1 where nothing was."""
        return _share(self.found, self.found + self.false)

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is."""
        return _share(self.found, self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 1 where there is nothing to find and nothing was found."""
        return _share(2 * self.found, 2 * self.found + self.false + self.missed)

    @property
    def false_alarms(self) -> float:
        """Share of the rows without it that were said to have it; 0 where there are no such rows."""
        return 1 - _share(self.passed, self.passed + self.false)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def macro_f1(truth: npt.NDArray[np.generic], predicted: npt.NDArray[np.generic]) -> float:
    """Mean of the F1 of every class that occurs in either."""
    classes = np.union1d(truth, predicted)
    return float(np.mean([Counts.of(truth == each, predicted == each).f1 for each in classes]))


def auc(truth: Bools, scores: Floats) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half; NaN if there is one class.

    From the ranks (Mann and Whitney 1947).
    """
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return float("nan")
    _, place, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def confusion(truth: Sequence[str], predicted: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each class was taken for which: truth, then prediction, both in alphabetical order."""
    table: dict[str, dict[str, int]] = {}
    for true, said in sorted(zip(truth, predicted, strict=True)):
        row = table.setdefault(true, {})
        row[said] = row.get(said, 0) + 1
    return table


def interval(
    groups: Sequence[str], measure: Callable[[Rows], float], *, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float]:
    """The 95 % percentile interval of a measure, by drawing as many groups as there are, with replacement (Efron 1979).

    ``measure`` is given the numbers of the drawn rows, those of a group that is drawn twice twice. Draws for which it is NaN
    (all of one class) are left out. Both ends are NaN if none is left, and of fewer than two groups, which say nothing of chance.
    """
    names, member = np.unique(np.asarray(groups, np.str_), return_inverse=True)
    members = [np.flatnonzero(member == number) for number in range(len(names))]
    generator = np.random.Generator(np.random.PCG64(seed))
    values = []
    for _ in range(resamples if len(members) > 1 else 0):
        drawn = generator.integers(0, len(members), len(members))
        values.append(measure(np.concatenate([members[number] for number in drawn])))
    kept = np.array(values, np.float64)
    kept = kept[~np.isnan(kept)]
    if not len(kept):
        return float("nan"), float("nan")
    low, high = np.percentile(kept, INTERVAL)
    return float(low), float(high)


Place = tuple[int, int]
_BETWEEN_PIECES: Final = ", \t\r\n"


def overlap(first: Place, second: Place) -> float:
    """Characters that two spans share, divided by those of their union."""
    shared = max(0, min(first[1], second[1]) - max(first[0], second[0]))
    return shared / max(1, max(first[1], second[1]) - min(first[0], second[0]))


def matched(truth: Sequence[Place], predicted: Sequence[Place], least: float = 0.5) -> list[tuple[int, int]]:
    """Numbers of the labelled and the predicted spans of one text that are the same place, each at most once.

    Two spans are the same place if they share at least ``least`` of the characters of their union; pairs that share more are
    taken first, then those further left. The labels are not compared. Above a half no span of disjoint ones has a choice.
    """
    pairs = [
        (-shared, number, other)
        for number, one in enumerate(truth)
        for other, two in enumerate(predicted)
        if (shared := overlap(one, two)) >= least
    ]
    left, right = set[int](), set[int]()
    found = []
    for _, number, other in sorted(pairs):
        if number not in left and other not in right:
            left.add(number)
            right.add(other)
            found.append((number, other))
    return sorted(found)


def joined(places: Sequence[Place], text: str) -> list[Place]:
    """Places of a text of which those that follow one another with nothing but commas, blanks and line ends between are one.

    For sets that label one address in several pieces ("12", "Rose Street 3" and the town) where others label it as a whole.
    """
    found: list[Place] = []
    for start, end in sorted(places):
        if found and not text[found[-1][1] : start].strip(_BETWEEN_PIECES):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def covered(truth: Sequence[Place], predicted: Sequence[Place]) -> int:
    """How many characters of the labelled spans lie within predicted ones; spans of each side may overlap."""
    inside = {character for start, end in predicted for character in range(start, end)}
    return len(inside.intersection(character for start, end in truth for character in range(start, end)))
