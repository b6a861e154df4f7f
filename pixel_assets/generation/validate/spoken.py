"""A conversation as the rules read it: each turn in lower case with plain quotes and single spaces, and its sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal, NamedTuple

from pixel_assets.generation.composed import Composed, Turn

_PLAIN: Final = (
    ("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("«", '"'), ("»", '"'), ("–", "-"),
    ("—", " - "), ("…", "..."), ("\u00a0", " "),
)  # fmt: skip
_SPACES: Final = re.compile(r" {2,}")
_SENTENCE: Final = re.compile(r"[^\s.!?][^.!?\n]*[.!?\n]?")
_WORD: Final = re.compile(r"[^\W_]+")


class Sentence(NamedTuple):
    """A sentence with the mark that ends it, and its place in its turn."""

    text: str
    start: int


@dataclass(frozen=True)
class Spoken:
    """One turn; ``number`` is its place in the conversation, from 0."""

    number: int
    role: Literal["user", "assistant"]
    text: str

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, in order."""
        return tuple([Sentence(found[0], found.start()) for found in _SENTENCE.finditer(self.text)])

    @cached_property
    def words(self) -> frozenset[str]:
        """Distinct words of the turn; ``don't`` counts as ``don`` and ``t``."""
        return frozenset(_WORD.findall(self.text))


@dataclass(frozen=True)
class Speech:
    """All turns of a conversation, and those of each side."""

    turns: tuple[Spoken, ...]

    @cached_property
    def assistant(self) -> tuple[Spoken, ...]:
        return tuple(turn for turn in self.turns if turn.role == "assistant")

    @cached_property
    def client(self) -> tuple[Spoken, ...]:
        return tuple(turn for turn in self.turns if turn.role == "user")

    @cached_property
    def client_words(self) -> frozenset[str]:
        return frozenset().union(*(turn.words for turn in self.client))


def plain(text: str) -> str:
    """Lower case, straight quotes and dashes, single spaces; line breaks stay."""
    if not text.isascii():
        for typographic, simple in _PLAIN:
            text = text.replace(typographic, simple)
    text = text.lower().replace("\t", " ").replace("\r", " ")
    return _SPACES.sub(" ", text) if "  " in text else text


def speech(composed: Composed) -> Speech:
    """A composed conversation, ready for the rules."""
    return Speech(tuple(_spoken(number, turn) for number, turn in enumerate(composed.turns)))


def _spoken(number: int, turn: Turn) -> Spoken:
    return Spoken(number, turn.role, plain(turn.content))
