"""Playlists of a project: which are here, what there is of them, and acquiring them under the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from pixel_assets.build.project import Project
from pixel_assets.errors import PixelError, SourceError
from pixel_assets.sources.playlists.items import Acquired, folder_of, look_up
from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.source import Playlist

Say = Callable[[str, str], None]  # name of a source, how far it is


def is_acquired(project: Project, playlist: Playlist) -> bool:
    """Whether a playlist is here, in the version that it is pinned to if it is."""
    acquired = look_up(folder_of(playlist, project.playlists))
    return acquired is not None and playlist.pinned in (None, acquired.version)


def playlist_here(project: Project, source: str, playlist: Playlist) -> Acquired:
    """What was acquired of the playlist of a source; raises :class:`SourceError` where nothing was."""
    folder = folder_of(playlist, project.playlists)
    acquired = look_up(folder)
    if acquired is None:
        raise SourceError(
            "the playlist has not been acquired, or files of it are missing",
            where=f"source {source}, {folder}",
            hint="Run `pixel build`, which acquires it",
        )
    return acquired


def acquire_playlists(
    project: Project, playlists: Mapping[str, Playlist], say: Say, stop: Event | None = None
) -> dict[str, Acquired | PixelError]:
    """Bring playlists (by source) up to what their sites list now; gives what there is of each, or why it failed.

    ``say`` is called in the background; ``stop`` ends the work from another thread. What came until then is kept.
    """
    if not playlists:
        return {}
    from pixel_assets.sources.playlists.together import acquire_all  # yt-dlp takes a second to import

    settings = project.settings.playlists
    limits = PlaylistLimits(
        settings.bytes_per_second or None, settings.sleep, settings.attempts, settings.max_wait, settings.timeout
    )
    return acquire_all(playlists, project.playlists, limits, settings.parallel, say, stop or Event())
