"""YAML files as typed values: a mistake is named with file, line and key, and no text of the file is quoted.

:func:`read_yaml` reads a whole file into one form. Files whose entries are judged one by one, so that a wrong one does not hide
the others, are read with its parts: :func:`compose`, :class:`Lines`, :func:`plain`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from pixel_assets.errors import PixelError, SettingsError

T = TypeVar("T")
Loc = tuple[str | int, ...]  # path of a key or of an item of a list within a value; () is the value itself

QUOTE: Final = "Put a text that holds a colon or a hash into quotes"
_UNKNOWN: Final = "unknown key"
_HEAD: Final = "The head of the file, or the module that reads it, says which keys there are"


class Unreadable(Exception):
    """A text that is not YAML, or that holds a value which is none."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what, self.line = what, line


@dataclass(frozen=True)
class Lines:
    """The line of a value in its file, and of each of its keys and items."""

    numbers: Mapping[Loc, int]
    twice: tuple[Loc, ...]  # keys that a mapping has more than once; YAML would keep the last without a word

    @classmethod
    def of(cls, value: yaml.Node, key: yaml.Node | None = None) -> Lines:
        """The lines of a value, which begins where its key stands."""
        numbers: dict[Loc, int] = {(): (key or value).start_mark.line + 1}
        return cls(numbers, tuple(_walk(value, (), numbers, set())))

    def line(self, loc: Loc) -> int:
        """The line of a path, or of the closest thing above it that stands in the file."""
        return next(self.numbers[loc[:n]] for n in range(len(loc), -1, -1) if loc[:n] in self.numbers)

    def written(self, found: ErrorDetails) -> Loc:
        """The path of what pydantic found, without the names of forms that it tried in between."""
        loc: Loc = ()
        for part in found["loc"]:
            if (*loc, part) in self.numbers:
                loc = (*loc, part)
        return (*loc, found["loc"][-1]) if found["type"] == "missing" else loc


@dataclass(frozen=True)
class Document(Generic[T]):
    """The content of a file, and where in it everything stands."""

    content: T
    file: Path
    error: type[PixelError]
    _root: yaml.Node | None

    def wrong(self, loc: Loc, what: str, *, expected: str = "", hint: str = "") -> PixelError:
        """An error about a path of the content, for what a form cannot say."""
        line = Lines.of(self._root).line(loc) if self._root else 1
        return self.error(f"{dotted(loc)}: {what}" if loc else what, where=_at(self.file, line), expected=expected, hint=hint)


def read_yaml(
    file: Path, form: type[T] | TypeAdapter[T], *, hint: str = _HEAD, error: type[PixelError] = SettingsError
) -> Document[T]:
    """What a file holds, in the form of a pydantic model or adapter.

    Raises ``error``, by default :class:`SettingsError`, that names file, line and key where the file cannot be read, is not
    YAML, has a key twice, or does not have the form. ``hint`` says where somebody learns what may stand in the file.
    """
    adapter: TypeAdapter[T] = form if isinstance(form, TypeAdapter) else TypeAdapter(form)
    try:
        root = compose(file.read_text(encoding="utf-8-sig"))
        twice = Lines.of(root).twice if root else ()
        found = Document(plain(root) if root else None, file, error, root)
    except (OSError, UnicodeDecodeError) as failure:
        what = getattr(failure, "strerror", None) or "not UTF-8 text"
        raise error(f"the file cannot be read: {what}", where=str(file), hint="Install the package again") from failure
    except Unreadable as failure:
        raise error(failure.what, where=_at(file, failure.line), hint=QUOTE) from failure
    if twice:
        raise found.wrong(twice[0], "the key is given twice", hint="Give each key once")
    try:
        return Document(adapter.validate_python(found.content), file, error, root)
    except ValidationError as failure:
        # A misspelt key first: the key that is then missing follows from it
        flaws = failure.errors(include_input=False, include_url=False)
        first = min(flaws, key=lambda flaw: message(flaw) != _UNKNOWN)
        loc = Lines.of(root).written(first) if root else ()
        raise found.wrong(loc, message(first), hint=hint) from None


def yaml_files(folder: Path, *, error: type[PixelError] = SettingsError) -> list[Path]:
    """The YAML files of a folder in the order of their names. Raises ``error`` where there is none."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise error("no data file is here", where=str(folder), expected="*.yaml", hint="Give the folder of the data")
    return files


def compose(text: str) -> yaml.Node | None:
    """The nodes of a YAML text, None for an empty one. Raises :class:`Unreadable`."""
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "unreadable"  # libyaml's messages quote nothing
        raise Unreadable(f"not valid YAML: {problem}", _line(error)) from error
    return root


def plain(node: yaml.Node) -> Any:
    """What a node stands for. Raises :class:`Unreadable` for a tag that nobody knows, or a date that does not exist."""
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable("a value cannot be read", _line(error, node.start_mark.line + 1)) from error
    finally:
        constructor.dispose()


def message(found: ErrorDetails) -> str:
    """What pydantic found, in words that quote nothing."""
    match found["type"]:
        case "extra_forbidden" | "unexpected_keyword_argument":
            return _UNKNOWN
        case "missing":
            return "the key is missing"
        case _:
            return found["msg"].removeprefix("Value error, ")


def dotted(loc: Loc) -> str:
    """A path as it is written in messages, such as ``rules.2.id``."""
    return ".".join(map(str, loc))


def _walk(node: yaml.Node, above: Loc, numbers: dict[Loc, int], seen: set[int]) -> Iterator[Loc]:
    """Note the line of each key and item below a node; yields the paths of keys that are given twice."""
    if id(node) in seen:  # an alias: looked at where it was written out
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            loc = (*above, str(key.value))
            if loc in numbers:
                yield loc
            numbers[loc] = key.start_mark.line + 1
            yield from _walk(value, loc, numbers, seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            loc = (*above, number)
            numbers[loc] = item.start_mark.line + 1
            yield from _walk(item, loc, numbers, seen)


def _line(error: Exception, otherwise: int = 1) -> int:
    """Where a bracket or a quotation opens that is never closed, or else where the mistake was noticed."""
    opened = getattr(error, "context", None) or ""
    mark = getattr(error, "context_mark" if "flow" in opened or "quoted" in opened else "problem_mark", None)
    return int(mark.line) + 1 if mark else otherwise


def _at(file: Path, line: int) -> str:
    return f"{file}, line {line}"
