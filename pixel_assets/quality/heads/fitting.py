"""How a head is fitted: multinomial logistic regression, with a ridge penalty for each kind of column.

Held-out predictions leave out whole groups, and tell how sharp the model may be (temperature scaling: Guo et al. 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.heads.linear import Head, Values, softmax
from pixel_assets.wording.outputs import Grams

if TYPE_CHECKING:
    import scipy.sparse

FOLDS: Final = 5
_FEWEST_ROWS: Final = 3  # that an n-gram comes up in
_STEPS: Final = 200
_SMALLEST: Final = 1e-6

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Given:
    """What a head is fitted on."""

    names: tuple[str, ...]
    dense: Values  # (rows, names), standardised
    penalties: Values  # (names,)
    grams: scipy.sparse.csr_array | None = None  # (rows, BUCKETS), as ``wording.ngrams_fit.grams`` counts
    gram_penalty: float = 20.0

    def some(self, rows: npt.NDArray[np.bool_]) -> Given:
        """Those of some rows."""
        return replace(self, dense=self.dense[rows], grams=None if self.grams is None else self.grams[np.flatnonzero(rows)])


def fit_head(given: Given, labels: Numbers, outputs: Sequence[str], importance: Values) -> Head:
    """The weights for labels, numbers of ``outputs``; ``importance`` says how much each row weighs."""
    import scipy.sparse
    from scipy.optimize import minimize

    dense = given.dense
    kept: Numbers = np.zeros(0, np.int64)
    columns: scipy.sparse.csr_array | Values = dense
    if given.grams is not None:
        kept = np.flatnonzero(np.bincount(given.grams.indices, minlength=given.grams.shape[1]) >= _FEWEST_ROWS)
        columns = scipy.sparse.csr_array(scipy.sparse.hstack([scipy.sparse.csr_array(dense), given.grams[:, kept]]))
    penalty = np.concatenate([given.penalties, np.full(len(kept), given.gram_penalty)])[:, None]
    wide, many = columns.shape[1], len(outputs)
    wanted = np.eye(many)[labels]

    def loss(flat: Values) -> tuple[float, Values]:
        weights, intercept = flat[: wide * many].reshape(wide, many), flat[wide * many :]
        logits = columns @ weights + intercept
        logits -= logits.max(axis=1, keepdims=True)
        total = np.log(np.exp(logits).sum(axis=1, keepdims=True))
        lost = float((importance * ((total - logits) * wanted).sum(axis=1)).sum() + (penalty * weights**2).sum() / 2)
        rest = (np.exp(logits - total) - wanted) * importance[:, None]
        return lost, np.concatenate([(columns.T @ rest + penalty * weights).ravel(), rest.sum(axis=0)])

    start = np.zeros((wide + 1) * many)
    solved: Values = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    weights = solved[: wide * many].reshape(wide, many)
    grams = Grams.of(kept, weights[dense.shape[1] :]) if given.grams is not None else None
    shares = importance @ wanted / importance.sum()
    return Head(tuple(outputs), given.names, weights[: dense.shape[1]], solved[wide * many :], grams, 1.0, shares)


def held_out(given: Given, labels: Numbers, outputs: Sequence[str], importance: Values, folds: Numbers) -> Values:
    """Log-odds of every row, (rows, outputs), by a head that was fitted without its fold."""
    found = np.zeros((len(labels), len(outputs)))
    for fold in np.unique(folds):
        rest = folds != fold
        head = fit_head(given.some(rest), labels[rest], outputs, importance[rest])
        found[~rest] = head.logits(given.dense[~rest])
        if head.grams is not None and given.grams is not None:
            counted = given.grams[np.flatnonzero(~rest)][:, head.grams.buckets]
            found[~rest] += counted @ (head.grams.weights * head.grams.units)
    return found


def fold_of(groups: Sequence[str], folds: int = FOLDS) -> Numbers:
    """A number below ``folds`` for each row, the same for rows of a group, so that folds have about as many rows."""
    names, counts = np.unique(np.asarray(groups), return_counts=True)
    filled, fold = np.zeros(folds, np.int64), dict[str, int]()
    for number in np.lexsort((names, -counts)):
        emptiest = int(filled.argmin())
        fold[str(names[number])] = emptiest
        filled[emptiest] += counts[number]
    return np.array([fold[str(group)] for group in groups], np.int64)


def sharpness(logits: Values, labels: Numbers, importance: Values) -> float:
    """By what held-out log-odds are best multiplied; at most 1.5, for a fit is rarely not sure enough."""
    from scipy.optimize import minimize_scalar

    wanted = np.arange(len(labels)), labels

    def loss(factor: float) -> float:
        return float(-(importance * np.log(np.maximum(softmax(logits * factor)[wanted], _SMALLEST))).sum())

    return round(float(minimize_scalar(loss, bounds=(0.05, 1.5), method="bounded").x), 4)


def calibrated(
    given: Given, labels: Numbers, outputs: Sequence[str], importance: Values, folds: Numbers
) -> tuple[Head, Values]:
    """A head that is as sharp as its held-out predictions allow, and these, (rows, outputs), as log-odds."""
    logits = held_out(given, labels, outputs, importance, folds)
    factor = sharpness(logits, labels, importance)
    return replace(fit_head(given, labels, outputs, importance), sharpness=factor), logits * factor
