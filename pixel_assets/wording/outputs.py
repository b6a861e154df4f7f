"""N-grams that speak for or against several outputs at once, each with a whole number as its weight."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import FoldedTexts
from pixel_assets.wording.ngrams import BUCKETS, GRAMS_A_BYTE

SPREAD = 5.0  # the length of a text's counts, against which penalties are to be read
_LARGEST = 127


class Said(NamedTuple):
    """Sums of weights by text and the texts' words; those of the parts of a text add up to its own."""

    sums: npt.NDArray[np.int64]  # (texts, outputs)
    words: npt.NDArray[np.int64]  # (texts,)


@dataclass(frozen=True)
class Grams:
    """Weights of n-grams by the bucket that they fall into."""

    buckets: npt.NDArray[np.int32]  # (n,), ascending
    weights: npt.NDArray[np.int8]  # (n, outputs)
    units: npt.NDArray[np.float64]  # (outputs,): what a weight of 1 is worth

    @classmethod
    def of(cls, buckets: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> Self:
        """Weights rounded to whole numbers."""
        units = np.maximum(np.abs(weights).max(axis=0, initial=0.0), 1e-9) / _LARGEST
        return cls(buckets.astype(np.int32), np.rint(weights / units).astype(np.int8), units)

    def said(self, texts: FoldedTexts) -> Said:
        """What the n-grams of texts sum up to."""
        from pixel_assets.wording import ngrams_kernels as kernels  # numba takes a while to import

        sums, words = np.zeros((len(texts), self.weights.shape[1]), np.int64), np.zeros(len(texts), np.int64)
        longest = int(np.diff(texts.starts).max(initial=0))
        scratch = np.empty(GRAMS_A_BYTE * (longest + 1), np.int64)
        kernels.sum_outputs(texts.data, texts.starts, self._rows, self.weights, scratch, sums, words)
        return Said(sums, words)

    def logits(self, said: Said) -> npt.NDArray[np.float64]:
        """(texts, outputs): sums by the root of the number of words, as :func:`~pixel_assets.wording.ngrams_fit.grams` counts."""
        return np.asarray(said.sums * self.units * root(said.words)[:, None])

    @cached_property
    def _rows(self) -> npt.NDArray[np.int32]:
        rows = np.full(BUCKETS, -1, np.int32)
        rows[self.buckets] = np.arange(len(self.buckets))
        return rows


def root(words: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What one n-gram of a text counts."""
    from pixel_assets.wording import ngrams_kernels as kernels

    return np.asarray(SPREAD / np.sqrt(np.maximum(words, kernels.FEWEST_WORDS)))
