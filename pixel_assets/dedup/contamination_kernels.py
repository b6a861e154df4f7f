"""Compiled loops behind contamination: runs of words looked up in an index, common runs measured, vectors compared exactly.

Importing this loads numba, so it is imported late. What a stream is, :mod:`pixel_assets.dedup.side_kernels` says.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.side_kernels import BASE, power

_SPREAD: Final = np.uint64(0xD6E8FEB86659FD93)
_32: Final = np.uint64(32)
_ONE: Final = np.uint64(1)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def fill_slots(keys: Any, slots: Any) -> None:
    """Fill an open-addressing table, whose size is a power of two: a slot has the number of a key, or -1."""
    mask = np.uint64(len(slots) - 1)
    slots[:] = -1
    for number in range(len(keys)):
        slot = (keys[number] * _SPREAD >> _32) & mask
        while slots[slot] >= 0:
            slot = (slot + _ONE) & mask
        slots[slot] = number


@_jit
def _find(value: Any, keys: Any, slots: Any) -> Any:
    """The number of a key, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = (value * _SPREAD >> _32) & mask
    while slots[slot] >= 0:
        if keys[slots[slot]] == value:
            return slots[slot]
        slot = (slot + _ONE) & mask
    return -1


@_jit
def scan(
    hashes: Any, starts: Any, length: Any, keys: Any, slots: Any, first_row: Any, most: Any, frequency: Any, last_row: Any
) -> Any:
    """Where known runs stand in the streams of a batch: rows (counted from ``first_row``), places and numbers of keys.

    ``frequency`` counts the rows that have a key, and ``last_row`` the last of them; a key that more than ``most`` rows have is
    not told any more. Places rise, and those of two streams are never neighbours.
    """
    rows, places, found = np.empty(256, np.int64), np.empty(256, np.int64), np.empty(256, np.int64)
    leaving = power(length)
    at = 0
    for stream in range(len(starts) - 1):
        row = first_row + stream // 2
        begin, end = starts[stream], starts[stream + 1]
        value = np.uint64(0)
        for place in range(begin, end):
            value = value * BASE + hashes[place]
            if place >= begin + length:
                value -= hashes[place - length] * leaving
            if place < begin + length - 1:
                continue
            key = _find(value, keys, slots)
            if key < 0:
                continue
            if last_row[key] != row:
                last_row[key] = row
                frequency[key] += 1
            if frequency[key] > most:
                continue
            if at == len(rows):
                rows, places = np.concatenate((rows, rows)), np.concatenate((places, places))
                found = np.concatenate((found, found))
            rows[at], places[at], found[at] = row, place, key
            at += 1
    return rows[:at], places[:at], found[:at]


@_jit
def scan_short(
    hashes: Any, starts: Any, length: Any, keys: Any, slots: Any, group_starts: Any, members: Any, texts: Any, text_starts: Any,
    first_row: Any,
) -> Any:  # fmt: skip
    """Which short texts stand whole in the user's side of which rows: rows and numbers of texts, each pair once or more.

    A key is the hash of the first ``length`` words of the texts ``members[group_starts[key]:group_starts[key + 1]]``.
    """
    rows, found = np.empty(64, np.int64), np.empty(64, np.int64)
    leaving = power(length)
    at = 0
    for stream in range(0, len(starts) - 1, 2):
        begin, end = starts[stream], starts[stream + 1]
        value = np.uint64(0)
        for place in range(begin, end):
            value = value * BASE + hashes[place]
            if place >= begin + length:
                value -= hashes[place - length] * leaving
            first = place - length + 1
            key = _find(value, keys, slots) if first >= begin else -1
            if key < 0:
                continue
            for member in members[group_starts[key] : group_starts[key + 1]]:
                size = text_starts[member + 1] - text_starts[member]
                if first + size > end or not np.array_equal(
                    texts[text_starts[member] : text_starts[member + 1]], hashes[first : first + size]
                ):
                    continue
                if at == len(rows):
                    rows, found = np.concatenate((rows, rows)), np.concatenate((found, found))
                rows[at], found[at] = first_row + stream // 2, member
                at += 1
    return rows[:at], found[:at]


@_jit
def tally(rows: Any, places: Any, found: Any, counts: Any, group_starts: Any, members: Any, texts: Any) -> Any:
    """For every row and text with common runs: row, text, its different common runs, and the most of them in a row.

    The hits stand in the order in which :func:`scan` tells them; only keys with ``counts`` count. The texts of a key are
    ``members[group_starts[key]:group_starts[key + 1]]``, of ``texts`` in all.
    """
    capacity = 64
    out_row, out_text = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    common, longest = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    slot = np.full(texts, -1, np.int64)  # of a text among the results of the current row
    last_place, run = np.full(texts, -2, np.int64), np.zeros(texts, np.int64)
    seen = np.full(len(counts), -1, np.int64)  # last row that had a key
    at = first = 0
    for hit in range(len(rows)):
        row, key = rows[hit], found[hit]
        if hit > 0 and rows[hit - 1] != row:
            for place in range(first, at):
                slot[out_text[place]] = -1
                last_place[out_text[place]] = -2
            first = at
        if not counts[key]:
            continue
        again = seen[key] == row
        seen[key] = row
        for text in members[group_starts[key] : group_starts[key + 1]]:
            if slot[text] < 0:
                if at == capacity:
                    capacity *= 2
                    out_row, out_text = np.concatenate((out_row, out_row)), np.concatenate((out_text, out_text))
                    common, longest = np.concatenate((common, common)), np.concatenate((longest, longest))
                out_row[at], out_text[at], common[at], longest[at] = row, text, 0, 0
                slot[text] = at
                at += 1
            one = slot[text]
            common[one] += not again
            run[text] = run[text] + 1 if last_place[text] == places[hit] - 1 else 1
            last_place[text] = places[hit]
            longest[one] = max(longest[one], run[text])
    return out_row[:at], out_text[:at], common[:at], longest[:at]


@_jit
def cosines(left: Any, right: Any, one: Any, other: Any, found: Any) -> None:
    """Fill the scalar product of rows ``one[i]`` of ``left`` and ``other[i]`` of ``right``, summed in order, the same
    anywhere.
    """
    for i in range(len(one)):
        total = 0.0
        for column in range(left.shape[1]):
            total += np.float64(left[one[i], column]) * np.float64(right[other[i], column])
        found[i] = total


@_jit
def sum_common(
    left: Any, left_starts: Any, right: Any, right_starts: Any, weights: Any, one: Any, other: Any, counts: Any, sums: Any
) -> None:
    """Fill how many members the ascending sets ``one[i]`` of ``left`` and ``other[i]`` of ``right`` share, and what they weigh.

    ``weights`` are of the members of ``right``; those that weigh nothing are not counted.
    """
    for i in range(len(one)):
        a, a_end = left_starts[one[i]], left_starts[one[i] + 1]
        b, b_end = right_starts[other[i]], right_starts[other[i] + 1]
        counts[i] = sums[i] = 0
        while a < a_end and b < b_end:
            if left[a] == right[b]:
                counts[i] += weights[b] > 0
                sums[i] += weights[b]
                a += 1
                b += 1
            elif left[a] < right[b]:
                a += 1
            else:
                b += 1
