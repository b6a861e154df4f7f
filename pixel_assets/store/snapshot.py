"""Snapshots: one immutable version of an asset's (or partition's) data, and how it is read.

A snapshot is a manifest that lists immutable Parquet *segments* and, for some of them, the rows that no
longer count. A new version of a table shares the segments that still hold and adds one for what came,
so that a small change costs a small write. Each segment has two columns that no reader is shown:
``_hash``, the hash of the row, and ``_input``, the key of what a row-wise asset computed it from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.data_version import Hashes, type_name
from pixel_assets.store.manifest import Manifest, Segment
from pixel_assets.store.schema import HASH, HIDDEN, KEY_TYPE
from pixel_assets.store.warehouse import Warehouse

BATCH_ROWS: Final = 16_384
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """Snapshots of one asset (one, or one for each partition) read as one table; rows are in no order."""

    warehouse: Warehouse
    asset: str
    schema: pa.Schema
    snapshots: tuple[Manifest, ...]
    _masks: dict[str, dict[str, Mask]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return sum(manifest.rows for manifest in self.snapshots)

    @property
    def partitions(self) -> tuple[str, ...]:
        """The partitions that have a snapshot."""
        return tuple(manifest.partition for manifest in self.snapshots)

    def path(self, file: str) -> Path:
        """Path of one data file."""
        return self.warehouse.data(self.asset) / file

    def segments(self) -> Iterator[tuple[Segment, Mask | None]]:
        """Every segment, with the mask of its rows that count (None: all do)."""
        for manifest in self.snapshots:
            masks = self.masks(manifest)
            for segment in manifest.segments:
                yield segment, masks.get(segment.file)

    def masks(self, manifest: Manifest) -> dict[str, Mask]:
        """For each segment with deleted rows, which rows still count."""
        if manifest.deleted is None:
            return {}
        if manifest.id not in self._masks:
            batches = read_segment(self.path(manifest.deleted.file), None, ("file", "row"), manifest.deleted.rows)
            gone = pa.Table.from_batches(batches)
            files, rows = gone["file"].to_numpy(), gone["row"].to_numpy()
            masks = {}
            for segment in manifest.segments:
                mask = np.ones(segment.rows, bool)
                mask[rows[files == segment.file]] = False
                if not mask.all():
                    masks[segment.file] = mask
            self._masks[manifest.id] = masks
        return self._masks[manifest.id]

    def batches(self, columns: Sequence[str] | None = None, *, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The rows in batches of at most ``rows``; hidden columns come when they are named."""
        for segment, mask in self.segments():
            yield from read_segment(self.path(segment.file), mask, columns or self.schema.names, rows)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows as one table in memory."""
        names = list(columns or self.schema.names)
        hidden = [pa.field(name, KEY_TYPE) for name in HIDDEN]
        schema = pa.schema([pa.schema([*self.schema, *hidden]).field(name) for name in names])
        return pa.Table.from_batches((batch.select(names).cast(schema) for batch in self.batches(names)), schema)

    def hashes(self, name: str = HASH) -> Hashes:
        """A hidden column as (rows, 2) uint64, in the order in which :meth:`batches` gives the rows."""
        parts = [as_hashes(batch.column(0)) for batch in self.batches([name], rows=1 << 20)]
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.uint64)

    def matching(
        self, wanted: Mask, columns: Sequence[str], *, rows: int = BATCH_ROWS
    ) -> Iterator[tuple[pa.RecordBatch, npt.NDArray[np.int64]]]:
        """The rows at the positions where ``wanted`` is true, with their positions; other segments stay unread."""
        start = 0
        for segment, mask in self.segments():
            count = segment.rows if mask is None else int(mask.sum())
            here = wanted[start : start + count]
            if here.any():
                positions = start + np.flatnonzero(here)
                done = 0
                for batch in read_segment(self.path(segment.file), _narrow(mask, here, segment.rows), columns, rows):
                    yield batch, positions[done : done + batch.num_rows]
                    done += batch.num_rows
            start += count

    def sql(self, *, hidden: bool = False) -> str:
        """An SQL query over the Parquet files that gives these rows; a column that an old snapshot lacks is null."""
        plain: dict[str, list[Path]] = {}
        parts = []
        for manifest in self.snapshots:
            selected = self._selected(manifest, hidden=hidden)
            masks = self.masks(manifest)
            plain.setdefault(selected, []).extend(self.path(s.file) for s in manifest.segments if s.file not in masks)
            if masks and manifest.deleted:
                gone = _sql_list([self.path(manifest.deleted.file)])
                files = _sql_list([self.path(file) for file in masks])
                parts.append(
                    f"SELECT {selected} FROM read_parquet({files}, filename=true, file_row_number=true) AS kept "
                    f"ANTI JOIN read_parquet({gone}) AS gone "
                    "ON gone.file = parse_filename(kept.filename) AND gone.row = kept.file_row_number"
                )
        parts += [f"SELECT {selected} FROM read_parquet({_sql_list(files)})" for selected, files in plain.items() if files]
        if not parts:
            types = {**{f.name: sql_type(f.type) for f in self.schema}, **dict.fromkeys(HIDDEN if hidden else (), "BLOB")}
            nothing = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in types.items())
            return f"SELECT {nothing} WHERE false"
        return " UNION ALL ".join(parts)

    def _selected(self, manifest: Manifest, *, hidden: bool) -> str:
        there = {name for name, *_ in manifest.columns}
        shown = [_shown(f) if f.name in there else f'NULL::{sql_type(f.type)} AS "{f.name}"' for f in self.schema]
        return ", ".join([*shown, *(f'"{name}"' for name in HIDDEN if hidden)])


def read_segment(path: Path, mask: Mask | None, columns: Sequence[str], rows: int) -> Iterator[pa.RecordBatch]:
    """Batches of a Parquet file, the rows outside ``mask`` left out and row groups without any unread."""
    with _naming(path):
        file = pq.ParquetFile(path, memory_map=True)
        if mask is None:
            yield from file.iter_batches(rows, columns=list(columns))
            return
        start = 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            if mask[start : start + count].any():
                at = start
                for batch in file.iter_batches(rows, row_groups=[group], columns=list(columns)):
                    kept = mask[at : at + batch.num_rows]
                    at += batch.num_rows
                    if kept.any():
                        yield batch if kept.all() else batch.filter(pa.array(kept))
            start += count


def read_file(path: Path) -> pq.ParquetFile:
    """Open a Parquet file; raises :class:`CorruptSnapshot` where it is damaged or gone."""
    with _naming(path):
        return pq.ParquetFile(path, memory_map=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn the errors of reading a data file into one that names the file."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise CorruptSnapshot(
            "a data file is damaged or missing",
            where=str(path),
            hint="Run `pixel verify --repair`, then `pixel build`: what is damaged is computed again",
        ) from error


def as_hashes(column: pa.Array) -> Hashes:
    """A ``binary(16)`` column as (rows, 2) uint64, without a copy."""
    return np.frombuffer(column.buffers()[1], np.uint64).reshape(-1, 2)[column.offset : column.offset + len(column)]


def as_keys(hashes: Hashes) -> pa.Array:
    """(rows, 2) uint64 as a ``binary(16)`` column, without a copy."""
    data = np.ascontiguousarray(hashes, np.uint64)
    return pa.Array.from_buffers(KEY_TYPE, len(data), [None, pa.py_buffer(data)])


def _narrow(mask: Mask | None, wanted: Mask, rows: int) -> Mask:
    if mask is None:
        return wanted
    narrowed = np.zeros(rows, bool)
    narrowed[np.flatnonzero(mask)[wanted]] = True
    return narrowed


def _sql_list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths) + "]"


def _shown(field: pa.Field) -> str:
    """A column in SQL. Parquet knows no lists of one length, which functions on vectors ask for."""
    name = f'"{field.name}"'
    return f"{name}::{sql_type(field.type)} AS {name}" if pa.types.is_fixed_size_list(field.type) else name


def sql_type(kind: pa.DataType) -> str:
    """DuckDB's spelling of an Arrow type."""
    if pa.types.is_list(kind):
        return sql_type(kind.value_type) + "[]"
    if pa.types.is_fixed_size_list(kind):
        return f"{sql_type(kind.value_type)}[{kind.list_size}]"
    if pa.types.is_struct(kind):
        return "STRUCT(" + ", ".join(f'"{f.name}" {sql_type(f.type)}' for f in kind) + ")"
    if pa.types.is_map(kind):
        return f"MAP({sql_type(kind.key_type)}, {sql_type(kind.item_type)})"
    return _SQL_TYPES[type_name(kind)]


_SQL_TYPES: Final[Mapping[str, str]] = {
    "string": "VARCHAR", "binary": "BLOB", "bool": "BOOLEAN", "int8": "TINYINT", "int16": "SMALLINT", "int32": "INTEGER",
    "int64": "BIGINT", "uint8": "UTINYINT", "uint16": "USMALLINT", "uint32": "UINTEGER", "uint64": "UBIGINT",
    "float16": "FLOAT", "float32": "FLOAT", "float64": "DOUBLE", "timestamp[us]": "TIMESTAMP", "date": "DATE",
}  # fmt: skip

