"""Compiled loops behind readings: which texts hold words in disguise, and those words written out. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)

# Kinds of bytes
_OTHER, _LETTER, _SIGN, _DROPPED = 0, 1, 2, 3

_FEWEST_SPACED: Final = 3  # single letters in a row from which on they are read as a word
_FEWEST_AFTER: Final = 3  # letters after a leading sign: 5uicide, but not 2nd
_FEWEST_BEFORE: Final = 2  # letters before a trailing sign: di3
_MOST_SIGNS: Final = 2  # in a row between letters: ki11ed


@_jit
def _is_letter(byte: Any) -> Any:
    return np.uint8((byte | np.uint8(32)) - np.uint8(97)) < np.uint8(26)


@_jit
def _is_digit(byte: Any) -> Any:
    return np.uint8(byte - np.uint8(48)) < np.uint8(10)


@_jit
def _is_word(byte: Any) -> Any:
    return _is_letter(byte) or _is_digit(byte) or byte >= 128


@_jit
def _letters_from(data: Any, at: Any, step: Any, most: Any, start: Any, end: Any) -> Any:
    """How many letters stand in a row from ``at`` on, forwards or backwards; no more than ``most``."""
    count = 0
    while count < most and start <= at < end and _is_letter(data[at]):
        count += 1
        at += step
    return count


@_jit
def _stands_for_letter(data: Any, at: Any, start: Any, end: Any, letters: Any) -> Any:
    """Whether the sign at ``at`` is part of a word."""
    first, after = at, at + 1
    while first > start and at - first < _MOST_SIGNS and letters[data[first - 1]]:
        first -= 1
    while after < end and after - at <= _MOST_SIGNS and letters[data[after]]:
        after += 1
    before = first > start and _is_letter(data[first - 1])
    behind = after < end and _is_letter(data[after])
    if after - first <= _MOST_SIGNS and before and behind:
        return True
    if after - first > 1 and not (after - first == 2 and data[first] == data[first + 1] and before):  # ki11
        return False
    if behind and not (first > start and _is_word(data[first - 1])):
        return _letters_from(data, after, 1, _FEWEST_AFTER, start, end) == _FEWEST_AFTER and (
            _is_digit(data[at]) or data[at] == 36  # a dollar: other signs stand before words for other reasons
        )
    if before and _is_digit(data[at]) and not (after < end and _is_word(data[after])):
        return _letters_from(data, first - 1, -1, _FEWEST_BEFORE, start, end) == _FEWEST_BEFORE
    return False


@_jit
def _spaced_end(data: Any, at: Any, start: Any, end: Any, letters: Any) -> Any:
    """Where single letters in a row with one and the same sign between end, such as k.y.s; ``at`` itself if there are too few."""
    if not _is_letter(data[at]) or (at > start and _is_word(data[at - 1])) or at + 1 >= end or _is_word(data[at + 1]):
        return at
    parting = data[at + 1]
    count, place = 1, at
    while place + 2 < end and data[place + 1] == parting and (place + 3 >= end or not _is_word(data[place + 3])):
        following = data[place + 2]
        if not (_is_letter(following) or (letters[following] and place + 3 < end and data[place + 3] == parting)):
            break
        count += _is_letter(following)
        place += 2
    return place + 1 if count >= _FEWEST_SPACED else at


@_jit
def _stretch(data: Any, at: Any, end: Any) -> Any:
    """How often the letter at ``at`` stands there in a row, whatever its case."""
    count = 1
    while at + count < end and (data[at + count] | 32) == (data[at] | 32) and _is_letter(data[at + count]):
        count += 1
    return count


@_jit
def find_doubtful(data: Any, starts: Any, letters: Any, dropped: Any, doubtful: Any) -> None:
    """Set ``doubtful`` for the texts in which a word may be meant otherwise than it is written."""
    kinds = np.zeros(256, np.uint8)
    for byte in range(256):
        kinds[byte] = _LETTER if _is_letter(byte) else _SIGN if letters[byte] else _DROPPED if dropped[byte] else _OTHER
    for row in range(len(doubtful)):
        start, end = starts[row], starts[row + 1] - 1
        last, stretch, kind = np.uint8(0), 0, np.uint8(_OTHER)
        for at in range(start, end):
            byte, before = data[at], kind
            kind = kinds[byte]
            if kind == _LETTER:
                byte |= np.uint8(32)
                stretch = stretch + 1 if byte == last else 1
                last = byte
                # A letter alone may be the first of some; the separator behind the text is no letter
                if stretch > 2 or (
                    before != _LETTER and kinds[data[at + 1]] != _LETTER and _spaced_end(data, at, start, end, letters) > at
                ):
                    doubtful[row] = True
                    break
                continue
            last = np.uint8(0)
            if (kind == _SIGN and _stands_for_letter(data, at, start, end, letters)) or (
                kind == _DROPPED and before == _LETTER and kinds[data[at + 1]] == _LETTER
            ):
                doubtful[row] = True
                break


@_jit
def write_readings(
    data: Any, starts: Any, rows: Any, letters: Any, kept: Any, dropped: Any, out: Any, places: Any, lengths: Any
) -> Any:
    """Write both readings of each row, and the bytes that theirs come from; gives the end.

    ``lengths``, shape (rows, 2), are those of the readings with their separator; 0 for one that says nothing new.
    """
    to = 0
    for i in range(len(rows)):
        start, end = starts[rows[i]], starts[rows[i] + 1] - 1
        first, first_length = to, 0
        for reading in range(2):
            begin = to
            to = _write(data, start, end, letters[reading], kept[reading], dropped, out, places, to)
            out[to], places[to] = data[end], end
            length = to + 1 - begin
            if _equal(out[begin : begin + length], data[start : end + 1]) or (
                reading == 1 and _equal(out[begin : begin + length], out[first : first + first_length])
            ):
                to = begin
            else:
                lengths[i, reading] = length
                first_length = length if reading == 0 else first_length
                to += 1
    return to


@_jit
def _equal(left: Any, right: Any) -> Any:
    if len(left) != len(right):
        return False
    for k in range(len(left)):  # noqa: SIM110  # any() is not compiled
        if left[k] != right[k]:
            return False
    return True


@_jit
def _write(data: Any, start: Any, end: Any, letters: Any, kept: Any, dropped: Any, out: Any, places: Any, to: Any) -> Any:
    """Write one reading of one text; gives the end."""
    at = start
    while at < end:
        byte = data[at]
        if _is_letter(byte):
            spaced = _spaced_end(data, at, start, end, letters)
            if spaced > at:
                for place in range(at, spaced, 2):
                    out[to], places[to] = letters[data[place]] or data[place], place
                    to += 1
                at = spaced
                continue
            count = _stretch(data, at, end)
            if count < 3:
                for k in range(count):
                    out[to], places[to] = data[at + k], at + k
                    to += 1
            else:
                # At the end of a word the last letter counts, so that what is found covers all of it
                for k in range(kept[byte]):
                    out[to] = byte
                    is_first = k == 0 and (kept[byte] > 1 or at == start or not _is_word(data[at - 1]))
                    places[to] = at if is_first else at + count - 1
                    to += 1
            at += count
            continue
        is_meant = letters[byte] and _stands_for_letter(data, at, start, end, letters)
        between = start < at < end - 1 and _is_letter(data[at - 1]) and _is_letter(data[at + 1])
        if not (dropped[byte] and between):
            out[to], places[to] = letters[byte] if is_meant else byte, at
            to += 1
        at += 1
    return to
