"""Writing a snapshot: stream rows in; what the previous snapshot already holds is shared, not written again."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.store import data_version as versions
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.snapshot import (
    HASH,
    HIDDEN,
    INPUT,
    KEY_TYPE,
    Attachment,
    Manifest,
    Mask,
    Segment,
    Table,
    as_hashes,
    as_keys,
    column_rows,
    read_file,
    save_manifest,
)  # fmt: skip
from pixel_assets.store.warehouse import Warehouse, cannot_write, sync_folder

ROW_GROUP: Final = 16_384  # rows; small enough that one changed row does not drag a large group along
SEGMENT_ROWS: Final = 262_144
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
        self._segments = _SegmentFile(warehouse.data(asset), schema)
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
        if place.exists():
            shutil.rmtree(folder)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            for file in files:
                _sync_file(folder / file.path)
            os.rename(folder, place)
            sync_folder(place.parent)
        return files, name


class _SegmentFile:
    """Streams rows into Parquet files of at most :data:`SEGMENT_ROWS` rows."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder, self._schema = folder, pa.schema([*schema, *(pa.field(name, KEY_TYPE, False) for name in HIDDEN)])
        self._open: _ParquetFile | None = None
        self._done: list[Segment] = []

    def write(self, table: pa.Table, hashes: Hashes, inputs: Hashes) -> None:
        if not table.num_rows:
            return
        table = pa.Table.from_arrays([*table.columns, as_keys(hashes), as_keys(inputs)], schema=self._schema)
        while table.num_rows:
            self._open = self._open or _ParquetFile(self._folder, self._schema)
            head = table.slice(0, SEGMENT_ROWS - self._open.rows)
            self._open.write(head)
            table = table.slice(head.num_rows)
            if self._open.rows >= SEGMENT_ROWS:
                self._roll()

    def _roll(self) -> None:
        if self._open is not None:
            self._done.append(self._open.finish())
            self._open = None

    def finish(self, taken: set[str]) -> list[Segment]:
        """The segments, each a file of its own and none of ``taken``: rows are deleted by file and place, so where
        the same rows come again, the second file of equal bytes is written again with a mark.
        """
        self._roll()
        segments = []
        for segment in self._done:
            copies = 0
            apart = segment
            while apart.file in taken:
                copies += 1
                rows = read_file(self._folder / segment.file).read()
                apart = write_parquet(self._folder, [rows], self._schema, copy=copies)
            taken.add(apart.file)
            segments.append(apart)
        return segments

    def close(self) -> None:
        if self._open is not None:
            self._open.abandon()
            self._open = None


class _ParquetFile:
    """One Parquet file: written beside, flushed, named by the hash of its bytes."""

    def __init__(self, folder: Path, schema: pa.Schema, copy: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._path, self._rows = folder, folder / f".{uuid.uuid4().hex}.writing", 0
        self._pending: list[pa.Table] = []
        self._waiting = 0
        self._schema = schema.remove_metadata()
        self._file = self._path.open("wb")
        self._writer = pq.ParquetWriter(
            self._file, self._schema, compression="zstd", compression_level=1, use_dictionary=_dictionary(schema)
        )
        if copy:
            self._writer.add_key_value_metadata({"copy": str(copy)})

    @property
    def rows(self) -> int:
        return self._rows

    def write(self, table: pa.Table) -> None:
        self._pending.append(table.cast(self._schema))
        self._rows += table.num_rows
        self._waiting += table.num_rows
        if self._waiting >= ROW_GROUP:
            self._flush(everything=False)

    def _flush(self, *, everything: bool) -> None:
        table = pa.concat_tables(self._pending)
        size = table.num_rows if everything else table.num_rows // ROW_GROUP * ROW_GROUP
        if size:
            self._writer.write_table(table.slice(0, size), row_group_size=ROW_GROUP)
        rest = table.slice(size)
        self._pending, self._waiting = ([rest] if rest.num_rows else []), rest.num_rows

    def finish(self) -> Segment:
        try:
            if self._pending:
                self._flush(everything=True)
            self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            name = f"{sha256_of(self._path)[:32]}.parquet"
            size = self._path.stat().st_size
            os.replace(self._path, self._folder / name)
            sync_folder(self._folder)
        except BaseException:
            self.abandon()
            raise
        return Segment(name, self._rows, size)

    def abandon(self) -> None:
        self._path.unlink(missing_ok=True)  # first: on a full disk what follows fails, and only frees handles
        with suppress(Exception):
            self._writer.close()
        self._writer.is_open = False  # else it is closed once more when it is collected, and complains
        with suppress(OSError):
            self._file.close()


def write_parquet(folder: Path, tables: list[pa.Table], schema: pa.Schema, *, copy: int = 0) -> Segment:
    """Write tables as one content-addressed Parquet file of ``folder``; another ``copy`` is another file."""
    file = _ParquetFile(folder, schema, copy)
    try:
        for table in tables:
            file.write(table)
    except BaseException:
        file.abandon()
        raise
    return file.finish()


def _dictionary(schema: pa.Schema) -> list[str]:
    """Columns worth a dictionary: all strings but long texts and ids, which would only fill it and overflow."""
    return [f.name for f in schema if pa.types.is_string(f.type) and not f.name.endswith(("_id", "_key", "record", "reasoning"))]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())

