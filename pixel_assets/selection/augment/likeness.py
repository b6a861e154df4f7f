"""Which variants are too like a held-out conversation, though what they were made of is not.

That a parent is tied to nothing held out says little of its variant: with the groups exchanged it may come nearer to a third one.
So every variant is compared with every held-out conversation, by digests and then exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.bands import bands_for, candidates
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.minhash import Digests, digests
from pixel_assets.dedup.signatures import compared_words
from pixel_assets.dedup.verify import verify
from pixel_assets.dedup.words import Shingles, shingles

CONTAINED: Final = 0.9  # share of the shorter side's shingles that the longer has, as among duplicates


@dataclass(frozen=True)
class HeldOut:
    """What is held out, read once to compare any number of variants with it."""

    _sets: Shingles
    _digests: Digests  # (rows, permutations)
    _boilerplate: Boilerplate

    @classmethod
    def of(cls, held_out: pa.Table, boilerplate: Boilerplate) -> HeldOut:
        """From a table with ``turns``."""
        sets = shingles(compared_words(held_out, boilerplate)).distinct()
        return cls(sets, digests(sets), boilerplate)

    def near(self, variants: pa.Table, near: float, scratch: Path) -> npt.NDArray[np.bool_]:
        """(n,): whether a variant nearly repeats a held-out conversation, or gives a long reply that one of them gives.

        ``variants`` has ``turns``; ``near`` is the Jaccard coefficient of word 3-grams. Without words it is like none.
        """
        ours = shingles(compared_words(variants, self._boilerplate)).distinct()
        sets = _joined(ours, self._sets)
        worded = np.flatnonzero(np.diff(sets.starts).reshape(-1, 2).any(axis=1))
        found = np.zeros(len(ours), bool)
        if not len(worded):
            return found
        digest = np.concatenate([digests(ours), self._digests])[worded]
        for left, right in candidates([digest], len(worded), bands_for(near), scratch):
            first, second = worded[left], worded[right]
            across = (first < len(ours)) & (second >= len(ours))
            first, second = first[across], second[across]
            alike = verify(sets, first, second)
            found[first[alike.related(near) | alike.duplicate(near, CONTAINED)]] = True
        return found


def _joined(one: Shingles, other: Shingles) -> Shingles:
    return Shingles(np.concatenate([one.members, other.members]), np.concatenate([one.starts, other.starts[1:] + one.starts[-1]]))
