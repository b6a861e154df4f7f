"""Finding 128-bit keys among many: sorted by their first lane alone, compared by both."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pixel_assets.store.data_version import Hashes


class Lookup:
    """Positions of keys, shape (n, 2) uint64. Building sorts once; equal keys give the first of them."""

    def __init__(self, keys: Hashes) -> None:
        self._order = np.argsort(keys[:, 0], kind="stable")
        self._first = keys[self._order, 0]
        self._second = keys[self._order, 1]

    def find(self, wanted: Hashes) -> npt.NDArray[np.int64]:
        """Position of each wanted key, or -1."""
        found = np.full(len(wanted), -1, np.int64)
        if not len(self._order) or not len(wanted):
            return found
        at = np.searchsorted(self._first, wanted[:, 0])
        # Equal first lanes are neighbours; different keys that share 64 bits are rare, so few passes are needed.
        searching = np.flatnonzero(at < len(self._first))
        while len(searching):
            here = at[searching]
            same = self._first[here] == wanted[searching, 0]
            hit = same & (self._second[here] == wanted[searching, 1])
            found[searching[hit]] = self._order[here[hit]]
            searching = searching[same & ~hit]
            at[searching] += 1
            searching = searching[at[searching] < len(self._first)]
        return found

    def contains(self, wanted: Hashes) -> npt.NDArray[np.bool_]:
        """Whether each wanted key is there."""
        return self.find(wanted) >= 0
