"""How one file of an export is written: JSON Lines, JSON, CSV or Parquet, from tables of the columns that it holds.

The bytes are a function of the rows: no timestamps, no host, no library defaults that depend on either.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.conversation.standard import TURNS
from pixel_assets.release.compression import Compression, compressed
from pixel_assets.release.messages import message_lists

ROW_GROUP: Final = 1_000
JsonForm = Literal["array", "data"]


class Writer(Protocol):
    """A file that is open."""

    def write(self, rows: pa.Table) -> None:
        """Append rows."""


Opener = Callable[[Path, pa.Schema], AbstractContextManager[Writer]]


class _Lines:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, rows: pa.Table) -> None:
        self._stream.write(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in _objects(rows)))


class _Array:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._before = stream, b"\n"

    def write(self, rows: pa.Table) -> None:
        if rows.num_rows:
            self._stream.write(self._before + b",\n".join(map(orjson.dumps, _objects(rows))))
            self._before = b",\n"


class _Csv:
    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")

    def write(self, rows: pa.Table) -> None:
        columns = [list(map(_cell, _values(rows.column(name)))) for name in rows.column_names]
        self._writer.writerows(zip(*columns, strict=True))


class _Parquet:
    """Row groups of a fixed size, whatever the size of the tables."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer, self._waiting = writer, schema.empty_table()

    def write(self, rows: pa.Table) -> None:
        waiting = pa.concat_tables([self._waiting, rows])
        while waiting.num_rows >= ROW_GROUP:
            self._writer.write_table(waiting.slice(0, ROW_GROUP).combine_chunks(), row_group_size=ROW_GROUP)
            waiting = waiting.slice(ROW_GROUP)
        self._waiting = waiting.combine_chunks()

    def finish(self) -> None:
        if self._waiting.num_rows:
            self._writer.write_table(self._waiting, row_group_size=ROW_GROUP)


def json_lines(compression: Compression) -> Opener:
    """One JSON object a line, UTF-8, keys in the order of the columns; what is null is left out."""

    @contextmanager
    def opened(file: Path, _: pa.Schema) -> Iterator[Writer]:
        with compressed(file, compression) as stream:
            yield _Lines(stream)

    return opened


def json_file(compression: Compression, form: JsonForm) -> Opener:
    """One array of the same objects, or an object that has it as ``data``."""
    head, foot = (b"[", b"\n]\n") if form == "array" else (b'{"data": [', b"\n]}\n")

    @contextmanager
    def opened(file: Path, _: pa.Schema) -> Iterator[Writer]:
        with compressed(file, compression) as stream:
            stream.write(head)
            yield _Array(stream)
            stream.write(foot)

    return opened


def csv_file(compression: Compression) -> Opener:
    """RFC 4180 with a header, UTF-8, lines end with a line feed; lists and objects are JSON text, and what is null is empty."""

    @contextmanager
    def opened(file: Path, schema: pa.Schema) -> Iterator[Writer]:
        with compressed(file, compression) as stream, io.TextIOWrapper(stream, "utf-8", newline="") as text:
            csv.writer(text, lineterminator="\n").writerow(schema.names)
            yield _Csv(text)

    return opened


@contextmanager
def parquet_file(file: Path, schema: pa.Schema) -> Iterator[Writer]:
    """Parquet with zstd."""
    with pq.ParquetWriter(file, schema, compression="zstd", compression_level=3) as writer:
        rows = _Parquet(writer, schema)
        yield rows
        rows.finish()


def _objects(rows: pa.Table) -> Iterator[dict[str, Any]]:
    names = rows.column_names
    for values in zip(*(_values(rows.column(name)) for name in names), strict=True):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _values(column: pa.ChunkedArray[Any]) -> list[Any]:
    return message_lists(column) if column.type.equals(TURNS) else column.to_pylist()


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()
