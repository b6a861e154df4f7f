"""Records of a dataset as rows of ``raw_records``, numbered from 1 in the order of the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

import pyarrow as pa

from pixel_assets.sources.records import RAW_RECORDS

CHUNK: Final = 8_192


def numbered(texts: Iterable[pa.StringArray], name: str, source: str) -> Iterator[pa.RecordBatch]:
    """JSON texts as batches of RAW_RECORDS; a dataset without any gives one row 0 with the problem ``empty_file``."""
    count = 0
    for records in texts:
        rows = pa.array(range(count + 1, count + len(records) + 1), pa.int64())
        count += len(records)
        yield _batch(source, name, rows, records, pa.nulls(len(records), pa.string()))
    if not count:
        yield _batch(
            source, name, pa.array([0], pa.int64()), pa.nulls(1, pa.string()), pa.array(["empty_file: it holds no record"])
        )


def in_chunks(records: Iterable[bytes]) -> Iterator[pa.StringArray]:
    """Texts of a stream, some thousands at once."""
    stream = iter(records)
    while chunk := list(islice(stream, CHUNK)):
        yield pa.array(chunk, pa.binary()).cast(pa.string())


def _batch(source: str, name: str, rows: pa.Array, records: pa.Array, problems: pa.Array) -> pa.RecordBatch:
    places = [pa.repeat(pa.scalar(text), len(rows)) for text in (source, name)]
    return pa.RecordBatch.from_arrays([*places, rows, records, problems], schema=RAW_RECORDS)
