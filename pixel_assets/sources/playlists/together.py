"""Acquisition of several playlists at once, under a limit; one that fails leaves the others alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from pixel_assets.errors import PixelError
from pixel_assets.sources.playlists.acquire import acquire_playlist
from pixel_assets.sources.playlists.items import Acquired, folder_of
from pixel_assets.sources.playlists.limits import PlaylistLimits
from pixel_assets.sources.source import Playlist

Say = Callable[[str, str], None]  # name of a source, how far it is
Outcome = Acquired | PixelError


def acquire_all(
    playlists: Mapping[str, Playlist], cache: Path, limits: PlaylistLimits, parallel: int, say: Say, stop: threading.Event
) -> dict[str, Outcome]:
    """Bring playlists (by source) up to what their sites list now, ``parallel`` at once; gives what there is, or why it failed.

    ``say`` is called in other threads. An interrupt, or ``stop`` from another thread, ends the work; what came is kept.
    """
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    ended = {source: Future[Outcome]() for source in playlists}
    for source in playlists:
        waiting.put(source)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                source = waiting.get_nowait()
                try:
                    ended[source].set_result(_attempt(source, playlists[source], cache, limits, say, stop))
                except BaseException as error:
                    ended[source].set_exception(error)
                    raise

    for _ in range(min(parallel, len(playlists))):
        threading.Thread(target=work, name="acquire", daemon=True).start()  # daemons: an interrupted build ends at once
    try:
        return {source: future.result() for source, future in ended.items()}
    except BaseException:
        stop.set()
        raise


def _attempt(source: str, playlist: Playlist, cache: Path, limits: PlaylistLimits, say: Say, stop: threading.Event) -> Outcome:
    def tell(done: int, total: int) -> None:
        say(source, f"{done:,} of {total:,} items are here")

    try:
        return acquire_playlist(playlist, folder_of(playlist, cache), limits, tell, stop)
    except PixelError as error:
        return error
