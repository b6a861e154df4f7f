"""The hashes of words and of runs of words, in plain Python: the definition that the compiled loops follow.

A word is hashed by FNV-1a over its bytes, a run of words as a polynomial in its words (Karp and Rabin 1987), and the finaliser of
SplitMix64 (Steele, Lea and Flood 2014) spreads the bits of both. Hashes have 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

FNV_START: Final = 0xCBF29CE484222325
FNV_PRIME: Final = 0x100000001B3
STEP: Final = 0x5851F42D4C957F2D  # of the polynomial: odd, from Knuth's MMIX
MIX_1: Final = 0xBF58476D1CE4E5B9
MIX_2: Final = 0x94D049BB133111EB

NOBODY: Final = 0  # speaks in a plain document
USER: Final = 1
ASSISTANT: Final = 2
SYSTEM: Final = 3
ROLES: Final = ("", "user", "assistant", "system")
SHINGLE_WORDS: Final = 3
_MASK: Final = (1 << 64) - 1


def word_hash(word: bytes) -> int:
    """The hash of a word in normal form, in UTF-8."""
    value = FNV_START
    for byte in word:
        value = (value ^ byte) * FNV_PRIME & _MASK
    return _mix(value)


def run_hash(run: Iterable[bytes], role: str = "") -> int:
    """The hash of words in a row that ``role`` says; without a role, of a plain document."""
    value = word_hash(role.encode())
    for word in run:
        value = (value * STEP + word_hash(word)) & _MASK
    return _mix(value)


def _mix(value: int) -> int:
    value = (value ^ value >> 30) * MIX_1 & _MASK
    value = (value ^ value >> 27) * MIX_2 & _MASK
    return value ^ value >> 31


TAGS: Final = tuple(word_hash(role.encode()) for role in ROLES)  # where the polynomial of a run begins, by number of the role
