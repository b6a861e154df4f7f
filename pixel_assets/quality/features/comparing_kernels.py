"""Compiled loop that compares the words of two texts, without their order and in threes. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

# Columns of ``compare``
TYPES: Final = 0  # different content words of the text
SHARED: Final = 1  # of them, those that the other text has too
OTHER_TYPES: Final = 2  # different content words of the other text
TRIPLES: Final = 3  # words in threes, one beginning at each word
DIFFERENT_TRIPLES: Final = 4
SHARED_TRIPLES: Final = 5  # of all, those that the other text has too
DIFFERENT_WORDS: Final = 6
COMPARED: Final = 7

_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_PRIME: Final = np.uint64(0x100000001B3)
_HALF: Final = np.uint64(32)
_ONE: Final = np.uint64(1)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _place(keys: Any, stamps: Any, mask: Any, wanted: Any, stamp: Any) -> Any:
    """Where a key stands that was put there under this stamp or a later one, or else where it may be put."""
    place = ((wanted * _MIX) >> _HALF) & mask
    while stamps[place] >= stamp and keys[place] != wanted:
        place = (place + _ONE) & mask
    return place


@_jit
def _triple(hashes: Any, word: Any) -> Any:
    return (((hashes[word] * _MIX) ^ hashes[word + 1]) * _PRIME) ^ ((hashes[word + 2] * _MIX) >> _ONE)


@_jit
def compare(hashes: Any, starts: Any, content: Any, first: Any, second: Any, keys: Any, stamps: Any, found: Any) -> None:
    """Fill ``found``, (pairs, COMPARED), with what texts ``first`` have in common with texts ``second``; -1 is an empty text.

    ``content`` says of each word whether it is one of content. ``keys`` and ``stamps`` have room for twice the words of the
    longest pair, rounded up to a power of two and at least 16; stamps are 0 at the start.
    """
    stamp = 1  # this one: only the other text has it; the next: the text has it; the one after: both have it
    for i in range(len(first)):
        row = found[i]
        begin, end = starts[first[i]], starts[first[i] + 1]
        other_begin, other_end = (starts[second[i]], starts[second[i] + 1]) if second[i] >= 0 else (0, 0)
        size = 16
        while size < 2 * (end - begin + other_end - other_begin):
            size *= 2
        mask = np.uint64(size - 1)
        for word in range(other_begin, other_end):
            place = _place(keys, stamps, mask, hashes[word], stamp)
            if stamps[place] < stamp:
                keys[place], stamps[place] = hashes[word], stamp
                row[OTHER_TYPES] += content[word]
        for word in range(begin, end):
            place = _place(keys, stamps, mask, hashes[word], stamp)
            if stamps[place] <= stamp:
                row[TYPES] += content[word]
                row[SHARED] += content[word] and stamps[place] == stamp
                row[DIFFERENT_WORDS] += 1
                keys[place], stamps[place] = hashes[word], stamp + 1
        stamp += 3
        for word in range(other_begin, other_end - 2):
            triple = _triple(hashes, word)
            place = _place(keys, stamps, mask, triple, stamp)
            keys[place], stamps[place] = triple, stamp
        for word in range(begin, end - 2):
            triple = _triple(hashes, word)
            place = _place(keys, stamps, mask, triple, stamp)
            row[TRIPLES] += 1
            row[DIFFERENT_TRIPLES] += stamps[place] <= stamp
            row[SHARED_TRIPLES] += stamps[place] == stamp or stamps[place] == stamp + 2
            if stamps[place] <= stamp:
                keys[place], stamps[place] = triple, stamp + (2 if stamps[place] == stamp else 1)
        stamp += 3
