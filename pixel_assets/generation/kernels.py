"""Compiled loops behind the measures of diversity: words to hashes, hashes to sets, sets compared.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

_SPACE: Final = 32
# FNV-1a over the bytes of a word, and the finaliser of SplitMix64 (Steele, Lea and Flood 2014) to spread its bits
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
_HIGHEST: Final = np.uint64(0xFFFFFFFFFFFFFFFF)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def mix(value: Any) -> Any:
    """SplitMix64's finaliser: every bit of the value decides about half of the bits of the result."""
    value = (value ^ (value >> _30)) * _MIX_1
    value = (value ^ (value >> _27)) * _MIX_2
    return value ^ (value >> _31)


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
def hash_words(data: Any, ends: Any, hashes: Any, counts: Any) -> Any:
    """Fill the hashes of words that single spaces part, and the number of words of each text; gives the end."""
    at = 0
    for i in range(len(counts)):
        first = at
        inside = False
        value = _FNV_START
        for place in range(ends[i], ends[i + 1]):
            if data[place] == _SPACE:
                hashes[at] = mix(value)
                at += 1
                value = _FNV_START
                inside = False
            else:
                value = (value ^ np.uint64(data[place])) * _FNV_PRIME
                inside = True
        if inside:
            hashes[at] = mix(value)
            at += 1
        counts[i] = at - first
    return at


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
def fill_sets(hashes: Any, starts: Any, length: Any, members: Any, set_starts: Any) -> Any:
    """Fill ``members`` with each text's different runs, ascending, and ``set_starts`` from 1 on; gives the end.

    A text of fewer than ``length`` words has one run of all of them, a text of none has none.
    """
    at = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        width = min(length, end - begin)
        top = at
        if width > 0:
            for first in range(begin, end - width + 1):
                value = _FNV_START
                for place in range(first, first + width):
                    value = _then(value, hashes[place])
                members[top] = value
                top += 1
            members[at:top] = np.sort(members[at:top])
            kept = at + 1
            for place in range(at + 1, top):
                if members[place] != members[place - 1]:
                    members[kept] = members[place]
                    kept += 1
            at = kept
        set_starts[i + 1] = at
    return at


@_jit
def fill_band_keys(members: Any, starts: Any, places: Any, multipliers: Any, keys: Any) -> None:
    """Fill ``keys``, shape (sets, bands), with a hash of the MinHash values of each band.

    Row r of a signature is the lowest of the members multiplied by ``multipliers[r]``, which is odd, modulo 2 ** 64: members
    are hashes already, so this is random enough. Bands have equally many rows.
    """
    lowest = np.empty(len(multipliers), np.uint64)
    rows = len(multipliers) // keys.shape[1]
    for at in range(len(places)):
        lowest[:] = _HIGHEST
        for place in range(starts[places[at]], starts[places[at] + 1]):
            value = members[place]
            for row in range(len(multipliers)):
                lowest[row] = min(lowest[row], value * multipliers[row])
        for band in range(keys.shape[1]):
            key = np.uint64(band)
            for row in range(band * rows, (band + 1) * rows):
                key = mix(key ^ lowest[row])
            keys[at, band] = key


@_jit
def _jaccard(members: Any, begin: Any, end: Any, other: Any, other_end: Any, alike: Any) -> Any:
    """Exact coefficient of two ascending sets; 0 as soon as it cannot reach ``alike`` any more."""
    sizes = (end - begin) + (other_end - other)
    needed = int(alike * sizes / (1.0 + alike)) - 1  # one less than what is needed: the caller compares exactly
    common = 0
    while begin < end and other < other_end:
        if common + min(end - begin, other_end - other) < needed:
            return 0.0
        if members[begin] == members[other]:
            common += 1
            begin += 1
            other += 1
        elif members[begin] < members[other]:
            begin += 1
        else:
            other += 1
    return common / (sizes - common)


@_jit
def pairs_in_band(members: Any, starts: Any, places: Any, keys: Any, band: Any, order: Any, alike: Any) -> Any:
    """Verified pairs that share this band and none before it: their earlier and later numbers, and coefficients."""
    earlier, later, jaccard = np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.float64)
    at = 0
    begin = 0
    while begin < len(order):
        end = begin + 1
        while end < len(order) and keys[order[end], band] == keys[order[begin], band]:
            end += 1
        for one in range(begin, end):
            for two in range(one + 1, end):
                a, b = order[one], order[two]
                seen = False
                for before in range(band):
                    seen = seen or keys[a, before] == keys[b, before]
                if seen:
                    continue
                i, j = places[a], places[b]
                value = _jaccard(members, starts[i], starts[i + 1], starts[j], starts[j + 1], alike)
                if value < alike:
                    continue
                if at == len(earlier):
                    earlier, later = np.concatenate((earlier, earlier)), np.concatenate((later, later))
                    jaccard = np.concatenate((jaccard, jaccard))
                earlier[at], later[at], jaccard[at] = min(i, j), max(i, j), value
                at += 1
        begin = end
    return earlier[:at], later[:at], jaccard[:at]


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
