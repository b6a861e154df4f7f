"""Compiled loops that make sets of hashes, which are spread evenly. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_ONE, _HALF = np.uint64(1), np.uint64(32)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def distinct(members: Any, starts: Any, out: Any, ends: Any) -> Any:
    """Fill ``out`` with the different members of each set, ascending, and ``ends`` with where they end; gives their number.

    A member's upper bits say about where it stands among the others, as hashes are spread evenly: put there, it is a few steps
    from its place, and what is left is a sort by insertion (Knuth 1998, section 5.2.1). Places are without signs, as one that may
    be negative would be checked each time.
    """
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    free = np.empty(most + 1, np.uint32)  # of each bucket, of which there are as many as members, its next place
    end = np.uint64(0)
    for i in range(len(starts) - 1):
        some = members[starts[i] : starts[i + 1]]
        size, begin = np.uint64(len(some)), end
        free[: len(some) + 1] = 0
        for member in some:
            free[_bucket(member, size) + _ONE] += np.uint32(1)
        for bucket in range(1, len(some)):
            free[bucket] += free[bucket - 1]
        for member in some:
            bucket = _bucket(member, size)
            out[begin + np.uint64(free[bucket])] = member
            free[bucket] += np.uint32(1)
        for k in range(begin, begin + size):
            member, place = out[k], end
            while place > begin and out[place - _ONE] > member:
                place -= _ONE
            if place > begin and out[place - _ONE] == member:
                continue
            moved = end
            while moved > place:
                out[moved] = out[moved - _ONE]
                moved -= _ONE
            out[place] = member
            end += _ONE
        ends[i] = end
    return np.int64(end)


@_jit
def _bucket(member: Any, size: Any) -> Any:
    """The bucket of a member among ``size``: that of a greater member is the same or a later one."""
    return ((member >> _HALF) * size) >> _HALF


@_jit
def count_distinct(members: Any, starts: Any, counts: Any) -> None:
    """Fill ``counts`` with the number of different members of each set, by a hash table that is never emptied."""
    most = 0
    for i in range(len(starts) - 1):
        most = max(most, starts[i + 1] - starts[i])
    size = 16
    while size < 4 * most:
        size *= 2
    slots, owners = np.empty(size, np.uint64), np.full(size, -1, np.int64)
    for i in range(len(starts) - 1):
        found = 0
        for k in range(starts[i], starts[i + 1]):
            member = members[k]
            at = np.int64(member & np.uint64(size - 1))
            while owners[at] == i and slots[at] != member:
                at = (at + 1) & (size - 1)
            if owners[at] != i:
                owners[at], slots[at] = i, member
                found += 1
        counts[i] = found
