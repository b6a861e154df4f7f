"""Which replies of a grammar fit a phrase of the knowledge base: those whose cue occurs in it.

A symbol ``<kind>.<entry>.<cue>`` holds replies to the phrase of that entry in which all words of the cue occur. So replies go on
fitting when a phrase is reworded around its cue, and a phrase that has no replies is not used.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from typing import Final

from pixel_assets.generation.grammar import load_grammar

_WORD: Final = re.compile(r"[a-z]+")


@functools.cache
def _cues(file: str, kind: str) -> Mapping[str, tuple[tuple[frozenset[str], str], ...]]:
    """For each entry the cues of its phrases, as sets of words, with the symbol of the replies."""
    cues: dict[str, list[tuple[frozenset[str], str]]] = {}
    for symbol in load_grammar(file):
        if symbol.startswith(f"{kind}.") and symbol.count(".") == 2:
            _, entry, cue = symbol.split(".")
            cues.setdefault(entry, []).append((frozenset(cue.split("_")), symbol))
    return {entry: tuple(found) for entry, found in cues.items()}


@functools.cache
def reply_symbol(file: str, kind: str, entry: str, phrase: str) -> str | None:
    """The symbol of a grammar file whose replies fit a phrase of an entry; None where there is none."""
    words = frozenset(_WORD.findall(phrase.lower().replace("'", "")))
    return next((symbol for cue, symbol in _cues(file, kind).get(entry, ()) if cue <= words), None)


def answered(file: str, kind: str, entry: str, phrases: Iterable[str]) -> list[tuple[str, str]]:
    """The phrases that have replies, each with their symbol, in order."""
    return [(phrase, symbol) for phrase in phrases if (symbol := reply_symbol(file, kind, entry, phrase))]
