"""Compiled loops that read words and find phrases in sentences. Importing this loads numba.

A word is what :mod:`pixel_assets.quality.text` says, by the byte: letters and digits without their case, apostrophes dropped.
Bytes of other scripts count as letters; symbols and emoji end a word.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.quality.kernels import _LOWER, _plain_byte

# What stands between a word and the next
NOTHING: Final = 0
COMMA: Final = 1  # or a dash, colon or semicolon: what follows may begin like a sentence
STOP: Final = 2  # this and what follows end a sentence
QUESTION: Final = 3
EXCLAMATION: Final = 4
OPEN: Final = 5  # the text ends without a sign

# Columns of ``count_phrases`` that come before those of kinds
WORDS: Final = 0
SENTENCES: Final = 1
QUESTIONS: Final = 2
EXCLAMATIONS: Final = 3
TOLD_QUESTIONS: Final = 4  # those with a question mark that do not begin like one
ASKED_CONTENT: Final = 5  # words of content in questions
GENERAL: Final = 6

EMPTY: Final = np.uint64(0)  # no key of a table has this value
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_ONE: Final = np.uint64(1)
_APOSTROPHE, _LINE, _STOP, _QUESTION, _EXCLAMATION = (ord(character) for character in "'\n.?!")
_COMMAS: Final = np.array([chr(byte) in ",;:-()" for byte in range(256)])
_SYMBOLS: Final = 0xE2  # first byte of general punctuation, arrows and dingbats
_EMOJI: Final = 0xF0

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _read(data: Any, place: Any, end: Any) -> Any:
    """Of the character at a place its first byte or the plain one, that in lower case or 0 between words, and its size."""
    byte = data[place]
    if byte < 128:
        return byte, _LOWER[byte], 1
    plain, size = _plain_byte(data, place, end)
    if size:
        return np.uint8(plain), np.uint8(0), size
    size = 1 if byte < 0xC0 else 2 if byte < 0xE0 else 3 if byte < _EMOJI else 4
    return byte, np.uint8(0) if byte == _SYMBOLS or byte >= _EMOJI else byte, size


@_jit
def read_words(data: Any, offsets: Any, hashes: Any, marks: Any, starts: Any) -> None:
    """The words of every text ``data[offsets[i]:offsets[i + 1]]`` as hashes, and what stands behind each.

    The words of text i are ``hashes[starts[i]:starts[i + 1]]``. Of several signs behind a word the one that ends most is kept.
    """
    count = 0
    for i in range(len(offsets) - 1):
        starts[i] = count
        place, end, inside = offsets[i], offsets[i + 1], False
        value = _FNV_START
        while place < end:
            while place + 1 < end and _LOWER[data[place]]:  # a letter or digit, as most are
                value, inside, place = (value ^ np.uint64(_LOWER[data[place]])) * _FNV_PRIME, True, place + 1
            byte, lower, size = _read(data, place, end)
            if lower:
                value = (value ^ np.uint64(lower)) * _FNV_PRIME
                for following in range(place + 1, min(place + size, end)):
                    value = (value ^ np.uint64(data[following])) * _FNV_PRIME
                inside = True
            elif byte != _APOSTROPHE:
                if inside:
                    hashes[count] = value | _ONE
                    marks[count] = NOTHING
                    count, inside, value = count + 1, False, _FNV_START
                if count > starts[i]:
                    marks[count - 1] = max(marks[count - 1], _mark(byte))
            place += size
        if inside:
            hashes[count] = value | _ONE
            marks[count] = OPEN
            count += 1
        elif count > starts[i] and marks[count - 1] < STOP:
            marks[count - 1] = OPEN
    starts[len(offsets) - 1] = count


@_jit
def _mark(byte: Any) -> Any:
    if byte in (_STOP, _LINE):
        return STOP
    if byte == _QUESTION:
        return QUESTION
    if byte == _EXCLAMATION:
        return EXCLAMATION
    return COMMA if byte < 128 and _COMMAS[byte] else NOTHING


@_jit
def _key(state: Any, value: Any) -> Any:
    """The key of a step from a state of the automaton by a word; never ``EMPTY``."""
    mixed = (value ^ (np.uint64(state) * _MIX)) * _MIX
    return (mixed ^ (mixed >> _HALF)) | _ONE


@_jit
def _find(keys: Any, wanted: Any) -> Any:
    """The place of a key in a table whose length is a power of two; -1 if it is not there."""
    mask = np.uint64(len(keys) - 1)
    place = (wanted >> _ONE) & mask
    while keys[place] != EMPTY:
        if keys[place] == wanted:
            return np.int64(place)
        place = (place + _ONE) & mask
    return -1


@_jit
def _insert(keys: Any, steps: Any, wanted: Any, state: Any) -> Any:
    """Put a step where :func:`_find` looks for it; the state that it leads to, another one if it was there already."""
    mask = np.uint64(len(keys) - 1)
    place = (wanted >> _ONE) & mask
    while keys[place] != EMPTY:
        if keys[place] == wanted:
            return np.int64(steps[place])
        place = (place + _ONE) & mask
    keys[place] = wanted
    steps[place] = state
    return state


@_jit
def grow(hashes: Any, starts: Any, begins: Any, kinds: Any, keys: Any, steps: Any, accepted: Any) -> Any:
    """Build the automaton of phrases: phrase i has the words from ``starts[i]``, starts in state ``begins[i]`` and is of a kind.

    ``keys`` and ``steps`` are an empty table with room for all words, ``accepted`` zeros, two more. Gives the number of states.
    """
    states = 2
    for i in range(len(starts) - 1):
        state = np.int64(begins[i])
        for word in range(starts[i], starts[i + 1]):
            state = _insert(keys, steps, _key(state, hashes[word]), states)
            states += state == states
        accepted[state] |= _ONE << np.uint64(kinds[i])
    return states


@_jit
def pack(keys: Any, steps: Any, packed_keys: Any, packed_steps: Any) -> None:
    """Put all steps of a table into a smaller one, in which they are found faster."""
    for place in range(len(keys)):
        if keys[place] != EMPTY:
            _insert(packed_keys, packed_steps, keys[place], steps[place])


@_jit
def _walk(keys: Any, steps: Any, accepted: Any, state: Any, hashes: Any, marks: Any, word: Any, end: Any) -> Any:
    """All kinds of phrases that begin at a word, as bits; a phrase lies in one sentence."""
    found = np.uint64(0)
    while word < end:
        place = _find(keys, _key(state, hashes[word]))
        if place < 0:
            break
        state = steps[place]
        found |= accepted[state]
        if marks[word] >= STOP:
            break
        word += 1
    return found


@_jit
def count_phrases(
    hashes: Any, marks: Any, starts: Any, keys: Any, steps: Any, accepted: Any, masks: Any, words: Any, counts: Any,
    content: Any, last: Any,
) -> None:  # fmt: skip
    """Fill ``counts``, (texts, GENERAL + kinds), in the columns named above, then by kind how many words or sentences there are.

    ``keys`` and ``steps`` are the table of an automaton whose state 0 begins anywhere, and state 1 only where a sentence may
    begin; ``accepted`` has the kinds of phrases that end at a state. The first ``words`` kinds are counted as often as they come
    up, the others once a sentence. ``masks`` are of kinds as bits: fillers, which a sentence may begin behind; what makes a
    question of a sentence without a sign; kinds that only count in questions; kinds that only count elsewhere; words that are
    not of content. ``content`` gets 1 for all other words, and ``last`` the kinds of the last sentence of each text.
    """
    fillers, asking, asked, told, function = masks[0], masks[1], masks[2], masks[3], masks[4]
    kinds = counts.shape[1] - GENERAL
    of_words = (_ONE << np.uint64(words)) - _ONE
    for i in range(len(starts) - 1):
        row = counts[i]
        row[WORDS] = starts[i + 1] - starts[i]
        begins, own, said = True, np.uint64(0), 0
        for word in range(starts[i], starts[i + 1]):
            found = _walk(keys, steps, accepted, 0, hashes, marks, word, starts[i + 1])
            if begins:
                found |= _walk(keys, steps, accepted, 1, hashes, marks, word, starts[i + 1])
            if found & of_words:
                _tally(row, found, 0, words)
            content[word] = (found & function) == 0
            said += content[word]
            own |= found & ~of_words
            mark = marks[word]
            begins = mark != NOTHING or (begins and (found & fillers) != 0)
            if mark >= STOP:
                begun = (own & asking) != 0
                is_question = mark == QUESTION or (mark != EXCLAMATION and begun)
                row[SENTENCES] += 1
                row[EXCLAMATIONS] += mark == EXCLAMATION
                row[QUESTIONS] += is_question
                row[TOLD_QUESTIONS] += is_question and not begun
                row[ASKED_CONTENT] += said if is_question else 0
                own &= ~told if is_question else ~asked
                _tally(row, own, words, kinds)
                last[i] = own
                own, said = np.uint64(0), 0


@_jit
def _tally(row: Any, found: Any, first: Any, last: Any) -> None:
    for kind in range(first, last):
        row[GENERAL + kind] += np.int64((found >> np.uint64(kind)) & _ONE)
