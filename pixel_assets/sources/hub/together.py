"""Acquisition of several datasets at once, under a limit; one that fails leaves the others alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from huggingface_hub import HfFileSystem

from pixel_assets.errors import PixelError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub import client
from pixel_assets.sources.hub.acquire import PART_ROWS, Rate, acquire
from pixel_assets.sources.hub.parts import folder_of, look_up
from pixel_assets.sources.hub.reach import unreachable
from pixel_assets.sources.hub.version import mirror_of
from pixel_assets.sources.source import HubDataset

Say = Callable[[str, str], None]  # name of a source, how far it is
Event = tuple[str, Rate | PixelError | None]  # None is the end


def acquire_all(
    datasets: Mapping[str, HubDataset], settings: HubSettings, cache: Path, say: Say, *, part_rows: int = PART_ROWS
) -> dict[str, PixelError]:
    """Acquire the datasets (by source) that are not there yet, ``settings.parallel`` at once; gives those that failed.

    ``say`` hears of progress, in the thread of the caller. Mirrored datasets need no acquisition and are passed over.
    """
    missing, failed = _missing(datasets, settings, cache)
    if not missing:
        return failed
    client.use(settings)
    problem = unreachable(settings)
    if problem is not None:
        return failed | dict.fromkeys(missing, problem)
    HfFileSystem.clear_instance_cache()  # it remembers what did not exist
    waiting: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()

    def work() -> None:
        while (source := waiting.get()) is not None:
            events.put((source, _attempt(source, datasets[source], cache, events, part_rows)))

    workers = min(settings.parallel, len(missing))
    for item in [*missing, *[None] * workers]:
        waiting.put(item)
    for _ in range(workers):
        threading.Thread(target=work, name="acquire", daemon=True).start()  # daemons: an interrupted build ends at once
    try:
        left = len(missing)
        while left:
            source, event = events.get()
            if isinstance(event, Rate):
                say(source, str(event))
                continue
            left -= 1
            if event is not None:
                failed[source] = event
    except BaseException:
        client.stop()
        raise
    return failed


def _missing(datasets: Mapping[str, HubDataset], settings: HubSettings, cache: Path) -> tuple[list[str], dict[str, PixelError]]:
    missing, failed = list[str](), dict[str, PixelError]()
    for source, hub in datasets.items():
        try:
            if mirror_of(source, hub, settings) is None and look_up(folder_of(source, hub, cache)) is None:
                missing.append(source)
        except PixelError as error:
            failed[source] = error
    return missing, failed


def _attempt(source: str, hub: HubDataset, cache: Path, events: queue.SimpleQueue[Event], part_rows: int) -> PixelError | None:
    try:
        acquire(source, hub, cache, lambda rate: events.put((source, rate)), part_rows=part_rows)
    except PixelError as error:
        return error
    return None
