"""One entry of the registry: where a source lies, what it is, under which licence, and what is known of its content."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from pixel_assets.conversation.formats import FORMATS
from pixel_assets.conversation.hints import OptionValue, SourceHints, parse_options
from pixel_assets.settings import Category, Share
from pixel_assets.sources.licences import Constraint
from pixel_assets.sources.withdrawals import Withdrawals, recording_hash

Purpose = Literal[
    "training",  # its conversations may become part of the training set
    "evaluation",  # what is measured with it must not have been trained on
    "knowledge",  # read by the stages that make conversations from knowledge
]
PLACES = ("path", "hub", "recordings", "playlist", "made_by")  # where the content of a source comes from
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
ITEMS = r"([+-]?\d+|([+-]?\d+)?[:-]([+-]?\d+)?(:[+-]?[1-9]\d*)?)"  # a number or a range, as yt-dlp writes it


class Part(BaseModel):
    """Base of an entry and of its parts: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HubDataset(Part):
    """A dataset on the Hugging Face hub, pinned to one commit."""

    dataset: str = Field(pattern=r"^[\w.-]+/[\w.-]+$", description="owner/name on the hub")
    revision: str | None = Field(None, pattern=r"^[0-9a-f]{40}$", description="the commit it is pinned to, 40 hex digits")
    config: str | None = Field(None, description="configuration (subset) of the dataset; by default its only one")
    split: str = Field("train", description="split of the dataset")
    files: tuple[str, ...] = Field((), description="patterns of files in the repository, instead of what its card names")


class Playlist(Part):
    """Recordings that are published as a playlist, a channel or a feed, fetched by yt-dlp."""

    url: str = Field(pattern=r"^https?://\S+$", description="address of the playlist, channel, feed or single recording")
    items: str | None = Field(None, pattern=rf"^{ITEMS}(,{ITEMS})*$", description="which of its items: 1:50, or 3,7,9:")
    subtitles: tuple[str, ...] = Field(("en",), description="languages of subtitles to fetch where the publisher gives some")
    automatic_subtitles: bool = Field(False, description="whether automatic subtitles are fetched where nobody wrote any")
    pinned: str | None = Field(None, pattern=r"^[0-9a-f]{32}$", description="the version it must have, 32 hex digits")


class Expected(Part):
    """How much a source is known to hold; what is left out is not compared."""

    records: int | None = Field(None, ge=1, description="records in all its files")
    bytes: int | None = Field(None, ge=1, description="size of all its files")
    tolerance: Share = Field(0.1, description="share by which the numbers may be off")


class Quality(Part):
    """What a source is like when it is read rightly; outside of it something has changed."""

    max_rejected: Share = Field(0.5, description="largest share of rejected records")
    turns: tuple[float, float] | None = Field(None, description="least and most turns of a conversation, on average")
    words: tuple[float, float] | None = Field(None, description="least and most words of a conversation, on average")

    @field_validator("turns", "words")
    @classmethod
    def _ordered(cls, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        if bounds is not None and not 0 <= bounds[0] <= bounds[1]:
            raise ValueError(f"{list(bounds)} is not a range [least, most]")
        return bounds


class Source(Part):
    """One entry of the registry."""

    name: str
    path: tuple[str, ...] = Field((), description="glob patterns, relative to the sources folder")
    hub: HubDataset | None = Field(None, description="a dataset of the hub, in place of a path")
    recordings: tuple[str, ...] = Field((), description="glob patterns of audio files, and of subtitles that lie beside them")
    playlist: Playlist | None = Field(None, description="a playlist of recordings, in place of recordings that are here")
    made_by: str | None = Field(None, description="the asset that makes its conversations; only for sources that the package has")
    category: Category
    purpose: Purpose = Field("training", description="what it may be used for: training, evaluation or knowledge")
    knowledge: bool = Field(False, description="whether a source that is for something else is read as knowledge too")
    title: str = Field(min_length=1)
    licence: str = Field(min_length=1, description="SPDX identifier, or LicenseRef-… where there is none")
    constraints: tuple[Constraint, ...] = Field((), description="what the licence asks for or forbids")
    url: str | None = None
    citation: str | None = None
    format: str | None = Field(None, description="name of a format, instead of detection")
    options: dict[str, OptionValue] = Field(default_factory=dict, description="names of columns and roles")
    file_labels: str | None = Field(
        None, description="regular expression on the name of a file; its named groups become metadata"
    )
    client_only: bool = Field(
        False, description="whether it is dark on purpose (role-play, jailbreaks): only its users' side may be learned from"
    )
    tier: int = Field(3, ge=1, le=5, description="1 is curated by experts, 5 is raw")
    expected: Expected = Field(Expected(), description="records and bytes that it is known to hold")
    quality: Quality = Field(Quality(), description="what it is like when it is read rightly")
    _withdrawn: Withdrawals = PrivateAttr(default_factory=Withdrawals)  # not of the registry: of the file beside it

    @field_validator("name")
    @classmethod
    def _identifier(cls, name: str) -> str:
        if not NAME.match(name):
            raise ValueError("the name of a source is lower-case letters, digits and underscores")
        return name

    @field_validator("path", "recordings", mode="before")
    @classmethod
    def _one_or_many(cls, path: object) -> object:
        return [path] if isinstance(path, str) else path

    @field_validator("path", "recordings")
    @classmethod
    def _relative(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            parts = PurePosixPath(pattern)
            if not pattern or parts.is_absolute() or ".." in parts.parts:
                raise ValueError(f"pattern {pattern!r} is not a relative path inside the sources folder")
        return patterns

    @field_validator("constraints")
    @classmethod
    def _once(cls, constraints: tuple[Constraint, ...]) -> tuple[Constraint, ...]:
        if len(set(constraints)) < len(constraints):
            raise ValueError("a constraint is given twice")
        return constraints

    @field_validator("format")
    @classmethod
    def _known_format(cls, name: str | None) -> str | None:
        names = [format.name for format in FORMATS]
        if name is not None and name not in names:
            raise ValueError(f"unknown format {name!r}; {close_names(name, names)}")
        return name

    @field_validator("options")
    @classmethod
    def _known_options(cls, options: dict[str, OptionValue]) -> dict[str, OptionValue]:
        parse_options(options)
        return options

    @field_validator("file_labels")
    @classmethod
    def _named_groups(cls, pattern: str | None) -> str | None:
        if pattern is None:
            return None
        try:
            groups = re.compile(pattern).groupindex
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if not groups:
            raise ValueError("the expression names no label; write one as (?P<name>…)")
        return pattern

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        given = [name for name in PLACES if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(given) + " are given" if given else "none is given"
            raise ValueError(f"path: a source has one of path, hub, recordings and playlist; {found}")
        return self

    @property
    def is_spoken(self) -> bool:
        """Whether it consists of recordings."""
        return bool(self.recordings or self.playlist)

    @property
    def is_written(self) -> bool:
        """Whether it consists of records that can be read."""
        return bool(self.path or self.hub)

    @property
    def withdrawn_records(self) -> tuple[str, ...]:
        """Hashes of its records that are left out."""
        return self._withdrawn.records.get(self.name, ())

    @property
    def withdrawn_conversations(self) -> tuple[str, ...]:
        """Ids of conversations that are left out, wherever they come from."""
        return tuple(self._withdrawn.conversations)

    def withholding(self, withdrawn: Withdrawals) -> Source:
        """The same source without what was withdrawn of it."""
        source = self.model_copy()
        source._withdrawn = withdrawn
        return source

    def withholds(self, file: str) -> bool:
        """Whether a file is a recording that is left out, or lies beside one."""
        withdrawn = self._withdrawn.recordings.get(self.name, ())
        return bool(withdrawn) and recording_hash(file) in withdrawn

    def hints(self) -> SourceHints:
        """What conversion needs to know of this source."""
        return SourceHints(
            self.name, self.category, self.format, parse_options(self.options), self.file_labels,
            frozenset(self.withdrawn_conversations),
        )  # fmt: skip


def is_written(source: Source) -> bool:
    """Whether a source consists of records that can be read."""
    return source.is_written


def is_spoken(source: Source) -> bool:
    """Whether a source consists of recordings."""
    return source.is_spoken


def close_names(name: str, names: Iterable[str]) -> str:
    """The names that a misspelt one may have meant, in words."""
    known = list(names)
    close = difflib.get_close_matches(name, known, n=5, cutoff=0.4) or sorted(known)[:10]
    return "close names: " + ", ".join(close) if close else "there are none"
