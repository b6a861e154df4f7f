"""Rows of a file on their way into Arrow: number, JSON text, problem; and what may go wrong with a file."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, ClassVar, NamedTuple

import pyarrow as pa

from pixel_assets.sources.records import RAW_RECORDS

RAW = pa.schema([RAW_RECORDS.field(name) for name in ("row", "record", "problem")])
BATCH_BYTES = 64 * 2**20
MAX_RECORD_BYTES = 256 * 2**20


class Row(NamedTuple):
    """One record: its number in the file, its JSON text, and why it could not be read."""

    number: int
    record: bytes | None
    problem: str | None = None


class Unreadable(Exception):
    """The rest of a file cannot be read; the message says why without quoting the file.

    ``code`` is the reason that a rejected record is counted under.
    """

    CAUSES: ClassVar[tuple[type[BaseException], ...]]

    def __init__(self, why: str, *, code: str = "unreadable_file") -> None:
        super().__init__(why)
        self.code = code


# What opening, unpacking and decoding raise for damaged files; every other exception is a fault of ours.
Unreadable.CAUSES = (Unreadable, OSError, EOFError, zlib.error, UnicodeError)


def problem_of(error: BaseException) -> str:
    """``code: why`` of what keeps a file from being read, without paths, positions of the machine or its text."""
    if isinstance(error, Unreadable):
        return f"{error.code}: {error}"
    return f"unreadable_file: {_why(error)}"


def problem_row(problem: str) -> pa.RecordBatch:
    """A batch of one row, number 0: the problem of a file as a whole."""
    return pa.record_batch({"row": [0], "record": [None], "problem": [problem]}, schema=RAW)


def _why(error: BaseException) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not valid {error.encoding} text"
    if isinstance(error, EOFError | zlib.error):
        return "the compressed data is damaged or cut off"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"damaged ({type(error).__name__})"


def read_block(stream: BinaryIO, size: int) -> bytes:
    """Up to ``size`` bytes; damage is raised only once everything before it has been delivered."""
    parts: list[bytes] = []
    held = 0
    while held < size:
        try:
            part = stream.read1(size - held)  # type: ignore[attr-defined]  # every buffered stream has it
        except Unreadable.CAUSES:
            if not parts:
                raise
            break
        if not part:
            break
        parts.append(part)
        held += len(part)
    return b"".join(parts)


def to_batches(rows: Iterable[Row], batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Gather rows into batches of bounded size; rows before an error are delivered before it is raised."""
    held: list[Row] = []
    size = 0
    try:
        for row in rows:
            held.append(row)
            size += len(row.record) if row.record else 0
            if len(held) >= batch_rows or size >= BATCH_BYTES:
                yield _batch(held)
                held, size = [], 0
    except Unreadable.CAUSES:
        if held:
            yield _batch(held)
        raise
    if held:
        yield _batch(held)


def with_locator(batch: pa.RecordBatch, name: str, source: str) -> pa.RecordBatch:
    """The batch in the RAW_RECORDS schema, with source and file in every row."""
    count = batch.num_rows
    columns = [pa.repeat(pa.scalar(source), count), pa.repeat(pa.scalar(name), count), *batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=RAW_RECORDS)


def _batch(rows: list[Row]) -> pa.RecordBatch:
    numbers, records, problems = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array(numbers, pa.int64()),
            pa.array(records, pa.binary()).cast(pa.string()),
            pa.array(problems, pa.string()),
        ],
        schema=RAW,
    )
