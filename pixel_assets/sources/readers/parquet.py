"""Parquet: one record a row, as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.sources.readers.arrow_values import DAMAGE, json_texts
from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.rows import BATCH_BYTES, MAX_RECORD_BYTES, Row, Unreadable, to_batches


def read_parquet(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each row of the table, numbered from 1; raises Unreadable when it is damaged."""
    yield from to_batches(_rows(content, batch_rows), batch_rows)


def _rows(content: Content, batch_rows: int) -> Iterator[Row]:
    number = 0
    try:
        with pq.ParquetFile(content.stream) as file:
            for batch in _batches(file, batch_rows):
                for record in json_texts(batch):
                    number += 1
                    yield Row(number, record)
    except DAMAGE as error:
        raise Unreadable(f"the Parquet data is damaged after row {number}") from error


def _batches(file: pq.ParquetFile, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Batches of a size that fits in memory, whatever the size of the rows."""
    for place in range(file.num_row_groups):
        group = file.metadata.row_group(place)
        row_bytes = max(1, group.total_byte_size // max(1, group.num_rows))
        if row_bytes > MAX_RECORD_BYTES:
            raise Unreadable(f"row group {place + 1} has rows of more than 256 MiB")
        size = max(1, min(batch_rows, BATCH_BYTES // row_bytes))
        yield from file.iter_batches(batch_size=size, row_groups=[place], use_threads=False)
