"""Compiled loops that say what shows whether a run of words is a name of a person, place or organisation.

A run is judged by its own words and the two words on either side: by the classes that they belong to, their shapes and what
stands between them. Each such sign that holds is a *feature*, by number. Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any, Final, NamedTuple

import numba
import numpy as np

from pixel_assets.safety.identifiers.gazetteers import CLASSES
from pixel_assets.safety.identifiers.kernels.classes import WORDS
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
_LONGEST: Final = 5  # words of a run
SIGN_COUNT: Final = 28
ENDINGS: Final = 128


class Layout(NamedTuple):
    """Where the numbers of each kind of feature begin: an argument of the loops (see :mod:`.classes`)."""

    first: int  # classes of the first word of a run
    last: int
    any: int
    all: int
    before_2: int
    before_1: int
    after_1: int
    after_2: int
    gap_before: int
    gap_after: int
    length: int  # of a run, 0 to 5
    signs: int
    ending: int
    bias: int
    features: int  # how many there are


def layout_of(classes: int) -> Layout:
    """For so many classes of words."""
    sizes = (*[classes] * 8, 10, 11, _LONGEST + 1, SIGN_COUNT, ENDINGS, 1)
    return Layout(*accumulate(sizes, initial=0))


LAYOUT: Final = layout_of(len(CLASSES))
FEATURES: Final = LAYOUT.features
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
    words: Any, layout: Any, token: Any, stop: Any, cued: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any,
    gap: Any, out: Any,
) -> Any:  # fmt: skip
    """Write the numbers of the features that hold of a run into ``out``; returns how many there are."""
    count, total, text = 0, len(row), row[token]
    classes = layout.last - layout.first
    every, some = np.uint32(0xFFFFFFFF), np.uint32(0)
    for at in range(token, stop):
        every &= bits[at]
        some |= bits[at]
    last = stop - 1
    count = _put(bits[token], layout.first, classes, out, count)
    count = _put(bits[last], layout.last, classes, out, count)
    count = _put(some, layout.any, classes, out, count)
    count = _put(every, layout.all, classes, out, count)
    for distance in range(1, 3):
        at = token - distance
        if at >= 0 and row[at] == text:
            count = _put(bits[at], layout.before_1 if distance == 1 else layout.before_2, classes, out, count)
        at = last + distance
        if at < total and row[at] == text:
            count = _put(bits[at], layout.after_1 if distance == 1 else layout.after_2, classes, out, count)
    out[count] = layout.gap_before + gap[token]
    ends = stop >= total or row[stop] != text
    out[count + 1] = layout.gap_after + (10 if ends else gap[stop])
    out[count + 2] = layout.length + min(stop - token, _LONGEST)
    out[count + 3] = layout.bias
    count += 4
    return _signs(words, layout, token, stop, cued, ends, data, row, start, end, bits, shape, gap, out, count)


@_jit
def _put(classes: Any, base: Any, most: Any, out: Any, count: Any) -> Any:
    """Write a feature for each class that a word belongs to, of at most so many classes."""
    for number in range(most):
        if classes >> np.uint32(number) & np.uint32(1) and count < MOST - SIGN_COUNT - 8:
            out[count] = base + number
            count += 1
    return count


@_jit
def _signs(
    words: Any, layout: Any, token: Any, stop: Any, cued: Any, ends: Any, data: Any, row: Any, start: Any, end: Any, bits: Any,
    shape: Any, gap: Any, out: Any, count: Any,
) -> Any:  # fmt: skip
    last, text = stop - 1, row[token]
    unknown, upper, particle, hyphen, initial = 0, 0, False, False, False
    for at in range(token, stop):
        if bits[at] & (words.known | words.ordinary) == 0:
            unknown += 1
        if shape[at] & UPPER:
            upper += 1
        particle = particle or (bits[at] & words.particle != 0 and shape[at] & CAPITAL == 0)
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
    signs[12] = begins and bits[token] & words.ordinary != 0
    signs[13] = bits[token] & words.ordinary != 0 and size == 1
    signs[14] = bits[token] & words.common_given != 0 and bits[token] & words.ordinary == 0
    signs[15] = size > 1 and bits[token] & words.given != 0 and bits[last] & words.surname != 0
    signs[16] = size > 1 and bits[token] & words.given != 0 and bits[last] & words.ordinary == 0
    if not ends:
        signs[17] = shape[stop] & NUMBER != 0
        signs[18] = shape[stop] & CAPITAL != 0
        tail = end[stop] - start[stop] > 3 and data[end[stop] - 2] | 32 == 101 and data[end[stop] - 1] | 32 == 100
        signs[19] = tail and shape[stop] & CAPITAL == 0 and gap[stop] == BLANK
        signs[20] = begins and bits[stop] & words.verb != 0 and gap[stop] == BLANK
    before = token - 1
    if before >= 0 and row[before] == text:
        signs[21] = shape[before] & NUMBER != 0
        signs[22] = shape[before] & CAPITAL != 0
        signs[23] = bits[before] & words.title != 0 and gap[token] >= INITIAL
        signs[24] = bits[before] & words.kin != 0 and gap[token] == BLANK
        signs[25] = bits[before] & words.preposition != 0 and gap[token] == BLANK
        signs[26] = bits[before] & words.greeting != 0
    signs[27] = bits[token] & words.ordinary != 0 and not begins
    for number in range(SIGN_COUNT):
        if signs[number]:
            out[count] = layout.signs + number
            count += 1
    key = np.uint32(0)
    for at in range(max(start[last], end[last] - 3), end[last]):
        key = (key ^ np.uint32(data[at] | 32)) * _PRIME
    out[count] = layout.ending + (key >> np.uint32(20)) % ENDINGS
    return count + 1


def score(
    runs: Any, weights: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, probability: Any
) -> None:
    """Write the probability of every class for each run: the softmax of the summed weights of the features that hold."""
    _score(WORDS, LAYOUT, runs, weights, data, row, start, end, bits, shape, gap, probability)


@_jit
def _score(
    words: Any, layout: Any, runs: Any, weights: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any,
    probability: Any,
) -> None:  # fmt: skip
    out = np.empty(MOST, np.int32)
    kinds = weights.shape[1]
    for number in range(len(runs)):
        count = _active(
            words, layout, runs[number, 0], runs[number, 1], runs[number, 2], data, row, start, end, bits, shape, gap, out
        )
        for kind in range(kinds):
            total = np.float64(0)
            for at in range(count):
                total += weights[out[at], kind]
            probability[number, kind] = total
        top = probability[number].max()
        probability[number] = np.exp(probability[number] - top)
        probability[number] /= probability[number].sum()


def feature_rows(
    runs: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, places: Any, counts: Any
) -> None:
    """Write the features of every run, for fitting."""
    _feature_rows(WORDS, LAYOUT, runs, data, row, start, end, bits, shape, gap, places, counts)


@_jit
def _feature_rows(
    words: Any, layout: Any, runs: Any, data: Any, row: Any, start: Any, end: Any, bits: Any, shape: Any, gap: Any, places: Any,
    counts: Any,
) -> None:  # fmt: skip
    for number in range(len(runs)):
        counts[number] = _active(
            words,
            layout,
            runs[number, 0],
            runs[number, 1],
            runs[number, 2],
            data,
            row,
            start,
            end,
            bits,
            shape,
            gap,
            places[number],
        )
