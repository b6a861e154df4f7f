"""Compiled loops that cut texts into sentences. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba

_FEWEST_WORDS: Final = 3  # of a sentence that stands by itself
_LINE, _STOP, _QUESTION, _EXCLAMATION, _BLANK = (ord(character) for character in "\n.?! ")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def _is_letter(byte: Any) -> Any:
    return 97 <= byte <= 122 or 65 <= byte <= 90 or 48 <= byte <= 57 or byte >= 128 or byte == 39


@_jit
def _ends_here(data: Any, place: Any, end: Any) -> Any:
    """Whether a sentence ends with this byte."""
    byte = data[place]
    if byte == _LINE:
        return True
    if byte != _STOP and byte != _QUESTION and byte != _EXCLAMATION:
        return False
    return place + 1 == end or data[place + 1] <= _BLANK


@_jit
def count_ends(data: Any, starts: Any) -> Any:
    """How many places there are at which a sentence may end."""
    count = 0
    for i in range(len(starts) - 1):
        for place in range(starts[i], starts[i + 1]):
            count += _ends_here(data, place, starts[i + 1])
    return count


@_jit
def list_sentences(data: Any, starts: Any, owner: Any, begins: Any, words: Any) -> Any:
    """Write the text, the first byte and the words of each sentence; how many there are."""
    count = 0
    for i in range(len(starts) - 1):
        end, first = starts[i + 1], count
        if starts[i] == end:
            continue
        begin, said, inside = starts[i], 0, False
        for place in range(starts[i], end):
            letter = _is_letter(data[place])
            said += letter and not inside
            inside = letter
            if said >= _FEWEST_WORDS and _ends_here(data, place, end):
                owner[count], begins[count], words[count] = i, begin, said
                count += 1
                begin, said, inside = place + 1, 0, False
        if begin < end:
            if said < _FEWEST_WORDS and count > first:
                words[count - 1] += said
            else:
                owner[count], begins[count], words[count] = i, begin, said
                count += 1
    return count
