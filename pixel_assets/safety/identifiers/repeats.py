"""Identifiers that are known in a conversation, found again where nothing around them says what they are.

Once a name was given, it is looked for in everything that belongs to the conversation, whatever its case. A name that is also an
everyday word ("Will", "Hope") is found again only where it has its capital and does not begin a sentence.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import ahocorasick
import numpy as np
import yaml

from pixel_assets.safety.identifiers.gazetteers import read
from pixel_assets.safety.identifiers.people import TITLES, parts
from pixel_assets.safety.identifiers.spans import Span, Type
from pixel_assets.safety.identifiers.surrogates import PARTICLES
from pixel_assets.wording.folding import FoldedTexts, fold

RULE: Final = "repeated"
RATHER_NAMES: Final = Path(__file__).parent / "data" / "rather_names.yaml"
_NOT_REPEATED: Final[frozenset[Type]] = frozenset({"age", "date"})
_SHORTEST: Final = 4  # letters and digits of what is no name
_SENTENCE_ENDS: Final = ".!?:\n\"'*->"
_ABBREVIATED: Final = re.compile(r"(?<![^\W_])(?:[A-Z]|Mrs?|Ms|Dr|Prof|St)\.$")
_WORD: Final = re.compile(r"[ -]([^\W\d_]{1,40})")
_SMALL: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def find_repeats(known: Sequence[Span], texts: Sequence[str], folded: FoldedTexts, rows: range) -> list[Span]:
    """Where the identifiers of ``known`` stand again in the rows of their conversation; ``known`` are disjoint and in order.

    ``texts`` are the texts that the spans stand in and ``folded`` all of them folded, both by number of the row. One automaton
    (Aho and Corasick 1975) looks for all of them at once, so that many names in a long text cost no more than few.
    """
    keys = _keys(known, texts)
    if not keys:
        return []
    first = int(folded.starts[rows.start])
    data = folded.data[first : int(folded.starts[rows.stop])].tobytes().decode("latin-1")  # a character a byte
    places = list(_places(keys, data))
    starts = np.array([start for start, _, _ in places], np.int64) + first
    lasts = np.array([end for _, end, _ in places], np.int64) + first - 1
    where = zip(folded.rows(starts), folded.characters(starts), folded.characters(lasts) + 1, places, strict=True)
    found = (replace(span, row=int(row), start=int(start), end=int(end), rule=RULE) for row, start, end, (_, _, span) in where)
    return [span for span in found if not _overlaps(span, known)]


def _overlaps(span: Span, known: Sequence[Span]) -> bool:
    after = bisect_left(known, (span.row, span.end), key=lambda other: (other.row, other.start))
    return after > 0 and known[after - 1].row == span.row and known[after - 1].end > span.start


def _keys(known: Sequence[Span], texts: Sequence[str]) -> dict[str, tuple[Span, bool]]:
    """What is looked for, folded and in small letters, with the span that it is known from and whether it is a word as well."""
    keys: dict[str, tuple[Span, bool]] = {}
    for span in known:
        text = _folded(texts[span.row][span.start : span.end])
        if span.type == "name":
            for part in parts(text):
                if len(part) > 1 and part not in PARTICLES and part not in TITLES:
                    keys.setdefault(_as_bytes(part), (span, len(part) == 2 or part in _everyday()))
        elif span.type not in _NOT_REPEATED and sum(character.isalnum() for character in text) >= _SHORTEST:
            keys.setdefault(_as_bytes(text), (span, text.lower() in _everyday()))
    return keys


def _places(keys: Mapping[str, tuple[Span, bool]], data: str) -> Iterator[tuple[int, int, Span]]:
    automaton = ahocorasick.Automaton()
    for key in keys:
        automaton.add_word(key, key)
    automaton.make_automaton()
    lowered = data.translate(_SMALL)
    for last, key in automaton.iter(lowered):
        start, end = last + 1 - len(key), last + 1
        if start and _is_word(data[start - 1]):
            continue
        span, careful = keys[key]
        alone = not _is_word(data[end]) and lowered[end : end + 2] != "'t"  # a separator follows every text
        plural = span.type == "name" and lowered[end] == "s" and not _is_word(data[end + 1])
        if (alone or plural) and (not careful or _is_meant(data, start, end, keys)):
            yield start, end, span


def _is_meant(data: str, start: int, end: int, keys: Mapping[str, tuple[Span, bool]]) -> bool:
    """Whether a word that is a name as well stands for the name here."""
    if not data[start].isupper():
        return False
    following = _WORD.match(data, end)
    return not _begins_sentence(data, start) or (following is not None and following.group(1).translate(_SMALL) in keys)


def _is_word(character: str) -> bool:
    return character >= "\x80" or character.isalnum() or character == "_"


def _begins_sentence(data: str, start: int) -> bool:
    before = data[max(0, start - 8) : start].rstrip(" ")
    return not before or (before[-1] in _SENTENCE_ENDS and not _ABBREVIATED.search(before))


def _as_bytes(text: str) -> str:
    return text.encode().decode("latin-1").translate(_SMALL)


def _folded(text: str) -> str:
    return " ".join(text.split()) if text.isascii() else fold([text]).text(0)


@functools.cache
def _everyday() -> frozenset[str]:
    return frozenset(read("common")) - frozenset(yaml.safe_load(RATHER_NAMES.read_text()))
