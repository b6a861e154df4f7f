"""The compiled loop behind the valence of texts. Importing this loads numba."""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
_FNV_START: Final = np.uint64(0xCBF29CE484222325)
_FNV_PRIME: Final = np.uint64(0x100000001B3)
_LETTERS: Final = np.array([chr(b) in "'-" or (b < 128 and chr(b).isalnum()) for b in range(256)], np.bool_)
_LOWER: Final = np.array([ord(chr(b).lower()) if b < 128 else b for b in range(256)], np.uint8)
_REACH: Final = 3  # words that a negation reaches
_NEGATED: Final = -0.74  # what VADER multiplies a negated valence by
_NORMAL: Final = 15.0  # alpha of VADER's normalisation


def word_hash(word: str) -> int:
    """Hash of a word in lower case, as the loop computes it (FNV-1a, 64 bits)."""
    value = int(_FNV_START)
    for byte in word.lower().encode():
        value = ((value ^ byte) * int(_FNV_PRIME)) & 0xFFFFFFFFFFFFFFFF
    return value


@_jit
def valences(data: Any, starts: Any, hashes: Any, values: Any, negations: Any, found: Any) -> None:
    """Valence of each text from -1 to 1 into ``found``; ``hashes`` and ``negations`` are sorted, ``values`` beside ``hashes``."""
    for row in range(len(starts) - 1):
        at, end = starts[row], starts[row + 1] - 1
        total, negated = 0.0, _REACH + 1
        while at < end:
            if not _LETTERS[data[at]]:
                at += 1
                continue
            value = _FNV_START
            while at < end and _LETTERS[data[at]]:
                value = (value ^ np.uint64(_LOWER[data[at]])) * _FNV_PRIME
                at += 1
            negated += 1
            place = np.searchsorted(negations, value)
            if place < len(negations) and negations[place] == value:
                negated = 0
                continue
            place = np.searchsorted(hashes, value)
            if place < len(hashes) and hashes[place] == value:
                total += values[place] * (_NEGATED if negated <= _REACH else 1.0)
        found[row] = total / np.sqrt(total * total + _NORMAL)


def sorted_hashes(words: list[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Sorted hashes of words, and the number of the word that each belongs to."""
    hashes = np.array([word_hash(word) for word in words], np.uint64)
    order = np.argsort(hashes, kind="stable")
    return hashes[order], order
