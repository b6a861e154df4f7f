"""Compiled loops that tell words apart by their bytes, so that each is split once. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

OTHER: Final = -1  # the number of words of a text that is none of these loops' business
_LONGEST: Final = 16  # bytes of a word that is told apart, as two numbers; those of a longer one are compared with nothing
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_BYTE: Final = np.uint64(8)
_SEVEN_BYTES: Final = np.uint64(56)
_HALF: Final = np.uint64(32)
_GENERAL: Final = np.uint64(0xE28000)  # first bytes of general punctuation, and room for the last

# How BERT reads an ASCII byte: a letter or digit in lower case, or one of these
_BLANK: Final = 1
_ALONE: Final = 2  # punctuation, a word of its own
_STRANGE: Final = 3  # controls, which it leaves out, and bytes of longer characters


def _reading(byte: int) -> int:
    character = chr(byte)
    if byte < 128 and character.isalnum():
        return ord(character.lower())
    if character in " \t\n\r":
        return _BLANK
    return _ALONE if 32 < byte < 127 else _STRANGE


_READ: Final = np.array([_reading(byte) for byte in range(256)], np.uint8)
_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _is_punctuation(data: Any, place: Any, end: Any) -> Any:
    """Whether a dash, quote, dot or dagger of general punctuation stands here, U+2010 to U+2027."""
    return place + 2 < end and data[place] == 0xE2 and data[place + 1] == 0x80 and 0x90 <= data[place + 2] <= 0xA7


@_jit
def _number(low: Any, high: Any, start: Any, end: Any, table: Any, spans: Any, many: Any) -> Any:
    """The number of a word of the bytes from ``start`` to ``end``, which are spelt by ``low`` and ``high``; ``many`` if new."""
    if end - start <= _LONGEST:
        mask = np.uint64(len(table) - 1)
        mixed = (low ^ (high * _MIX)) * _MIX
        place = (mixed >> _HALF) & mask
        while table[place, 2]:
            if table[place, 0] == low and table[place, 1] == high:
                return np.int64(table[place, 2]) - 1
            place = (place + np.uint64(1)) & mask
        if 2 * many < len(table):  # else it is full: what is new from here on is not told apart
            table[place, 0], table[place, 1], table[place, 2] = low, high, np.uint64(many + 1)
    spans[many, 0], spans[many, 1] = start, end
    return many


@_jit
def tell_apart(data: Any, ends: Any, table: Any, spans: Any, said: Any, starts: Any) -> Any:
    """Number the words of each text ``data[ends[i]:ends[i + 1]]`` as BERT sees them: runs of letters and digits, and signs.

    ``said`` gets the numbers, ``starts`` where in it those of a text begin, and ``spans`` where the bytes of each word stand that
    has a number; a text with other characters than ASCII and typographic signs gets ``OTHER`` alone. ``table``, (n, 3), is zeros,
    and n a power of two. Gives how many words have a number.
    """
    many, at = np.int64(0), 0
    for i in range(len(ends) - 1):
        starts[i] = at
        place, end = ends[i], ends[i + 1]
        while place < end:
            read = _READ[data[place]]
            if read == _BLANK:
                place += 1
                continue
            start, low, high = place, np.uint64(0), np.uint64(0)
            if read > _STRANGE:
                while place < end and _READ[data[place]] > _STRANGE:
                    high = (high << _BYTE) | (low >> _SEVEN_BYTES)
                    low = (low << _BYTE) | np.uint64(_READ[data[place]])
                    place += 1
            elif read == _ALONE:
                low = np.uint64(data[place])
                place += 1
            elif _is_punctuation(data, place, end):
                low = _GENERAL | np.uint64(data[place + 2])
                place += 3
            else:
                at = starts[i]
                said[at] = OTHER
                at += 1
                break
            number = _number(low, high, start, place, table, spans, many)
            many += number == many
            said[at] = number
            at += 1
    starts[len(ends) - 1] = at
    return many


@_jit
def add_up(said: Any, starts: Any, pieces: Any, found: Any) -> None:
    """Fill ``found`` with the pieces of each text, those of its words together; ``OTHER`` stays as it is."""
    for i in range(len(starts) - 1):
        found[i] = 0
        for at in range(starts[i], starts[i + 1]):
            if said[at] == OTHER:
                found[i] = OTHER
            else:
                found[i] += pieces[said[at]]
