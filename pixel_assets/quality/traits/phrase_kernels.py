"""Compiled loops that find weighted phrases of any number of kinds. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.quality.features.kernels import _HALF, _ONE, EMPTY, NOTHING, QUESTION, STOP, _find, _insert, _key

# Columns of ``weigh`` that come before those of kinds
WORDS: Final = 0
SENTENCES: Final = 1
QUESTIONS: Final = 2
GENERAL: Final = 3

SILENT: Final = -1  # sign of a state in which no phrase ends
BEGAN: Final = 0  # of the last phrase of a kind: its first word, its last, and its points
ENDED: Final = 1
GAVE: Final = 2
MATCHED: Final = 3
_THREE: Final = np.uint64(3)
_SEVEN: Final = np.uint64(7)
NEGATED: Final = 3  # words behind a negation that it denies, unless a sign stands between

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def grow(hashes: Any, starts: Any, begins: Any, keys: Any, steps: Any, ends: Any) -> Any:
    """Build a trie: phrase i has the words from ``starts[i]``, starts in state ``begins[i]`` and gets its last in ``ends[i]``.

    ``keys`` and ``steps`` are an empty table with room for all words. Gives the number of states.
    """
    states = 2
    for i in range(len(starts) - 1):
        state = np.int64(begins[i])
        for word in range(starts[i], starts[i + 1]):
            state = _insert(keys, steps, _key(state, hashes[word]), states)
            states += state == states
        ends[i] = state
    return states


@_jit
def openings(hashes: Any, starts: Any, begins: Any, keys: Any, steps: Any, firsts: Any, words: Any, states: Any) -> None:
    """Note in ``words``, an empty table, each word that a phrase begins with, and in ``states``, (its length, 2), where it leads.

    That is the state behind it anywhere and at the start of a sentence, less than 0 if no phrase ends in it; 0 is none.
    """
    for i in range(len(starts) - 1):
        word = hashes[starts[i]]
        state = np.int64(steps[_find(keys, _key(begins[i], word))])
        place = _place(words, word)
        words[place] = word
        states[place, begins[i]] = state if firsts[state] < firsts[state + 1] else SILENT * state


@_jit
def _place(words: Any, word: Any) -> Any:
    """Where a word stands in a table, or the empty place where it would."""
    mask = np.uint64(len(words) - 1)
    place = (word >> _ONE) & mask
    while words[place] != word and words[place] != EMPTY:
        place = (place + _ONE) & mask
    return place


@_jit
def note_pairs(hashes: Any, starts: Any, begins: Any, keys: Any, steps: Any, pairs: Any) -> None:
    """Set a bit of ``pairs``, whose length is a power of two, for the first two words of each phrase (Bloom 1970)."""
    for i in range(len(starts) - 1):
        if starts[i + 1] - starts[i] > 1:
            state = np.int64(steps[_find(keys, _key(begins[i], hashes[starts[i]]))])
            bit = _bit(_key(state, hashes[starts[i] + 1]), pairs)
            pairs[bit >> _THREE] |= np.uint8(1 << (bit & _SEVEN))


@_jit
def _may_be_pair(state: Any, word: Any, pairs: Any) -> Any:
    bit = _bit(_key(state, word), pairs)
    return (pairs[bit >> _THREE] >> (bit & _SEVEN)) & 1


@_jit
def _bit(key: Any, pairs: Any) -> Any:
    """The bit of a key in a filter: of its upper half, for places in tables come from the lower one."""
    return (key >> _HALF) & np.uint64(8 * len(pairs) - 1)


@_jit
def _walk(
    state: Any, hashes: Any, marks: Any, first: Any, end: Any, keys: Any, steps: Any, firsts: Any, kinds: Any, points: Any,
    deniable: Any, denied: Any, seen: Any, part: Any, matched: Any, row: Any,
) -> Any:  # fmt: skip
    """Add the points of all phrases that begin with a word, behind which stands ``state``; says whether one is a negation."""
    negates = False
    word = first
    while True:
        for entry in range(firsts[state], firsts[state + 1]):
            kind = kinds[entry]
            if kind < 0:
                negates = True
                continue
            if denied and deniable[kind]:
                continue
            # A shorter phrase of the kind may have begun here too: the better one counts
            together = matched[kind, BEGAN] == first
            if points[entry] >= 0 and not together and matched[kind, ENDED] >= first:
                continue  # another phrase of the kind covers this word
            more = points[entry] - (matched[kind, GAVE] if together and points[entry] > 0 else 0)
            if seen[entry] != part and (more > 0 or points[entry] < 0):
                row[GENERAL + kind] += more
            seen[entry] = part
            if points[entry] > 0:
                matched[kind, GAVE] = max(matched[kind, GAVE], points[entry]) if together else points[entry]
                matched[kind, BEGAN], matched[kind, ENDED] = first, word
        if marks[word] >= STOP or word + 1 == end:
            return negates
        word += 1
        place = _find(keys, _key(state, hashes[word]))
        if place < 0:
            return negates
        state = steps[place]


@_jit
def weigh(
    hashes: Any, marks: Any, starts: Any, rows: Any, parts: Any, words: Any, states: Any, pairs: Any, keys: Any, steps: Any,
    firsts: Any, kinds: Any, points: Any, deniable: Any, found: Any,
) -> None:  # fmt: skip
    """Add to ``found``, (rows, GENERAL + kinds), what text i has in row ``rows[i]``; a text with row -1 is left out.

    ``words`` and ``states`` are those of :func:`openings`, ``pairs`` that of :func:`note_pairs`; ``keys`` and ``steps`` are the
    table of a trie whose state 0 begins anywhere, and state 1 only at the start of a sentence.
    Phrases that end in state s have the ``kinds`` and ``points`` from ``firsts[s]`` up to ``firsts[s + 1]``; kind -1 is a
    negation. Of phrases of one kind that share a word, the one that begins first gives points, of those that begin with the same
    word the one with the most. A phrase gives points once a row, and none to a kind that is ``deniable`` shortly behind a
    negation. Every ``parts`` rows belong to one conversation, whose texts stand together.
    """
    seen = np.full((parts, len(kinds)), -1, np.int32)
    matched = np.full((len(deniable), MATCHED), -1, np.int64)
    for i in range(len(starts) - 1):
        if rows[i] < 0:
            continue
        row, end, seen_here = found[rows[i]], starts[i + 1], seen[rows[i] % parts]
        row[WORDS] += end - starts[i]
        begins, negation = True, -NEGATED - 1
        for word in range(starts[i], end):
            mark, value, negates = marks[word], hashes[word], False
            place = _place(words, value)
            if words[place] == value:
                for where in range(1 + begins):
                    state = np.int64(states[place, where])
                    if state <= 0:  # a phrase needs the next word
                        state = -state
                        if state == 0 or mark >= STOP or word + 1 == end or not _may_be_pair(state, hashes[word + 1], pairs):
                            continue
                    negated = _walk(
                        state, hashes, marks, word, end, keys, steps, firsts, kinds, points, deniable,
                        word - negation <= NEGATED, seen_here, rows[i], matched, row,
                    )  # fmt: skip
                    negates = negates or (negated and where == 0)
            begins = mark >= STOP
            if mark != NOTHING:
                negation = word - NEGATED - 1
            elif negates:
                negation = word
            if begins:
                row[SENTENCES] += 1
                row[QUESTIONS] += mark == QUESTION
