"""How much each of some texts resembles the others, counted through the word runs that they share.

The work is the sum of what any two texts have in common, not their number times their length.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pixel_assets.dedup.words import Shingles


def similarities(sets: Shingles) -> tuple[npt.NDArray[np.float64], float]:
    """Jaccard coefficient of each set with its nearest neighbour, and the mean over all pairs; (none, 0) below two sets."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    count = len(sets)
    if count < 2:
        return np.empty(0), 0.0
    starts = sets.starts[::2]
    owners = np.repeat(np.arange(count), np.diff(starts))
    _, groups, sizes = np.unique(sets.members, return_inverse=True, return_counts=True)
    holders = owners[np.argsort(groups, kind="stable")]  # for each different run, the sets that hold it
    nearest = np.zeros(count)
    total = kernels.count_common(starts, groups, np.concatenate(([0], np.cumsum(sizes))), holders, nearest)
    return nearest, total / (count * (count - 1))
