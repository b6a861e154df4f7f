"""Compiled loops that pick the runs of words which may be a name. Importing this loads numba, so it is imported late."""

from __future__ import annotations

from typing import Any, Final

import numba

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
    OTHER_SCRIPT,
    POSSESSIVE,
    SENTENCE,
    START,
    UPPER,
)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
_LONGEST: Final = 5


def candidates(data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, found: Any) -> int:
    """Write first word, word after the last, and whether a cue of speech introduces each run; returns how many there are."""
    return int(_candidates(WORDS, data, row, start, end, bits, shape, gap, found))


@_jit
def _candidates(words: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, found: Any) -> Any:
    count, token, total = 0, 0, len(row)
    while token < total:
        cued = _introduced(token, row, bits, gap, data, start, end)
        if not _may_begin(words, token, total, bits, shape, gap, cued, row):
            token += 1
            continue
        stop = _run_end(words, token, total, row, bits, shape, gap)
        first = _trimmed(words, token, stop, bits, shape, gap)
        if _worth(words, first, stop, bits, shape, cued, row, gap):
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
def _is_initial(words: Any, token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    """Whether a single capital stands for a name: before a dot and a capital, or between two words with capitals."""
    ahead, before = token + 1, token - 1
    if ahead >= total or row[ahead] != row[token] or shape[ahead] & CAPITAL == 0 or bits[ahead] & words.stop:
        return False
    if gap[ahead] == INITIAL:
        return True
    between = (
        before >= 0
        and row[before] == row[token]
        and shape[before] & CAPITAL
        and bits[before] & (words.stop | words.greeting) == 0
    )
    return between and gap[token] == BLANK and gap[ahead] == BLANK and bits[before] & words.name != 0


@_jit
def _is_stop(words: Any, token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    if shape[token] & LETTER and shape[token] & CAPITAL and _is_initial(words, token, total, bits, shape, gap, row):
        return False
    if bits[token] & words.stop:
        return True
    if bits[token] & words.soft_stop == 0 or bits[token] & words.common_given:
        return False
    if bits[token] & words.title and bits[token] & words.name and shape[token] & UPPER == 0:
        following = token + 1
        joined = following < total and row[following] == row[token] and gap[following] >= HYPHEN and shape[following] & CAPITAL
        return joined != 0
    return True


@_jit
def _may_begin(words: Any, token: Any, total: Any, bits: Any, shape: Any, gap: Any, cued: Any, row: Any) -> Any:
    if shape[token] & DIGIT:
        return False
    if _is_stop(words, token, total, bits, shape, gap, row):
        return False
    if shape[token] & CAPITAL:
        return shape[token] & LETTER == 0 or (token + 1 < total and gap[token + 1] == INITIAL and shape[token + 1] & CAPITAL != 0)
    if shape[token] & OTHER_SCRIPT:
        return bits[token] & words.known != 0
    if cued:
        return bits[token] & words.ordinary == 0 or bits[token] & words.name != 0
    if bits[token] & words.common_given and bits[token] & (words.ordinary | words.country) == 0:
        return True
    return bits[token] & words.given != 0 and _surname_follows(words, token, total, bits, shape, gap, row)


@_jit
def _surname_follows(words: Any, token: Any, total: Any, bits: Any, shape: Any, gap: Any, row: Any) -> Any:
    """Whether a surname that is no ordinary word comes next, after one initial at most, all in small letters."""
    ahead = token + 1
    if (
        ahead < total
        and row[ahead] == row[token]
        and shape[ahead] & LETTER
        and gap[ahead] >= HYPHEN
        and bits[ahead] & words.stop == 0
    ):
        ahead += 1
    if ahead >= total or row[ahead] != row[token] or gap[ahead] < HYPHEN or shape[ahead] & CAPITAL:
        return False
    return bits[ahead] & words.surname != 0 and bits[ahead] & (words.ordinary | words.stop) == 0


@_jit
def _run_end(words: Any, token: Any, total: Any, row: Any, bits: Any, shape: Any, gap: Any) -> Any:
    """The word after the last of the run that begins here."""
    stop = token + 1
    lower = shape[token] & CAPITAL == 0
    while stop < total and stop - token < _LONGEST and row[stop] == row[token]:
        if gap[stop] != BLANK and gap[stop] != HYPHEN and gap[stop] != INITIAL:
            break
        if lower:
            if shape[stop] & CAPITAL:
                break
            plain = bits[stop] & words.name != 0 and bits[stop] & (words.ordinary | words.stop) == 0
            if plain or (
                shape[stop] & LETTER
                and bits[stop] & words.stop == 0
                and _surname_follows(words, stop, total, bits, shape, gap, row)
            ):
                stop += 1
                continue
            break
        if shape[stop - 1] & POSSESSIVE:
            break
        if shape[stop] & CAPITAL and shape[stop] & DIGIT == 0 and not _is_stop(words, stop, total, bits, shape, gap, row):
            stop += 1
            continue
        if bits[stop] & words.particle and shape[stop] & CAPITAL == 0:  # van der Berg
            ahead = stop + 1
            if ahead < total and bits[ahead] & words.particle and shape[ahead] & CAPITAL == 0:
                ahead += 1
            if ahead < total and row[ahead] == row[token] and gap[ahead] >= HYPHEN and shape[ahead] & CAPITAL:
                stop = ahead + 1
                continue
        if shape[stop] & OTHER_SCRIPT and shape[token] & OTHER_SCRIPT and bits[stop] & words.name:
            stop += 1
            continue
        break
    return stop


@_jit
def _trimmed(words: Any, token: Any, stop: Any, bits: Any, shape: Any, gap: Any) -> Any:
    """Where the run begins without the ordinary word that only its place in the sentence makes a capital."""
    begins = gap[token] == START or gap[token] == LINE or gap[token] == SENTENCE or gap[token] == COLON
    if stop - token < 2 or not begins or shape[token] & UPPER:
        return token
    if bits[token] & words.ordinary and bits[token] & (words.common_given | words.place | words.surname) == 0:
        return token + 1
    if bits[token] & words.ordinary and bits[token] & words.common_given == 0 and bits[token + 1] & words.common_given:
        return token + 1
    return token


@_jit
def _worth(words: Any, token: Any, stop: Any, bits: Any, shape: Any, cued: Any, row: Any, gap: Any) -> Any:
    """Whether any word of the run is more than an ordinary word, or the context says that a name must follow."""
    for at in range(token, stop):
        if bits[at] & words.known or bits[at] & words.ordinary == 0 or bits[at] & words.organisation:
            return True
    if cued:
        return True
    before = token - 1
    return (
        before >= 0
        and row[before] == row[token]
        and bits[before] & (words.title | words.greeting | words.introduction) != 0
        and gap[token] >= COLON
    )
