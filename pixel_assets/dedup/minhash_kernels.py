"""Compiled loop behind MinHash digests. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.hashing import ASSISTANT
from pixel_assets.dedup.word_kernels import mix

_AT_ONCE: Final = 8  # members by which the smallest hashes are updated in one pass, so that they are read and written less often
_MAX: Final = np.uint32(0xFFFFFFFF)
_HALF, _ONE = np.uint64(32), np.uint64(1)
_16, _13 = np.uint32(16), np.uint32(13)
_MIX_1, _MIX_2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _fmix(h: Any) -> Any:
    """The finaliser of MurmurHash3 (Appleby 2011) with 32 bits."""
    h = np.uint32((h ^ (h >> _16)) * _MIX_1)
    h = np.uint32((h ^ (h >> _13)) * _MIX_2)
    return np.uint32(h ^ (h >> _16))


@_jit
def _smaller(a: Any, b: Any) -> Any:
    return a if a < b else b


@_jit
def fill_digests(members: Any, starts: Any, factors: Any, terms: Any, digests: Any) -> None:
    """Fill ``digests``, shape (sets, permutations): of each set the smallest hash under each permutation.

    The hash of a member is its upper half. Where a set is empty, every value is the greatest that there is.
    """
    for i in range(len(starts) - 1):
        row = digests[i]
        row[:] = _MAX
        at, end = starts[i], starts[i + 1]
        while at + _AT_ONCE <= end:
            h0, h1 = _fmix(np.uint32(members[at] >> _HALF)), _fmix(np.uint32(members[at + 1] >> _HALF))
            h2, h3 = _fmix(np.uint32(members[at + 2] >> _HALF)), _fmix(np.uint32(members[at + 3] >> _HALF))
            h4, h5 = _fmix(np.uint32(members[at + 4] >> _HALF)), _fmix(np.uint32(members[at + 5] >> _HALF))
            h6, h7 = _fmix(np.uint32(members[at + 6] >> _HALF)), _fmix(np.uint32(members[at + 7] >> _HALF))
            for k in range(len(row)):
                a, b = factors[k], terms[k]
                low = _smaller(np.uint32(a * h0 + b), np.uint32(a * h1 + b))
                low = _smaller(low, _smaller(np.uint32(a * h2 + b), np.uint32(a * h3 + b)))
                other = _smaller(np.uint32(a * h4 + b), np.uint32(a * h5 + b))
                other = _smaller(other, _smaller(np.uint32(a * h6 + b), np.uint32(a * h7 + b)))
                row[k] = _smaller(row[k], _smaller(low, other))
            at += _AT_ONCE
        while at < end:
            h = _fmix(np.uint32(members[at] >> _HALF))
            for k in range(len(row)):
                row[k] = _smaller(row[k], np.uint32(factors[k] * h + terms[k]))
            at += 1


@_jit
def fill_place_keys(turn_starts: Any, speakers: Any, starts: Any, members: Any, side_starts: Any, keys: Any) -> None:
    """Fill ``keys`` with two smallest shingles, as 63 bits, of the first turn with words of the user, or else of the assistant.

    Smallest by two hashes: one alone would be the same for all that share a phrase whose hash happens to be very small.

    The shingles of a side, as ``fill_shingles`` writes them, begin with those of its first turn; one too short for a shingle of
    its own goes on into the next.
    """
    for c in range(len(keys)):
        side = 0 if side_starts[2 * c + 1] > side_starts[2 * c] else 1
        begin, end = side_starts[2 * c + side], side_starts[2 * c + side + 1]
        count = end - begin
        for turn in range(starts[c], starts[c + 1]):
            words = turn_starts[turn + 1] - turn_starts[turn]
            if words and (speakers[turn] == ASSISTANT) == (side == 1):
                count = min(count, max(words - 2, 1))
                break
        keys[c] = 0
        if count:
            one, two = members[begin], mix(members[begin])
            for k in range(begin + 1, begin + count):
                one, two = min(one, members[k]), min(two, mix(members[k]))
            keys[c] = np.int64(mix(one ^ mix(two)) >> _ONE)


@_jit
def fold_marked(values: Any, starts: Any, marked: Any, seed: Any, keys: Any) -> None:
    """Fill ``keys`` with the sum of the mixed values of each list that are marked: the same in whatever order they come."""
    for i in range(len(starts) - 1):
        total = np.uint64(0)
        for k in range(starts[i], starts[i + 1]):
            if marked[k]:
                total += mix(values[k] ^ seed)
        keys[i] = total
