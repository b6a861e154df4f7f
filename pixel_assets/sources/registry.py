"""The registry of sources: what each is, where it lies, under which licence and for which category.

In: a YAML file. Out: frozen models by name. A mistake is reported with the file and the line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.hints import OptionValue, SourceHints, parse_options
from pixel_assets.errors import SettingsError, UsageError
from pixel_assets.settings import Category

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class HubDataset(BaseModel):
    """A dataset on the Hugging Face hub, pinned to one commit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="owner/name on the hub")
    revision: str | None = Field(
        None, pattern=r"^[0-9a-f]{40}$", description="the commit it is pinned to, 40 hex digits"
    )
    config: str | None = Field(None, description="configuration (subset) of the dataset; by default its only one")
    split: str = Field("train", description="split of the dataset")
    files: tuple[str, ...] = Field((), description="patterns of files in the repository, instead of what its card names")


class Source(BaseModel):
    """One entry of the registry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    path: tuple[str, ...] = Field((), description="glob patterns, relative to the sources folder")
    hub: HubDataset | None = Field(None, description="a dataset of the hub, in place of a path")
    category: Category
    title: str = Field(min_length=1)
    licence: str = Field(min_length=1, description="SPDX identifier, or LicenseRef-… where there is none")
    url: str | None = None
    citation: str | None = None
    format: str | None = Field(None, description="name of a format, instead of detection")
    options: dict[str, OptionValue] = Field(default_factory=dict, description="names of columns and roles")
    tier: int = Field(3, ge=1, le=5, description="1 is curated by experts, 5 is raw")

    @field_validator("name")
    @classmethod
    def _identifier(cls, name: str) -> str:
        if not NAME.match(name):
            raise ValueError("the name of a source is lower-case letters, digits and underscores")
        return name

    @field_validator("path", mode="before")
    @classmethod
    def _one_or_many(cls, path: object) -> object:
        return [path] if isinstance(path, str) else path

    @field_validator("path")
    @classmethod
    def _relative(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            parts = PurePosixPath(pattern)
            if not pattern or parts.is_absolute() or ".." in parts.parts:
                raise ValueError(f"pattern {pattern!r} is not a relative path inside the sources folder")
        return patterns

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.path) == (self.hub is not None):
            raise ValueError("a source has either a path or a hub dataset")
        return self

    @field_validator("format")
    @classmethod
    def _known_format(cls, name: str | None) -> str | None:
        names = [format.name for format in FORMATS]
        if name is not None and name not in names:
            raise ValueError(f"unknown format {name!r}; {_close(name, names)}")
        return name

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, OptionValue]) -> dict[str, OptionValue]:
        parse_options(options)
        return options

    def hints(self) -> SourceHints:
        """What conversion needs to know of this source."""
        return SourceHints(self.name, self.category, self.format, parse_options(self.options))


@dataclass(frozen=True)
class Registry:
    """All sources by name, in the order of the file."""

    sources: dict[str, Source]

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
        if name not in self.sources:
            raise UsageError(
                f"no source is called {name!r}",
                where="registry of sources",
                hint=_close(name, list(self.sources)).capitalize(),
            )
        return self.sources[name]


def load_registry(file: Path) -> Registry:
    """Read a registry; raises :class:`SettingsError` with file and line of the first bad entry."""
    try:
        document = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the registry cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}",
            where=str(file),
            hint="Set sources.registry (PIXEL_SOURCES_REGISTRY) to a registry file",
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise SettingsError(
            f"not valid YAML: {getattr(error, 'problem', None) or 'unreadable'}",
            where=f"{file}{line}",
            hint="Correct the line and run again",
        ) from error
    if not isinstance(document, yaml.MappingNode):
        raise SettingsError(
            "the registry holds no sources", where=str(file), expected="a mapping from names to entries"
        )
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
    lines: dict[str, yaml.Node] = {}
    for field, _ in node.value:
        if str(field.value) in lines:
            raise _bad(file, field, name, f"{field.value!r} is given twice", "each key once")
        lines[str(field.value)] = field
    try:
        return Source.model_validate({"name": name, **_plain(node)})
    except yaml.YAMLError as error:
        raise _bad(file, node, name, "a value cannot be read", "plain YAML values") from error
    except ValidationError as error:
        # A misspelt key first: the key that is then missing follows from it
        first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
        field_name = str(first["loc"][0]) if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = f"unknown key {field_name!r}; {_close(field_name, [*Source.model_fields])}"
        raise _bad(file, lines.get(field_name, key), name, f"{field_name}: {message}", "") from error


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


def _close(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, n=5, cutoff=0.4) or sorted(names)[:10]
    return "close names: " + ", ".join(close) if close else "there are none"
