"""Compiled loops over n-grams of folded texts: single words, pairs of words, and stretches of four bytes inside a word.

Importing this loads numba.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

_SENTENCE, _WHOLE = 0, 1  # columns of scores
FEWEST_WORDS: Final = 5  # a shorter text is taken for one of this length
_LONGEST: Final = 24  # bytes of a word that stretches are taken from
_STRETCH: Final = 4
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
BITS: Final = 18  # of the number of a bucket
_SHIFT: Final = np.uint64(64 - BITS)
_EDGE: Final = np.uint64(95)
_STOP, _QUESTION, _EXCLAMATION, _APOSTROPHE, _LINE = (ord(character) for character in ".?!'\n")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def letter(byte: Any) -> Any:
    """The letter in lower case, 0 for what is none; bytes of other scripts count as letters."""
    if 65 <= byte <= 90:
        return byte + 32
    return byte if 97 <= byte <= 122 or byte >= 128 else 0


@_jit
def _bucket(value: Any) -> Any:
    return np.int64((value * _MIX) >> _SHIFT)


@_jit
def _sentence(data: Any, place: Any, end: Any, buckets: Any) -> Any:
    """Write the buckets of the n-grams of the sentence that begins at ``place``; where it ends, how many, and its words."""
    count, words, length = 0, 0, 0
    value, before, last = _FNV_START, _EDGE, np.uint32(0)
    while place < end:
        byte = data[place]
        place += 1
        lower = letter(byte)
        if lower:
            value = (value ^ np.uint64(lower)) * _FNV_PRIME
            if length == 0:
                last = np.uint32(_EDGE)
            length += 1
            last = (last << np.uint32(8)) | np.uint32(lower)
            if _STRETCH - 1 <= length <= _LONGEST:
                buckets[count] = _bucket(np.uint64(last) + _FNV_PRIME)
                count += 1
            continue
        if byte == _APOSTROPHE:
            continue
        if length:
            if _STRETCH - 2 <= length <= _LONGEST:
                buckets[count] = _bucket(np.uint64((last << np.uint32(8)) | np.uint32(_EDGE)) + _FNV_PRIME)
                count += 1
            buckets[count] = _bucket(value)
            buckets[count + 1] = _bucket((before * _FNV_PRIME) ^ value)
            count, words = count + 2, words + 1
            before, value, length = value, _FNV_START, 0
        if words and byte in (_STOP, _QUESTION, _EXCLAMATION, _LINE):
            break
    if words:
        buckets[count] = _bucket((before * _FNV_PRIME) ^ _EDGE)
        count += 1
    return place, count, words


@_jit
def list_grams(data: Any, starts: Any, found: Any, ends: Any, words: Any) -> None:
    """The buckets of every text ``data[starts[i]:starts[i + 1]]`` one after another; ``ends`` gets where those of each end."""
    count = 0
    for i in range(len(starts) - 1):
        place = starts[i]
        while place < starts[i + 1]:
            place, more, said = _sentence(data, place, starts[i + 1], found[count:])
            count += more
            words[i] += said
        ends[i] = count


@_jit
def score(data: Any, starts: Any, rows: Any, weights: Any, scratch: Any, scores: Any) -> None:
    """Of the texts at ``rows``: the weight of the gravest sentence, and of all, by the root of the number of words.

    ``scratch`` has room for the n-grams of the longest text, three for each byte and three more.
    """
    for k in range(len(rows)):
        place, end = starts[rows[k]], starts[rows[k] + 1]
        all_words, total, best, seen = 0, 0, 0.0, False
        while place < end:
            place, count, words = _sentence(data, place, end, scratch)
            if not words:
                continue
            own = 0
            for j in range(count):
                own += weights[scratch[j]]
            grave = own / np.sqrt(max(words, FEWEST_WORDS))
            best = grave if not seen else max(best, grave)
            seen = True
            total += own
            all_words += words
        scores[k, _SENTENCE] = best
        scores[k, _WHOLE] = total / np.sqrt(max(all_words, FEWEST_WORDS))


@_jit
def sum_outputs(data: Any, starts: Any, rows: Any, weights: Any, scratch: Any, sums: Any, words: Any) -> None:
    """Of every text the sum of its buckets' weights, several a bucket, and its number of words.

    ``rows`` has the row of ``weights`` that belongs to each bucket, or -1; ``scratch`` is as for :func:`score`.
    """
    for i in range(len(starts) - 1):
        place, end = starts[i], starts[i + 1]
        while place < end:
            place, count, said = _sentence(data, place, end, scratch)
            words[i] += said
            for j in range(count):
                row = rows[scratch[j]]
                if row >= 0:
                    for k in range(weights.shape[1]):
                        sums[i, k] += weights[row, k]
