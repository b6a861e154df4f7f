"""The items of a playlist on disk: audio, subtitles, and one note of what there is.

    <folder>/
      <id>.<ext>             audio as the site gives it
      <id>.<language>.vtt    subtitles
      items.json             sorted by id: file, SHA-256, bytes, seconds, licence, subtitles, or why there is no file
      .incoming/             what is under way: parts of files, and finished items with a note each

``items.json`` is written last: until then the folder is what it was before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import orjson

from pixel_assets.sources.source import Playlist

NOTE: Final = "items.json"

Reason = Literal["unavailable", "private", "geo_blocked", "age_restricted", "network", "unsupported"]
Say = Callable[[int, int], None]  # items that are done, items in all


@dataclass(frozen=True)
class Subtitles:
    """One file of subtitles, by its name."""

    file: str
    sha256: str
    bytes: int
    automatic: bool


@dataclass(frozen=True)
class Item:
    """One item: its file, or the reason why there is none.

    Neither titles nor names are kept, for they are people's. ``seconds`` and ``licence`` are what the site states.
    """

    id: str
    file: str | None = None
    sha256: str | None = None
    bytes: int | None = None
    seconds: float | None = None
    licence: str | None = None
    subtitles: tuple[Subtitles, ...] = ()
    reason: Reason | None = None
    detail: str | None = None

    @property
    def parts(self) -> tuple[tuple[str, str, int], ...]:
        """Name, SHA-256 and size of its files: the audio, and the subtitles."""
        audio = [(self.file, self.sha256 or "", self.bytes or 0)] if self.file is not None else []
        return (*audio, *((part.file, part.sha256, part.bytes) for part in self.subtitles))


@dataclass(frozen=True)
class Acquired:
    """A playlist whose items are on disk: all of them, sorted by id, with those that could not be had."""

    folder: Path
    items: tuple[Item, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The audio files, in the order of the items."""
        return tuple(self.folder / item.file for item in self.items if item.file is not None)

    @property
    def failed(self) -> tuple[Item, ...]:
        """The items without a file."""
        return tuple(item for item in self.items if item.file is None)

    @property
    def version(self) -> str:
        """Hash (32 hex digits) of what there is: ids, contents and failures, neither times nor what the site states."""
        facts = [
            [item.id, [part[:2] for part in item.parts]] if item.file is not None else [item.id, item.reason, item.detail]
            for item in self.items
        ]
        return hashlib.sha256(orjson.dumps(facts)).hexdigest()[:32]


def folder_of(playlist: Playlist, cache: Path) -> Path:
    """Where a playlist is, or will be: another one for each address and for each choice of items and subtitles."""
    chosen = playlist.model_dump(mode="json", exclude={"pinned"})
    return cache / hashlib.sha256(orjson.dumps(chosen, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def look_up(folder: Path) -> Acquired | None:
    """What was acquired in a folder; None if nothing was, or if files of it are missing."""
    note = _read(folder / NOTE)
    if note is None:
        return None
    items = tuple(_item(fields) for fields in note["items"])
    return Acquired(folder, items) if all(is_there(folder, item) for item in items) else None


def playlist_version(folder: Path) -> str | None:
    """The version of the playlist in a folder; None where :func:`look_up` finds none."""
    acquired = look_up(folder)
    return acquired.version if acquired else None


def known_items(folder: Path) -> dict[str, Item]:
    """By id the items whose files are all there, whether or not others are."""
    note = _read(folder / NOTE)
    items = [_item(fields) for fields in note["items"]] if note else []
    return {item.id: item for item in items if item.file is not None and is_there(folder, item)}


def is_there(folder: Path, item: Item) -> bool:
    """Whether the files of an item lie in ``folder``, judged by their sizes."""
    try:
        return all((folder / name).stat().st_size == size for name, _, size in item.parts)
    except OSError:
        return False


def write_items(folder: Path, items: Iterable[Item]) -> Acquired:
    """Note what there is; gives it back as :func:`look_up` will."""
    acquired = Acquired(folder, tuple(sorted(items, key=lambda item: item.id)))
    content = {"version": acquired.version, "items": [asdict(item) for item in acquired.items]}
    _write(folder / NOTE, orjson.dumps(content, option=orjson.OPT_INDENT_2))
    return acquired


def write_note(path: Path, item: Item) -> None:
    """Note one finished item."""
    _write(path, orjson.dumps(asdict(item)))


def read_note(path: Path) -> Item | None:
    """The item of :func:`write_note`, if the file is there and whole."""
    note = _read(path)
    return _item(note) if note else None


def _item(fields: dict[str, Any]) -> Item:
    return Item(**fields | {"subtitles": tuple(Subtitles(**part) for part in fields["subtitles"])})


def _read(path: Path) -> dict[str, Any] | None:
    try:
        note = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".writing-{path.name}")  # the folder is locked: nobody else writes it
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
