"""Compiled loops that find words and look them up. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.safety.identifiers.kernels.classes import WORDS
from pixel_assets.safety.identifiers.tokens import (
    BLANK,
    CAPITAL,
    COLON,
    COMMA,
    DIGIT,
    HYPHEN,
    INITIAL,
    LETTER,
    LINE,
    MARK,
    NUMBER,
    OTHER_SCRIPT,
    POSSESSIVE,
    QUOTE,
    SENTENCE,
    START,
    UPPER,
)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
_OFFSET: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_SHORT_STREET: Final = 4  # bytes of a word for a street that a dot may shorten, such as "ul." or "Blvd."
_LONGEST_PHRASE: Final = 4
_UPPER, _LOWER, _DIGIT, _OTHER = 1, 2, 3, 4
_KIND: Final = np.array(  # of each byte, what kind of character of a word it is; 0 for none
    [
        _OTHER
        if byte >= 128
        else _DIGIT
        if chr(byte).isdigit()
        else _UPPER
        if chr(byte).isupper()
        else _LOWER
        if chr(byte).islower()
        else 0
        for byte in range(256)
    ],
    np.uint8,
)
_RANKS: Final = {"!?": SENTENCE, ",": COMMA, ":;": COLON, '"()[]<>`': QUOTE, "-": HYPHEN, " '.sS": BLANK}
_RANK: Final = np.array(  # of each byte between two words, what it says; the lowest of all counts
    [next((rank for characters, rank in _RANKS.items() if chr(byte) in characters), MARK) for byte in range(256)], np.uint8
)
_MANY: Final = 64  # bytes of a word that is no word


@_jit
def mark_breaks(data: Any, offsets: Any, starts: Any, kept: Any, kept_origin: Any, found: Any) -> None:
    for text in range(len(offsets) - 1):
        character, place = 0, kept[text]
        stop = place + starts[text + 1] - starts[text]
        for at in range(offsets[text], offsets[text + 1]):
            byte = data[at]
            if byte & 0xC0 == 0x80:
                continue
            if byte == 10 or byte == 13:
                if kept[text] < 0:
                    found[starts[text] + character] = True
                else:
                    while place < stop and kept_origin[place] < character:
                        place += 1
                    if place < stop:
                        found[starts[text] + place - kept[text]] = True
            character += 1


@_jit
def _is_word(byte: Any) -> Any:
    return _KIND[byte] != 0


@_jit
def _word_end(data: Any, at: Any) -> Any:
    """Where the word at ``at`` ends; an apostrophe between letters belongs to it, unless an ending begins there."""
    end = at
    while end < len(data):
        if _is_word(data[end]):
            end += 1
        elif data[end] == 39 and end + 1 < len(data) and _is_word(data[end + 1]):
            if _ending(data, end):
                return end
            end += 1
        else:
            return end
    return end


@_jit
def _ending(data: Any, at: Any) -> Any:
    """How many bytes of a possessive or of a shortened verb ("'s", "'ll") stand here and end the word; 0 for none."""
    if data[at] != 39 or at + 1 >= len(data):
        return 0
    letter = data[at + 1] | 32
    size = 0
    if letter == 115:
        size = 2
    elif at > 1 and _is_word(data[at - 1]) and _is_word(data[at - 2]):  # "I'm" is one word
        follows = data[at + 2] | 32 if at + 2 < len(data) else 0
        if letter == 100 or letter == 109:
            size = 2
        elif (letter == 108 and follows == 108) or ((letter == 118 or letter == 114) and follows == 101):
            size = 3
    return size if size and (at + size >= len(data) or not _is_word(data[at + size])) else 0


@_jit
def _hash(data: Any, start: Any, end: Any) -> Any:
    value = _OFFSET
    for at in range(start, min(end, start + _MANY)):
        byte = data[at]
        if 65 <= byte <= 90:
            byte = byte | 32
        value = (value ^ np.uint64(byte)) * _PRIME
    return value | np.uint64(1)


@_jit
def _find(keys: Any, key: Any) -> Any:
    """The slot of a key, or the free one where it would stand."""
    mask = np.uint64(len(keys) - 1)
    slot = (key ^ (key >> np.uint64(29))) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@_jit
def build(data: Any, starts: Any, bits: Any, keys: Any, found: Any, phrases: Any, phrase_found: Any) -> None:
    for term in range(len(starts) - 1):
        at, stop, words, key = starts[term], starts[term + 1] - 1, 0, np.uint64(0)
        while at < stop:
            if not _is_word(data[at]):
                at += 1
                continue
            end = _word_end(data, at)
            if end > stop:
                end = stop
            key = _join(key, _hash(data, at, end)) if words else _hash(data, at, end)
            words += 1
            at = end
            if at < stop and data[at] == 39:
                at = stop
        if words == 1:
            slot = _find(keys, key)
            keys[slot] = key
            found[slot] |= bits[term]
        elif words > 1:
            slot = _find(phrases, key)
            phrases[slot] = key
            phrase_found[slot] |= bits[term]


@_jit
def _join(left: Any, right: Any) -> Any:
    return ((left << np.uint64(7)) ^ (left >> np.uint64(57)) ^ (right * _PRIME)) | np.uint64(1)


@_jit
def count(data: Any) -> Any:
    count, at = 0, 0
    while at < len(data):
        if _is_word(data[at]):
            count += 1
            at = _word_end(data, at)
        else:
            at += max(1, _ending(data, at))
    return count


@_jit
def _shape(data: Any, start: Any, end: Any) -> Any:
    kinds = np.zeros(5, np.int64)
    for at in range(start, end):
        kinds[_KIND[data[at]]] += 1
    letters = kinds[_UPPER] + kinds[_LOWER]
    shape = CAPITAL if _KIND[data[start]] == _UPPER else 0
    if letters > 1 and kinds[_UPPER] == letters and kinds[_OTHER] == 0:
        shape |= UPPER
    if kinds[_DIGIT]:
        shape |= DIGIT
    if kinds[_DIGIT] == end - start:
        shape |= NUMBER
    if letters == 1 and end - start == 1:
        shape |= LETTER
    if kinds[_OTHER]:
        shape |= OTHER_SCRIPT
    if end < len(data) and _ending(data, end):
        shape |= POSSESSIVE
    return shape


@_jit
def _gap(data: Any, breaks: Any, left: Any, right: Any, after_short: Any) -> Any:
    """What stands between two words; ``after_short``: the one before may be shortened by a dot."""
    line, blank, dots, lowest = False, False, 0, BLANK
    for at in range(left, right):
        line = line or breaks[at]
        blank = blank or data[at] == 32
        dots += data[at] == 46
        lowest = min(lowest, _RANK[data[at]])
    if line and lowest != SENTENCE:
        return LINE
    if dots and lowest < HYPHEN:
        return SENTENCE
    if dots:
        return INITIAL if after_short and dots == 1 else SENTENCE if blank else MARK
    return MARK if lowest == HYPHEN and blank else lowest


def fill(
    data: Any, starts: Any, breaks: Any, keys: Any, found: Any,
    row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, hashes: Any,
) -> None:  # fmt: skip
    """Write place, classes, shape, what stands before it, and hash of every word."""
    _fill(WORDS, data, starts, breaks, keys, found, row, start, end, bits, shape, gap, hashes)


@_jit
def _fill(
    words: Any, data: Any, starts: Any, breaks: Any, keys: Any, found: Any,
    row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, hashes: Any,
) -> None:  # fmt: skip
    token, at, text = 0, 0, 0
    first = True
    while at < len(data):
        while at >= starts[text + 1]:
            text += 1
            first = True
        if not _is_word(data[at]):
            at += max(1, _ending(data, at))
            continue
        stop = _word_end(data, at)
        key = _hash(data, at, stop)
        slot = _find(keys, key)
        row[token], start[token], end[token], hashes[token] = text, at, stop, key
        bits[token] = found[slot] if keys[slot] == key else np.uint32(0)
        shape[token] = _shape(data, at, stop)
        if first:
            gap[token] = START
        else:
            before = token - 1
            street = (
                bits[before] & words.street != 0
                and bits[before] & words.common == 0
                and end[before] - start[before] <= _SHORT_STREET
            )
            short = shape[before] & LETTER or bits[before] & words.title_or_saint or street
            gap[token] = _gap(data, breaks, end[before], at, short != 0)
        first = False
        token += 1
        at = stop


@_jit
def mark_phrases(hashes: Any, row: Any, gap: Any, phrases: Any, phrase_bits: Any, bits: Any) -> None:
    for token in range(len(hashes)):
        key, longest, classes = hashes[token], 0, np.uint32(0)
        for more in range(1, _LONGEST_PHRASE):
            other = token + more
            if other >= len(hashes) or row[other] != row[token] or gap[other] < HYPHEN or gap[other] == MARK:
                break
            key = _join(key, hashes[other])
            slot = _find(phrases, key)
            if phrases[slot] == key:
                longest, classes = more, phrase_bits[slot]
        for more in range(longest + 1):
            if longest:
                bits[token + more] |= classes
