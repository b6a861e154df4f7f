"""Compiled loops that read words and tell their classes. Importing this loads numba.

Words are hashed as :mod:`pixel_assets.quality.features.kernels` does, so that a word has one number everywhere. Few words make up
most of a text, so all that letters alone tell of a word is found once and remembered by its hash.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.quality.features.kernels import _FNV_PRIME, _FNV_START, _ONE, _read
from pixel_assets.quality.fluency import form
from pixel_assets.quality.fluency.sign_kernels import wrongly_decoded
from pixel_assets.quality.kernels import _LOWER

# What letters alone tell of a word; its class is that of a word that is no name
OWN_CLASS, KNOWN, LETTERS, LENGTH, SYLLABLES, RUNS = range(6)
TOLD: Final = 6
REMEMBERED: Final = 1 << 14  # words whose letters need not be read again; a power of two

VOWELS: Final = np.array([chr(byte) in "aeiouy" for byte in range(256)])
PREFIXES: Final = 8  # so many beginnings of a word are kept that each ending of four letters has its stem; a power of two
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_HALF: Final = np.uint64(32)
_FOUR_BYTES: Final = np.uint64(0xFFFFFFFF)
_BYTE: Final = np.uint64(0xFF)
_SLOT: Final = np.uint64(REMEMBERED - 1)
_LONG_RUN: Final = 4
_NINE, _E, _L, _STOP, _COMMA, _QUOTE_MARK = (ord(sign) for sign in "9el.,'")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def fill(hashes: Any, numbers: Any, keys: Any, values: Any) -> None:
    """Put hashes with their numbers into an empty table, whose length is a power of two; the first of equal ones stays."""
    mask = np.uint64(len(keys) - 1)
    for i in range(len(hashes)):
        place = ((hashes[i] * _MIX) >> _HALF) & mask
        while keys[place] != 0 and keys[place] != hashes[i]:
            place = (place + _ONE) & mask
        if keys[place] == 0:
            keys[place], values[place] = hashes[i], numbers[i]


@_jit
def _number(keys: Any, values: Any, wanted: Any) -> Any:
    """The number of a hash in a table; -1 if it is not there."""
    mask = np.uint64(len(keys) - 1)
    place = ((wanted * _MIX) >> _HALF) & mask
    while keys[place] != 0:
        if keys[place] == wanted:
            return np.int64(values[place])
        place = (place + _ONE) & mask
    return np.int64(-1)


@_jit
def read_word(data: Any, place: Any, end: Any, at: Any, hashed: Any, found: Any) -> Any:
    """Read a word, with the apostrophes in it; gives the place behind."""
    value, capitals, apostrophe = _FNV_START, 0, 0
    at[form.FIRST] = data[place]
    found[form.JOINED] += 65 <= data[place] <= 90 and at[form.LAST] in (_STOP, _COMMA)
    while place < end:
        byte = data[place]
        lower = _LOWER[byte]
        if lower:
            value = (value ^ np.uint64(lower)) * _FNV_PRIME
            capitals += byte != lower
            place += 1
            continue
        byte, lower, size = _read(data, place, end)
        if lower:
            found[form.MOJIBAKE] += wrongly_decoded(data, place, end)
            for following in range(place, min(place + size, end)):
                value = (value ^ np.uint64(data[following])) * _FNV_PRIME
        elif byte == _QUOTE_MARK:
            apostrophe = 1
        else:
            break
        place += size
    hashed[form.VALUE] = value | _ONE
    at[form.CAPITALS], at[form.APOSTROPHE] = capitals, apostrophe
    at[form.SIGNS] = at[form.EMOJI] = at[form.CLOSED] = 0
    at[form.LAST] = data[place - 1]
    return place


@_jit
def slot_of(word: Any) -> Any:
    """Where a word is remembered."""
    return ((word * _MIX) >> _HALF) & _SLOT


@_jit
def tell(data: Any, place: Any, end: Any, word: Any, prefixes: Any, tables: Any, told: Any) -> None:
    """Fill ``told`` with what the letters of a word ``data[place:end]`` tell; ``prefixes`` is room for its beginnings."""
    known, known_values, frequent, classes, endings, sizes, _, _ = tables
    value, tail, length, letters, foreign = _FNV_START, np.uint64(0), 0, 0, 0
    vowels, in_vowel, runs, run, run_of = 0, False, 0, 0, np.uint8(0)
    while place < end:
        byte, lower, size = _read(data, place, end)
        if lower:
            prefixes[length & (PREFIXES - 1)] = value | _ONE
            value = (value ^ np.uint64(lower)) * _FNV_PRIME
            for following in range(place + 1, min(place + size, end)):
                value = (value ^ np.uint64(data[following])) * _FNV_PRIME
            tail = ((tail << np.uint64(8)) | np.uint64(lower)) & _FOUR_BYTES
            length += 1
            letters += 97 <= lower <= 122
            foreign += byte >= 128
            vowels += VOWELS[lower] and not in_vowel
            in_vowel = VOWELS[lower]
            run = run + 1 if lower == run_of and lower > _NINE else 1
            runs += run == _LONG_RUN
            run_of = lower
        place += size
    told[LETTERS], told[LENGTH], told[RUNS] = letters, length, runs
    ends_in_e = tail & _BYTE == _E and (tail >> np.uint64(8)) & _BYTE != _L  # the e at the end is silent
    told[SYLLABLES] = max(1, vowels - (length > 3 and ends_in_e))
    own = _number(frequent, classes, word)
    is_known = True
    if own < 0 and letters + foreign < length:
        own = form.NUMBER
    elif own < 0:
        own = form.OTHER
        is_known = foreign > 0 or _number(known, known_values, word) >= 0
        for k in range(len(endings)):
            if _ends(tail, length, endings[k], sizes[k]):
                own = form.FIRST_ENDING + k if own == form.OTHER else own
                is_known = is_known or _number(known, known_values, prefixes[(length - sizes[k]) & (PREFIXES - 1)]) >= 0
    told[OWN_CLASS], told[KNOWN] = own, is_known


@_jit
def _ends(tail: Any, length: Any, ending: Any, size: Any) -> Any:
    """Whether a word of a length, whose last four letters are packed, has an ending behind three letters or more."""
    return length >= size + 3 and (tail & ((np.uint64(1) << np.uint64(8 * size)) - _ONE)) == ending
