"""Good and bad words in general: what a sentence says near a name when no class of ``language.yaml`` knows its words."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Final

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.hate.lexicon import DATA

REACH: Final = 12  # words on each side of a name
_WORD: Final = re.compile(r"[a-z]+")
_CLASSES: Final = ("ill", "well")


def valued(before: str, after: str) -> set[str]:
    """Which of ``ill_before``, ``well_before``, ``ill_after`` and ``well_after`` hold for the lower-case text beside a name."""
    words = valence()
    sides = {"before": _WORD.findall(before)[-REACH:], "after": _WORD.findall(after)[:REACH]}
    return {f"{words[word]}_{side}" for side, found in sides.items() for word in found if word in words}


@functools.cache
def valence() -> Mapping[str, str]:
    """``ill`` or ``well`` by word; raises :class:`KnowledgeError` that names the line which cannot be read."""
    found: dict[str, str] = {}
    for number, line in enumerate((DATA / "valence.tsv").read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("#"):
            continue
        word, _, kind = line.partition("\t")
        if kind not in _CLASSES:
            raise KnowledgeError(
                "a word has no class", where=f"safety/hate/data/valence.tsv, line {number}",
                expected="a word, a tab, and ill or well", hint="correct the line",
            )  # fmt: skip
        found[word] = kind
    return found
