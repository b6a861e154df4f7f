"""Fits the weights of n-grams: logistic regression with L2, on those that at least two texts have.

Both classes weigh the same. What is found is brought to whole numbers, of which the largest is 127.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import FoldedTexts
from pixel_assets.wording.ngrams import BUCKETS, GRAMS_A_BYTE, Wording

if TYPE_CHECKING:
    import scipy.sparse

_L2: Final = 3.0
_SPREAD: Final = 5.0  # the length of features, against which L2 is to be read
_TOTAL: Final = 100.0  # weight of each class
_FEWEST_TEXTS: Final = 2
_LARGEST: Final = 127

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def grams(texts: FoldedTexts) -> scipy.sparse.csr_array:
    """How often each bucket comes up in each text by the root of its number of words, (texts, BUCKETS)."""
    import scipy.sparse  # takes a while to import, as numba does

    from pixel_assets.wording import ngrams_kernels as kernels

    buckets = np.empty(GRAMS_A_BYTE * (len(texts.data) + len(texts)), np.int64)
    ends, words = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int64)
    kernels.list_grams(texts.data, texts.starts, buckets, ends, words)
    pointers = np.concatenate([[0], ends])
    values = np.repeat(_SPREAD / np.sqrt(np.maximum(words, kernels.FEWEST_WORDS)), np.diff(pointers))
    found = scipy.sparse.csr_array((values, buckets[: pointers[-1]], pointers), shape=(len(texts), BUCKETS))
    found.sum_duplicates()
    return found


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
