"""A conversation while it is being written: the therapist answers what was just said, then asks, and the client replies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from pixel_assets.generation.composed import Stage, Turn
from pixel_assets.generation.grammar import Speaker, tidy

_LAST_QUESTION: Final = re.compile(r"(?:^|(?<=[.?!\"] ))[^.?!]*\?$")
_CHAIN: Final = " => "
_SENTENCES: Final = re.compile(r"(?<=[.?!]) +")
_SHORT: Final = 3  # sentences of so few words may come again
_DRAWS: Final = 6
MOST_TURNS: Final = 24


@dataclass
class Dialogue:
    """Turns so far, which end with the client; ``heard`` is what the therapist will say before the next question.

    ``unfitting`` finds what no phrase may hold, such as people whom the client has not.
    """

    speaker: Speaker
    unfitting: re.Pattern[str] = re.compile(r"(?!)")
    turns: list[Turn] = field(default_factory=list)
    heard: str = ""
    _said: set[str] = field(default_factory=set)

    @property
    def left(self) -> int:
        """How many turns may still come before the therapist's last one."""
        return MOST_TURNS - 1 - len(self.turns)

    def has_said(self, text: str) -> bool:
        """Whether a sentence of the text was said before."""
        return not self._said.isdisjoint(_long_sentences(text))

    def say(self, symbol: str, values: Mapping[str, str] | None = None) -> str:
        """A phrase of a grammar symbol, if possible one that fits and of which no sentence was said before."""
        for _ in range(_DRAWS):
            text = self.speaker.say(symbol, **(values or {}))
            if not self.unfitting.search(text) and not self.has_said(text.replace(_CHAIN, " ")):
                break
        return text

    def open(self, client: str, heard: str, stage: Stage = "engagement") -> None:
        """The client begins."""
        self._add("user", stage, client)
        self.heard = heard

    def ask(self, stage: Stage, question: str, chain: Sequence[str]) -> None:
        """The therapist answers and asks; a chain is the client's reply, what the therapist makes of it, and so on in turn.

        What the therapist makes of the last reply is kept for the next turn, without a question at its end that nobody answers.
        """
        before = without_question(self.heard)
        self._add("assistant", stage, f"{before} {question}")
        self._add("user", stage, chain[0])
        for at in range(1, len(chain) - 1, 2):
            self._add("assistant", stage, chain[at])
            self._add("user", stage, chain[at + 1])
        self.heard = chain[-1] if len(chain) % 2 == 0 else ""

    def close(self, last: str, stage: Stage = "closing") -> tuple[Turn, ...]:
        """The therapist has the last word; gives all turns."""
        self._add("assistant", stage, f"{without_question(self.heard)} {last}")
        return tuple(self.turns)

    def chain(self, symbol: str) -> tuple[str, ...]:
        """A phrase of a grammar symbol in which client and therapist speak by turns."""
        return split_chain(self.say(symbol))

    def _add(self, role: Literal["user", "assistant"], stage: Stage, content: str) -> None:
        self.turns.append(Turn(role, tidy(content), stage))
        self._said.update(_long_sentences(self.turns[-1].content))


def split_chain(text: str) -> tuple[str, ...]:
    """The sides of a phrase such as ``I can't => You can't, today.``, each tidied."""
    return tuple(tidy(side) for side in text.split(_CHAIN))


def without_question(text: str) -> str:
    """The text without the question that ends it; a text that is a question alone becomes empty."""
    return _LAST_QUESTION.sub("", text).strip() if text.endswith("?") else text.strip()


def _long_sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCES.split(text) if sentence.count(" ") >= _SHORT]
