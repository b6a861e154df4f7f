"""What each character does to the word that is being read, as tables for the compiled loops.

The tables are asked of :func:`pixel_assets.quality.text.normalise`, which stays the one definition of a word. They cover the
characters that act the same whatever stands beside them; a text with any other (combining marks, fractions, digits of other
scripts, scripts that are not listed) is left to ``normalise`` itself.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.dedup.hashing import FNV_PRIME, FNV_START
from pixel_assets.quality.text import normalise

# Latin, Greek and Cyrillic; punctuation and symbols; signs that colour emoji; emoji
_COVERED: Final = (range(0x530), range(0x2000, 0x2800), range(0xFE0F, 0xFE10), range(0x1F000, 0x1FB00))
# What a character does to the word that is being read
HARD: Final = 0  # only ``normalise`` knows
BREAK: Final = 1  # ends it
LETTERS: Final = 2  # goes on with it, by the bytes of its normal form
JOIN: Final = 3  # nothing: an apostrophe
ALONE: Final = 4  # ends it, and is a word of its own
DASH: Final = 5  # ends it, or is the sign of a number
KIND: Final = 7
WORDLIKE: Final = 8  # flag: a dash after it is no sign
WIDE: Final = 16  # flag: beyond what ``normalise`` reads as ASCII
# What a byte does that means the same whatever stands beside it: 0 for other bytes
PLAIN: Final = 1
ENDS: Final = 2  # flag: no word goes on after it
BEGINS: Final = 4  # flag: it is part of a word
_LETTER, _OTHER = "a", "b"
_Bytes = npt.NDArray[np.uint8]
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Characters:
    """``kinds[c]``: what code point c does; ``pool[places[c]:places[c + 1]]``: its normal form.

    ``plain[b]``: what byte b does alone; if it is not 0, the hash h of the word becomes (h ^ ``lower[b]``) * ``factors[b]`` +
    ``terms[b]``, so that the loop over most of a text has no branch.
    """

    kinds: _Bytes
    places: npt.NDArray[np.int32]
    pool: _Bytes
    plain: _Bytes
    lower: _Bytes
    factors: _Hashes
    terms: _Hashes


@cache
def characters() -> Characters:
    """The tables; made once in a process, in a few hundredths of a second."""
    size = _COVERED[-1].stop
    kinds, lengths = np.zeros(size, np.uint8), np.zeros(size + 1, np.int32)
    forms: list[bytes] = []
    for covered in _COVERED:
        for code in covered:
            kinds[code], form = _read(chr(code))
            lengths[code + 1] = len(form)
            forms.append(form)
    pool = np.frombuffer(b"".join(forms), np.uint8)
    return Characters(kinds, np.cumsum(lengths, dtype=np.int32), pool, *_plain((kinds[:128] & KIND).tolist()))


def _plain(kinds: list[int]) -> tuple[_Bytes, _Bytes, _Hashes, _Hashes]:
    """The tables by byte, of the kinds of the characters in ASCII."""
    plain, lower = np.zeros(256, np.uint8), np.zeros(256, np.uint8)
    factors, terms = np.zeros(256, np.uint64), np.zeros(256, np.uint64)
    for code, kind in enumerate(kinds):
        if kind == LETTERS and len(form := normalise(chr(code)).form) == 1:
            plain[code], lower[code], factors[code] = PLAIN | BEGINS, ord(form), FNV_PRIME
        elif kind == BREAK:
            plain[code], terms[code] = PLAIN | ENDS, FNV_START
        elif kind == JOIN:
            plain[code], factors[code] = PLAIN, 1
    return plain, lower, factors, terms


def _read(character: str) -> tuple[int, bytes]:
    """Kind with flags, and normal form, of one character."""
    if not character.isascii() and _depends(character):
        return HARD, b""
    form = normalise(character).form
    between = normalise(_LETTER + character + _OTHER).form
    flags = 0 if normalise(character + "-3").form.endswith("minus3") else WORDLIKE
    # Whether an apostrophe counts before a sign shows whether all of the text is read as ASCII
    flags |= WIDE if not normalise(f"a'-3 {character}").form.startswith("aminus3") else 0
    if normalise(character + "3").form == "minus3":
        return DASH | flags, b""
    if between == _LETTER + _OTHER:
        return JOIN | flags, b""
    if between == f"{_LETTER} {_OTHER}":
        return BREAK | flags, b""
    if " " in form:
        return HARD, b""
    if between == _LETTER + form + _OTHER:
        return LETTERS | flags, form.encode()
    if between == f"{_LETTER} {form} {_OTHER}":
        return ALONE | flags, form.encode()
    return HARD, b""


def _depends(character: str) -> bool:
    """Whether the normal form may depend on what stands beside it."""
    unfolded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    is_mark = any(unicodedata.category(each)[0] == "M" for each in unfolded) and character != "\ufe0f"
    return is_mark or any(each.isdecimal() or each in "'-" for each in unfolded)
