"""The registry of sources: what each is, where it lies, under which licence and for which category.

In: a YAML file. Out: frozen models by name. A mistake is reported with the file and the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.settings import CATEGORIES, variable
from pixel_assets.sources.made import MADE
from pixel_assets.sources.source import Expected, HubDataset, Part, Playlist, Quality, Source, close_names
from pixel_assets.sources.withdrawals import Withdrawals
from pixel_assets.typed_yaml import QUOTE, Lines, Unreadable, compose, dotted, message, plain

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
    withdrawn: frozenset[str] = frozenset()  # names in the file that `pixel forget` has withdrawn

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
        if name in self.withdrawn:
            raise UsageError(
                f"source {name!r} was withdrawn",
                where="file of withdrawals, setting sources.withdrawals",
                hint="What was withdrawn is left out of every build; take its line out of the file if that was a mistake",
            )
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

    def without(self, withdrawals: Withdrawals) -> Registry:
        """The sources that were not withdrawn, each without what was withdrawn of it."""
        kept = {name: source.withholding(withdrawals) for name, source in self.sources.items() if name not in withdrawals.sources}
        return Registry(kept, self.left_out, self.withdrawn | (self.sources.keys() & withdrawals.sources.keys()))

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
        document = compose(text)
    except Unreadable as error:
        raise SettingsError(error.what, where=f"{file}, line {error.line}", hint=QUOTE) from error
    if not isinstance(document, yaml.MappingNode):
        raise SettingsError("the registry holds no sources", where=str(file), expected="a mapping from names to entries")
    sources: dict[str, Source] = {}
    for key, node in document.value:
        name = str(key.value)
        lines = Lines.of(node, key)
        if name in sources:
            raise _bad(file, lines.line(()), name, "this name is used twice", "one entry for each name")
        sources[name] = _source(file, name, node, lines)
    return Registry(sources)


def _source(file: Path, name: str, node: yaml.Node, lines: Lines) -> Source:
    line = lines.line
    if not isinstance(node, yaml.MappingNode):
        raise _bad(file, line(()), name, "the entry is not a mapping", "path, category, title, licence …")
    if name in _MADE:
        raise _bad(file, line(()), name, "this name belongs to a source that the package makes itself", "another name")
    if lines.twice:
        raise _bad(file, line(lines.twice[0]), name, f"{dotted(lines.twice[0])!r} is given twice", "each key once")
    if ("made_by",) in lines.numbers:
        what = "made_by is for sources that the package makes itself"
        raise _bad(file, line(("made_by",)), name, what, "path, hub, recordings or playlist")
    try:
        return Source.model_validate({"name": name, **plain(node)})
    except Unreadable as error:
        raise _bad(file, error.line, name, error.what, "plain YAML values") from error
    except ValidationError as error:
        # A misspelt key first: the key that is then missing follows from it
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        loc, said = first["loc"], message(first)
        if not loc:  # of the entry as a whole: the message begins with the key that it is about
            key, _, said = said.partition(": ")
            loc = (key,)
        if first["type"] == "extra_forbidden":
            part = Source if len(loc) == 1 else _PARTS[str(loc[0])]
            said = f"unknown key {loc[-1]!r}; {close_names(str(loc[-1]), part.model_fields)}"
        raise _bad(file, line(loc), name, f"{dotted(loc)}: {said}", "") from error


def _bad(file: Path, line: int, name: str, what: str, expected: str) -> SettingsError:
    return SettingsError(
        f"source {name!r}: {what}",
        where=f"{file}, line {line}",
        expected=expected,
        hint="The head of the shipped sources.yaml explains every key",
    )
