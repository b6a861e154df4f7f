"""How similar two conversations are in fact: exact set similarities of the shingles of each side, and what follows from them.

Similarity of two sets is the Jaccard coefficient, containment the share of the smaller set that lies in the larger (Broder 1997).
Shingles are tagged with the role, so those of the whole are those of the user and of the assistant together. The Jaccard
coefficient of the whole lies between those of the sides (it is their mediant): two conversations that agree on both sides by it
agree as wholes, which is why digests of the whole find them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.signatures import compared_words
from pixel_assets.dedup.slices import by_slices
from pixel_assets.dedup.words import Numbers, Shingles, shingles

LONG: Final = 20  # shingles from which on a share of them says that two texts mean the same: one word may turn a sentence round
SHORT: Final = 2  # shingles up to which two sets must be equal whatever the rest: four words hold too little for a share
_SLICES: Final = 8  # parts of the work for each thread, as some pairs are longer than others

Shares = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Side:
    """One side of m pairs: how many shingles the left row and the right row have, and both of them."""

    left: Numbers
    right: Numbers
    common: Numbers

    @property
    def jaccard(self) -> Shares:
        """(m,): share of common shingles among all of both; NaN where neither has any."""
        return _share(self.common, self.left + self.right - self.common)

    @property
    def containment(self) -> Shares:
        """(m,): share of the smaller set that the larger has; 0 where just one is empty, NaN where both are."""
        smaller, larger = np.minimum(self.left, self.right), np.maximum(self.left, self.right)
        return np.where((smaller == 0) & (larger > 0), 0.0, _share(self.common, smaller))

    @property
    def equal(self) -> Flags:
        """(m,): whether both rows have the same shingles, or none."""
        return np.asarray((self.common == self.left) & (self.common == self.right))

    @property
    def long(self) -> Flags:
        """(m,): whether both rows have many."""
        return np.minimum(self.left, self.right) >= LONG

    def take(self, kept: Flags) -> Side:
        """Some of the pairs."""
        return Side(self.left[kept], self.right[kept], self.common[kept])

    def agrees(self, threshold: float, containment: float) -> Flags:
        """(m,): whether the side is nearly the same in both rows.

        It is where both are empty; where the Jaccard coefficient reaches the threshold; or where both are long and the larger set
        holds the share ``containment`` of the smaller. Those of a few words must be equal.
        """
        near = (self.jaccard >= threshold) | (self.long & (self.containment >= containment))
        return np.where(np.maximum(self.left, self.right) <= SHORT, self.equal, near)


@dataclass(frozen=True)
class Similarities:
    """What m pairs have in common, by side."""

    user: Side
    assistant: Side

    @property
    def jaccard(self) -> Shares:
        """(m,): of the whole, by role; NaN where neither row has a word."""
        common = self.user.common + self.assistant.common
        sizes = self.user.left + self.user.right + self.assistant.left + self.assistant.right
        return _share(common, sizes - common)

    def duplicate(self, threshold: float, containment: float) -> Flags:
        """(m,): whether both sides agree, so that one of the two rows is enough.

        One of them must be long at that, or both equal: in two sentences of which one word in fifteen differs, that word may be
        all that matters ("is drinking water", "is drinking beer"), as labelled pairs show (SICK, Marelli et al. 2014).
        """
        agree = self.user.agrees(threshold, containment) & self.assistant.agrees(threshold, containment)
        return agree & (self.user.long | self.assistant.long | (self.user.equal & self.assistant.equal))

    def take(self, kept: Flags) -> Similarities:
        """Some of the pairs."""
        return Similarities(self.user.take(kept), self.assistant.take(kept))

    def related(self, threshold: float) -> Flags:
        """(m,): whether the wholes are alike, or what the assistant says and that is long, whatever the user asks."""
        return (self.jaccard >= threshold) | (self.assistant.long & (self.assistant.jaccard >= threshold))


def compared_shingles(table: pa.Table, boilerplate: Boilerplate, threads: int = 1) -> Shingles:
    """The distinct shingles of each side of conversations, from the column ``turns``: without system turns and boilerplate."""
    parts = by_slices(lambda rows: shingles(compared_words(rows, boilerplate)).distinct(), table, threads)
    counts = np.concatenate([np.diff(part.starts) for part in parts])
    return Shingles(np.concatenate([part.members for part in parts]), np.concatenate(([0], np.cumsum(counts, dtype=np.int64))))


def verify(sets: Shingles, left: Numbers, right: Numbers, threads: int = 2) -> Similarities:
    """Exact similarities of the pairs (left[i], right[i]) of rows of ``sets``, whose members are distinct and ascend."""
    from pixel_assets.dedup import verify_kernels  # numba takes a while to import

    common = np.empty((len(left), 2), np.int64)
    cuts = np.linspace(0, len(left), threads * _SLICES + 1).astype(int)

    def count(part: int) -> None:
        some = slice(cuts[part], cuts[part + 1])
        verify_kernels.count_common(sets.members, sets.starts, left[some], right[some], common[some])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(len(cuts) - 1)))
    sizes = np.diff(sets.starts).reshape(-1, 2)
    user, assistant = (Side(sizes[left, side], sizes[right, side], common[:, side]) for side in (0, 1))
    return Similarities(user, assistant)


def _share(part: Numbers, whole: Numbers) -> Shares:
    share: Shares = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return share
