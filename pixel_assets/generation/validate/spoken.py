"""A conversation as the rules read it: each turn in lower case with plain quotes and single spaces, and its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from pixel_assets.generation.composed import Composed, Turn

_PLAIN: Final = (
    ("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("«", '"'), ("»", '"'), ("–", "-"),
    ("—", " - "), ("…", "..."), ("\u00a0", " "),
)  # fmt: skip
_SPACES: Final = re.compile(r" {2,}")
# Ends of sentences as line ends, and what belongs to no word as a space: one character for one, so that places stay
_ENDS: Final = ".!?\n"
_LISTED: Final = str.maketrans(
    {mark: "\n" if mark in _ENDS else " " for mark in map(chr, range(128)) if not mark.isalnum() and mark != "&"}
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a sentence stands in its turn, and its distinct words; ``don't`` counts as ``don`` and ``t``."""

    start: int
    end: int
    words: frozenset[str]


@dataclass(frozen=True)
class Spoken:
    """One turn; ``number`` is its place in the conversation, from 0."""

    number: int
    role: Literal["user", "assistant"]
    text: str

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences, in order."""
        found, start = [], 0
        for part in self.text.translate(_LISTED).split("\n"):
            end = start + len(part) + 1
            if words := part.split():
                found.append(Sentence(start, min(end, len(self.text)), frozenset(words)))
            start = end
        return tuple(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """Distinct words of the turn."""
        return frozenset().union(*(sentence.words for sentence in self.sentences))


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
    def assistant_words(self) -> frozenset[str]:
        """Words that the assistant uses anywhere: what no cue's words are among needs no search."""
        return frozenset().union(*(turn.words for turn in self.assistant))

    @cached_property
    def client_words(self) -> frozenset[str]:
        return frozenset().union(*(turn.words for turn in self.client))


def plain(text: str) -> str:
    """Lower case, straight quotes and dashes, single spaces; line breaks stay."""
    if not text.isascii():
        for typographic, simple in _PLAIN:
            text = text.replace(typographic, simple)
    return _SPACES.sub(" ", text.lower().replace("\t", " ").replace("\r", " "))


def speech(composed: Composed) -> Speech:
    """A composed conversation, ready for the rules."""
    return Speech(tuple(_spoken(number, turn) for number, turn in enumerate(composed.turns)))


def _spoken(number: int, turn: Turn) -> Spoken:
    return Spoken(number, turn.role, plain(turn.content))
