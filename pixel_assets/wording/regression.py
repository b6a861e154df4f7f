"""One logistic regression on features, vectors and n-grams together.

Every kind has its own L2 penalty; the weights of n-grams end up as whole numbers, as :class:`Wording` wants them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.optimize import minimize

from pixel_assets.wording.folding import FoldedTexts, fold
from pixel_assets.wording.ngrams import BUCKETS, Wording
from pixel_assets.wording.ngrams_fit import grams

_FEWEST: Final = 2  # mentions that an n-gram comes up in
_LARGEST: Final = 127
_STEPS: Final = 500

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ridge:
    """How strongly large weights are punished, by kind."""

    features: float = 20.0
    vector: float = 10.0
    grams: float = 60.0


@dataclass(frozen=True)
class Fitted:
    """Weights of a fit; the log-odds of a mention are ``dense @ weights + unit * (score by grams) + intercept + prior``."""

    intercept: float
    weights: Floats  # (features and dimensions,)
    grams: Wording
    unit: float

    def logits(self, dense: Floats, folded: FoldedTexts, priors: Floats) -> Floats:
        """Of mentions, (mentions,), from their numbers, their folded wordings and the log-odds that they begin with."""
        said = self.grams.scores(folded, np.arange(len(dense)))[:, 1]
        return np.asarray(dense @ self.weights + self.unit * said + self.intercept + priors)


def fitted(
    dense: Floats, wordings: list[str], priors: Floats, labels: Floats, importance: Floats, ridge: Ridge, vector: int
) -> Fitted:
    """The fit on mentions; the last ``vector`` columns of ``dense`` are dimensions of a vector.

    Classes weigh the same; ``importance`` says how much each row weighs within its class.
    """
    folded = fold(wordings)
    counted = grams(folded)
    kept = np.flatnonzero(np.bincount(counted.indices, minlength=BUCKETS) >= _FEWEST)
    columns = scipy.sparse.csr_array(scipy.sparse.hstack([scipy.sparse.csr_array(dense), counted[:, kept]]))
    plain = dense.shape[1] - vector
    penalty = np.repeat([ridge.features, ridge.vector, ridge.grams], [plain, vector, len(kept)])
    share = float(importance[labels > 0].sum() / importance.sum())
    weight = importance / importance.mean() * np.where(labels > 0, 0.5 / share, 0.5 / (1 - share))

    def loss(given: Floats) -> tuple[float, Floats]:
        logit = columns @ given[:-1] + given[-1] + priors
        lost = float((weight * (np.logaddexp(0, logit) - labels * logit)).sum() + (penalty * given[:-1] ** 2).sum() / 2)
        rest = weight * (1 / (1 + np.exp(-logit)) - labels)
        return lost, np.append(columns.T @ rest + penalty * given[:-1], rest.sum())

    solved: Floats = minimize(loss, np.zeros(columns.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    found = solved[dense.shape[1] : -1]
    largest = max(float(np.abs(found).max(initial=0.0)), 1e-9)
    whole = np.zeros(BUCKETS, np.int8)
    whole[kept] = np.round(found * (_LARGEST / largest)).astype(np.int8)
    grams_ = Wording(whole)
    said, exact = grams_.scores(folded, np.arange(len(dense)))[:, 1], counted[:, kept] @ found
    unit = float(said @ exact / max(float(said @ said), 1e-9))  # the scale that rounding and the unit of scores leave open
    return Fitted(float(solved[-1]), solved[: dense.shape[1]], grams_, unit)
