"""How alike the wording of a text is to what was learnt from others: a linear model on hashed n-grams.

Cues only know what somebody thought of; n-grams learn from many statements what else such sentences are made of, also in words
that are misspelt. Features are words, pairs of words and stretches of letters, hashed (Weinberger et al. 2009). Weights are whole
numbers, so that sums of them are exact. :mod:`pixel_assets.wording.ngrams_fit` makes them.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import FoldedTexts

NAMES: Final = ("wording:sentence", "wording:turn")  # columns of Wording.scores: the gravest sentence, and all together
BUCKETS: Final = 1 << 18
GRAMS_A_BYTE: Final = 3  # no text has more n-grams than this for each byte, and as many again
_UNIT: Final = 64.0  # brings scores to a width of about 1


@dataclass(frozen=True)
class Wording:
    """Weights of the buckets that n-grams fall into; most are 0."""

    weights: npt.NDArray[np.int8]  # (BUCKETS,)

    def scores(self, texts: FoldedTexts, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Of the texts at ``rows``, (rows, 2) in columns named by :data:`NAMES`."""
        from pixel_assets.wording import ngrams_kernels as kernels  # numba takes a while to import

        found = np.zeros((len(rows), len(NAMES)))
        longest = int(np.diff(texts.starts)[rows].max(initial=0))
        scratch = np.empty(GRAMS_A_BYTE * (longest + 1), np.int64)
        kernels.score(texts.data, texts.starts, rows, self.weights, scratch, found)
        return found / _UNIT

    def packed(self) -> str:
        """The weights as text."""
        return base64.b64encode(zlib.compress(self.weights.tobytes(), 9)).decode("ascii")

    @classmethod
    def unpacked(cls, packed: str) -> Self:
        """From what :meth:`packed` gave. Raises ``ValueError`` if it is something else."""
        try:
            weights = np.frombuffer(zlib.decompress(base64.b64decode(packed, validate=True)), np.int8)
        except (zlib.error, binascii.Error) as error:
            raise ValueError("weights that are not packed as they should be") from error
        if len(weights) != BUCKETS:
            raise ValueError(f"{len(weights)} weights instead of {BUCKETS}")
        return cls(weights)
