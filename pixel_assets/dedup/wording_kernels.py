"""Compiled loops that hold the wording of two texts against each other. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)

# Columns of what ``compare`` counts
NEGATIONS: Final = 0  # how many more one text has
NUMBERS: Final = 1  # in one text alone
CONTRASTS: Final = 2  # sets of which each text has a member that the other lacks
MOVED: Final = 3  # words in another place among those that both have once
EXCHANGED: Final = 4  # content words that stand between the same words as others in the other text
OWN: Final = 5  # different content words that one text has and the other lacks: of the text that has fewer of them
COUNTED: Final = 6


@_jit
def only_once(hashes: Any, starts: Any, content: Any, words: Any, places: Any, ends: Any, all_: Any, all_ends: Any) -> None:
    """Fill, for each text, the content words that stand in it once, ascending, and their places, up to ``ends[text]``.

    ``words`` and ``places`` are as long as ``hashes``, and those of a text begin where its words do. So is ``all_``, which gets
    all its content words, ascending, up to ``all_ends[text]``.
    """
    for text in range(len(starts) - 1):
        begin, end = starts[text], starts[text + 1]
        order = begin + np.argsort(hashes[begin:end])
        free, every = begin, begin
        for at in range(len(order)):
            word = hashes[order[at]]
            if content[order[at]]:
                all_[every] = word
                every += 1
            before = at > 0 and hashes[order[at - 1]] == word
            after = at + 1 < len(order) and hashes[order[at + 1]] == word
            if content[order[at]] and not before and not after:
                words[free], places[free] = word, order[at]
                free += 1
        ends[text], all_ends[text] = free, every


@_jit
def frames(hashes: Any, starts: Any, content: Any, keys: Any, words: Any, ends: Any) -> None:
    """Fill, for each text, its content words with hashes of the two words before and after each, ascending by these ``keys``.

    As in :func:`only_once`, those of a text begin where its words do, and end at ``ends[text]``.
    """
    around = np.array([-2, -1, 1, 2])
    for text in range(len(starts) - 1):
        begin, end = starts[text], starts[text + 1]
        free = begin
        for at in range(begin, end):
            if not content[at]:
                continue
            key = np.uint64(0xCBF29CE484222325)
            for step in around:
                beside = hashes[at + step] if begin <= at + step < end else np.uint64(0)
                key = (key ^ (beside ^ beside >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
            keys[free], words[free] = key, hashes[at]
            free += 1
        ends[text] = free
        order = np.argsort(keys[begin:free])
        keys[begin:free], words[begin:free] = keys[begin:free][order], words[begin:free][order]


@_jit
def _exchanged(keys: Any, words: Any, other_keys: Any, other_words: Any) -> int:
    """How many places with the same words around them hold no word that both have there."""
    at, other, count = 0, 0, 0
    while at < len(keys) and other < len(other_keys):
        key = keys[at]
        if key < other_keys[other]:
            at += 1
            continue
        if key > other_keys[other]:
            other += 1
            continue
        past = other
        while past < len(other_keys) and other_keys[past] == key:
            past += 1
        shared = False
        while at < len(keys) and keys[at] == key:
            for place in range(other, past):
                shared = shared or words[at] == other_words[place]
            at += 1
        count += not shared
        other = past
    return count


@_jit
def _unlike(one: Any, two: Any) -> int:
    """How many members two ascending lists do not share."""
    at, other, shared = 0, 0, 0
    while at < len(one) and other < len(two):
        if one[at] == two[other]:
            shared += 1
            at += 1
            other += 1
        elif one[at] < two[other]:
            at += 1
        else:
            other += 1
    return len(one) + len(two) - 2 * shared


@_jit
def _own(one: Any, two: Any) -> int:
    """How many different members one ascending list has that the other lacks: of the list that has fewer of them."""
    at, other, here, there = 0, 0, 0, 0
    while at < len(one) or other < len(two):
        if other == len(two) or (at < len(one) and one[at] < two[other]):
            here += at == 0 or one[at] != one[at - 1]
            at += 1
        elif at == len(one) or two[other] < one[at]:
            there += other == 0 or two[other] != two[other - 1]
            other += 1
        else:
            word = one[at]
            while at < len(one) and one[at] == word:
                at += 1
            while other < len(two) and two[other] == word:
                other += 1
    return min(here, there)


@_jit
def _contrary(one: Any, two: Any) -> int:
    """In how many sets each has a member that the other lacks."""
    count = 0
    for at in range(len(one)):
        if one[at] & ~two[at] and two[at] & ~one[at]:
            count += 1
    return count


@_jit
def _moved(words: Any, places: Any, other_words: Any, other_places: Any) -> int:
    """Shared words less the longest run of them that is in the same order in both (Schensted 1961)."""
    pairs = np.empty((min(len(words), len(other_words)), 2), np.int64)
    at, other, shared = 0, 0, 0
    while at < len(words) and other < len(other_words):
        if words[at] == other_words[other]:
            pairs[shared, 0], pairs[shared, 1] = places[at], other_places[other]
            shared += 1
            at += 1
            other += 1
        elif words[at] < other_words[other]:
            at += 1
        else:
            other += 1
    order = np.argsort(pairs[:shared, 0])
    tails = np.empty(shared, np.int64)
    length = 0
    for place in pairs[:shared, 1][order]:
        slot = np.searchsorted(tails[:length], place)
        tails[slot] = place
        length = max(length, slot + 1)
    return shared - length


@_jit
def compare(
    left: Any, right: Any, negations: Any, numbers: Any, number_starts: Any, masks: Any, words: Any, places: Any, starts: Any,
    ends: Any, keys: Any, framed: Any, frame_ends: Any, said: Any, out: Any,
) -> None:  # fmt: skip
    """Fill ``out`` (pairs, ``COUNTED``) with how the wording of ``left`` and ``right`` differs, by the columns above."""
    for at in range(len(left)):
        one, two = left[at], right[at]
        out[at, NEGATIONS] = abs(negations[one] - negations[two])
        out[at, NUMBERS] = _unlike(
            numbers[number_starts[one] : number_starts[one + 1]], numbers[number_starts[two] : number_starts[two + 1]]
        )
        out[at, CONTRASTS] = _contrary(masks[one], masks[two])
        out[at, MOVED] = _moved(
            words[starts[one] : ends[one]], places[starts[one] : ends[one]],
            words[starts[two] : ends[two]], places[starts[two] : ends[two]],
        )  # fmt: skip
        out[at, EXCHANGED] = _exchanged(
            keys[starts[one] : frame_ends[one]], framed[starts[one] : frame_ends[one]],
            keys[starts[two] : frame_ends[two]], framed[starts[two] : frame_ends[two]],
        )  # fmt: skip
        out[at, OWN] = _own(said[starts[one] : frame_ends[one]], said[starts[two] : frame_ends[two]])
