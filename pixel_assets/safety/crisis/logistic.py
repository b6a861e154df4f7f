"""Logistic regression from labels of bags: of each bag the label is known, of its instances only that one must bear it out.

By Newton's method, with L2. Positives weigh as much as negatives, and a set with many bags no more than a given number of them.
Where bags have several instances, in a positive bag the one that scores highest is taken for positive, in turns with fitting
(mi-SVM, Andrews et al. 2003), and in a negative bag all are negative, which share the weight of the bag.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FOLDS: Final = 5
_ROUNDS, _STEPS = 4, 60
_VECTOR_SCALE: Final = 1 / 8  # a coordinate of a sentence vector is then as wide as a standardised feature is
_TOTAL: Final = 100.0  # weight of each class, against which L2 is to be read
_EMPTY: Final = -50.0  # the logit of a bag without instances

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """Instances in bags. The score of a bag is the highest of its instances."""

    features: Array  # (instances, features)
    bag: Places  # (instances,), ascending
    positive: Mask  # (bags,)
    datasets: npt.NDArray[np.str_]  # (bags,)
    groups: tuple[str, ...]  # (bags,)
    free: int  # how many of the last columns are coordinates of a vector, which keep their common scale
    l2: float
    cap: float
    uncapped: str = ""  # a set that every row of counts fully


@dataclass(frozen=True)
class Fitted:
    """Coefficients for features that means are taken off and that scales divide."""

    coefficients: Array  # the last one is the intercept
    means: Array
    scales: Array

    def logits(self, features: Array) -> Array:
        """Of instances, (n, features)."""
        logits: Array = (features - self.means) / self.scales @ self.coefficients[:-1] + self.coefficients[-1]
        return logits


def fit(task: Task, kept: Mask) -> Fitted:
    """On the bags that are kept."""
    inside = kept[task.bag]
    means, scales = task.features[inside].mean(0), task.features[inside].std(0)
    if task.free:
        means[-task.free :], scales[-task.free :] = 0, _VECTOR_SCALE
    scales[scales < 1e-6] = 1  # a feature that never varies weighs nothing
    scaled = (task.features - means) / scales
    weights = weights_of(task, kept)
    coefficients = np.zeros(scaled.shape[1] + 1)
    score = np.arange(len(task.bag), dtype=np.float64)  # at first the last instance stands for its bag
    for _ in range(_ROUNDS if len(task.bag) > len(task.positive) else 1):
        chosen = inside & (~task.positive[task.bag] | _highest(task.bag, score))
        bags = task.bag[chosen]
        share = weights[bags] / np.bincount(bags, minlength=len(task.positive))[bags]
        coefficients = newton(scaled[chosen], task.positive[bags].astype(np.float64), share, task.l2)
        score = scaled @ coefficients[:-1] + coefficients[-1]
    return Fitted(coefficients, means, scales)


def _highest(bag: Places, score: Array) -> Mask:
    """The one instance of each bag that scores highest, the first of equals."""
    order = np.lexsort((np.arange(len(bag)), -np.round(score, 9), bag))
    first = np.ones(len(bag), bool)
    first[1:] = bag[order][1:] != bag[order][:-1]
    highest = np.zeros(len(bag), bool)
    highest[order[first]] = True
    return highest


def newton(features: Array, target: Array, weight: Array, l2: float) -> Array:
    """Logistic regression with L2 on all but the intercept, which comes last, until no step is left."""
    design = np.column_stack([features, np.ones(len(features))])
    penalty = np.full(design.shape[1], l2)
    penalty[-1] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-(design @ found)))
        slope = design.T @ (weight * (chance - target)) + penalty * found
        curve = (design * (weight * chance * (1 - chance))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        found -= step * min(1.0, 5 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return found


def weights_of(task: Task, kept: Mask | None = None) -> Array:
    """Of each bag: a set counts as ``cap`` rows at most, and positives count as much as negatives; 0 if it is not kept."""
    kept = np.ones(len(task.positive), bool) if kept is None else kept
    weights = np.zeros(len(kept))
    for dataset in np.unique(task.datasets):
        rows = kept & (task.datasets == dataset)
        if rows.any():
            weights[rows] = 1 if dataset == task.uncapped else min(1, task.cap / rows.sum())
    for label in (False, True):
        rows = task.positive == label
        weights[rows] *= _TOTAL / max(weights[rows].sum(), 1e-9)
    return weights


def folds(groups: tuple[str, ...], repeat: int) -> Places:
    """(bags,): the fold of each, by a hash of its group."""
    return np.array(
        [int.from_bytes(hashlib.sha256(f"{repeat}\x1f{group}".encode()).digest()[:4], "big") % FOLDS for group in groups],
        np.int64,
    )


def held_out(task: Task, repeat: int) -> Array:
    """The logit of each instance by a model that has not seen the group of its bag."""
    fold = folds(task.groups, repeat)
    found = np.zeros(len(task.bag))
    for number in range(FOLDS):
        mine = fold[task.bag] == number
        if mine.any():
            found[mine] = fit(task, fold != number).logits(task.features[mine])
    return found


def highest(task: Task, logits: Array, some: Mask | None = None) -> Array:
    """The logit of each bag, that of its highest instance; -50 for a bag that has none (of ``some``)."""
    found = np.full(len(task.positive), _EMPTY)
    chosen = slice(None) if some is None else some
    np.maximum.at(found, task.bag[chosen], logits[chosen])
    return found


def platt(logits: Array, positive: Mask, weights: Array) -> tuple[float, float]:
    """Slope and offset that make probabilities of held-out logits (Platt 1999)."""
    slope, offset = newton(logits[:, None], positive.astype(np.float64), weights, 1e-6)
    return float(slope), float(offset)
