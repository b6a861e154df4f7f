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
from typing import Annotated, Final

from pydantic import Field, StrictStr, TypeAdapter

from pixel_assets.errors import KnowledgeError
from pixel_assets.typed_yaml import read_yaml

FOLDER: Final = Path(__file__).parent / "grammar"
_SLOT: Final = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
_OPENED: Final = re.compile(r"[\[{]")
_TRIES: Final = 4
_TABS: Final = re.compile(r"[ \t]+")
_BEFORE_MARK: Final = re.compile(r" +([,.;:?!])")
_AFTER_MARK: Final = re.compile(r"[.?!\n](?:(?<=\n)|(?<=[.?!])(?<!\.\.[.?!]) )[a-z]")  # a sentence goes on after three dots
_LONE_I: Final = re.compile(r"\bi(?=\b[' ])")

Grammar = Mapping[str, tuple[str, ...]]
_SYMBOLS: Final = TypeAdapter(dict[StrictStr, Annotated[tuple[StrictStr, ...], Field(min_length=1)]])


@functools.cache
def load_grammar(*files: str, lacking: str = "") -> Grammar:
    """The symbols of some files of this package's grammar, such as ``load_grammar("session.yaml")``.

    Without the phrases that need the value ``lacking``, such as ``culture`` of a scenario that has none: a symbol that is left
    without phrases is gone, and so are phrases that need it. Raises :class:`KnowledgeError` for a symbol that stands in two
    files or has no phrases, and for a file that is no mapping.
    """
    if lacking:
        return _without(load_grammar(*files), lacking)
    symbols: dict[str, tuple[str, ...]] = {}
    for file in files:
        hint = "A grammar is symbols, each with a list of phrases"
        document = read_yaml(FOLDER / file, _SYMBOLS, hint=hint, error=KnowledgeError)
        if twice := sorted(symbols.keys() & document.content.keys()):
            raise document.wrong((twice[0],), f"another file of {', '.join(files)} has this symbol", hint="Rename one of them")
        symbols |= document.content
    return symbols


def _without(symbols: Grammar, slot: str) -> Grammar:
    gone = {slot}
    while True:
        phrases = {name: tuple(text for text in texts if gone.isdisjoint(_SLOT.findall(text))) for name, texts in symbols.items()}
        left = {name: texts for name, texts in phrases.items() if texts}
        if len(left) == len(symbols):
            return left
        gone |= symbols.keys() - left.keys()
        symbols = left


@dataclass(frozen=True)
class _Slot:
    """A place that a value or a symbol fills."""

    name: str


@dataclass(frozen=True)
class _Choice:
    """Texts of which one is taken."""

    options: tuple[str, ...]
    pool: str


@functools.lru_cache(maxsize=1 << 16)
def _parse(text: str) -> tuple[str | _Slot | _Choice, ...]:
    """A phrase as its parts; brackets without a bar, and braces around anything but a name, stand for themselves."""
    parts: list[str | _Slot | _Choice] = []
    at = 0
    for opened in _OPENED.finditer(text):
        if opened.start() < at:
            continue
        if slot := _SLOT.match(text, opened.start()):
            found: _Slot | _Choice = _Slot(slot[1])
            end = slot.end()
        else:
            end, options = _options(text, opened.start())
            if len(options) < 2:
                continue
            found = _Choice(options, text[opened.start() : end])
        parts += (text[at : opened.start()], found)
        at = end
    parts.append(text[at:])
    return tuple(part for part in parts if part != "")


def _options(text: str, start: int) -> tuple[int, tuple[str, ...]]:
    """The end of the bracket that opens at ``start``, and what stands between its own bars; none if it is not closed."""
    depth, since, options = 0, start + 1, []
    for at in range(start, len(text)):
        if text[at] == "[":
            depth += 1
        elif text[at] == "]":
            depth -= 1
        if (text[at] == "|" and depth == 1) or depth == 0:
            options.append(text[since:at])
            since = at + 1
        if depth == 0:
            return at + 1, tuple(options)
    return start, ()


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
        for _ in range(_TRIES):  # mostly the first will do, and then the others need not be looked at
            chosen = choices[int(self._random.random() * len(choices))]
            if (pool, chosen) not in self._used:
                break
        else:
            left = [choice for choice in choices if (pool, choice) not in self._used] or choices
            chosen = left[int(self._random.random() * len(left))]
        self._used.add((pool, chosen))
        return chosen

    def chance(self, probability: float) -> bool:
        """Whether something happens that does so with this probability."""
        return self._random.random() < probability

    def expand(self, text: str, values: Mapping[str, str] | None = None) -> str:
        """The text with all its choices made and slots filled, from ``values``, the speaker's own values, or the grammar."""
        return "".join([part if isinstance(part, str) else self._fill(part, values) for part in _parse(text)])

    def _fill(self, part: _Slot | _Choice, given: Mapping[str, str] | None) -> str:
        if isinstance(part, _Choice):
            return self.expand(self.pick(part.options, part.pool), given)
        name = part.name
        value = given.get(name) if given else None
        if value is None:
            value = self.values.get(name)
        return value if value is not None else self.expand(self.pick(self.grammar[name], name), given)


def tidy(text: str) -> str:
    """One space between words, none before marks, capitals where sentences begin, and the pronoun I as a capital."""
    # Most texts need little of this, and looking for a few characters costs far less than an expression
    if "  " in text or "\t" in text:
        text = _TABS.sub(" ", text)
    if " ," in text or " ." in text or " ?" in text or " ;" in text or " :" in text or " !" in text:
        text = _BEFORE_MARK.sub(r"\1", text)
    text = text.strip()
    if "a" <= text[:1] <= "z":
        text = text[0].upper() + text[1:]
    text = _AFTER_MARK.sub(_capital, text)
    return _LONE_I.sub("I", text) if "i " in text or "i'" in text else text


def _capital(start: re.Match[str]) -> str:
    return start[0].upper()
