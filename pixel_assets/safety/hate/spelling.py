"""Spelling variants of a word, as one regular expression: digits for letters, letters set apart, letters lost or swapped.

These are the evasions that HateCheck tests (Röttger et al. 2021, ACL: functions F25 to F29). Only the inside of a word is varied,
as readers recognise a word by its ends (Rawlinson 1976), and a variant that is a word of its own is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

SHORTEST_TYPO: Final = 5  # letters; a shorter word with a letter lost is too often another word
_LOOK_ALIKE: Final = {"a": "[a4@]", "b": "[b8]", "e": "[e3]", "g": "[g9]", "i": "[i1!]", "o": "[o0]", "s": "[s5$]", "t": "[t7]"}
_GLUED_BEFORE: Final = "(?:i|we|these|those|many|just|are)"
_GLUED_AFTER: Final = "(?:all|these|those|people|them|every)"


def spelled(term: str, *, not_these: Collection[str] = (), shortest: int = SHORTEST_TYPO, glued: bool = True) -> str:
    """A regular expression for ``term`` (lower case) in its variants; ``not_these`` are words that no variant may be.

    Words of fewer than ``shortest`` letters keep their letters; ``glued`` allows for a common word that has lost its blank.
    """
    exact = "".join(_LOOK_ALIKE.get(letter, re.escape(letter)) for letter in term)
    misspelt = [re.escape(form) for form in typos(term, shortest) if form not in not_these]
    # one evasion at a time: "we" run into a word with a letter lost is too often another word
    whole = f"{_GLUED_BEFORE}?{exact}{_GLUED_AFTER}?" if glued else exact
    forms = f"\\b(?:{'|'.join([whole, *misspelt])})\\b"
    # a mark such as ! or $ at an edge has no word boundary beside it, so the edges are asked for only where a letter stands
    apart = "[ .*_-]".join(letter for letter in term if letter.isalpha())
    return forms + (f"|\\b{apart}\\b" if len(term) > 2 and term.isalpha() else "")


def disguised(term: str) -> str:
    """A regular expression for ``term`` (lower case) with digits and signs for its letters, and no other variant."""
    return f"\\b{''.join(_LOOK_ALIKE.get(letter, re.escape(letter)) for letter in term)}\\b"


def typos(term: str, shortest: int = SHORTEST_TYPO) -> list[str]:
    """``term`` with a letter lost or two swapped inside its longest word; none if that has fewer than ``shortest`` letters."""
    words = term.split(" ")
    longest = max(range(len(words)), key=lambda number: len(words[number]))
    word = words[longest]
    if not word.isalpha() or len(word) < shortest:
        return []
    inside = range(1, len(word) - 1)
    lost = [word[:place] + word[place + 1 :] for place in inside]
    swapped = [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(1, len(word) - 1)]
    forms = dict.fromkeys(form for form in (*lost, *swapped) if form != word)
    return [" ".join((*words[:longest], form, *words[longest + 1 :])) for form in forms]
