"""Acquisition of one dataset: its records, streamed from the hub into a local cache, resumed where a cut left it.

In: a dataset of the registry. Out: a folder of parts (see :mod:`pixel_assets.sources.hub.parts`); a dataset that is
there is not asked for again, by no warehouse that shares the cache.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from huggingface_hub import HfApi

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub import client
from pixel_assets.sources.hub.parts import Acquired, PartWriter, Progress, discard, folder_of, look_up, unfinished
from pixel_assets.sources.hub.problems import explain
from pixel_assets.sources.hub.reach import unreachable
from pixel_assets.sources.hub.reader import open_stream
from pixel_assets.sources.source import HubDataset

PART_ROWS: Final = 50_000
SAY_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Rate:
    """How far an acquisition is: ``rows`` in all; ``new`` ones of ``bytes`` of text in ``seconds`` of this try."""

    rows: int
    new: int
    bytes: int
    seconds: float

    def __str__(self) -> str:
        per_second, size = self.new / max(self.seconds, 0.001), self.bytes / 2**20
        return f"{self.rows:,} records, {per_second:,.0f}/s, {size:,.1f} MB, {self.bytes // max(1, self.new):,} bytes a record"


Hear = Callable[[Rate], None]


def acquire(source: str, hub: HubDataset, cache: Path, hear: Hear, *, part_rows: int = PART_ROWS) -> Acquired:
    """Acquire a dataset, or go on with it; one process at a time, a second one waits for the first.

    :func:`pixel_assets.sources.hub.client.use` must have been called. Raises :class:`PixelError`; what was acquired
    until then is kept, unless the hub gave other content for the same commit.
    """
    folder = folder_of(source, hub, cache)
    latest = Rate(0, 0, 0, 0.0)

    def heard(rate: Rate) -> None:
        nonlocal latest
        latest = rate
        hear(rate)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock"):  # the kernel frees it when the process ends
            return look_up(folder) or _stream(source, hub, folder, heard, part_rows)
    except Exception as error:
        if isinstance(client.given_up(hub.dataset), client.ContentChanged):
            discard(folder)
        raise explain(error, source, hub, latest.rows) from error


def _stream(source: str, hub: HubDataset, folder: Path, hear: Hear, part_rows: int) -> Acquired:
    for left in folder.glob(".scratch-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".scratch-", dir=folder) as scratch:
        progress = unfinished(folder)
        client.begin(hub.dataset, progress.etags)
        HfApi().dataset_info(hub.dataset, revision=hub.revision)  # says best why there is nothing, if there is nothing
        stream = open_stream(source, hub, None, Path(scratch))
        if progress.files != stream.files:  # the first try, or what was left is of other files
            discard(folder)
            progress = Progress(stream.files)
        writer = PartWriter(folder, progress, part_rows)
        before, started = progress.rows, time.monotonic()
        said = started
        for record in stream.records(progress.state):
            if writer.add(record):
                writer.flush(stream.state(), client.etags_of(hub.dataset))
            if time.monotonic() - said >= SAY_SECONDS:
                said = time.monotonic()
                hear(Rate(writer.rows, writer.rows - before, writer.bytes, said - started))
        writer.flush(stream.state(), client.etags_of(hub.dataset))
        return writer.finish(hub)


def resolve_revision(dataset: str, ref: str = "main", settings: HubSettings | None = None) -> str:
    """The commit (40 hex digits) that a branch or tag of a dataset stands for now; raises :class:`SourceError`."""
    settings = settings or HubSettings()
    client.use(settings)
    client.begin(dataset)
    problem = unreachable(settings)
    if problem is not None:
        raise problem
    try:
        sha = HfApi().dataset_info(dataset, revision=ref).sha
    except Exception as error:
        raise explain(error, dataset, HubDataset(dataset=dataset)) from error
    if not sha:
        raise SourceError(f"the hub names no commit for {ref}", where=dataset, hint="Name a branch or tag that exists")
    return sha
