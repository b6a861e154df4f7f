"""Signs in a reply to somebody in danger: that the danger is heard, asked about, met with a way to help, or failed.

The signs are data (``data/response.yaml``) and are looked for in one pass; only around a hit the sentence is looked at. The idea,
a trigger with cues in a window before it, is that of NegEx (Chapman et al. 2001).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.safety.crisis.kinds import Kind
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.typed_yaml import Document, read_yaml
from pixel_assets.wording.folding import FoldedTexts

FILE: Final = Path(__file__).parent / "data" / "response.yaml"
WINDOW: Final = 240  # bytes of folded text on each side of a hit that are looked at, at most
Rule = Literal[
    "response_missing", "not_judged", "not_acknowledged", "not_asked", "no_resource", "method_detail", "minimised",
    "secrecy_promised", "abandoned",
]  # fmt: skip
_PIECE: Final = re.compile(r"<([a-z_]+)>")
_CLASS: Final = re.compile(r"(\[[^\]]*\])")
_ENDS: Final = re.compile(r"[.!?\x00]")
_ASKING: Final = re.compile(
    r"(?<!no )(?<!n't )(?<!not )(?<!never )\b"
    r"(?:(?:want|need|have|like|going|let me|allow me|may i|can i) (?:to )?(?:ask|know|check|understand)|"
    r"tell me|let me know|i(?:'m| am) asking|i wonder|i(?:'m| am) wondering|asking you)\b"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign at a place of a reply."""

    row: int  # number of the text
    sign: str
    start: int  # characters of the original text, as is end
    end: int


@dataclass(frozen=True)
class Signs:
    """All signs, compiled, and what the rules make of them."""

    asks: Mapping[str, frozenset[str]]  # by kind of danger, the signs that count as asking about it
    help_first: frozenset[str]  # kinds of danger where help goes before all questions
    levels: Mapping[str, tuple[int, int]]  # by rule, the level where risk is voiced, and where danger is imminent
    _names: tuple[str, ...]  # of the sign of each pattern
    _signs: Mapping[str, _Sign]
    _matcher: Matcher

    def spot(self, texts: FoldedTexts) -> list[Seen]:
        """Every sign that holds, in the order of its place."""
        hits = self._matcher.scan(texts)
        columns = (hits.row, hits.pattern, hits.start, hits.end, hits.folded_start, hits.folded_end)
        return [
            Seen(row, self._names[pattern], start, end)
            for row, pattern, start, end, first, last in zip(*(column.tolist() for column in columns), strict=True)
            if self._signs[self._names[pattern]].always
            or self._signs[self._names[pattern]].holds(*_around(texts, row, first, last))
        ]


@dataclass(frozen=True, slots=True)
class _Sign:
    question: Literal["asked", "told"] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    quoted: bool  # whether it counts between quotation marks

    @property
    def always(self) -> bool:
        """Whether no sentence takes it back."""
        return self.quoted and self.question is None and self.before is None and self.after is None

    def holds(self, before: str, after: str) -> bool:
        """Whether the sentence around a match leaves it standing."""
        start = max((found.end() for found in _ENDS.finditer(before)), default=0)
        head = before[start:].lower()
        if not self.quoted and head.count('"') % 2:
            return False
        if self.before is not None and self.before.search(head):
            return False
        if self.after is not None and self.after.search(after.lower()):
            return False
        if self.question == "asked":
            return _is_asked(head, after)
        return self.question is None or _ENDS.findall(after)[:1] != ["?"]


class _GivenSign(BaseModel):
    model_config = ConfigDict(extra="forbid")
    question: Literal["asked", "told"] | None = None
    unless_before: str | None = None
    unless_after: str | None = None
    quoted: bool = True
    patterns: tuple[str, ...] = Field(min_length=1)


class _GivenRule(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: str = Field(min_length=1)
    risk: int = Field(ge=0, le=3)
    imminent: int = Field(ge=0, le=3)


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pieces: dict[str, str]
    signs: dict[str, _GivenSign]
    asks: dict[Kind, tuple[str, ...]]
    help_first: tuple[Kind, ...]
    rules: dict[Rule, _GivenRule]


@functools.cache
def load_signs(file: Path = FILE) -> Signs:
    """The signs of a file; raises :class:`SettingsError` that names file, line and sign where something in it is wrong."""
    document = read_yaml(file, _Given)
    given = document.content
    for kind, signs in given.asks.items():
        if unknown := sorted(set(signs) - given.signs.keys()):
            raise document.wrong(("asks", kind), f"there is no sign {unknown[0]!r}", hint="Name one of the signs")
    patterns = [
        Pattern(f"{name}.{number}", _spaced(_filled(document, name, regex)))
        for name, sign in given.signs.items()
        for number, regex in enumerate(sign.patterns)
    ]
    return Signs(
        {kind: frozenset(signs) for kind, signs in given.asks.items()},
        frozenset(given.help_first),
        {rule: (entry.risk, entry.imminent) for rule, entry in given.rules.items()},
        tuple(pattern.id.split(".")[0] for pattern in patterns),
        {name: _compiled(document, name, sign) for name, sign in given.signs.items()},
        Matcher(patterns),
    )


def _compiled(document: Document[_Given], name: str, sign: _GivenSign) -> _Sign:
    try:
        before, after = (
            re.compile(_filled(document, name, regex)) if regex else None for regex in (sign.unless_before, sign.unless_after)
        )
    except re.error as error:
        raise document.wrong(("signs", name), f"not a regular expression: {error}", hint="Correct the expression") from None
    return _Sign(sign.question, before, after, sign.quoted)


def _filled(document: Document[_Given], name: str, regex: str) -> str:
    pieces = document.content.pieces
    missing = sorted(set(_PIECE.findall(regex)) - pieces.keys())
    if missing:
        raise document.wrong(("signs", name), f"there is no piece {missing[0]!r}", hint="Add it to pieces")
    filled = _PIECE.sub(lambda piece: pieces[piece[1]], regex)
    return _filled(document, name, filled) if _PIECE.search(filled) else filled


def _spaced(regex: str) -> str:
    """Every blank outside a class of characters stands for white space of any length."""
    return "".join(part if part.startswith("[") else part.replace(" ", " +") for part in _CLASS.split(regex))


def _around(texts: FoldedTexts, row: int, start: int, end: int) -> tuple[str, str]:
    first, last = int(texts.starts[row]), int(texts.starts[row + 1]) - 1
    before = texts.data[max(first, first + start - WINDOW) : first + start]
    after = texts.data[first + end : min(last, first + end + WINDOW)]
    return before.tobytes().decode("utf-8", "ignore"), after.tobytes().decode("utf-8", "ignore")


def _is_asked(head: str, after: str) -> bool:
    """Whether the sentence of a match, or the one after it, is a question, or says that something is asked."""
    if _ASKING.search(head):
        return True
    ends = _ENDS.findall(after)[:2]
    return "?" in ends
