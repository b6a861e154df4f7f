"""Words with one letter lost or two swapped, found by looking words up: for the many words that are too many for patterns."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final

from pixel_assets.safety.hate.lexicon import SPELLED, Part, read_data
from pixel_assets.safety.hate.mention import Cue
from pixel_assets.safety.hate.spelling import typos
from pixel_assets.vectors.static import StaticVectors

SHORTEST: Final = 6  # letters of the right word
_WORD: Final = re.compile(r"[a-z]{5,24}")


def misspelt(text: str) -> Iterator[Cue]:
    """Misspelt words of the classes that people hide, in lower-case text, by place."""
    known = _misspelt()
    for word in _WORD.finditer(text):
        if part := known.get(word[0]):
            yield Cue(word.start(), word.end(), part)


@functools.cache
def _misspelt() -> Mapping[str, Part]:
    """Class by misspelt word; none of them is a word of its own, for which the vocabulary of the static vectors stands."""
    content = read_data("language.yaml")
    words = frozenset(StaticVectors.load().wordpiece.vocabulary)
    found: dict[str, Part] = {}
    for part in SPELLED:
        for word in content[part].get("wide", []):
            if len(word) >= SHORTEST:
                found |= {form: part for form in typos(word) if form not in words and form not in found}
    return found
