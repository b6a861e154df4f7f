"""Compiled loop that counts words of categories, in all sentences and in those of self-disclosure. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.wording.ngrams_kernels import letter as lower_letter

WORDS: Final = 0  # columns that come before those of the categories
SENTENCES: Final = 1
SELF: Final = 2  # sentences with a word of the first category and none of the second
OTHER: Final = 3  # sentences with a word of the second category
QUESTIONS: Final = 4
GENERAL: Final = 5

_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_STOP, _QUESTION, _EXCLAMATION, _APOSTROPHE = (ord(character) for character in ".?!'")

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def hash_word(word: Any) -> Any:
    """FNV-1a of the bytes of a word."""
    value = _FNV_START
    for byte in word:
        value = (value ^ np.uint64(byte)) * _FNV_PRIME
    return value


@_jit
def _categories(hashes: Any, members: Any, value: Any) -> Any:
    """The categories of a word as bits, 0 for a word that is not known."""
    at = np.searchsorted(hashes, value)
    return members[at] if at < len(hashes) and hashes[at] == value else 0


@_jit
def _end_sentence(counts: Any, own: Any, words: Any) -> None:
    """Add a sentence of some words to the counts of its text; ``own`` has its counts by category, and is emptied."""
    disclosed = own[0] > 0 and own[1] == 0
    counts[WORDS] += words
    counts[SENTENCES] += 1
    counts[SELF] += disclosed
    counts[OTHER] += own[1] > 0
    for c in range(len(own)):
        counts[GENERAL + c] += own[c]
        counts[GENERAL + len(own) + c] += disclosed and own[c] > 0
    own[:] = 0


@_jit
def count(data: Any, starts: Any, hashes: Any, members: Any, categories: Any, counts: Any) -> None:
    """Add up, for every text ``data[starts[i]:starts[i + 1]]``, general columns, categories, and categories in self-disclosure.

    ``hashes`` are those of the known words, ascending; bit c of ``members`` says that a word is of category c, and category 0 is
    the first person, 1 the second. ``counts`` is (texts, GENERAL + 2 · categories).
    """
    own = np.zeros(categories, np.int64)
    for i in range(len(starts) - 1):
        value, length, words = _FNV_START, 0, 0
        for place in range(starts[i], starts[i + 1]):  # the last byte is the separator, which ends word and sentence
            byte = data[place]
            letter = lower_letter(byte)
            if letter:
                value = (value ^ np.uint64(letter)) * _FNV_PRIME
                length += 1
                continue
            if byte == _APOSTROPHE:
                continue
            if length:
                words += 1
                known = _categories(hashes, members, value)
                for c in range(categories):
                    own[c] += (known >> c) & 1
                value, length = _FNV_START, 0
            counts[i, QUESTIONS] += byte == _QUESTION
            if words and (byte in (_STOP, _QUESTION, _EXCLAMATION) or place == starts[i + 1] - 1):
                _end_sentence(counts[i], own, words)
                words = 0
