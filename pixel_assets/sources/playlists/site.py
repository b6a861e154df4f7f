"""yt-dlp as a library: lists a playlist, looks an item up, fetches its sound and its subtitles. It tries nothing again."""

from __future__ import annotations

import glob
import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from yt_dlp import YoutubeDL  # type: ignore[import-untyped]  # it has no types
from yt_dlp.utils import (  # type: ignore[import-untyped]  # it has no types
    DownloadCancelled,
    UnsupportedError,
    unsmuggle_url,
)

from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.source import Playlist

FORMATS: Final = ("vtt", "srt")  # of subtitles, in the order of preference
SAFE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_-]{0,63}")  # what may be the name of a file as it is
LIVE: Final = ("is_live", "is_upcoming", "post_live")

Info = dict[str, Any]  # what yt-dlp knows of an item


@dataclass(frozen=True)
class Listed:
    """One item of a list: ``id`` may be the name of a file."""

    id: str
    entry: Info


@dataclass(frozen=True)
class Offered:
    """Subtitles that a site offers."""

    language: str
    format: str
    automatic: bool
    info: Info


class Site:
    """One conversation with a site. Files are written to ``folder``; a part that lies there is continued."""

    def __init__(self, playlist: Playlist, folder: Path, limits: PlaylistLimits, stop: threading.Event) -> None:
        self._playlist, self._folder, self._stop = playlist, folder, stop
        self._client = YoutubeDL(
            {
                "format": "bestaudio/best",
                "playlist_items": playlist.items,
                "extract_flat": "in_playlist",
                "outtmpl": {"default": "%(pixel_name)s.%(ext)s"},
                "paths": {"home": str(folder)},
                "overwrites": False,
                "fixup": "never",
                "updatetime": False,
                "writesubtitles": True,  # or extractors do not say which there are
                "writeautomaticsub": playlist.automatic_subtitles,
                "ratelimit": limits.bytes_per_second,
                "sleep_interval_requests": limits.sleep,
                "socket_timeout": limits.timeout,
                "retries": 0,
                "fragment_retries": 0,
                "extractor_retries": 0,
                "skip_unavailable_fragments": False,  # half a recording would pass for a whole one
                "cachedir": False,
                "logger": _Silent(),
                "quiet": True,
                "noprogress": True,
                "progress_hooks": [self._heed_stop],
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def listed(self) -> list[Listed]:
        """The items of the playlist in its order, each once; an address of a single item is a list of one."""
        info = self._client.extract_info(self._playlist.url, download=False)
        if info is None:
            raise UnsupportedError("")
        entries = [info] if info.get("_type", "video") == "video" else info.get("entries") or ()
        found: dict[str, Listed] = {}
        for entry in entries:
            if not entry:
                continue
            name, address = _name(entry), entry.get("url") or entry.get("webpage_url") or ""
            if name in found and (found[name].entry.get("url") or address) != address:
                name = _digest(address)  # two items under one id
            found.setdefault(name, Listed(name, entry))
        return list(found.values())

    def look(self, listed: Listed) -> Info:
        """What there is of an item; raises what yt-dlp does, also for what is no recording: a list, or a stream that is live."""
        info: Info | None = self._client.process_ie_result(dict(listed.entry), download=False)
        if info is None or info.get("_type", "video") != "video" or info.get("live_status") in LIVE or info.get("is_live"):
            raise UnsupportedError("")
        return info

    def fetch(self, listed: Listed, info: Info) -> Path:
        """The sound of an item, as a file."""
        bare = info | {"subtitles": {}, "automatic_captions": {}, "pixel_name": listed.id}
        done = self._client.process_ie_result(bare, download=True)
        return Path(done["requested_downloads"][0]["filepath"])

    def offered(self, info: Info) -> list[Offered]:
        """For each language that is asked for, the subtitles that somebody wrote, else automatic ones if those are wanted."""
        found = (self._in_language(info, language) for language in self._playlist.subtitles)
        return [offered for offered in found if offered is not None]

    def fetch_subtitles(self, listed: Listed, offered: Offered) -> Path:
        """A file of subtitles."""
        path = self._folder / f"{listed.id}.{offered.language}.{offered.format}"
        if offered.info.get("data") is not None:
            path.write_text(offered.info["data"], "utf-8", newline="")
        else:
            self._client.dl(str(path), dict(offered.info), subtitle=True)
        return path

    def size(self, listed: Listed) -> int:
        """Bytes that lie in the folder of an item that is under way."""
        return sum(path.stat().st_size for path in self._folder.glob(f"{glob.escape(listed.id)}.*"))

    def _in_language(self, info: Info, language: str) -> Offered | None:
        for key, automatic in (("subtitles", False), ("automatic_captions", True)):
            tracks: Mapping[str, list[Info]] = info.get(key) or {} if not automatic or self._playlist.automatic_subtitles else {}
            for name in sorted(tracks, key=lambda name: (name != language, name)):
                if name != language and not name.startswith(f"{language}-"):
                    continue
                for kind in FORMATS:
                    track = next((track for track in tracks[name] if track.get("ext") == kind), None)
                    if track is not None:
                        return Offered(language, kind, automatic, track)
        return None

    def _heed_stop(self, _: Info) -> None:
        if self._stop.is_set():
            raise DownloadCancelled


class _Silent:
    """A logger that keeps quiet: what fails is said once, in our own words."""

    def debug(self, message: str) -> None:
        pass

    info = warning = error = debug


def _name(entry: Info) -> str:
    """An id of an entry that may be the name of a file; feeds hide theirs in the address."""
    address, hidden = unsmuggle_url(entry.get("url") or "", {})
    known = str(entry.get("id") or hidden.get("force_videoid") or address)
    return known if SAFE.fullmatch(known) and known != "items" else _digest(known)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
