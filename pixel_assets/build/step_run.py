"""What the function of a step works with, and all that it may see: its inputs, settings, writers and measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa

from pixel_assets.build.acquiring import hub_file, hub_texts
from pixel_assets.build.playlists import playlist_here
from pixel_assets.build.project import Project
from pixel_assets.build.workers import Given, Kept, Made, helpers_for, in_order
from pixel_assets.errors import SourceError
from pixel_assets.sources.files import SourceFile, list_files, playlist_files
from pixel_assets.sources.playlists.items import Item
from pixel_assets.store import ledger
from pixel_assets.store.data_version import Hashes, row_hashes
from pixel_assets.store.reuse import Reuse, plan_reuse
from pixel_assets.store.snapshot import Table
from pixel_assets.store.writer import SnapshotWriter

Progress = Callable[[str], None]


@dataclass
class StepRun:
    """What the function of a step works with: its inputs, declared settings, writers and measures."""

    project: Project
    partition: str
    inputs: Mapping[str, Table]
    settings: SimpleNamespace  # only the declared slices: reading another is an error, not a hidden dependency
    source: SimpleNamespace  # only the declared fields of the registry entry, and its name
    previous: Mapping[str, Table | None]  # outputs of the same code and settings, for row reuse
    writers: Mapping[str, SnapshotWriter]
    measures: dict[str, Any] = field(default_factory=dict)
    progress: Progress = lambda _: None
    reused: dict[str, int] = field(default_factory=dict)
    attachments: dict[str, Path] = field(default_factory=dict)
    scratch: Path = Path()
    registry: Mapping[str, SimpleNamespace] = field(default_factory=dict)  # of every source, only the declared fields
    _began: float = field(default_factory=time.monotonic)
    _said: float = field(default_factory=time.monotonic)

    def write(self, table: pa.Table | pa.RecordBatch, asset: str | None = None, inputs: Hashes | None = None) -> None:
        """Add rows to an asset of the step (by default its only or first one)."""
        self.writers[asset or next(iter(self.writers))].write(table, inputs)

    def reuse(self, wanted: Hashes, again: Hashes | None = None) -> Reuse:
        """Keep the rows whose inputs are still wanted; the answer says which inputs are left to compute, those ``again`` too."""
        reuse = plan_reuse(wanted, self.previous, again)
        for asset, mask in reuse.keep.items():
            self.writers[asset].keep(mask)
            self.reused[asset] = int(mask.sum())
        return reuse

    def each_row(self, source: Table, keys: Hashes, columns: list[str], compute: Callable[[pa.Table], pa.Table]) -> None:
        """Row-wise step with one output row an input row: compute those whose keys are new, keep the others.

        ``keys`` are in the order of ``source.batches()``.
        """
        todo = self.reuse(keys).compute
        done, total = 0, int(todo.sum())
        work = ((pa.Table.from_batches([batch]), keys[positions]) for batch, positions in source.matching(todo, columns))
        for computed, inputs in self.spread(compute, work, total):
            self.write(computed, inputs=inputs)
            done += len(inputs)
            self.say(done, total, "rows")

    def spread(
        self, compute: Callable[[Given], Made], work: Iterable[tuple[Given, Kept]], rows: int
    ) -> Iterator[tuple[Made, Kept]]:
        """The result for each batch, in order, with what was kept of it; in helper processes if there are many rows."""
        return in_order(compute, work, helpers_for(rows, self.project.settings.build.processes))

    @property
    def sources_dir(self) -> Path:
        """The folder of sources, to which files that settings name are relative."""
        return self.project.settings.sources.dir

    def source_files(self) -> list[SourceFile]:
        """The files of the source that this partition stands for."""
        return self.files_of(self.partition)

    def files_of(self, name: str) -> list[SourceFile]:
        """The files of a source; a dataset of the hub counts as one, and subtitles of a playlist as files of their own."""
        source = self.project.registry.sources[name]
        if source.hub is not None:
            return [hub_file(self.project, name, source.hub, lambda _, message: self.progress(message))]
        if source.playlist is not None:
            return playlist_files(playlist_here(self.project, name, source.playlist), source)
        return list_files(source, self.project.settings.sources.dir)

    def files_read(self, asset: str) -> list[SourceFile]:
        """The files of every source that an input by source was made from.

        Raises :class:`SourceError` where they are no longer as that input found them: what is read from them now is not what the
        fingerprint of this step says.
        """
        found: list[SourceFile] = []
        for name in self.inputs[asset].partitions:
            current = ledger.get_current(self.project.warehouse, asset, name)
            made = ledger.read_entry(self.project.warehouse, asset, name, current.fingerprint) if current else None
            then = made.ingredients["inputs"]["source_files"][name] if made else None
            if self.project.observe(name, again=True).version != then:
                raise SourceError("changed since it was read", where=f"source {name}", hint="Run the build again")
            found += self.files_of(name)
        return found

    def missing_items(self) -> tuple[Item, ...]:
        """The items of the source's playlist that could not be had, with reasons; none where it is no playlist."""
        playlist = self.project.registry.sources[self.partition].playlist
        return playlist_here(self.project, self.partition, playlist).failed if playlist else ()

    def hub_texts(self, file: SourceFile) -> Iterator[pa.StringArray]:
        """The records of a dataset of the hub as JSON text; ``file`` is what :meth:`source_files` gave."""
        source = self.project.registry.sources[self.partition]
        assert source.hub is not None
        return hub_texts(self.project, self.partition, source.hub, file)

    def attach(self, asset: str, folder: Path) -> None:
        """Make the files of a folder (in ``scratch``) part of the snapshot of an asset."""
        self.attachments[asset] = folder

    @contextmanager
    def query(self, *, hidden: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in which every input is a view of its own name, with its hidden columns if asked for."""
        with self.project.connect() as connection:
            for name, table in self.inputs.items():
                connection.execute(f'CREATE VIEW "{name}" AS {table.sql(hidden=hidden)}')
            yield connection

    def say(self, done: int, total: int, unit: str, detail: str = "") -> None:
        """Report progress and its rate, at most once in two seconds; ``detail`` says how it looks so far."""
        now = time.monotonic()
        if now - self._said >= 2:
            self._said = now
            parts = [f"{done:,} of {total:,} {unit}" if total else f"{done:,} {unit}", f"{done / (now - self._began):,.0f}/s"]
            self.progress(", ".join([*parts, detail] if detail else parts))


def keys_of_said(corpus: Table) -> Hashes:
    """Keys of rows of the redacted corpus by who they are and what they say, in the order of ``corpus.batches()``.

    For work on turns alone: a conversation that only stands at another place of its file keeps its key.
    """
    return row_hashes(corpus.read(["conversation_id", "release_id"]))


def keys_of(column: pa.Array | pa.ChunkedArray) -> Hashes:
    """Keys of rows that are named by one column, for :meth:`StepRun.each_row`."""
    return row_hashes(pa.table({"key": column}))
