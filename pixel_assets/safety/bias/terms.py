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

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pixel_assets.errors import SettingsError
from pixel_assets.safety.folding import fold_text

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
    """The words of one file; raises ``SettingsError`` that names the file and the entry that cannot be read."""
    try:
        given = _File.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise SettingsError(first["msg"], where=f"{file}, {place}", expected="what the head of the file describes") from error
    axes = {name: _axis(name, axis, file) for name, axis in given.axes.items()}
    return Terms(axes, frozenset(given.people), frozenset(given.modifiers))


def _axis(name: str, given: _Axis, file: Path) -> Axis:
    if unknown := sorted(set(given.written) - set(given.groups)):
        raise SettingsError(f"unknown groups {unknown}", where=f"{file}, axes.{name}.written", expected=", ".join(given.groups))
    never = []
    for number, phrase in enumerate(given.never):
        try:
            never.append(re.compile(rf"\b(?:{phrase})\b", re.IGNORECASE))
        except re.error as error:
            where = f"{file}, axes.{name}.never.{number}"
            raise SettingsError(f"no regular expression: {error}", where=where, expected="one that Python's re reads") from error
    found = tuple(_terms(name, given, file))
    return Axis(name, tuple(given.groups), frozenset(given.written), found, tuple(never))


def _terms(name: str, axis: _Axis, file: Path) -> Iterator[Term]:
    needs_person, exact_case = {word.lower() for word in axis.needs_person}, set(axis.exact_case)
    for number, row in enumerate(axis.rows):
        for group, cell in row.terms.items():
            where = f"{file}, axes.{name}.rows.{number}.terms.{group}"
            if group not in axis.groups:
                raise SettingsError("unknown group", where=where, expected=", ".join(axis.groups))
            written, _, untouched = cell.partition(">")
            parts = [(each, True) for each in _cells(written, where)] + [(each, False) for each in _cells(untouched, where)]
            if not parts:
                raise SettingsError("no word", where=where, expected="at least one")
            for place, ((one, many), swapped) in enumerate(parts):
                for count, text in (("one", one), ("many", many)):
                    if text:
                        yield Term(
                            name, group, text, row.form, "one" if count == "one" else "many", number,
                            first=place == 0, swapped=swapped and group not in axis.written,
                            counted=row.counted and group not in axis.written,
                            needs_person=text.lower() in needs_person, exact_case=text in exact_case,
                        )  # fmt: skip


def _cells(cell: str, where: str) -> Iterator[tuple[str, str]]:
    """Singular and plural of each word of a cell; the plural is empty for words that have none."""
    for part in filter(None, (part.strip() for part in cell.split(","))):
        words = part.split("/")
        if len(words) > 2 or not all(words):
            raise SettingsError("more than two numbers of a word", where=where, expected="singular/plural")
        yield words[0], words[1] if len(words) == 2 else ""


def either(words: Iterable[str]) -> str:
    """Alternatives, longest first, in which a blank or a hyphen of a word may be either."""
    unique = sorted({fold_text(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(re.sub(r"\\?[ -]", "[ -]", re.escape(word)) for word in unique)
