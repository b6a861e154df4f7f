"""Compiled loops behind the measures over texts. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

# How a text ends
PROPER: Final = 0
UNMARKED: Final = 1  # after a letter or digit
OPEN: Final = 2  # after a sign after which something follows
DOTS: Final = 3  # after three dots

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_LETTER, _DIGIT, _CODE = 1, 2, 4
_KINDS: Final = np.zeros(256, np.uint8)
_KINDS[[b for b in range(256) if b > 127 or chr(b).isalpha()]] |= _LETTER
_KINDS[48:58] |= _DIGIT
_KINDS[[b for b in range(128) if chr(b).isalnum() or chr(b) in "+/=_-"]] |= _CODE
_LOWER: Final = np.array([ord(chr(b).lower()) if b < 128 else b for b in range(256)], np.uint8)
_END_MARKS: Final = np.array([chr(b) in ".!?" for b in range(256)], np.bool_)
_OPEN_MARKS: Final = np.array([chr(b) in ",;:-([/&" for b in range(256)], np.bool_)


@_jit
def find_endings(data: Any, starts: Any, rows: Any, long_reply: Any, longest_tail: Any, found: Any, ends: Any) -> None:
    """How each row ends, and its tail after the last end mark; rows that are short or use no end marks are proper."""
    for k in range(len(rows)):
        start, end = starts[rows[k]], starts[rows[k] + 1] - 1
        while end > start and data[end - 1] == 32:
            end -= 1
        if end - start < long_reply:
            continue
        last = data[end - 1]
        if last == 46 and data[end - 2] == 46 and data[end - 3] == 46:
            ends[k] = DOTS
        elif _OPEN_MARKS[last]:
            ends[k] = OPEN
        elif last < 128 and _KINDS[last] & (_LETTER | _DIGIT):
            ends[k] = UNMARKED
        else:
            continue
        at = end
        while at > start and data[at - 1] == 46:
            at -= 1
        while at > start and not (_END_MARKS[data[at - 1]] and data[at] == 32):
            at -= 1
        if at == start and ends[k] == UNMARKED:
            ends[k] = PROPER
            continue
        first = max(at, end - longest_tail)
        while at < first < end and data[first - 1] != 32:  # not in the middle of a word
            first += 1
        first = at if first == end else first
        while first < end and data[first] == 32:
            first += 1
        found[k, 0], found[k, 1] = first, end


@_jit
def find_loops(data: Any, starts: Any, rows: Any, run: Any, fewest: Any, share: Any, found: Any) -> None:
    """Where each row repeats its own runs of ``run`` words, if at least ``share`` of them were there before."""
    words, places = np.empty(1024, np.uint64), np.empty((1024, 2), np.int64)
    table, taken = np.empty(4096, np.uint64), np.zeros(4096, np.int64)
    round_number = 0
    for k in range(len(rows)):
        start, end = starts[rows[k]], starts[rows[k] + 1] - 1
        if end - start < 2 * fewest:
            continue
        if (end - start) // 2 + 1 > len(words):
            size = 2 * ((end - start) // 2 + 1)
            words, places = np.empty(size, np.uint64), np.empty((size, 2), np.int64)
            room = 4096
            while room < 2 * size:
                room *= 2
            table, taken, round_number = np.empty(room, np.uint64), np.zeros(room, np.int64), 0
        count = _read_words(data, start, end, words, places)
        if count < fewest:
            continue
        round_number += 1
        again, first, last = 0, -1, -1
        for i in range(count - run + 1):
            key = _FNV_START
            for j in range(run):
                key = (key ^ words[i + j]) * _FNV_PRIME
            slot = np.int64((key ^ (key >> np.uint64(29))) & np.uint64(len(table) - 1))
            while taken[slot] == round_number and table[slot] != key:
                slot = (slot + 1) & (len(table) - 1)
            if taken[slot] == round_number:
                again += 1
                first = i if first < 0 else first
                last = i + run - 1
            table[slot], taken[slot] = key, round_number
        if again >= share * (count - run + 1):
            found[k, 0], found[k, 1] = places[first, 0], places[last, 1]


@_jit
def _read_words(data: Any, start: Any, end: Any, words: Any, places: Any) -> Any:
    """Hash and place of each word, whatever its case; gives their number."""
    count = 0
    at = start
    while at < end:
        if not _KINDS[data[at]] & (_LETTER | _DIGIT):
            at += 1
            continue
        first, key = at, _FNV_START
        while at < end and (_KINDS[data[at]] & (_LETTER | _DIGIT) or data[at] == 39):
            key = (key ^ np.uint64(_LOWER[data[at]])) * _FNV_PRIME
            at += 1
        words[count], places[count, 0], places[count, 1] = key, first, at
        count += 1
    return count


@_jit
def hash_texts(data: Any, starts: Any, rows: Any, keys: Any) -> None:
    """For each row, the hash of its bytes that are no blanks, in lower case, and how many they are."""
    for k in range(len(rows)):
        key, count = _FNV_START, 0
        for at in range(starts[rows[k]], starts[rows[k] + 1] - 1):
            if data[at] != 32:
                key = (key ^ np.uint64(_LOWER[data[at]])) * _FNV_PRIME
                count += 1
        keys[k, 0], keys[k, 1] = key, count


@_jit
def find_blobs(data: Any, starts: Any, longest_hex: Any, longest_code: Any, longest_word: Any, entropy: Any, found: Any) -> None:
    """The first run of encoded data in each text; its end is 0 where there is none."""
    counts = np.zeros(256, np.int64)
    for row in range(len(found)):
        at, end = starts[row], starts[row + 1] - 1
        while at < end:
            if data[at] == 32:
                at += 1
                continue
            word_end, first = at, at
            foreign = False
            while word_end < end and data[word_end] != 32:
                foreign |= data[word_end] >= 128
                word_end += 1
            if word_end - at >= longest_hex:
                code, code_end = at, at
                while code < word_end:
                    code_end = code
                    while code_end < word_end and data[code_end] < 128 and _KINDS[data[code_end]] & _CODE:
                        code_end += 1
                    if _is_code(data, code, code_end, longest_hex, longest_code, entropy, counts):
                        found[row, 0], found[row, 1] = code, code_end
                        break
                    code = code_end + 1
                if not found[row, 1] and word_end - first >= longest_word and not foreign:
                    found[row, 0], found[row, 1] = first, word_end
                if found[row, 1]:
                    break
            at = word_end


@_jit
def _is_code(data: Any, start: Any, end: Any, longest_hex: Any, longest_code: Any, entropy: Any, counts: Any) -> Any:
    """Whether a run is long enough and mixed as hexadecimal or base64 data is."""
    length = end - start
    if length < longest_hex:
        return False
    counts[:] = 0
    for at in range(start, end):
        counts[data[at]] += 1
    digits, capitals, small = counts[48:58].sum(), counts[65:91].sum(), counts[97:123].sum()
    of_hex = digits + counts[65:71].sum() + counts[97:103].sum()
    if of_hex == length:
        return 0 < digits < length and capitals * small == 0
    if length < longest_code or digits == 0 or capitals == 0 or small == 0:
        return False
    bits = 0.0
    for byte in range(256):
        if counts[byte]:
            bits -= counts[byte] / length * np.log2(counts[byte] / length)
    return bits >= entropy
