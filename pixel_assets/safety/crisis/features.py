"""What the trained classifier knows of a turn, a conversation or a user: who speaks of whom, and of what.

Counts are taken turn by turn and only added up, so those of a conversation are the sums of its turns and no other conversation
matters. Features are roots of rates, which steadies the variance of counts (Bartlett 1936), and keeps long and short
texts comparable. To these come, for a turn, what the lexical pass found and a sentence vector.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter

from pixel_assets.safety.findings import Finding
from pixel_assets.safety.turns import Turns
from pixel_assets.typed_yaml import read_yaml
from pixel_assets.wording.folding import FoldedTexts

PACKAGED_WORDS: Final = Path(__file__).parent / "data" / "model" / "words.yaml"
FOUND: Final = ("concern", "risk", "imminent", "past", "other", "negated", "unreal")  # what a turn's findings are counted as
_FEWEST_WORDS, _FEWEST_SENTENCES = 20, 5  # a shorter text is taken for one of this length: one word says little

Counts = npt.NDArray[np.int64]
Features = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Words:
    """Categories of words; the first is the first person, the second the second."""

    categories: tuple[str, ...]
    disclosed: tuple[str, ...]  # those that are counted in sentences of self-disclosure too
    hashes: npt.NDArray[np.uint64]  # of all words, ascending
    members: npt.NDArray[np.int64]  # bit c: the word is of category c

    @property
    def version(self) -> str:
        """Hash of all that counting depends on."""
        said = repr((self.features, self.hashes.tolist(), self.members.tolist()))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns of :func:`rates`."""
        own = (f"self:{category}" for category in self.disclosed)
        return (*(f"word:{category}" for category in self.categories), "questions", "self", "you", *own)


class _Category(BaseModel):
    """A category; its words stand beside under their languages."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, StrictStr]
    source: str
    disclosed: bool = Field(False, alias="self")


_CATEGORIES: Final = TypeAdapter(Annotated[dict[str, _Category], Field(max_length=62)])


@functools.cache
def packaged_words(path: Path = PACKAGED_WORDS) -> Words:
    """The categories of a file, read once in a process.

    Raises ``SettingsError`` that names file, line and category if one is not as it should be.
    """
    from pixel_assets.safety.crisis.kernels import hash_word  # numba takes a while to import

    document = read_yaml(path, _CATEGORIES)
    given = document.content
    if list(given)[:2] != ["i", "you"]:
        raise document.wrong((), "the categories are out of order", expected="first i, then you, then the others")
    members: dict[str, int] = {}
    for number, (category, entry) in enumerate(given.items()):
        for language, words in entry.__pydantic_extra__.items():
            for word in words.split():
                if not word.isalpha() or word != word.lower():
                    raise document.wrong((category, language), f"{word!r} is no word", expected="letters in lower case")
                members[word] = members.get(word, 0) | 1 << number
    hashes = np.array([hash_word(np.frombuffer(word.encode(), np.uint8)) for word in members], np.uint64)
    order = np.argsort(hashes)
    disclosed = tuple(category for category, entry in given.items() if entry.disclosed)
    return Words(tuple(given), disclosed, hashes[order], np.array(list(members.values()), np.int64)[order])


def count_words(folded: FoldedTexts, words: Words) -> Counts:
    """Counts of each text, (texts, columns), that may be added up over texts."""
    from pixel_assets.safety.crisis import kernels

    counts = np.zeros((len(folded), kernels.GENERAL + 2 * len(words.categories)), np.int64)
    kernels.count(folded.data, folded.starts, words.hashes, words.members, len(words.categories), counts)
    return counts


def count_found(turns: Turns, findings: Iterable[Finding]) -> Counts:
    """How much of each kind of :data:`FOUND` the lexical pass saw in each turn, (turns, kinds)."""
    counts = np.zeros((len(turns), len(FOUND)), np.int64)
    first = np.searchsorted(turns.conversation, np.arange(turns.conversations))
    for finding in findings:
        if finding.area == "crisis" and finding.turn >= 0:
            counts[first[finding.conversation] + finding.turn, FOUND.index(_found(finding))] += 1
    return counts


def _found(finding: Finding) -> str:
    if finding.frame == "negated":
        return "negated"
    if finding.frame != "literal" or finding.level == 0:
        return "unreal"
    if finding.subject == "other":
        return "other"
    if finding.time == "past":
        return "past"
    return FOUND[finding.level - 1]


def pooled(counts: Counts, turns: Turns) -> Counts:
    """Counts of what the user says in each conversation, (conversations, columns)."""
    total = np.zeros((turns.conversations, counts.shape[1]), np.int64)
    said = turns.role == "user"
    np.add.at(total, turns.conversation[said], counts[said])
    return total


def rates(counts: Counts, words: Words) -> Features:
    """Roots of how often each category comes up, in columns named by ``words.features``."""
    from pixel_assets.safety.crisis import kernels

    size = len(words.categories)
    in_words = np.maximum(counts[:, kernels.WORDS], _FEWEST_WORDS)[:, None] / 100
    in_sentences = np.maximum(counts[:, kernels.SENTENCES], _FEWEST_SENTENCES)[:, None]
    categories = counts[:, kernels.GENERAL : kernels.GENERAL + size]
    disclosed = counts[:, [kernels.GENERAL + size + words.categories.index(category) for category in words.disclosed]]
    return np.sqrt(
        np.hstack(
            [
                categories / in_words, counts[:, [kernels.QUESTIONS]] / in_words,
                counts[:, [kernels.SELF, kernels.OTHER]] / in_sentences, disclosed / in_sentences,
            ]
        )
    )  # fmt: skip


def found_rates(found: Counts, counts: Counts) -> Features:
    """Roots of how often each of :data:`FOUND` comes up in a sentence; ``counts`` are those of :func:`count_words`."""
    from pixel_assets.safety.crisis import kernels

    return np.sqrt(found / np.maximum(counts[:, kernels.SENTENCES], _FEWEST_SENTENCES)[:, None])
