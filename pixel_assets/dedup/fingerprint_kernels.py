"""Compiled loops behind fingerprints: winnowing, and the words that boilerplate covers.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.hashing import ASSISTANT, NOBODY, STEP, TAGS
from pixel_assets.dedup.word_kernels import STEP64, mix

GRAM: Final = 8  # words of which one fingerprint is taken
WINDOW: Final = 8  # runs of which at least one is taken
_STEP_GRAM: Final = np.uint64(pow(STEP, GRAM, 1 << 64))
_TAG: Final = np.uint64(TAGS[NOBODY] * pow(STEP, GRAM, 1 << 64) & (1 << 64) - 1)  # runs are hashed without a role

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _most_words(turn_starts: Any, starts: Any) -> Any:
    most = 0
    for c in range(len(starts) - 1):
        most = max(most, turn_starts[starts[c + 1]] - turn_starts[starts[c]])
    return most


@_jit
def _gather(turn_starts: Any, speakers: Any, first: Any, end: Any, side: Any, places: Any) -> Any:
    """Fill ``places`` with where the words of one side of a conversation are; gives their number."""
    count = 0
    for turn in range(first, end):
        if (speakers[turn] == ASSISTANT) == (side == 1):
            for i in range(turn_starts[turn], turn_starts[turn + 1]):
                places[count] = i
                count += 1
    return count


@_jit
def _winnow(hashes: Any, places: Any, count: Any, grams: Any, chosen: Any) -> Any:
    """Fill ``grams`` with the hash of each run of words, ``chosen`` with the runs taken, in order; gives how many these are.

    Of each window the smallest is taken, the last of equals unless it was taken before (robust winnowing).
    """
    runs = count - GRAM + 1
    if runs < 1:
        return 0
    value = np.uint64(0)
    for i in range(count):
        value = value * STEP64 + hashes[places[i]]
        if i >= GRAM:
            value -= hashes[places[i - GRAM]] * _STEP_GRAM
        if i >= GRAM - 1:
            grams[i - GRAM + 1] = mix(value + _TAG)
    taken = 0
    last = -1
    width = min(WINDOW, runs)
    for end in range(width, runs + 1):
        if last < end - width:  # the one taken last has left the window
            last = end - width
            for k in range(end - width + 1, end):
                if grams[k] <= grams[last]:
                    last = k
        elif grams[end - 1] < grams[last]:
            last = end - 1
        else:
            continue
        chosen[taken] = last
        taken += 1
    return taken


@_jit
def fill_fingerprints(hashes: Any, turn_starts: Any, speakers: Any, starts: Any, found: Any, ends: Any) -> Any:
    """Fill ``found`` with the different fingerprints of each conversation, ascending, ``ends`` with where they end."""
    most = _most_words(turn_starts, starts)
    places, grams, chosen = np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.int64)
    at = 0
    for c in range(len(starts) - 1):
        begin = at
        for side in range(2):
            count = _gather(turn_starts, speakers, starts[c], starts[c + 1], side, places)
            for k in range(_winnow(hashes, places, count, grams, chosen)):
                found[at] = grams[chosen[k]]
                at += 1
        some = np.sort(found[begin:at])
        at = begin
        for k in range(len(some)):
            if k == 0 or some[k] != some[k - 1]:
                found[at] = some[k]
                at += 1
        ends[c] = at
    return at


@_jit
def _has(sorted_values: Any, value: Any) -> Any:
    at = np.searchsorted(sorted_values, value)
    return at < len(sorted_values) and sorted_values[at] == value


@_jit
def mark_covered(hashes: Any, turn_starts: Any, speakers: Any, starts: Any, boilerplate: Any, covered: Any) -> None:
    """Set ``covered`` of each word that stands in a run whose fingerprint is among ``boilerplate``, which ascends."""
    most = _most_words(turn_starts, starts)
    places, grams, chosen = np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.int64)
    for c in range(len(starts) - 1):
        for side in range(2):
            count = _gather(turn_starts, speakers, starts[c], starts[c + 1], side, places)
            for k in range(_winnow(hashes, places, count, grams, chosen)):
                if _has(boilerplate, grams[chosen[k]]):
                    for word in range(chosen[k], chosen[k] + GRAM):
                        covered[places[word]] = True


@_jit
def find_runs(hashes: Any, turn_starts: Any, speakers: Any, starts: Any, wanted: Any, words: Any) -> None:
    """Fill ``words``, shape (wanted, GRAM), with the places of the words of a run that has each wanted hash; -1 where none is."""
    most = _most_words(turn_starts, starts)
    places, grams, chosen = np.empty(most, np.int64), np.empty(most, np.uint64), np.empty(most, np.int64)
    words[:] = -1
    for c in range(len(starts) - 1):
        for side in range(2):
            count = _gather(turn_starts, speakers, starts[c], starts[c + 1], side, places)
            for k in range(_winnow(hashes, places, count, grams, chosen)):
                at = np.searchsorted(wanted, grams[chosen[k]])
                if at < len(wanted) and wanted[at] == grams[chosen[k]] and words[at, 0] < 0:
                    for word in range(GRAM):
                        words[at, word] = places[chosen[k] + word]
