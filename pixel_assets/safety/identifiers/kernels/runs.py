"""Compiled loops that pick the runs of words which may be a name. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.safety.identifiers.gazetteers import BIT
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
    OTHER_SCRIPT,
    POSSESSIVE,
    SENTENCE,
    START,
    UPPER,
)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


def _bits(*names: str) -> np.uint32:
    return np.uint32(sum(BIT[name] for name in names))


_GIVEN, _COMMON_GIVEN, _SURNAME = _bits("given"), _bits("given_common"), _bits("surname")
_NAME: Final = _bits("given", "surname")
_PLACE: Final = _bits("city", "region", "country")
_COUNTRY: Final = _bits("country")
_KNOWN: Final = _bits("given", "surname", "city", "region", "country")
_ORDINARY: Final = _bits("common", "word")
_STOP: Final = _bits("function", "not_name", "unit", "number_word", "foreign")
_SOFT_STOP: Final = _bits("title", "greeting", "calendar", "nationality", "suffix", "kin")
_PARTICLE, _TITLE, _GREETING = _bits("particle"), _bits("title"), _bits("greeting")
_INTRODUCTION, _KIN, _ORGANISATION = _bits("introduction"), _bits("kin"), _bits("organisation")
_LONGEST: Final = 5


@_jit
def candidates(data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, found: Any) -> Any:
    """Write first word, word after the last, and whether a cue of speech introduces each run; returns how many there are."""
    count, token, total = 0, 0, len(row)
    while token < total:
        cued = _introduced(token, row, bits, gap, data, start, end)
        if not _may_begin(token, total, bits, shape, gap, cued, row):
            token += 1
            continue
        stop = _run_end(token, total, row, bits, shape, gap)
        first = _trimmed(token, stop, bits, shape, gap)
        if _worth(first, stop, bits, shape, cued, row, gap):
            found[count, 0], found[count, 1], found[count, 2] = first, stop, 1 if cued else 0
            count += 1
        token = stop
    return count


@_jit
def _introduced(token: Any, row: Any, bits: Any, gap: Any, data: Any, start: Any, end: Any) -> Any:
    """Whether "name is", "named", "called" or the like stands right before."""
    before = token - 1
    if before < 0 or row[before] != row[token] or gap[token] == SENTENCE or gap[token] == COMMA or gap[token] == LINE:
        return False
    length = end[before] - start[before]
    if length == 2 and data[start[before]] | 32 == 105 and data[start[before] + 1] | 32 == 115:  # is
        before -= 1
    elif (
        length == 2 and data[start[before]] | 32 == 109 and data[start[before] + 1] | 32 == 101 and gap[before] != SENTENCE
    ):  # call me
        before -= 1
        length = end[before] - start[before]
        return before >= 0 and row[before] == row[token] and length == 4 and _spells_call(data, start[before])
    if before < 0 or row[before] != row[token]:
        return False
    length = end[before] - start[before]
    if length == 5 and data[start[before]] | 32 == 110 and data[start[before] + 4] | 32 == 100:  # named
        return True
    if length != 4:
        return False
    at = start[before]
    is_name = data[at] | 32 == 110 and data[at + 1] | 32 == 97 and data[at + 2] | 32 == 109 and data[at + 3] | 32 == 101
    return is_name and (before + 1 < token or gap[token] == COLON or shape_possessive(data, end[before]))


@_jit
def shape_possessive(data: Any, at: Any) -> Any:
    return at + 1 < len(data) and data[at] == 39 and data[at + 1] | 32 == 115


@_jit
def _spells_call(data: Any, at: Any) -> Any:
    return data[at] | 32 == 99 and data[at + 1] | 32 == 97 and data[at + 2] | 32 == 108 and data[at + 3] | 32 == 108


@_jit
def _is_initial(token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    """Whether a single capital stands for a name: before a dot and a capital, or between two words with capitals."""
    ahead, before = token + 1, token - 1
    if ahead >= total or row[ahead] != row[token] or shape[ahead] & CAPITAL == 0 or bits[ahead] & _STOP:
        return False
    if gap[ahead] == INITIAL:
        return True
    between = before >= 0 and row[before] == row[token] and shape[before] & CAPITAL and bits[before] & (_STOP | _GREETING) == 0
    return between and gap[token] == BLANK and gap[ahead] == BLANK and bits[before] & _NAME != 0


@_jit
def _is_stop(token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    if shape[token] & LETTER and shape[token] & CAPITAL and _is_initial(token, total, bits, shape, gap, row):
        return False
    if bits[token] & _STOP:
        return True
    if bits[token] & _SOFT_STOP == 0 or bits[token] & _COMMON_GIVEN:
        return False
    if bits[token] & _TITLE and bits[token] & _NAME and shape[token] & UPPER == 0:
        following = token + 1
        joined = following < total and row[following] == row[token] and gap[following] >= HYPHEN and shape[following] & CAPITAL
        return joined != 0
    return True


@_jit
def _may_begin(token: Any, total: Any, bits: Any, shape: Any, gap: Any, cued: Any, row: Any) -> Any:
    if shape[token] & DIGIT:
        return False
    if _is_stop(token, total, bits, shape, gap, row):
        return False
    if shape[token] & CAPITAL:
        return shape[token] & LETTER == 0 or (token + 1 < total and gap[token + 1] == INITIAL and shape[token + 1] & CAPITAL != 0)
    if shape[token] & OTHER_SCRIPT:
        return bits[token] & _KNOWN != 0
    if cued:
        return bits[token] & _ORDINARY == 0 or bits[token] & _NAME != 0
    if bits[token] & _COMMON_GIVEN and bits[token] & (_ORDINARY | _COUNTRY) == 0:
        return True
    return bits[token] & _GIVEN != 0 and _surname_follows(token, total, bits, shape, gap, row)


@_jit
def _surname_follows(token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    """Whether a surname that is no ordinary word comes next, after one initial at most, all in small letters."""
    ahead = token + 1
    if ahead < total and row[ahead] == row[token] and shape[ahead] & LETTER and gap[ahead] >= HYPHEN and bits[ahead] & _STOP == 0:
        ahead += 1
    if ahead >= total or row[ahead] != row[token] or gap[ahead] < HYPHEN or shape[ahead] & CAPITAL:
        return False
    return bits[ahead] & _SURNAME != 0 and bits[ahead] & (_ORDINARY | _STOP) == 0


@_jit
def _run_end(token: Any, total: Any, row: Any, bits: Any, shape: Any, gap: Any) -> Any:
    """The word after the last of the run that begins here."""
    stop = token + 1
    lower = shape[token] & CAPITAL == 0
    while stop < total and stop - token < _LONGEST and row[stop] == row[token]:
        if gap[stop] != BLANK and gap[stop] != HYPHEN and gap[stop] != INITIAL:
            break
        if lower:
            if shape[stop] & CAPITAL:
                break
            plain = bits[stop] & _NAME != 0 and bits[stop] & (_ORDINARY | _STOP) == 0
            if plain or (
                shape[stop] & LETTER and bits[stop] & _STOP == 0 and _surname_follows(stop, total, bits, shape, gap, row)
            ):
                stop += 1
                continue
            break
        if shape[stop - 1] & POSSESSIVE:
            break
        if shape[stop] & CAPITAL and shape[stop] & DIGIT == 0 and not _is_stop(stop, total, bits, shape, gap, row):
            stop += 1
            continue
        if bits[stop] & _PARTICLE and shape[stop] & CAPITAL == 0:  # van der Berg
            ahead = stop + 1
            if ahead < total and bits[ahead] & _PARTICLE and shape[ahead] & CAPITAL == 0:
                ahead += 1
            if ahead < total and row[ahead] == row[token] and gap[ahead] >= HYPHEN and shape[ahead] & CAPITAL:
                stop = ahead + 1
                continue
        if shape[stop] & OTHER_SCRIPT and shape[token] & OTHER_SCRIPT and bits[stop] & _NAME:
            stop += 1
            continue
        break
    return stop


@_jit
def _trimmed(token: Any, stop: Any, bits: Any, shape: Any, gap: Any) -> Any:
    """Where the run begins without the ordinary word that only its place in the sentence makes a capital."""
    begins = gap[token] == START or gap[token] == LINE or gap[token] == SENTENCE or gap[token] == COLON
    if stop - token < 2 or not begins or shape[token] & UPPER:
        return token
    if bits[token] & _ORDINARY and bits[token] & (_COMMON_GIVEN | _PLACE | _SURNAME) == 0:
        return token + 1
    if bits[token] & _ORDINARY and bits[token] & _COMMON_GIVEN == 0 and bits[token + 1] & _COMMON_GIVEN:
        return token + 1
    return token


@_jit
def _worth(token: Any, stop: Any, bits: Any, shape: Any, cued: Any, row: Any, gap: Any) -> Any:
    """Whether any word of the run is more than an ordinary word, or the context says that a name must follow."""
    for at in range(token, stop):
        if bits[at] & _KNOWN or bits[at] & _ORDINARY == 0 or bits[at] & _ORGANISATION:
            return True
    if cued:
        return True
    before = token - 1
    return (
        before >= 0
        and row[before] == row[token]
        and bits[before] & (_TITLE | _GREETING | _INTRODUCTION) != 0
        and gap[token] >= COLON
    )
