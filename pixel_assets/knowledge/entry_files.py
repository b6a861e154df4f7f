"""YAML files of entries, read so that every mistake is known with its file and line.

In: a file that maps ids to entries. Out: a :class:`Family` of what a model accepts, and a :class:`Problem` for all else.
The knowledge base and the edge cases are read by it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.details import ID
from pixel_assets.knowledge.model import KINDS
from pixel_assets.typed_yaml import QUOTE, Lines, Loc, Unreadable, compose, dotted, message, plain

T = TypeVar("T")


@dataclass(frozen=True)
class Place:
    """Where an entry stands, and each of its keys and list items."""

    file: Path
    name: str
    lines: Lines

    def line(self, loc: Loc) -> int:
        """The line of a path, or of the closest thing above it that stands in the file."""
        return self.lines.line(loc)

    def problem(self, loc: Loc, what: str, hint: str) -> Problem:
        return Problem(self.file, self.line(loc), f"entry {self.name!r}: {what}", hint)


@dataclass(frozen=True, order=True)
class Problem:
    file: Path
    line: int
    what: str
    hint: str

    def error(self) -> KnowledgeError:
        return KnowledgeError(self.what, where=f"{self.file}, line {self.line}", hint=self.hint)


@dataclass
class Family(Generic[T]):
    """Entries of one form: those that could be read, and the place of each, readable or not."""

    parse: Callable[[Any], T]
    keys: str  # where a reader learns which keys there are
    read: dict[str, T] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


def read_entries(file: Path, family: Family[T]) -> Iterator[Problem]:
    """Add what a file holds to its family; yields what is wrong."""
    try:
        document = compose(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        yield Problem(file, 1, "the file is not UTF-8 text", "Save it as UTF-8")
        return
    except Unreadable as error:
        yield Problem(file, error.line, error.what, QUOTE)
        return
    if not isinstance(document, yaml.MappingNode):
        yield Problem(file, 1, "the file holds no entries", "It must be a mapping from ids to entries")
        return
    for key, node in document.value:
        lines = Lines.of(node, key)
        place = Place(file, str(key.value), lines)
        yield from (place.problem(loc, f"the key {dotted(loc)!r} is given twice", "Give each key once") for loc in lines.twice)
        yield from _read_entry(place, node, family)


def _read_entry(place: Place, node: yaml.Node, family: Family[T]) -> Iterator[Problem]:
    if place.name in family.places:
        other = family.places[place.name]
        what = f"this id is used twice, before in {other.file.name}, line {other.line(())}"
        yield place.problem((), what, "Give each entry an id of its own")
        return
    family.places[place.name] = place
    if not re.match(ID, place.name):
        yield place.problem((), "the id is not in snake case", "Use small letters, digits and single underscores")
    try:
        family.read[place.name] = family.parse(plain(node))
    except Unreadable as error:
        yield Problem(place.file, error.line, f"entry {place.name!r}: {error.what}", "Use plain YAML values")
    except ValidationError as error:
        yield from (place.problem(*_explained(found, family.keys)) for found in error.errors())


def _explained(found: ErrorDetails, keys: str) -> tuple[Loc, str, str]:
    """Path, what is wrong and what to do, from an error of pydantic; no text of an entry is quoted."""
    loc = found["loc"]
    if loc and loc[0] in KINDS:  # pydantic puts the kind before the path
        loc = loc[1:]
    match found["type"]:
        case "extra_forbidden":
            return loc, f"unknown key {dotted(loc)!r}", keys
        case "missing":
            return loc, f"the key {dotted(loc)!r} is missing", keys
        case "union_tag_not_found":
            return (), "the key 'kind' is missing", keys
        case "union_tag_invalid":
            tag = str(found.get("ctx", {}).get("tag"))
            return ("kind",), f"unknown kind {tag!r}", close_names(tag, KINDS)
        case _:
            said = message(found)
            return loc, f"{dotted(loc)}: {said}" if loc else said, "Correct it and check again"


def close_names(name: str, names: Iterable[str]) -> str:
    """A hint that gives the names like one that is not there."""
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    return f"Close names: {', '.join(close)}" if close else "Nothing has a name like it: add it, or leave this out"
