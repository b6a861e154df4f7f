"""Compiled loop that reads the form of texts: words, sentences, slips and noise. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.quality.features.kernels import _FNV_PRIME, _FNV_START, _ONE, _read
from pixel_assets.quality.fluency import form
from pixel_assets.quality.fluency import word_kernels as words
from pixel_assets.quality.fluency.sign_kernels import read_sign, stops


def _hash(word: str) -> np.uint64:
    """The hash of a word in small letters."""
    value = int(_FNV_START)
    for byte in word.encode():
        value = (value ^ byte) * int(_FNV_PRIME) % 2**64
    return np.uint64(value) | _ONE


_REMEMBERED: Final = 128  # sentences of one text that are compared with later ones
_FEWEST_AGAIN: Final = 3  # words of a sentence that should not be said twice
_SHOUTING: Final = 4
_BLANK: Final = 32
_A, _I, _Y = (ord(letter) for letter in "aiy")
_ARTICLES: Final = (_hash("a"), _hash("an"))

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
_inlined: Any = numba.njit(inline="always", boundscheck=False)  # what is given all tables: to count who holds them takes longer


@_jit
def read_form(data: Any, offsets: Any, which: Any, tables: Any, counts: Any, tally: Any) -> None:
    """Fill ``counts``, (len(which), COUNTED), with what stands in texts ``data[offsets[i]:offsets[i + 1]]`` for i in ``which``.

    ``tables`` are, in this order: keys and values of known words; keys and classes of frequent words; endings, packed, the
    longest first, and their sizes; by class and following class how much they stand together, in parts of STEP; hashes of
    words that take the other article than their first letter says. If ``tally`` has the shape of pairs, they are counted in it.
    """
    said, prefixes = np.zeros(_REMEMBERED, np.uint64), np.zeros(words.PREFIXES, np.uint64)
    keys, told = np.zeros(words.REMEMBERED, np.uint64), np.zeros((words.REMEMBERED, words.TOLD), np.int64)
    for row in range(len(which)):
        found, at, hashed = counts[row], np.zeros(form.NUMBERS, np.int64), np.full(form.HASHES, _FNV_START, np.uint64)
        at[form.CLOSED] = 1
        place, end = offsets[which[row]], offsets[which[row] + 1]
        while place < end:
            byte, lower, size = _read(data, place, end)
            if lower:
                begin, place = place, words.read_word(data, place, end, at, hashed, found)
                slot = words.slot_of(hashed[form.VALUE])
                if keys[slot] != hashed[form.VALUE]:
                    keys[slot] = hashed[form.VALUE]
                    words.tell(data, begin, place, keys[slot], prefixes, tables, told[slot])
                _end_word(told[slot], at, hashed, found, tables, tally)
                continue
            if byte != _BLANK:
                read_sign(data, place, end, np.int64(byte), at, hashed, found)
                if at[form.IN_SENTENCE] and stops(data, place, end, byte):
                    _end_sentence(at, hashed, said, found, tables, tally)
            at[form.LAST] = byte
            place += size
        if at[form.IN_SENTENCE]:
            _end_sentence(at, hashed, said, found, tables, tally)
        found[form.UNBALANCED] += at[form.BRACKETS] + at[form.QUOTES] % 2
        found[form.OPEN] = at[form.CLOSED] == 0 and found[form.WORDS] > 0


@_inlined
def _end_word(told: Any, at: Any, hashed: Any, found: Any, tables: Any, tally: Any) -> None:
    """Count a word, of which ``told`` is what its letters tell, and how it stands to the one before."""
    _, _, _, _, endings, _, pairs, other_article = tables
    word, first, capitals = hashed[form.VALUE], at[form.FIRST], at[form.CAPITALS]
    letters, length = told[words.LETTERS], told[words.LENGTH]
    begins = at[form.IN_SENTENCE] == 0
    if begins:
        at[form.IN_SENTENCE] = 1
        found[form.SENTENCES] += 1
        found[form.SMALL] += 97 <= first <= 122
    own, is_known = told[words.OWN_CLASS], told[words.KNOWN] or at[form.APOSTROPHE] > 0
    is_frequent = own >= form.FIRST_ENDING + len(endings)
    if not begins and capitals == 1 and 65 <= first <= 90 and not is_frequent and own != form.NUMBER:
        own, is_known = form.NAME, True
    found[form.WORDS] += 1
    found[form.SYLLABLES] += told[words.SYLLABLES]
    found[form.LETTER_RUNS] += told[words.RUNS]
    found[form.UNKNOWN] += not is_known
    found[form.NAMED] += is_frequent
    found[form.DOUBLED] += word == hashed[form.BEFORE] and letters > 1
    found[form.SMALL_I] += length == 1 and first == _I
    found[form.SHOUTED] += capitals >= _SHOUTING and capitals == letters
    if at[form.ARTICLE] and letters == length > 1 and (capitals <= 1 or capitals < letters):
        sounds = words.VOWELS[first | 32] and first | 32 != _Y
        for k in range(len(other_article)):
            sounds ^= word == other_article[k]
        found[form.ARTICLES] += sounds != (at[form.ARTICLE] == 2)
    at[form.ARTICLE] = 0
    if word in _ARTICLES and (not begins or first == _A - 32):
        at[form.ARTICLE] = length
    _pair(at[form.CLASS], own, found, pairs, tally)
    at[form.CLASS], hashed[form.BEFORE] = own, word
    hashed[form.SENTENCE] = (hashed[form.SENTENCE] ^ word) * _FNV_PRIME
    at[form.SENTENCE_WORDS] += 1


@_inlined
def _pair(before: Any, own: Any, found: Any, pairs: Any, tally: Any) -> None:
    together = pairs[before, own]
    found[form.PAIRS] += 1
    found[form.TOGETHER] += together
    found[form.ODD_PAIRS] += together <= form.ODD
    if tally.shape[0] == pairs.shape[0]:
        tally[before, own] += 1


@_inlined
def _end_sentence(at: Any, hashed: Any, said: Any, found: Any, tables: Any, tally: Any) -> None:
    """Count the end of a sentence, and the sentence if the text has said it before."""
    _pair(at[form.CLASS], form.BOUNDARY, found, tables[6], tally)
    if at[form.SENTENCE_WORDS] >= _FEWEST_AGAIN:
        again = False
        for k in range(min(at[form.SAID], _REMEMBERED)):
            again = again or said[k] == hashed[form.SENTENCE]
        found[form.AGAIN] += at[form.SENTENCE_WORDS] if again else 0
        if at[form.SAID] < _REMEMBERED:
            said[at[form.SAID]] = hashed[form.SENTENCE]
            at[form.SAID] += 1
    at[form.CLASS], at[form.IN_SENTENCE], at[form.SENTENCE_WORDS], at[form.ARTICLE] = form.BOUNDARY, 0, 0, 0
    hashed[form.SENTENCE] = _FNV_START
