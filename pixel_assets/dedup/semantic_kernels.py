"""Compiled loops of the semantic index: vectors on a grid, scores above a bound, and exact cosines.

None of them sums floating-point numbers whose sum would depend on the order. Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def to_grid(sums: Any, common: Any, norm: Any, out: Any) -> None:
    """Fill ``out`` (n, d) with the rows of ``sums`` less ``common`` (d,), brought to length ``norm`` and rounded."""
    rest = np.empty(sums.shape[1], np.float64)
    for row in range(sums.shape[0]):
        total, said = 0.0, False
        for at in range(len(rest)):
            said = said or sums[row, at] != 0
            rest[at] = sums[row, at] - common[at]
            total += rest[at] * rest[at]
        scale = norm / np.sqrt(total) if said and total > 0.0 else 0.0
        for at in range(len(rest)):
            out[row, at] = np.rint(rest[at] * scale)


@_jit
def lengths(grid: Any, out: Any) -> None:
    """Fill ``out`` with the length of each vector."""
    for row in range(len(grid)):
        total = np.int64(0)
        for at in range(grid.shape[1]):
            total += np.int64(grid[row, at]) * np.int64(grid[row, at])
        out[row] = np.sqrt(np.float64(total))


@_jit
def fold(grid: Any, out: Any) -> None:
    """Fill ``out`` with a hash of each vector (FNV-1a by number)."""
    for row in range(len(grid)):
        value = np.uint64(0xCBF29CE484222325)
        for at in range(grid.shape[1]):
            value = (value ^ np.uint64(np.uint16(grid[row, at]))) * np.uint64(0x100000001B3)
        out[row] = value


@_jit
def nearest_lists(scores: Any, out: Any) -> None:
    """Fill ``out`` (n, probes) with the columns of the greatest scores of each row, the greatest first, of equals the first."""
    probes = out.shape[1]
    best = np.empty(probes, np.float32)
    for row in range(len(scores)):
        best[:] = -np.inf
        for column in range(scores.shape[1]):
            score = scores[row, column]
            if score <= best[probes - 1]:
                continue
            place = probes - 1
            while place > 0 and score > best[place - 1]:
                best[place], out[row, place] = best[place - 1], out[row, place - 1]
                place -= 1
            best[place], out[row, place] = score, column


@_jit
def first_above(scores: Any, queries: Any, members: Any, norms: Any, least: Any, most: Any, left: Any, right: Any) -> int:
    """Fill ``left`` and ``right`` with the first ``most`` other members of each query whose cosine is at least ``least``.

    ``scores`` (queries, members) are products of the vectors; returns how many there are.
    """
    count = 0
    coarse = np.float32(least * norms[queries].min() * norms[members].min() - 1.0) if least > 0.0 else np.float32(-np.inf)
    for at in range(len(queries)):
        query, found = queries[at], 0
        bound = least * norms[query]
        for place in range(len(members)):
            if scores[at, place] < coarse:
                continue
            other = members[place]
            if other != query and scores[at, place] >= bound * norms[other]:
                left[count], right[count] = query, other
                count += 1
                found += 1
                if found == most:
                    break
    return count


@_jit
def cosines(grid: Any, norms: Any, left: Any, right: Any, out: Any) -> None:
    """Fill ``out`` with the cosine of each pair; NaN where one of them has no vector."""
    for at in range(len(left)):
        one, two = left[at], right[at]
        if norms[one] == 0.0 or norms[two] == 0.0:
            out[at] = np.nan
            continue
        total = np.int64(0)
        for place in range(grid.shape[1]):
            total += np.int64(grid[one, place]) * np.int64(grid[two, place])
        out[at] = np.float64(total) / (norms[one] * norms[two])
