"""Compiled loops of the mix: two lazy greedy maximisations, and taking rows under bounds. Importing this loads numba.

A greedy step takes what gains most. Where gains never grow as the selection does (submodularity), an old gain is an upper bound
of the new one, so that only the head of a heap has to be worked out anew (Minoux 1978). All sums are of whole numbers or are
taken in a fixed order, so that every machine finds the same.
"""

from __future__ import annotations

import heapq
from typing import Any

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _cover(near: Any, best: Any) -> Any:
    """How much a row that is near to the others by ``near`` adds to how near they are to the nearest chosen one."""
    total = np.int64(0)
    for i in range(len(best)):
        total += np.int64(max(near[i] - best[i], np.int32(0)))
    return total


@_jit
def facility_location(near: Any, gains: Any) -> None:
    """Fill ``gains`` with what each row adds when the greedy choice comes to it; of equal gains the first row is taken.

    ``near`` is (rows, rows) int32 and symmetric; what is below zero covers nothing. The value of a choice is the sum over all
    rows of how near they are to the nearest chosen one.
    """
    rows = len(near)
    best = np.zeros(rows, np.int32)
    heap = [(-_cover(near[row], best), row) for row in range(rows)]
    heapq.heapify(heap)
    while len(heap) > 0:
        row = heap[0][1]
        gain = _cover(near[row], best)
        if gain == 0:  # and never more
            heapq.heappop(heap)
            continue
        entry = (-gain, row)
        heapq.heapreplace(heap, entry)
        if heap[0] != entry:
            continue
        heapq.heappop(heap)
        gains[row] = gain
        for i in range(rows):
            best[i] = max(best[i], near[row, i])


@_jit
def _need(codes: Any, wanted: Any, counts: Any) -> Any:
    """How far the values of a stratum are below what is wanted of them: mean over the traits, from 1 (none there) to -1."""
    total = 0.0
    for trait in range(len(codes)):
        code = codes[trait]
        total += max(1.0 - counts[code] / wanted[code], -1.0)
    return total / max(len(codes), 1)


@_jit
def balanced(
    strata: Any, starts: Any, value: Any, codes: Any, wanted: Any, counts: Any, weight: Any, gains: Any, places: Any
) -> None:
    """Order rows by what they add to value and balance; fills ``gains`` and ``places`` (row numbers, best first).

    ``strata`` lists row numbers, those of stratum ``i`` from ``starts[i]`` to ``starts[i + 1]``, the most valuable first;
    ``codes`` (strata, traits) says which entries of ``wanted`` and ``counts`` a stratum counts for. ``counts`` holds what has
    been chosen before, and is changed. Takes as many rows as ``places`` has room for.
    """
    heads = starts[:-1].copy()
    heap = [
        (-(value[strata[heads[i]]] + weight * _need(codes[i], wanted, counts)), strata[heads[i]], i)
        for i in range(len(heads))
        if heads[i] < starts[i + 1]
    ]
    heapq.heapify(heap)
    done = 0
    while done < len(places):
        _, row, i = heap[0]
        gain = value[row] + weight * _need(codes[i], wanted, counts)
        entry = (-gain, row, i)
        heapq.heapreplace(heap, entry)
        if heap[0] != entry:
            continue
        gains[done], places[done] = gain, row
        done += 1
        for trait in range(codes.shape[1]):
            counts[codes[i, trait]] += 1
        heads[i] += 1
        if heads[i] == starts[i + 1]:
            heapq.heappop(heap)
        else:
            row = strata[heads[i]]
            heapq.heapreplace(heap, (-(value[row] + weight * _need(codes[i], wanted, counts)), row, i))


@_jit
def take(order: Any, category: Any, bounded: Any, quota: Any, room: Any, only: Any, most: Any, taken: Any) -> Any:
    """Take rows in order where category and bounds have room, and mark them in ``taken``; gives how many.

    ``bounded`` (rows, bounds) has for each row the entries of ``room`` that it uses up; ``quota`` is the room of categories. Both
    are changed. ``only`` is an entry of ``room``, and only rows that use it are taken (-1: all); ``most`` rows at most.
    """
    done = 0
    for row in order:
        if done >= most:
            break
        if taken[row] or quota[category[row]] <= 0:
            continue
        fits = True
        wanted = only < 0
        for place in range(bounded.shape[1]):
            entry = bounded[row, place]
            fits = fits and room[entry] > 0
            wanted = wanted or entry == only
        if fits and wanted:
            taken[row] = True
            quota[category[row]] -= 1
            for place in range(bounded.shape[1]):
                room[bounded[row, place]] -= 1
            done += 1
    return done


@_jit
def swap(order: Any, bounded: Any, used: Any, least: Any, most: Any, taken: Any) -> None:
    """In one category, take rows that fit under all bounds for rows that are above one, the last of these first.

    ``order`` has the rows of the category; ``used``, ``least`` and ``most`` are counts of each entry that ``bounded`` names.
    """
    back = len(order) - 1
    for row in order:
        if taken[row]:
            continue
        fits = True
        for place in range(bounded.shape[1]):
            fits = fits and used[bounded[row, place]] < most[bounded[row, place]]
        if not fits:
            continue
        while back >= 0:
            other = order[back]
            over, spare = False, taken[other]
            for place in range(bounded.shape[1]):
                entry = bounded[other, place]
                over = over or used[entry] > most[entry]
                spare = spare and used[entry] > least[entry]
            if over and spare:
                break
            back -= 1
        if back < 0:
            break
        other = order[back]
        taken[other], taken[row] = False, True
        for place in range(bounded.shape[1]):
            used[bounded[other, place]] -= 1
            used[bounded[row, place]] += 1
        back -= 1
