"""Compiled loops behind words and shingles: text in UTF-8 to hashes of words, and those to hashes of runs of words.

Importing this loads numba, so it is imported late. What a character counts as comes in as tables that
:mod:`pixel_assets.dedup.characters` makes from the one definition of a word.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.characters import ALONE, DASH, HARD, JOIN, KIND, LETTERS, WIDE, WORDLIKE
from pixel_assets.dedup.hashing import ASSISTANT, FNV_PRIME, FNV_START, MIX_1, MIX_2, STEP, SYSTEM

_FNV_START, _FNV_PRIME = np.uint64(FNV_START), np.uint64(FNV_PRIME)
STEP64, _MIX_1, _MIX_2 = np.uint64(STEP), np.uint64(MIX_1), np.uint64(MIX_2)
_ONE, _TWO = np.uint64(1), np.uint64(2)
_30, _27, _31 = np.uint64(30), np.uint64(27), np.uint64(31)
_SPACE: Final = 32
_MINUS: Final = np.frombuffer(b"minus", np.uint8).copy()
_ZERO, _NINE = ord("0"), ord("9")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def mix(value: Any) -> Any:
    """Every bit of the value decides about half of the bits of the result."""
    value = (value ^ (value >> _30)) * _MIX_1
    value = (value ^ (value >> _27)) * _MIX_2
    return value ^ (value >> _31)


@_jit
def _decode(data: Any, at: Any, end: Any) -> Any:
    """The code point at ``at`` and its bytes; a sequence that is cut off gives -1."""
    byte = np.int64(data[at])
    if byte < 128:
        return byte, 1
    size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    if at + size > end:
        return np.int64(-1), size
    code = byte & (0xFF >> (size + 1))
    for k in range(1, size):
        code = code << 6 | (np.int64(data[at + k]) & 0x3F)
    return code, size


@_jit
def _extend(word: Any, data: Any) -> Any:
    for byte in data:
        word = (word ^ np.uint64(byte)) * _FNV_PRIME
    return word


@_jit
def _close(inside: Any, word: Any, hashes: Any, at: Any) -> Any:
    """End a word, if one is being read; gives the place of the next, and where its hash begins."""
    if inside:
        hashes[at] = word
        return at + 1, _FNV_START
    return at, word


@_jit
def _read_plain(
    data: Any, start: Any, end: Any, plain: Any, lower: Any, factors: Any, terms: Any, hashes: Any, at: Any, inside: Any,
    word: Any,
) -> Any:  # fmt: skip
    """Read on up to the first byte that depends on what is beside it; gives its place and the state there.

    Without a branch but for that, so that nothing has to be guessed where a word ends; without signs, as a place that may be
    negative would be checked at every byte.
    """
    place, stop, free, is_inside = np.uint64(start), np.uint64(end), np.uint64(at), np.uint64(inside)
    while place < stop:
        byte = data[place]
        does = np.uint64(plain[byte])
        if does == 0:
            break
        ends = (does >> _ONE) & _ONE
        hashes[free] = word  # stays there if this byte ends it
        free += is_inside & ends
        is_inside = (is_inside | does >> _TWO) & (_ONE ^ ends)
        word = (word ^ np.uint64(lower[byte])) * factors[byte] + terms[byte]
        place += _ONE
    return np.int64(place), np.int64(free), np.int64(is_inside), word


@_jit
def _hash_turn(
    data: Any, start: Any, end: Any, kinds: Any, places: Any, pool: Any, plain: Any, lower: Any, factors: Any, terms: Any,
    hashes: Any, at: Any,
) -> Any:  # fmt: skip
    """Write the hash of each word, not mixed yet; gives where they end, or -1 if the text is beyond the tables."""
    word = _FNV_START
    inside: Any = 0
    wordlike = joined = wide = unsure = False
    place = start
    while place < end:
        past, at, inside, word = _read_plain(data, place, end, plain, lower, factors, terms, hashes, at, inside, word)
        if past > place:
            place = past
            what = kinds[data[place - 1]]
            joined = what & KIND == JOIN
            wordlike = what & WORDLIKE != 0
            if place == end:
                break
        code, size = _decode(data, place, end)
        if code < 0 or code >= len(kinds):
            return -1
        place += size
        what = kinds[code]
        kind = what & KIND
        if kind == HARD:
            return -1
        wide = wide or what & WIDE != 0
        if kind == LETTERS:
            word = _extend(word, pool[places[code] : places[code + 1]])
            inside = 1
        elif kind == DASH and place < end and _ZERO <= data[place] <= _NINE and not wordlike:
            # Whether an apostrophe between a word and a sign counts depends on whether all of the text is in ASCII
            unsure = unsure or joined
            word = _extend(word, _MINUS)
            inside = 1
        elif kind != JOIN:
            at, word = _close(inside, word, hashes, at)
            inside = 0
            if kind == ALONE:
                hashes[at] = _extend(word, pool[places[code] : places[code + 1]])
                at += 1
        joined = kind == JOIN
        wordlike = what & WORDLIKE != 0
    at, word = _close(inside, word, hashes, at)
    return -1 if wide and unsure else at


@_jit
def hash_turns(
    data: Any, offsets: Any, speakers: Any, kinds: Any, places: Any, pool: Any, plain: Any, lower: Any, factors: Any, terms: Any,
    hashes: Any, ends: Any, hard: Any,
) -> Any:  # fmt: skip
    """Fill ``hashes`` with the words of each text, ``ends`` with where they end, and mark in ``hard`` those left to do.

    Text i is ``data[offsets[i]:offsets[i + 1]]``; what the system says has no words. Gives the number of words.
    """
    at = 0
    for i in range(len(speakers)):
        if speakers[i] != SYSTEM:
            end = _hash_turn(data, offsets[i], offsets[i + 1], kinds, places, pool, plain, lower, factors, terms, hashes, at)
            hard[i] = end < 0
            for k in range(at, end):
                hashes[k] = mix(hashes[k])
            at = max(at, end)
        ends[i] = at
    return at


@_jit
def hash_forms(data: Any, offsets: Any, hashes: Any, ends: Any) -> Any:
    """The same for texts in normal form, whose words have single spaces between."""
    at = 0
    for i in range(len(ends)):
        word = _FNV_START
        for place in range(offsets[i], offsets[i + 1]):
            if data[place] == _SPACE:
                hashes[at] = mix(word)
                at += 1
                word = _FNV_START
            else:
                word = (word ^ np.uint64(data[place])) * _FNV_PRIME
        if offsets[i + 1] > offsets[i]:
            hashes[at] = mix(word)
            at += 1
        ends[i] = at
    return at


@_jit
def weave(hashes: Any, ends: Any, hard: Any, others: Any, other_ends: Any, out: Any) -> None:
    """Put the words of the hard texts, which come in their order, among those of the rest; ``ends`` become those of all."""
    at = begin = other = other_begin = 0
    for i in range(len(ends)):
        end = ends[i]
        for k in range(begin, end):
            out[at] = hashes[k]
            at += 1
        begin = end
        if hard[i]:
            for k in range(other_begin, other_ends[other]):
                out[at] = others[k]
                at += 1
            other_begin = other_ends[other]
            other += 1
        ends[i] = at


@_jit
def fill_shingles(hashes: Any, turn_starts: Any, speakers: Any, starts: Any, tags: Any, members: Any, ends: Any) -> Any:
    """Fill ``members`` with the runs of three words of each side, ``ends``, shape (2 conversations,), with where they end.

    A side of fewer words is one run. Gives the number of runs.
    """
    at = 0
    for c in range(len(starts) - 1):
        for side in range(2):
            count = 0
            before = last = np.uint64(0)
            seed = np.uint64(0)
            for turn in range(starts[c], starts[c + 1]):
                if (speakers[turn] == ASSISTANT) != (side == 1):
                    continue
                seed = tags[speakers[turn]] * STEP64
                for i in range(turn_starts[turn], turn_starts[turn + 1]):
                    count += 1
                    if count > 2:
                        members[at] = mix(((seed + before) * STEP64 + last) * STEP64 + hashes[i])
                        at += 1
                    before = last
                    last = hashes[i]
            if count == 1:
                members[at] = mix(seed + last)
                at += 1
            elif count == 2:
                members[at] = mix((seed + before) * STEP64 + last)
                at += 1
            ends[2 * c + side] = at
    return at
