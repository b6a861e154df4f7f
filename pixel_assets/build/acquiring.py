"""Acquisition within a build: datasets of the hub and playlists are fetched together, while sources that are here are built.

What failed is remembered for the build, so that its step reports the failure and does not wait for it a second time. A step
that runs alone, such as from Dagster's UI, acquires what it needs by itself. The version of a dataset is known before it is
acquired, that of a playlist only afterwards: a playlist is therefore acquired before its step looks at its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pyarrow as pa

from pixel_assets.build.graph import Step
from pixel_assets.build.playlists import Say, acquire_playlists, is_acquired
from pixel_assets.build.project import Project
from pixel_assets.errors import PixelError
from pixel_assets.sources.files import SourceFile
from pixel_assets.sources.hub.records import in_chunks
from pixel_assets.sources.hub.version import mirror_of, record_file
from pixel_assets.sources.source import HubDataset, Playlist

Remote = HubDataset | Playlist
Failed = dict[str, PixelError]  # by source
_failed: ContextVar[Mapping[str, PixelError]] = ContextVar("_failed")


def cache_of(project: Project) -> Path:
    """The folder of acquired records."""
    return (project.settings.hub.cache or project.warehouse.root / "acquired").absolute()


def lacking(project: Project, sources: Collection[str]) -> dict[str, Remote]:
    """Those of the sources that lie elsewhere, on the hub or on a site, and are not here yet."""
    entries = {name: project.registry.sources[name] for name in sources}
    remote = {name: place for name, entry in entries.items() if (place := entry.hub or entry.playlist) is not None}
    return {
        name: place
        for name, place in remote.items()
        if project.observe(name).version is not None and not _is_here(project, name, place)
    }


def acquire(project: Project, wanted: Mapping[str, HubDataset], say: Say) -> Failed:
    """Acquire datasets that are :func:`lacking`; gives those that failed."""
    if not wanted:
        return {}
    from pixel_assets.sources.hub.together import acquire_all  # seconds to import, and rarely needed

    return acquire_all(wanted, project.settings.hub, cache_of(project), say)


@contextmanager
def acquiring(project: Project, wanted: Mapping[str, Remote], say: Say) -> Iterator[Callable[[], Failed]]:
    """Acquire in the background what is :func:`lacking`; the answer, when called, waits for the end and gives those that failed.

    ``say`` is called in the background. Leaving before the end stops it; what was acquired until then is kept.
    """
    if not wanted:
        yield dict
        return
    datasets = {name: place for name, place in wanted.items() if isinstance(place, HubDataset)}
    playlists = {name: place for name, place in wanted.items() if isinstance(place, Playlist)}
    stop = Event()
    hub = _in_background(partial(acquire, project, datasets, say))
    sites = _in_background(partial(_failed_playlists, project, playlists, say, stop))
    try:
        yield lambda: hub.result() | sites.result()
    finally:
        stop.set()
        if datasets and not hub.done():
            from pixel_assets.sources.hub import client

            client.stop()


def _in_background(work: Callable[[], Failed]) -> Future[Failed]:
    ended: Future[Failed] = Future()

    def run() -> None:
        try:
            ended.set_result(work())
        except BaseException as error:
            ended.set_exception(error)
            raise

    Thread(target=run, name="acquiring", daemon=True).start()  # a daemon: an interrupted build ends at once
    return ended


@contextmanager
def remembered(failed: Mapping[str, PixelError]) -> Iterator[None]:
    """Within it, sources that failed to be acquired are not tried again."""
    token = _failed.set(failed)
    try:
        yield
    finally:
        _failed.reset(token)


def acquire_first(project: Project, step: Step, partition: str, say: Callable[[str], None]) -> None:
    """Acquire the playlist that a step (partition) reads, if it is not here yet; raises the :class:`PixelError` of that."""
    source = project.source(partition)
    playlist = source.playlist if source else None
    if playlist is None or all(name in project.graph.maker for name in step.inputs) or is_acquired(project, playlist):
        return
    known = _failed.get({})
    failed = known if partition in known else _failed_playlists(project, {partition: playlist}, lambda _, text: say(text))
    if partition in failed:
        raise failed[partition]


def hub_file(project: Project, source: str, hub: HubDataset, say: Say) -> SourceFile:
    """What stands for the files of a dataset: the mirrored folder, or that of its acquired records.

    Raises the :class:`PixelError` of its acquisition.
    """
    folder = _acquired_folder(project, source, hub)
    if folder is None:
        known = _failed.get({})
        failed = known if source in known else acquire(project, {source: hub}, say)
        if source in failed:
            raise failed[source]
        folder = _acquired_folder(project, source, hub)
    assert folder is not None
    return SourceFile(record_file(hub), folder, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))


def hub_texts(project: Project, source: str, hub: HubDataset, file: SourceFile) -> Iterator[pa.StringArray]:
    """The records of what :func:`hub_file` gave, as JSON text; raises :class:`SourceError` where they cannot be read."""
    from pixel_assets.sources.hub.parts import look_up, read_parts

    acquired = look_up(file.path)
    if acquired is not None:
        yield from read_parts(acquired)
        return
    from pixel_assets.sources.hub.mirrored import read_mirrored

    yield from in_chunks(read_mirrored(source, hub, file.path))


def _failed_playlists(project: Project, playlists: Mapping[str, Playlist], say: Say, stop: Event | None = None) -> Failed:
    found = acquire_playlists(project, playlists, say, stop)
    return {name: error for name, error in found.items() if isinstance(error, PixelError)}


def _is_here(project: Project, source: str, place: Remote) -> bool:
    if isinstance(place, Playlist):
        return is_acquired(project, place)
    return _acquired_folder(project, source, place) is not None


def _acquired_folder(project: Project, source: str, hub: HubDataset) -> Path | None:
    """Where the records can be read now; None when they must be acquired."""
    mirror = mirror_of(source, hub, project.settings.hub)
    if mirror is not None:
        return mirror
    from pixel_assets.sources.hub.parts import folder_of, look_up

    folder = folder_of(source, hub, cache_of(project))
    return folder if look_up(folder) else None
