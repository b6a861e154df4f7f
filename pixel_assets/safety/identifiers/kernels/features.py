"""Compiled loops that say what shows whether a run of words is a name of a person, place or organisation.

A run is judged by its own words and the two words on either side: by the classes that they belong to, their shapes and what
stands between them. Each such sign that holds is a *feature*, by number. Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.safety.identifiers.gazetteers import BIT, CLASSES
from pixel_assets.safety.identifiers.tokens import (
    BLANK,
    CAPITAL,
    HYPHEN,
    INITIAL,
    LETTER,
    LINE,
    NUMBER,
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
_VERB, _PREPOSITION = _bits("person_verb"), _bits("place_preposition")
_LONGEST: Final = 5

# Features
CLASS_COUNT: Final = len(CLASSES)
FIRST, LAST, ANY, ALL, BEFORE_2, BEFORE_1, AFTER_1, AFTER_2 = (number * CLASS_COUNT for number in range(8))
GAP_BEFORE: Final = 8 * CLASS_COUNT
GAP_AFTER: Final = GAP_BEFORE + 10
LENGTH: Final = GAP_AFTER + 11  # 1 to 5
SIGNS: Final = LENGTH + _LONGEST + 1
SIGN_COUNT: Final = 28
ENDING: Final = SIGNS + SIGN_COUNT
ENDINGS: Final = 128
BIAS: Final = ENDING + ENDINGS
FEATURES: Final = BIAS + 1
MOST: Final = 160  # features that may hold of one run
_PRIME: Final = np.uint32(2654435761)
_SIGN_NAMES: Final = (
    "introduced", "small", "all_unknown", "some_unknown", "all_upper", "acronym", "particle", "hyphen", "initial", "possessive",
    "begins", "begins_unknown", "begins_ordinary", "one_ordinary", "known_given", "given_surname", "given_unknown", "then_number",
    "then_capital", "then_past_tense", "begins_then_verb", "after_number", "after_capital", "after_title", "after_kin",
    "after_place_preposition", "after_greeting", "inside_ordinary",
)  # fmt: skip


def names() -> list[str]:
    """What the features are called, by number."""
    places = ("first", "last", "any", "all", "before_2", "before_1", "after_1", "after_2")
    return [
        *(f"{place}.{name}" for place in places for name in CLASSES), *(f"gap_before.{gap}" for gap in range(10)),
        *(f"gap_after.{gap}" for gap in range(11)), *(f"length.{words}" for words in range(_LONGEST + 1)),
        *(f"sign.{name}" for name in _SIGN_NAMES), *(f"ending.{number}" for number in range(ENDINGS)), "bias",
    ]  # fmt: skip


@_jit
def _active(
    token: Any, stop: Any, cued: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, out: Any
) -> Any:
    """Write the numbers of the features that hold of a run into ``out``; returns how many there are."""
    count, total, text = 0, len(row), row[token]
    every, some = np.uint32(0xFFFFFFFF), np.uint32(0)
    for at in range(token, stop):
        every &= bits[at]
        some |= bits[at]
    last = stop - 1
    count = _put(bits[token], FIRST, out, count)
    count = _put(bits[last], LAST, out, count)
    count = _put(some, ANY, out, count)
    count = _put(every, ALL, out, count)
    for distance in range(1, 3):
        at = token - distance
        if at >= 0 and row[at] == text:
            count = _put(bits[at], BEFORE_1 if distance == 1 else BEFORE_2, out, count)
        at = last + distance
        if at < total and row[at] == text:
            count = _put(bits[at], AFTER_1 if distance == 1 else AFTER_2, out, count)
    out[count] = GAP_BEFORE + gap[token]
    ends = stop >= total or row[stop] != text
    out[count + 1] = GAP_AFTER + (10 if ends else gap[stop])
    out[count + 2] = LENGTH + min(stop - token, _LONGEST)
    out[count + 3] = BIAS
    count += 4
    return _signs(token, stop, cued, ends, data, row, start, end, bits, shape, gap, out, count)


@_jit
def _put(classes: Any, base: Any, out: Any, count: Any) -> Any:
    for number in range(CLASS_COUNT):
        if classes >> np.uint32(number) & np.uint32(1) and count < MOST - SIGN_COUNT - 8:
            out[count] = base + number
            count += 1
    return count


@_jit
def _signs(
    token: Any, stop: Any, cued: Any, ends: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any,
    out: Any, count: Any,
) -> Any:  # fmt: skip
    last, text = stop - 1, row[token]
    unknown, upper, particle, hyphen, initial = 0, 0, False, False, False
    for at in range(token, stop):
        if bits[at] & (_KNOWN | _ORDINARY) == 0:
            unknown += 1
        if shape[at] & UPPER:
            upper += 1
        particle = particle or (bits[at] & _PARTICLE != 0 and shape[at] & CAPITAL == 0)
        hyphen = hyphen or (at > token and gap[at] == HYPHEN)
        initial = initial or (shape[at] & LETTER != 0)
    size = stop - token
    begins = gap[token] == START or gap[token] == LINE or gap[token] == SENTENCE
    signs = np.zeros(SIGN_COUNT, np.uint8)
    signs[0] = cued
    signs[1] = shape[token] & CAPITAL == 0
    signs[2] = unknown == size
    signs[3] = unknown > 0
    signs[4] = upper == size
    signs[5] = upper == size and size == 1 and end[token] - start[token] <= 5
    signs[6] = particle
    signs[7] = hyphen
    signs[8] = initial
    signs[9] = shape[last] & POSSESSIVE != 0
    signs[10] = begins
    signs[11] = begins and unknown == size
    signs[12] = begins and bits[token] & _ORDINARY != 0
    signs[13] = bits[token] & _ORDINARY != 0 and size == 1
    signs[14] = bits[token] & _COMMON_GIVEN != 0 and bits[token] & _ORDINARY == 0
    signs[15] = size > 1 and bits[token] & _GIVEN != 0 and bits[last] & _SURNAME != 0
    signs[16] = size > 1 and bits[token] & _GIVEN != 0 and bits[last] & _ORDINARY == 0
    if not ends:
        signs[17] = shape[stop] & NUMBER != 0
        signs[18] = shape[stop] & CAPITAL != 0
        tail = end[stop] - start[stop] > 3 and data[end[stop] - 2] | 32 == 101 and data[end[stop] - 1] | 32 == 100
        signs[19] = tail and shape[stop] & CAPITAL == 0 and gap[stop] == BLANK
        signs[20] = begins and bits[stop] & _VERB != 0 and gap[stop] == BLANK
    before = token - 1
    if before >= 0 and row[before] == text:
        signs[21] = shape[before] & NUMBER != 0
        signs[22] = shape[before] & CAPITAL != 0
        signs[23] = bits[before] & _TITLE != 0 and gap[token] >= INITIAL
        signs[24] = bits[before] & _KIN != 0 and gap[token] == BLANK
        signs[25] = bits[before] & _PREPOSITION != 0 and gap[token] == BLANK
        signs[26] = bits[before] & _GREETING != 0
    signs[27] = bits[token] & _ORDINARY != 0 and not begins
    for number in range(SIGN_COUNT):
        if signs[number]:
            out[count] = SIGNS + number
            count += 1
    key = np.uint32(0)
    for at in range(max(start[last], end[last] - 3), end[last]):
        key = (key ^ np.uint32(data[at] | 32)) * _PRIME
    out[count] = ENDING + (key >> np.uint32(20)) % ENDINGS
    return count + 1


@_jit
def score(
    runs: Any, weights: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, probability: Any
) -> None:
    """Write the probability of every class for each run: the softmax of the summed weights of the features that hold."""
    out = np.empty(MOST, np.int32)
    kinds = weights.shape[1]
    for number in range(len(runs)):
        count = _active(runs[number, 0], runs[number, 1], runs[number, 2], data, row, start, end, bits, shape, gap, out)
        for kind in range(kinds):
            total = np.float64(0)
            for at in range(count):
                total += weights[out[at], kind]
            probability[number, kind] = total
        top = probability[number].max()
        probability[number] = np.exp(probability[number] - top)
        probability[number] /= probability[number].sum()


@_jit
def feature_rows(
    runs: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, places: Any, counts: Any
) -> None:
    """Write the features of every run, for fitting."""
    for number in range(len(runs)):
        counts[number] = _active(
            runs[number, 0], runs[number, 1], runs[number, 2], data, row, start, end, bits, shape, gap, places[number]
        )
