"""Words for groups of people, by axis: what they are, when they count, and which word another group has in their place.

They stand in ``data/terms.yaml``, which says how it is read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from pixel_assets.typed_yaml import Document, Loc, read_yaml
from pixel_assets.wording.folding import fold_text

FILE: Final = Path(__file__).parent / "data" / "terms.yaml"
Form = Literal["adjective", "noun", "relation", "title", "address", "place"]
Number = Literal["one", "many"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    form: Form
    terms: dict[str, str]
    counted: bool = True


class _Axis(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    groups: list[str]
    rows: list[_Row]
    written: list[str] = []
    needs_person: list[str] = []
    exact_case: list[str] = []
    never: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    people: list[str]
    modifiers: list[str]
    axes: dict[str, _Axis]


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase of one group."""

    axis: str
    group: str
    text: str  # as it is spelled in a dictionary
    form: Form
    number: Number
    row: int  # number of the row in its axis: terms of one row and number take each other's place
    first: bool  # whether a swap writes this one
    swapped: bool  # whether a swap may replace it
    counted: bool  # whether it is evidence of a group
    needs_person: bool
    exact_case: bool


@dataclass(frozen=True)
class Axis:
    """The groups of one axis and their words."""

    name: str
    groups: tuple[str, ...]
    written: frozenset[str]  # groups that are only ever written by a swap
    terms: tuple[Term, ...]
    never: tuple[re.Pattern[str], ...]

    @functools.cached_property
    def counterparts(self) -> Mapping[tuple[int, Number, str], str]:
        """What a swap writes, by row, number and group."""
        return {(term.row, term.number, term.group): term.text for term in self.terms if term.first}

    def partner(self, group: str) -> str | None:
        """The group that takes the place of this one where no target is named: groups two by two are partners."""
        place = self.groups.index(group) ^ 1
        return self.groups[place] if place < len(self.groups) else None


@dataclass(frozen=True)
class Terms:
    """All axes, and the words that say that an adjective is about a person."""

    axes: Mapping[str, Axis]
    people: frozenset[str]
    modifiers: frozenset[str]


@functools.cache
def terms(file: Path = FILE) -> Terms:
    """The words of one file; raises ``SettingsError`` that names file, line and key of what cannot be read."""
    document = read_yaml(file, _File)
    given = document.content
    axes = {name: _axis(name, axis, document) for name, axis in given.axes.items()}
    return Terms(axes, frozenset(given.people), frozenset(given.modifiers))


def _axis(name: str, given: _Axis, document: Document[_File]) -> Axis:
    if unknown := sorted(set(given.written) - set(given.groups)):
        raise document.wrong(("axes", name, "written"), f"unknown groups {unknown}", expected=", ".join(given.groups))
    never = []
    for number, phrase in enumerate(given.never):
        try:
            never.append(re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE))
        except re.error as error:
            what = f"no regular expression: {error}"
            raise document.wrong(("axes", name, "never", number), what, expected="one that Python's re reads") from error
    found = tuple(_terms(name, given, document))
    return Axis(name, tuple(given.groups), frozenset(given.written), found, tuple(never))


def _terms(name: str, axis: _Axis, document: Document[_File]) -> Iterator[Term]:
    needs_person, exact_case = {word.lower() for word in axis.needs_person}, set(axis.exact_case)
    for number, row in enumerate(axis.rows):
        for group, cell in row.terms.items():
            loc: Loc = ("axes", name, "rows", number, "terms", group)
            if group not in axis.groups:
                raise document.wrong(loc, "unknown group", expected=", ".join(axis.groups))
            try:
                parts = [(each, at == 0) for at, half in enumerate(cell.split(">", 1)) for each in _cells(half)]
            except ValueError as error:
                raise document.wrong(loc, str(error), expected="singular/plural") from error
            if not parts:
                raise document.wrong(loc, "no word", expected="at least one")
            for place, ((one, many), swapped) in enumerate(parts):
                for count, text in (("one", one), ("many", many)):
                    if text:
                        yield Term(
                            name, group, text, row.form, "one" if count == "one" else "many", number,
                            first=place == 0, swapped=swapped and group not in axis.written,
                            counted=row.counted and group not in axis.written,
                            needs_person=text.lower() in needs_person, exact_case=text in exact_case,
                        )  # fmt: skip


def _cells(cell: str) -> Iterator[tuple[str, str]]:
    """Singular and plural of each word of a cell; the plural is empty for words that have none. Raises ``ValueError``."""
    for part in filter(None, (part.strip() for part in cell.split(","))):
        words = part.split("/")
        if len(words) > 2 or not all(words):
            raise ValueError("more than two numbers of a word")
        yield words[0], words[1] if len(words) == 2 else ""


def either(words: Iterable[str]) -> str:
    """Alternatives, longest first, in which a blank or a hyphen of a word may be either."""
    unique = sorted({fold_text(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(re.sub(r"\\?[ -]", "[ -]", re.escape(word)) for word in unique)
