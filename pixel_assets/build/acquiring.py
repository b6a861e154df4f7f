"""Acquisition within a build: datasets of the hub are fetched together, while sources that are here are built.

A dataset that failed is remembered for the build, so that its step reports the failure and does not wait for it a
second time. A step that runs alone, such as from Dagster's UI, acquires what it needs by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Thread

import pyarrow as pa

from pixel_assets.build.project import Project
from pixel_assets.errors import PixelError
from pixel_assets.sources.files import SourceFile
from pixel_assets.sources.hub.records import in_chunks
from pixel_assets.sources.hub.version import mirror_of, record_file
from pixel_assets.sources.source import HubDataset

Say = Callable[[str, str], None]  # name of a source, how far it is
_failed: ContextVar[Mapping[str, PixelError]] = ContextVar("_failed")


def cache_of(project: Project) -> Path:
    """The folder of acquired records."""
    return (project.settings.hub.cache or project.warehouse.root / "acquired").absolute()


def lacking(project: Project, sources: Collection[str]) -> dict[str, HubDataset]:
    """Those of the sources that are on the hub and not here yet."""
    hubs = {name: hub for name in sources if (hub := project.registry.sources[name].hub) is not None}
    return {
        name: hub
        for name, hub in hubs.items()
        if project.observe(name).version is not None and _acquired_folder(project, name, hub) is None
    }


def acquire(project: Project, wanted: Mapping[str, HubDataset], say: Say) -> dict[str, PixelError]:
    """Acquire what is :func:`lacking`; gives those that failed."""
    if not wanted:
        return {}
    from pixel_assets.sources.hub.together import acquire_all  # seconds to import, and rarely needed

    return acquire_all(wanted, project.settings.hub, cache_of(project), say)


@contextmanager
def acquiring(project: Project, wanted: Mapping[str, HubDataset], say: Say) -> Iterator[Callable[[], dict[str, PixelError]]]:
    """Acquire in the background what is :func:`lacking`; the answer, when called, waits for the end and gives those that failed.

    ``say`` is called in the background. Leaving before the end stops it; what was acquired until then is kept.
    """
    if not wanted:
        yield dict
        return
    ended: Future[dict[str, PixelError]] = Future()

    def work() -> None:
        try:
            ended.set_result(acquire(project, wanted, say))
        except BaseException as error:
            ended.set_exception(error)
            raise

    Thread(target=work, name="acquiring", daemon=True).start()  # a daemon: an interrupted build ends at once
    try:
        yield ended.result
    finally:
        if not ended.done():
            from pixel_assets.sources.hub.client import stop

            stop()


@contextmanager
def remembered(failed: Mapping[str, PixelError]) -> Iterator[None]:
    """Within it, sources that failed to be acquired are not tried again."""
    token = _failed.set(failed)
    try:
        yield
    finally:
        _failed.reset(token)


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


def _acquired_folder(project: Project, source: str, hub: HubDataset) -> Path | None:
    """Where the records can be read now; None when they must be acquired."""
    mirror = mirror_of(source, hub, project.settings.hub)
    if mirror is not None:
        return mirror
    from pixel_assets.sources.hub.parts import folder_of, look_up

    folder = folder_of(source, hub, cache_of(project))
    return folder if look_up(folder) else None
