"""Writing a snapshot: stream rows in; what the previous snapshot already holds is shared, not written again."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa

from pixel_assets.store import data_version as versions
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.manifest import Attachment, Manifest, Segment, column_rows, save_manifest
from pixel_assets.store.schema import HASH, HIDDEN, INPUT
from pixel_assets.store.segments import SegmentFiles, sha256_of, sync_file, write_parquet
from pixel_assets.store.snapshot import Mask, Table, as_hashes
from pixel_assets.store.warehouse import Warehouse, cannot_write, sync_folder

COMPACT_BELOW: Final = 65_536  # rows; smaller tables are one segment, for a rewrite is cheap there
MAX_SEGMENTS: Final = 24
MAX_DELETED: Final = 0.3  # share of dead rows above which a table is rewritten


@dataclass(frozen=True)
class Written:
    """A snapshot that was written, and how much of it was new."""

    manifest: Manifest
    rows_written: int
    rows_shared: int


class SnapshotWriter:
    """Collects the rows of one snapshot; used as a context manager, nothing stays behind on an error.

    Rows come by :meth:`write` (any row: those that the previous snapshot has are recognised by their hash)
    or by :meth:`keep` (positions of previous rows that still hold, without having their content).
    """

    def __init__(
        self, warehouse: Warehouse, asset: str, partition: str, schema: pa.Schema, previous: Table | None = None
    ) -> None:
        self._warehouse, self._asset, self._partition, self._schema = warehouse, asset, partition, schema
        self._previous = previous if previous is not None and previous.schema.equals(schema) else None
        self._old: Hashes = self._previous.hashes() if self._previous else np.zeros((0, 2), np.uint64)
        self._old_inputs: Hashes | None = None
        self._lookup: Lookup | None = None
        self._kept = np.zeros(len(self._old), bool)
        self._segments = SegmentFiles(warehouse.data(asset), schema)
        self._sums, self._new = (0, 0), 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._segments.close()
        if isinstance(error, OSError) and error.errno is not None:
            raise cannot_write(self._warehouse.data(self._asset), error) from error

    def write(self, table: pa.Table | pa.RecordBatch, inputs: Hashes | None = None) -> None:
        """Add rows (columns of the schema, any order); ``inputs`` has the key each row was computed from."""
        if isinstance(table, pa.RecordBatch):
            table = pa.Table.from_batches([table])
        table = table.select(self._schema.names).cast(self._schema)
        hashes = versions.row_hashes(table)
        inputs = hashes if inputs is None else inputs
        fresh = self._recognise(hashes, inputs)
        if not fresh.all():
            table, hashes, inputs = table.filter(pa.array(fresh)), hashes[fresh], inputs[fresh]
        self._sums = versions.add(self._sums, versions.total(hashes))
        self._new += len(hashes)
        self._segments.write(table, hashes, inputs)

    def keep(self, positions: Mask) -> None:
        """Keep the previous rows where ``positions`` is true, in the order of ``previous.batches()``."""
        self._kept |= positions

    def _recognise(self, hashes: Hashes, inputs: Hashes) -> Mask:
        """Mark rows that the previous snapshot has (once each); gives the mask of those that it has not."""
        if not len(self._old):
            return np.ones(len(hashes), bool)
        if self._lookup is None or self._old_inputs is None:
            assert self._previous is not None
            self._lookup, self._old_inputs = Lookup(self._old), self._previous.hashes(INPUT)
        found = self._lookup.find(hashes)
        known = found >= 0
        known[known] = (self._old_inputs[found[known]] == inputs[known]).all(axis=1) & ~self._kept[found[known]]
        candidates = np.flatnonzero(known)
        _, first = np.unique(found[candidates], return_index=True)  # a row that comes twice is new the second time
        taken = candidates[first]
        self._kept[found[taken]] = True
        fresh = np.ones(len(hashes), bool)
        fresh[taken] = False
        return fresh

    def finish(self, attachments: Path | None = None) -> Written:
        """Write what is left and the manifest. ``attachments`` is a folder of files that belong to the snapshot;
        it is moved into the warehouse.
        """
        shared = int(self._kept.sum())
        rows = shared + self._new
        old: list[Segment] = []
        deleted: Segment | None = None
        if shared and self._must_compact(rows, shared):
            self._carry_over()
        elif shared:
            old, deleted = self._share()
        segments = self._segments.finish({segment.file for segment in old})
        sums = versions.add(self._sums, versions.total(self._old[self._kept]))
        files, folder = self._attach(attachments)
        manifest = Manifest(
            self._asset, self._partition,
            versions.data_version(self._schema, rows, sums, {file.path: file.sha256 for file in files}),
            rows, sums, column_rows(self._schema), (*old, *segments), deleted, tuple(files), folder,
        )  # fmt: skip
        save_manifest(self._warehouse, manifest)
        return Written(manifest, self._new, shared)

    def _must_compact(self, rows: int, shared: int) -> bool:
        if self._new == 0 and shared == len(self._old):
            return False  # nothing changed: the old files are the new snapshot
        assert self._previous is not None
        stored = sum(segment.rows for segment, _ in self._previous.segments())
        count = sum(1 for _ in self._previous.segments())
        return rows <= COMPACT_BELOW or count >= MAX_SEGMENTS or shared < (1 - MAX_DELETED) * stored

    def _carry_over(self) -> None:
        assert self._previous is not None
        names = [*self._schema.names, *HIDDEN]
        for batch, _ in self._previous.matching(self._kept, names):
            table = pa.Table.from_batches([batch])
            content = table.select(self._schema.names).cast(self._schema)
            self._segments.write(content, as_hashes(batch.column(HASH)), as_hashes(batch.column(INPUT)))

    def _share(self) -> tuple[list[Segment], Segment | None]:
        """The previous segments that still have rows, and a file of the rows in them that do not count."""
        assert self._previous is not None
        segments, files, rows, start = [], [], [], 0
        for segment, mask in self._previous.segments():
            alive = np.ones(segment.rows, bool) if mask is None else mask.copy()
            count = int(alive.sum())
            alive[np.flatnonzero(alive)] = self._kept[start : start + count]
            start += count
            if not alive.any():
                continue
            segments.append(segment)
            dead = np.flatnonzero(~alive)
            files += [segment.file] * len(dead)
            rows.append(dead)
        if not files:
            return segments, None
        gone = pa.table({"file": pa.array(files, pa.string()), "row": pa.array(np.concatenate(rows), pa.int64())})
        return segments, write_parquet(self._warehouse.data(self._asset), [gone], gone.schema)

    def _attach(self, folder: Path | None) -> tuple[list[Attachment], str | None]:
        if folder is None:
            return [], None
        files = [
            Attachment(path.relative_to(folder).as_posix(), path.stat().st_size, sha256_of(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
        digest = hashlib.sha256(repr([(file.path, file.sha256) for file in files]).encode()).hexdigest()
        name = f"files-{digest[:32]}"
        place = self._warehouse.data(self._asset) / name
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            for file in files:
                sync_file(folder / file.path)
            os.rename(folder, place)
            sync_folder(place.parent)
            return files, name
        for file in files:  # a file that was damaged or removed since it was written is put back
            if not _is_intact(place / file.path, file):
                (place / file.path).parent.mkdir(parents=True, exist_ok=True)
                sync_file(folder / file.path)
                os.replace(folder / file.path, place / file.path)
        shutil.rmtree(folder)
        return files, name


def _is_intact(path: Path, file: Attachment) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and sha256_of(path) == file.sha256


