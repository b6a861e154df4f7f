"""Compiled loops behind the measures of diversity: runs of words to hashes, and what sets have in common.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.word_kernels import mix

# Constants of FNV-1a; ``mix`` spreads the bits
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _then(before: Any, value: Any) -> Any:
    """The hash of a sequence that goes on with one more value."""
    return mix(before * _FNV_PRIME + value + _GOLDEN)


@_jit
def fold(hashes: Any, starts: Any, keys: Any) -> None:
    """Fill ``keys`` with one hash for each part ``hashes[starts[i]:starts[i + 1]]``, by its values and their order."""
    for i in range(len(keys)):
        key = _FNV_START
        for place in range(starts[i], starts[i + 1]):
            key = _then(key, hashes[place])
        keys[i] = key


@_jit
def hash_runs(hashes: Any, starts: Any, length: Any, found: Any) -> None:
    """Fill ``found`` with a hash for every run of ``length`` words that lies within one text, in their order."""
    at = 0
    for i in range(len(starts) - 1):
        for first in range(starts[i], starts[i + 1] - length + 1):
            value = _FNV_START
            for place in range(first, first + length):
                value = _then(value, hashes[place])
            found[at] = value
            at += 1


@_jit
def count_common(starts: Any, groups: Any, group_starts: Any, holders: Any, nearest: Any) -> Any:
    """Fill ``nearest``; gives the sum of the coefficients of all ordered pairs."""
    common = np.zeros(len(nearest), np.int64)
    total = 0.0
    for i in range(len(nearest)):
        common[:] = 0
        for place in range(starts[i], starts[i + 1]):
            group = groups[place]
            for held in range(group_starts[group], group_starts[group + 1]):
                common[holders[held]] += 1
        size = starts[i + 1] - starts[i]
        for j in range(len(nearest)):
            if j != i and common[j] > 0:
                value = common[j] / (size + starts[j + 1] - starts[j] - common[j])
                total += value
                nearest[i] = max(nearest[i], value)
    return total
