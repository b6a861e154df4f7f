"""Characters as BERT's uncased tokenizer reads them (Devlin et al. 2019): lower case, no accents, punctuation stands alone.

The rules are those of ``BertNormalizer`` and ``BertPreTokenizer`` of the tokenizers library, character by character, after the
Unicode tables of this Python (14.0); the library is a little older there, so the two differ in some 500 rare marks and in
characters that are not assigned.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Final

_IDEOGRAPHS: Final = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


@functools.lru_cache(1 << 16)
def read_as(character: str) -> str:
    """What one character is read as: nothing, or characters of which a blank ends a word."""
    if character in "\t\n\r":
        return " "
    if character == "\ufffd" or unicodedata.category(character)[0] == "C":
        return ""
    if character.isspace():
        return " "
    plain = "".join(c.lower() for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn")
    if any(first <= ord(character) <= last for first, last in _IDEOGRAPHS):
        return f" {plain} "
    return "".join(f" {c} " if _is_punctuation(c) else c for c in plain)


def _is_punctuation(character: str) -> bool:
    return character in _ASCII_PUNCTUATION or unicodedata.category(character)[0] == "P"
