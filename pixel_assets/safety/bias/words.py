"""A text as words and what stands between them, so that words can be exchanged and everything else stays as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SENTENCE_END: Final = frozenset(".!?:\n")


@dataclass(frozen=True)
class Words:
    """Words and gaps: gap i stands before word i, the last one after all words."""

    words: tuple[str, ...]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Split in linear time; joining words and gaps gives the text back."""
        words, gaps, end = [], [], 0
        for found in _WORD.finditer(text):
            words.append(found[0])
            gaps.append(text[end : found.start()])
            end = found.end()
        return cls(tuple(words), (*gaps, text[end:]))

    def low(self, number: int) -> str:
        """A word in lower case with a plain apostrophe; empty where there is none."""
        return self.words[number].lower().replace("’", "'") if 0 <= number < len(self.words) else ""

    def joined(self, number: int) -> bool:
        """Whether only a blank or a hyphen stands between a word and the next."""
        return self.gaps[number + 1] in (" ", "-")

    def begins(self, number: int) -> bool:
        """Whether a word is the first of its sentence."""
        return number == 0 or not _SENTENCE_END.isdisjoint(self.gaps[number])

    def apart(self, number: int) -> bool:
        """Whether a mark stands between a word and the next, or nothing follows."""
        return number + 1 >= len(self.words) or bool(self.gaps[number + 1].strip())


def shaped(word: str, like: str, usual: str, first: bool) -> str:
    """A word in the case of the one that it replaces.

    ``usual`` is how a dictionary spells the replaced one, ``first`` whether it begins a sentence: a capital that a word always
    has, or only has there, is not carried over.
    """
    if like == usual:
        return word[:1].upper() + word[1:] if first and like[:1].isupper() else word
    if len(like) > 1 and like.isupper():
        return word.upper()
    if like[:1].islower():
        return word.lower()
    return word[:1].upper() + word[1:]
