"""Telling what the assistant claims from what it says back: a clause of the client's own, turned from "I" to "you".

Both are folded to the same words: first and second person become one, and so do the forms of the verb that go with them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final

FEWEST_WORDS: Final = 3
_WORD: Final = re.compile(r"[a-z0-9]+|'[a-z]+")
_FOLDED: Final[Mapping[str, str]] = {
    "you": "i", "me": "i", "your": "my", "yours": "mine", "yourself": "myself", "ourselves": "myself", "we": "i", "us": "i",
    "our": "my", "am": "be", "are": "be", "'m": "be", "'re": "be", "were": "was", "has": "have", "'ve": "have", "'s": "is",
}  # fmt: skip


def says_back(clause: str, said: Iterable[str]) -> bool:
    """Whether a clause stands word for word in what was said, persons folded; both are plain text."""
    folded = _fold(clause)
    return folded.count(" ") > FEWEST_WORDS and any(folded in _fold(text) for text in said)


@functools.lru_cache(4096)
def _fold(text: str) -> str:
    words = " ".join(_FOLDED.get(word, word) for word in _WORD.findall(text))
    return f" {words} "
