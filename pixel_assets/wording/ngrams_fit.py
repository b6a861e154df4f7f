"""Fits the weights of n-grams: logistic regression with L2, on those that at least two texts have.

Both classes weigh the same. What is found is brought to whole numbers, of which the largest is 127.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import FoldedTexts
from pixel_assets.wording.ngrams import BUCKETS, GRAMS_A_BYTE, Wording
from pixel_assets.wording.outputs import root

if TYPE_CHECKING:
    import scipy.sparse

_L2: Final = 3.0
_TOTAL: Final = 100.0  # weight of each class
_FEWEST_TEXTS: Final = 2
_LARGEST: Final = 127

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def grams(texts: FoldedTexts) -> scipy.sparse.csr_array:
    """How often each bucket comes up in each text by the root of its number of words, (texts, BUCKETS)."""
    found, words = counts(texts)
    found.data = found.data * np.repeat(root(words), np.diff(found.indptr))
    return found


def counts(texts: FoldedTexts) -> tuple[scipy.sparse.csr_array, npt.NDArray[np.int64]]:
    """How often each bucket comes up in each text, (texts, BUCKETS), and the texts' words."""
    import scipy.sparse  # takes a while to import, as numba does

    from pixel_assets.wording import ngrams_kernels as kernels

    buckets = np.empty(GRAMS_A_BYTE * (len(texts.data) + len(texts)), np.int64)
    ends, words = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
    kernels.list_grams(texts.data, texts.starts, buckets, ends, words)
    pointers = np.concatenate([[0], ends])
    found = scipy.sparse.csr_array(
        (np.ones(pointers[-1]), buckets[: pointers[-1]], pointers), shape=(len(texts), BUCKETS)
    )
    found.sum_duplicates()
    return found, words


def fit_wording(features: scipy.sparse.csr_array, positive: Mask) -> Wording:
    """From rows of :func:`grams`, one a text, and whether each is to be found. Without both classes every weight is 0."""
    weights = np.zeros(BUCKETS, np.int8)
    kept = np.flatnonzero(np.bincount(features.indices, minlength=BUCKETS) >= _FEWEST_TEXTS)
    if len(kept) and positive.any() and not positive.all():
        share = np.where(positive, _TOTAL / positive.sum(), _TOTAL / (~positive).sum())
        solved = _regression(features[:, kept], positive.astype(np.float64), share)
        weights[kept] = np.round(solved * (_LARGEST / max(float(np.abs(solved).max()), 1e-9))).astype(np.int8)
    return Wording(weights)


def _regression(features: scipy.sparse.csr_array, target: Array, weight: Array) -> Array:
    from scipy.optimize import minimize

    def loss(given: Array) -> tuple[float, Array]:
        logit = features @ given[:-1] + given[-1]
        lost = float((weight * (np.logaddexp(0, logit) - target * logit)).sum() + _L2 / 2 * (given[:-1] ** 2).sum())
        rest = weight * (1 / (1 + np.exp(-logit)) - target)
        return lost, np.append(features.T @ rest + _L2 * given[:-1], rest.sum())

    start = np.zeros(features.shape[1] + 1)
    found: Array = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x[:-1]
    return found
