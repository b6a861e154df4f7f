"""The registry of sources: what each is, where it lies, under which licence and for which category.

In: a YAML file. Out: frozen models by name. A mistake is reported with the file and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.settings import CATEGORIES, variable
from pixel_assets.sources.made import MADE
from pixel_assets.sources.source import Expected, HubDataset, Part, Playlist, Quality, Source, close_names

__all__ = ["Expected", "HubDataset", "Quality", "Registry", "Source", "load_registry"]

_PARTS: Final[dict[str, type[Part]]] = {"hub": HubDataset, "playlist": Playlist, "expected": Expected, "quality": Quality}
_CATEGORY: Final = "category:"
_MADE: Final = frozenset(source.name for source in MADE)
_WORDS: Final[dict[str, Callable[[Source], bool]]] = {
    "hub": lambda source: source.hub is not None,
    "playlist": lambda source: source.playlist is not None,
    "local": lambda source: source.hub is None and source.playlist is None,
}


@dataclass(frozen=True)
class Registry:
    """All sources by name, in the order of the file."""

    sources: dict[str, Source]
    left_out: frozenset[str] = frozenset()  # names in the file that are not in force

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources.values())

    def __len__(self) -> int:
        return len(self.sources)

    def __contains__(self, name: object) -> bool:
        return name in self.sources

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the order of the file."""
        return tuple(self.sources)

    def select(self, name: str) -> Source:
        """The source of that name; raises :class:`UsageError` with the closest names."""
        if name in self.left_out:
            raise UsageError(
                f"source {name!r} is left out",
                where="settings sources.only and sources.skip",
                hint=f"Change {variable('sources.only')} or {variable('sources.skip')} to work with it",
            )
        if name not in self.sources:
            raise UsageError(
                f"no source is called {name!r}",
                where="registry of sources",
                hint=close_names(name, self.sources).capitalize(),
            )
        return self.sources[name]

    def narrowed(self, only: Sequence[str], skip: Sequence[str]) -> Registry:
        """The sources that some word of ``only`` names (no word: all) and no word of ``skip`` does, in the same order.

        A word is a shell pattern over names, ``hub``, ``playlist``, ``local`` or ``category:NAME``. Raises
        :class:`SettingsError` for a word that names no source, and where no source is left.
        """
        kept = set[str]().union(*(self._named(word, "only") for word in only)) if only else set(self.sources)
        kept -= set[str]().union(*(self._named(word, "skip") for word in skip))
        if self.sources and not kept:
            raise SettingsError(
                f"none of {len(self.sources)} sources is left",
                where="settings sources.only and sources.skip",
                expected="at least one source",
                hint="Leave one of the two out, or name fewer in sources.skip",
            )
        sources = {name: source for name, source in self.sources.items() if name in kept}
        return Registry(sources, self.left_out | (self.sources.keys() - kept))

    def _named(self, word: str, setting: str) -> set[str]:
        if word in _WORDS:
            # A registry without hub sources is fine with hub being skipped
            return {source.name for source in self if _WORDS[word](source)}
        category = word.removeprefix(_CATEGORY)
        found = {
            source.name
            for source in self
            if (source.category == category if word.startswith(_CATEGORY) else fnmatchcase(source.name, word))
        }
        if not found:
            words = [*self.sources, *_WORDS, *(_CATEGORY + name for name in CATEGORIES)]
            raise SettingsError(
                f"{word!r} names no source",
                where=f"setting sources.{setting} ({variable('sources.' + setting)})",
                expected="a name or a pattern of names, hub, playlist, local or category:NAME",
                hint=close_names(word, words).capitalize(),
            )
        return found


def load_registry(file: Path) -> Registry:
    """Read a registry; raises :class:`SettingsError` with file and line of the first bad entry."""
    try:
        return _parsed(file, file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the registry cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}",
            where=str(file),
            hint="Set sources.registry (PIXEL_SOURCES_REGISTRY) to a registry file",
        ) from error


@lru_cache(maxsize=4)  # each step of a build asks anew, and the file is nearly always the same
def _parsed(file: Path, text: str) -> Registry:
    try:
        document = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(
            f"not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}",
            where=f"{file}{line}",
            hint="Correct the line and run again",
        ) from error
    if not isinstance(document, yaml.MappingNode):
        raise SettingsError("the registry holds no sources", where=str(file), expected="a mapping from names to entries")
    sources: dict[str, Source] = {}
    for key, node in document.value:
        name = str(key.value)
        if name in sources:
            raise _bad(file, key, name, "this name is used twice", "one entry for each name")
        sources[name] = _source(file, name, key, node)
    return Registry(sources)


def _source(file: Path, name: str, key: yaml.Node, node: yaml.Node) -> Source:
    if not isinstance(node, yaml.MappingNode):
        raise _bad(file, key, name, "the entry is not a mapping", "path, category, title, licence …")
    if name in _MADE:
        raise _bad(file, key, name, "this name belongs to a source that the package makes itself", "another name")
    lines = _keys(file, name, node)
    if "made_by" in lines:
        found, what = lines["made_by"], "made_by is for sources that the package makes itself"
        raise _bad(file, found, name, what, "path, hub, recordings or playlist")
    try:
        return Source.model_validate({"name": name, **_plain(node)})
    except yaml.YAMLError as error:
        raise _bad(file, node, name, "a value cannot be read", "plain YAML values") from error
    except ValidationError as error:
        # A misspelt key first: the key that is then missing follows from it
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        message = first["msg"].removeprefix("Value error, ")
        place = [str(part) for part in first["loc"]]
        if not place:  # of the entry as a whole: the message begins with the key that it is about
            place, message = [message.partition(": ")[0]], message.partition(": ")[2]
        if first["type"] == "extra_forbidden":
            part = Source if len(place) == 1 else _PARTS[place[0]]
            message = f"unknown key {place[-1]!r}; {close_names(place[-1], part.model_fields)}"
        found = next((lines[".".join(place[:n])] for n in range(len(place), 0, -1) if ".".join(place[:n]) in lines), key)
        raise _bad(file, found, name, f"{'.'.join(place)}: {message}", "") from error


def _keys(file: Path, name: str, node: yaml.MappingNode, above: str = "") -> dict[str, yaml.Node]:
    """Where each key of an entry stands, by its path such as ``hub.dataset``; none may stand twice."""
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        path = f"{above}{key.value}"
        if path in found:
            raise _bad(file, key, name, f"{path!r} is given twice", "each key once")
        found[path] = key
        if isinstance(value, yaml.MappingNode):
            found |= _keys(file, name, value, f"{path}.")
    return found


def _plain(node: yaml.MappingNode) -> dict[str, Any]:
    constructor = yaml.SafeLoader("")
    try:
        return {str(key): value for key, value in constructor.construct_mapping(node, deep=True).items()}
    finally:
        constructor.dispose()


def _bad(file: Path, node: yaml.Node, name: str, what: str, expected: str) -> SettingsError:
    return SettingsError(
        f"source {name!r}: {what}",
        where=f"{file}, line {node.start_mark.line + 1}",
        expected=expected,
        hint="The head of the shipped sources.yaml explains every key",
    )
