"""Acquisition of a playlist: what is new in it, one item after the other, with restraint; a cut is resumed where it was."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from filelock import FileLock
from yt_dlp.utils import DownloadCancelled  # type: ignore[import-untyped]  # it has no types

from pixel_assets.errors import SourceError, WarehouseError
from pixel_assets.sources.playlists.items import (
    Acquired,
    Item,
    Say,
    Subtitles,
    is_there,
    known_items,
    look_up,
    read_note,
    write_items,
    write_note,
)
from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.playlists.problems import DiskFailure, Failure, failure_of
from pixel_assets.sources.playlists.site import Info, Listed, Site
from pixel_assets.sources.source import Playlist

INCOMING: Final = ".incoming"

T = TypeVar("T")


class _Failed(Exception):
    """Patience has ended."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


def acquire_playlist(
    playlist: Playlist, folder: Path, limits: PlaylistLimits, say: Say, stop: threading.Event | None = None
) -> Acquired:
    """Bring ``folder`` up to the playlist: items that are there are not asked for again, those that failed are.

    An item that cannot be had is a row with a reason and stops nothing. What the site no longer lists stays. A pinned
    playlist of which the folder holds the pinned version is not asked for at all. ``stop`` ends the work from another thread.
    Raises :class:`SourceError` if the playlist itself cannot be read, if it is not what it is pinned to, or if the work was
    stopped, and :class:`WarehouseError` if files cannot be written; what was acquired until then is kept and gone on with.
    """
    incoming, stop = folder / INCOMING, stop or threading.Event()
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # the kernel frees it when the process ends
            there = look_up(folder)
            if there is None or there.version != playlist.pinned:
                with Site(playlist, incoming, limits, stop) as site:
                    there = _Acquisition(playlist, folder, limits, stop, site).run(say)
    except DownloadCancelled as error:
        raise _stopped(playlist) from error
    except (OSError, DiskFailure) as error:
        detail = error.strerror if isinstance(error, OSError) else None
        raise WarehouseError(
            f"files of a playlist cannot be written{f': {detail}' if detail else ''}",
            where=str(folder),
            hint="Free some space or mend the permissions, and run again: what was acquired is kept",
        ) from error
    if playlist.pinned not in (None, there.version):
        _refuse(playlist, there)
    return there


class _Acquisition:
    """One try at bringing a folder up to a playlist."""

    def __init__(self, playlist: Playlist, folder: Path, limits: PlaylistLimits, stop: threading.Event, site: Site) -> None:
        self._playlist, self._folder, self._limits, self._stop, self._site = playlist, folder, limits, stop, site
        self._incoming = folder / INCOMING

    def run(self, say: Say) -> Acquired:
        try:
            listed = self._patiently(self._site.listed, lambda: 0)
        except _Failed as error:
            raise _unreadable(self._playlist, error.failure) from error
        items = known_items(self._folder)
        missing = [one for one in listed if one.id not in items]
        done = len(listed) - len(missing)
        say(done, len(listed))
        for one in missing:
            items[one.id] = self._item(one)
            done += 1
            say(done, len(listed))
        return self._finish(items)

    def _item(self, listed: Listed) -> Item:
        note = self._incoming / f"{listed.id}.json"
        found = read_note(note)
        if found is not None and (is_there(self._incoming, found) or is_there(self._folder, found)):
            return found
        self._pause(self._limits.sleep)
        try:
            info = self._patiently(lambda: self._site.look(listed), lambda: 0)
            path = self._patiently(lambda: self._site.fetch(listed, info), lambda: self._site.size(listed))
        except _Failed as error:
            return Item(listed.id, reason=error.failure.reason, detail=error.failure.detail)
        subtitles, problem = self._subtitles(listed, info)
        seconds, licence = info.get("duration"), info.get("license")
        item = Item(
            listed.id,
            path.name,
            _sha256(path),
            path.stat().st_size,
            float(seconds) if isinstance(seconds, int | float) else None,
            licence if isinstance(licence, str) else None,
            tuple(subtitles),
            detail=problem,
        )
        write_note(note, item)
        return item

    def _subtitles(self, listed: Listed, info: Info) -> tuple[list[Subtitles], str | None]:
        """The subtitles, and why one that is offered could not be had: the sound is of use without it."""
        found: list[Subtitles] = []
        problem = None
        for offered in self._site.offered(info):
            try:
                path = self._patiently(lambda offered=offered: self._site.fetch_subtitles(listed, offered), lambda: 0)  # type: ignore[misc]
            except _Failed as error:
                problem = f"subtitles ({offered.language}): {error.failure.reason}, {error.failure.detail}"
                continue
            found.append(Subtitles(path.name, _sha256(path), path.stat().st_size, offered.automatic))
        return found, problem

    def _patiently(self, act: Callable[[], T], size: Callable[[], int]) -> T:
        """Act until it succeeds; tries that brought bytes (by ``size``) do not count. Raises :class:`_Failed`."""
        fruitless, most = 0, size()
        while True:
            self._pause(0)
            try:
                return act()
            except (DownloadCancelled, OSError):
                raise
            except Exception as error:  # extractors read pages of a thousand sites, and fail in every way
                failure = failure_of(error)
                reached = size()
                fruitless = 0 if reached > most else fruitless + 1
                most = max(most, reached)
                if failure.reason != "network" or fruitless >= self._limits.attempts:
                    raise _Failed(failure) from error
                wait = failure.wait if failure.wait is not None else min(2.0**fruitless / 2, self._limits.max_wait)
                if wait > self._limits.max_wait:
                    raise _Failed(failure) from error
            self._pause(wait)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise DownloadCancelled

    def _finish(self, items: dict[str, Item]) -> Acquired:
        """Move what came in to its place, and note it; then the notes of single items are of no use."""
        for item in items.values():
            for name in (item.file, *(part.file for part in item.subtitles)):
                if name is not None and (self._incoming / name).exists():
                    os.replace(self._incoming / name, self._folder / name)
        acquired = write_items(self._folder, items.values())
        for note in self._incoming.glob("*.json"):
            note.unlink()
        return acquired


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(playlist: Playlist, failure: Failure) -> SourceError:
    return SourceError(
        f"the playlist cannot be read: {failure.reason} ({failure.detail})",
        where=playlist.url,
        expected="a playlist, a channel or a feed that yt-dlp can read without an account",
        hint="Check the address in a browser; sites change, so a newer yt-dlp may help",
    )


def _stopped(playlist: Playlist) -> SourceError:
    return SourceError(
        "the playlist was left, because the build was stopped",
        where=playlist.url,
        hint="What was acquired is kept, and the next build goes on from there",
    )


def _refuse(playlist: Playlist, there: Acquired) -> NoReturn:
    raise SourceError(
        f"the playlist has the version {there.version}",
        where=playlist.url,
        expected=f"{playlist.pinned}, which it is pinned to",
        hint="Look at what changed in items.json, then correct the pin, or restore the folder that had that version",
    )
