"""Segments: immutable Parquet files, written beside, flushed, and named by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.store.data_version import Hashes
from pixel_assets.store.manifest import Segment
from pixel_assets.store.schema import HIDDEN, KEY_TYPE
from pixel_assets.store.snapshot import as_keys, read_file
from pixel_assets.store.warehouse import sync_folder

ROW_GROUP: Final = 16_384  # rows; small enough that one changed row does not drag a large group along
SEGMENT_ROWS: Final = 262_144


class SegmentFiles:
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
    """Columns worth a dictionary: all strings but long texts and ids, which would only fill it and overflow.

    And all that may be null: DuckDB 2.0.0 takes every row of a file for one where ``column IS NULL`` holds, if the column has one
    value besides null and no dictionary.
    """
    strings = [field for field in schema if pa.types.is_string(field.type)]
    return [field.name for field in strings if field.nullable or not field.name.endswith(("_id", "_key", "record", "reasoning"))]


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
