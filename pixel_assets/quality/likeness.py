"""How much two texts speak of the same: cosines of vectors whose common directions are held back.

Vectors of texts share a large part: the words that every text has. So their mean goes, and directions in which all texts differ a
lot are shrunk, in three degrees from none to all (whitening; the mean and first directions alone: Arora et al. 2017, Mu and
Viswanath 2018). Which degree tells most depends on how long texts are; the heads that read the cosines find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from pixel_assets.quality.seen import Seen, Values, to_length_1

DEGREES: Final = (0.0, 0.5, 1.0)
COLUMNS: Final = tuple(f"alike:{what}:{degree:g}" for degree in DEGREES for what in ("prompt", "context"))
_LEAST: Final = 1e-4  # variance of a direction, of vectors of length 1


@dataclass(frozen=True)
class Whitening:
    """Directions in which texts of a reference differ, learnt from them once."""

    mean: Values  # (dimensions,)
    directions: Values  # (dimensions, dimensions), a direction a column
    variances: Values  # (dimensions,)

    @classmethod
    def of(cls, vectors: Values) -> Self:
        """Learnt from vectors of length 1."""
        mean = vectors.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov((vectors - mean).T))
        return cls(mean, directions, np.maximum(variances, _LEAST))

    def cosines(self, seen: Seen) -> Values:
        """Of replies with their prompts and with what was said before them, (replies, :data:`COLUMNS`); 0 where nothing was."""
        known = [to_length_1(each) for each in (seen.reply_vectors, seen.prompt_vectors, seen.context_vectors)]
        there = [each.any(axis=1) for each in known]
        reply, prompt, context = ((each - self.mean) @ self.directions for each in known)
        shrunk = self.variances[:, None] ** -np.array(DEGREES)  # (dimensions, degrees)
        own = np.sqrt(np.square(reply) @ shrunk)
        found = np.zeros((len(reply), len(DEGREES), 2))
        for number, other in enumerate((prompt, context)):
            lengths = own * np.sqrt(np.square(other) @ shrunk)
            cosine = (reply * other) @ shrunk / np.where(lengths > 0, lengths, 1.0)
            cosine[~(there[0] & there[number + 1])] = 0
            found[:, :, number] = cosine
        return found.reshape(len(reply), len(COLUMNS))
