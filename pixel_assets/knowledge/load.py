"""Reading the knowledge base: a folder of YAML files becomes entries and references that fit together.

In: ``references*.yaml`` and any other ``*.yaml``, each a mapping from ids to entries. Out: :class:`Knowledge`.
Every mistake is found in one pass and named with file and line; ``python -m pixel_assets.knowledge.load`` lists them.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.details import ID, Assessment, Instrument
from pixel_assets.knowledge.model import ENTRY, KINDS, TARGETS, Entry, Knowledge, Reference

DATA: Final = Path(__file__).parent / "data"
_KEYS: Final = "pixel_assets/knowledge/details.py and model.py say which keys there are"

T = TypeVar("T")
Loc = tuple[str | int, ...]  # path of a key or a list item within an entry; () is the entry itself


@dataclass(frozen=True)
class Checked:
    """The entries of a folder that are right by themselves, and all that is wrong with the others or between them."""

    knowledge: Knowledge
    problems: tuple[KnowledgeError, ...]  # by file and line


@dataclass(frozen=True)
class _Place:
    """Where an entry stands, and each of its keys and list items."""

    file: Path
    name: str
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int:
        """The line of a path, or of the closest thing above it that stands in the file."""
        return next(self.lines[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in self.lines)

    def problem(self, loc: Loc, what: str, hint: str) -> _Problem:
        return _Problem(self.file, self.line(loc), f"entry {self.name!r}: {what}", hint)


@dataclass(frozen=True, order=True)
class _Problem:
    file: Path
    line: int
    what: str
    hint: str

    def error(self) -> KnowledgeError:
        return KnowledgeError(self.what, where=f"{self.file}, line {self.line}", hint=self.hint)


@dataclass
class _Family(Generic[T]):
    """Entries or references: those that could be read, and the place of each, readable or not."""

    parse: Callable[[Any], T]
    read: dict[str, T] = field(default_factory=dict)
    places: dict[str, _Place] = field(default_factory=dict)


def load_knowledge(folder: Path = DATA) -> Knowledge:
    """Read a knowledge base; raises the first :class:`KnowledgeError` by file and line if anything in it is wrong."""
    checked = check_knowledge(folder)
    if checked.problems:
        raise checked.problems[0]
    return checked.knowledge


def check_knowledge(folder: Path = DATA) -> Checked:
    """Read a knowledge base and find all mistakes; raises :class:`KnowledgeError` where no data file is."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise KnowledgeError("no data file is here", where=str(folder), expected="*.yaml", hint="Give the folder of the data")
    entries, references = _Family(ENTRY.validate_python), _Family(Reference.model_validate)
    problems: list[_Problem] = []
    for file in files:
        problems += _read(file, references) if file.name.startswith("references") else _read(file, entries)
    problems += _dangling(entries, references)
    return Checked(
        Knowledge(dict(sorted(entries.read.items())), dict(sorted(references.read.items()))),
        tuple(problem.error() for problem in sorted(problems)),
    )


def _read(file: Path, family: _Family[T]) -> Iterator[_Problem]:
    """Add what a file holds to its family; yields what is wrong."""
    try:
        document = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        yield _Problem(file, 1, "the file is not UTF-8 text", "Save it as UTF-8")
        return
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = f"not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}"
        yield _Problem(file, mark.line + 1 if mark else 1, what, "Put a text that holds a colon or a hash into quotes")
        return
    if not isinstance(document, yaml.MappingNode):
        yield _Problem(file, 1, "the file holds no entries", "It must be a mapping from ids to entries")
        return
    for key, node in document.value:
        lines: dict[Loc, int] = {(): key.start_mark.line + 1}
        twice = list(_places(node, (), lines))
        place = _Place(file, str(key.value), lines)
        yield from (place.problem(loc, f"the key {_path(loc)!r} is given twice", "Give each key once") for loc in twice)
        yield from _read_entry(place, node, family)


def _read_entry(place: _Place, node: yaml.Node, family: _Family[T]) -> Iterator[_Problem]:
    if place.name in family.places:
        other = family.places[place.name]
        what = f"this id is used twice, before in {other.file.name}, line {other.line(())}"
        yield place.problem((), what, "Give each entry an id of its own")
        return
    family.places[place.name] = place
    if not re.match(ID, place.name):
        yield place.problem((), "the id is not in snake case", "Use small letters, digits and single underscores")
    try:
        family.read[place.name] = family.parse(_plain(node))
    except yaml.YAMLError:
        yield place.problem((), "a value cannot be read", "Use plain YAML values")
    except ValidationError as error:
        yield from (place.problem(*_explained(found)) for found in error.errors())


def _places(node: yaml.Node, above: Loc, lines: dict[Loc, int]) -> Iterator[Loc]:
    """Note the line of each key and list item below a node; yields the paths that are given twice."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            loc = (*above, str(key.value))
            if loc in lines:
                yield loc
            lines[loc] = key.start_mark.line + 1
            yield from _places(value, loc, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            loc = (*above, number)
            lines[loc] = item.start_mark.line + 1
            yield from _places(item, loc, lines)


def _plain(node: yaml.Node) -> Any:
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_document(node)
    finally:
        constructor.dispose()


def _explained(found: ErrorDetails) -> tuple[Loc, str, str]:
    """Path, what is wrong and what to do, from an error of pydantic; no text of an entry is quoted."""
    loc = found["loc"]
    if loc and loc[0] in KINDS:  # pydantic puts the kind before the path
        loc = loc[1:]
    match found["type"]:
        case "extra_forbidden":
            return loc, f"unknown key {_path(loc)!r}", _KEYS
        case "missing":
            return loc, f"the key {_path(loc)!r} is missing", _KEYS
        case "union_tag_not_found":
            return (), "the key 'kind' is missing", _KEYS
        case "union_tag_invalid":
            tag = str(found.get("ctx", {}).get("tag"))
            return ("kind",), f"unknown kind {tag!r}", _close(tag, KINDS)
        case _:
            message = found["msg"].removeprefix("Value error, ")
            return loc, f"{_path(loc)}: {message}" if loc else message, "Correct it and check again"


def _dangling(entries: _Family[Entry], references: _Family[Reference]) -> Iterator[_Problem]:
    """Relations, references and items that lead nowhere, or to an entry of the wrong kind."""
    for name, entry in entries.read.items():
        place = entries.places[name]
        for loc, how, to, kinds in _links(entry):
            if to not in entries.places:
                yield place.problem(loc, f"{how} leads to no entry: {to!r}", _close(to, entries.places))
            elif to in entries.read and kinds and (kind := entries.read[to].kind) not in kinds:
                what = f"{how} leads to {to!r}, of kind {kind}"
                yield place.problem(loc, what, f"It must lead to an entry of kind {' or '.join(sorted(kinds))}")
        for number, reference in enumerate(entry.references):
            if reference not in references.places:
                what = f"there is no reference {reference!r}"
                yield place.problem(("references", number), what, _close(reference, references.places))


def _links(entry: Entry) -> Iterator[tuple[Loc, str, str, frozenset[str]]]:
    """All that leads from an entry to another: path, words for it, id, and the kinds that the other may have."""
    for number, relation in enumerate(entry.relations):
        kinds = TARGETS.get(relation.how, frozenset())
        yield ("relations", number, "to"), f"the relation {relation.how!r}", relation.to, kinds
    if isinstance(entry.details, Instrument | Assessment):
        for number, item in enumerate(entry.details.items):
            for key, to in (("trait", item.trait), ("facet", item.facet)):
                if to is not None:
                    yield ("details", "items", number, key), f"the {key} of an item", to, frozenset({key})


def _path(loc: Loc) -> str:
    return ".".join(map(str, loc))


def _close(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    return f"Close names: {', '.join(close)}" if close else "Nothing has a name like it: add it, or leave this out"


def main(folder: Path = DATA) -> int:
    """Write all mistakes, or how many entries there are of each kind; the exit code is 1 where something is wrong."""
    checked = check_knowledge(folder)
    counts = Counter(entry.kind for entry in checked.knowledge.entries.values())
    lines = [str(problem) for problem in checked.problems]
    lines += [f"{count:5,}  {kind}" for kind, count in sorted(counts.items())]
    relations = sum(len(entry.relations) for entry in checked.knowledge.entries.values())
    lines.append(
        f"{len(checked.knowledge.entries):,} entries, {relations:,} relations, {len(checked.knowledge.references):,} references, "
        f"{len(checked.problems):,} mistakes"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if checked.problems else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
