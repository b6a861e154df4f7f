"""Putting a text otherwise with the same meaning, by rules that are data: short and long forms, fillers, wordings, clauses.

Rules rather than a model: each change is one that a person has read, and the same text always gives the same paraphrase. Of the
operations that Bhagat and Hovy (2013) list, those are used that need no understanding of the text.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from pixel_assets.typed_yaml import Document, read_yaml

FILE: Final = Path(__file__).parent / "data" / "paraphrases.yaml"
Direction = Literal["shorten", "lengthen"]
Compiled = tuple[str, re.Pattern[str], str]  # id, what is found, what is put
_FEWEST_WORDS: Final = 3  # of a main clause: "I think" is none
_MOST_WORDS: Final = 14  # of either clause
_SENTENCE: Final = re.compile(r"[^.!?\n]+[.!?]*|[.!?]+|\n+")
_WORD: Final = re.compile(r"[a-z]+(?:['’][a-z]+)?|\d+(?:[.,:]\d+)*", re.IGNORECASE)


class Rule(BaseModel):
    """What is found, as a regular expression, and what is put in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    find: str
    put: str


class _Clauses(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    openers: tuple[str, ...]
    idioms: tuple[str, ...]
    subjects: tuple[str, ...]
    main: tuple[str, ...]
    not_in_main: tuple[str, ...]


class _Guards(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    negators: tuple[str, ...]
    numbers: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    forms: Mapping[Direction, tuple[Rule, ...]]
    fillers: tuple[Rule, ...]
    wordings: tuple[Rule, ...]
    exchanges: tuple[tuple[str, str], ...]
    clauses: _Clauses
    guards: _Guards


@dataclass(frozen=True)
class Rewritten:
    """A text put otherwise, and the ids of the rules that did it, with repetitions."""

    text: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Rewriter:
    """The rules of a file, ready for use."""

    _forms: Mapping[Direction, tuple[Compiled, ...]]
    _rules: tuple[Compiled, ...]
    _exchange: re.Pattern[str]
    _partner: Mapping[str, str]
    _clause: re.Pattern[str]
    _not_in_main: frozenset[str]
    _negators: frozenset[str]
    _numbers: frozenset[str]

    @classmethod
    def load(cls, file: Path = FILE) -> Rewriter:
        """Read a file, once in a process. Raises ``SettingsError`` that names file, line and key."""
        return _load(file)

    def rewrite(self, text: str, direction: Direction, echoed: str = "") -> Rewritten:
        """The text put otherwise wherever a rule applies; the same text where none does.

        Of words that stand in ``echoed`` as well just the short or long form changes: a reply may take them up.
        """
        used, heard = list[str](), echoed.lower()
        # First, for without its filler a broken-off sentence can look like a clause
        text = "".join(self._reordered(sentence, used) for sentence in _SENTENCE.findall(text))
        for name, found, put in self._forms[direction]:
            text = found.sub(functools.partial(_put, used, name, put, ""), text)
        for name, found, put in self._rules:
            text = found.sub(functools.partial(_put, used, name, put, heard), text)
        text = self._exchange.sub(functools.partial(self._exchanged, used, heard), text)
        return Rewritten(text, tuple(used))

    def keeps_facts(self, before: str, after: str) -> bool:
        """Whether two texts have the same numbers and as many negations."""
        return self._facts(before) == self._facts(after)

    def _facts(self, text: str) -> Counter[str]:
        facts: Counter[str] = Counter()
        for match in _WORD.finditer(text):
            word = match[0].lower().replace("’", "'")
            if word in self._negators or word.endswith("n't"):
                facts["not"] += 1
            elif word[0].isdigit() or word in self._numbers:
                facts[word] += 1
        return facts

    def _exchanged(self, used: list[str], heard: str, match: re.Match[str]) -> str:
        if match[0].lower() in heard:
            return match[0]
        used.append(f"exchange/{match[0].lower().replace(' ', '_')}")
        return _cased(match[0], self._partner[match[0].lower()])

    def _reordered(self, sentence: str, used: list[str]) -> str:
        """A clause such as "When I wake, I am tired." behind the main one, if no word of that forbids it."""
        match = self._clause.fullmatch(sentence)
        if match is None:
            return sentence
        first, main = match["first"], match["main"]
        words = [word.lower().replace("’", "'") for word in _WORD.findall(main)]
        if (
            not _FEWEST_WORDS <= len(words) <= _MOST_WORDS
            or len(first.split()) > _MOST_WORDS
            or " ".join(main.split()[:2]).lower() in first.lower()  # somebody begins anew: "when I've got, I've got"
            or not self._not_in_main.isdisjoint(word.split("'")[0] for word in words)
        ):
            return sentence
        used.append("clause_order")
        return f"{match['space']}{main[0].upper()}{main[1:]} {first[0].lower()}{first[1:]}{match['end']}"


def _put(used: list[str], name: str, put: str, heard: str, match: re.Match[str]) -> str:
    if sum(map(str.isalpha, match[0])) > 1 and match[0].isupper():
        return match[0]  # who writes in capitals keeps them
    if match[0].lower() in heard:
        return match[0]
    used.append(name)
    replaced = match.expand(put)
    return _cased(match[0], replaced) if replaced else replaced


def _cased(before: str, after: str) -> str:
    return after[0].upper() + after[1:] if before[0].isupper() else after


@functools.cache
def _load(file: Path) -> Rewriter:
    document = read_yaml(file, _File)
    read = document.content
    shared = (*_compiled(document, "fillers", read.fillers), *_compiled(document, "wordings", read.wordings))
    partner = {a.lower(): b for one, other in read.exchanges for a, b in ((one, other), (other, one))}
    longest = sorted(partner, key=lambda text: (-len(text), text))
    openers, idioms, subjects, main = (
        "|".join(map(re.escape, words)).replace("'", "['’]")
        for words in (read.clauses.openers, read.clauses.idioms, read.clauses.subjects, read.clauses.main)
    )
    first = rf"(?!(?i:{idioms})\b)(?P<first>(?i:{openers}) (?:{subjects}) [^,;:\"“”()]+)"
    clause = rf"(?P<space>\s*){first}, (?P<main>(?:{main}) [^,;:\"“”()?]+?)(?P<end>[.!]*)"
    return Rewriter(
        {name: tuple(_compiled(document, f"forms.{name}", rules)) for name, rules in read.forms.items()},
        shared,
        re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE),
        partner,
        re.compile(clause),
        frozenset(read.clauses.not_in_main),
        frozenset(read.guards.negators),
        frozenset(read.guards.numbers),
    )


def _compiled(document: Document[_File], place: str, rules: tuple[Rule, ...]) -> Iterator[Compiled]:
    for number, rule in enumerate(rules):
        try:
            yield f"{place}/{rule.id}", re.compile(rule.find.replace("'", "['’]"), re.IGNORECASE), rule.put
        except re.error as error:
            raise document.wrong((*place.split("."), number, "find"), f"no regular expression: {error}") from error
