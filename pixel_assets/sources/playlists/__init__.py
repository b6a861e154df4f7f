"""Playlists and podcasts as folders of audio: acquired once with yt-dlp, read like any folder afterwards.

Nothing that is imported with this package loads yt-dlp: a plan does not need it.
"""

from __future__ import annotations

import threading
from pathlib import Path

from pixel_assets.sources.playlists.items import Acquired, Item, Say, folder_of, look_up, playlist_version
from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.source import Playlist

__all__ = ["Acquired", "Item", "Playlist", "PlaylistLimits", "acquire_playlist", "folder_of", "look_up", "playlist_version"]


def acquire_playlist(
    playlist: Playlist, folder: Path, limits: PlaylistLimits, say: Say, stop: threading.Event | None = None
) -> Acquired:
    """Acquire what is new in a playlist; see :func:`pixel_assets.sources.playlists.acquire.acquire_playlist`."""
    from pixel_assets.sources.playlists.acquire import acquire_playlist as acquire

    return acquire(playlist, folder, limits, say, stop)
