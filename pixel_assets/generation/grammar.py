"""The grammar of the composer: symbols, each with phrases to choose from, and their expansion into text.

A grammar file maps a symbol to its phrases. In a phrase ``{name}`` stands for a value that the caller gives or, where it
gives none, for another symbol; ``[one|other|]`` is a choice made in place. So few lines give many texts, and none is drawn
twice in one conversation while another is left.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from pixel_assets.errors import KnowledgeError

FOLDER: Final = Path(__file__).parent / "grammar"
_SLOT: Final = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
_CHOICE: Final = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SPACES: Final = re.compile(r"[ \t]+")
_BEFORE_MARK: Final = re.compile(r" +([,.;:?!])")
_SENTENCE_START: Final = re.compile(r"(^|(?<!\.\.)[.?!] +|\n)([a-z])")
_LONE_I: Final = re.compile(r"\bi(?=\b[' ])")

Grammar = Mapping[str, tuple[str, ...]]


@functools.cache
def load_grammar(*files: str) -> Grammar:
    """The symbols of some files of this package's grammar, such as ``load_grammar("session.yaml")``.

    Raises :class:`KnowledgeError` for a symbol that stands in two files or has no phrases, and for a file that is no mapping.
    """
    symbols: dict[str, tuple[str, ...]] = {}
    for file in files:
        content = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
        for symbol, phrases in content.items() if isinstance(content, dict) else [("", None)]:
            if symbol in symbols or not phrases or not all(isinstance(phrase, str) for phrase in phrases):
                raise KnowledgeError(
                    f"symbol {symbol!r} is given twice, is empty or holds something that is no text",
                    where=f"generation/grammar/{file}",
                    expected="symbols, each with a list of phrases of its own",
                )
            symbols[symbol] = tuple(phrases)
    return symbols


@dataclass
class Speaker:
    """Chooses and expands phrases for one conversation; equal seeds give equal texts."""

    grammar: Grammar
    seed: int
    values: Mapping[str, str] = field(default_factory=dict)
    _used: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def say(self, symbol: str, **values: str) -> str:
        """One phrase of a symbol, expanded and tidied into sentences; raises ``KeyError`` for an unknown symbol."""
        return tidy(self.expand("{" + symbol + "}", values))

    def pick(self, choices: Sequence[str], pool: str = "") -> str:
        """One of some texts, none twice from one pool while another is left."""
        left = [choice for choice in choices if (pool, choice) not in self._used] or list(choices)
        chosen = left[int(self._random.random() * len(left))]
        self._used.add((pool, chosen))
        return chosen

    def chance(self, probability: float) -> bool:
        """Whether something happens that does so with this probability."""
        return self._random.random() < probability

    def expand(self, text: str, values: Mapping[str, str] | None = None) -> str:
        """The text with all its choices made and slots filled, from ``values``, the speaker's own values, or the grammar."""
        given = values or {}
        while choice := _CHOICE.search(text):
            text = text[: choice.start()] + self.pick(choice[1].split("|"), choice[0]) + text[choice.end() :]
        return _SLOT.sub(lambda slot: self._fill(slot[1], given), text)

    def _fill(self, name: str, given: Mapping[str, str]) -> str:
        value = given.get(name, self.values.get(name))
        return value if value is not None else self.expand(self.pick(self.grammar[name], name), given)


def tidy(text: str) -> str:
    """One space between words, none before marks, capitals where sentences begin, and the pronoun I as a capital."""
    text = _BEFORE_MARK.sub(r"\1", _SPACES.sub(" ", text)).strip()
    return _LONE_I.sub("I", _SENTENCE_START.sub(lambda start: start[1] + start[2].upper(), text))
