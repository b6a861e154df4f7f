"""Arrow IPC, as ``datasets`` keeps its cache (a stream) and as Feather files are (a file): one record a row."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from pixel_assets.sources.readers.arrow_values import DAMAGE, json_texts
from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.rows import BATCH_BYTES, MAX_RECORD_BYTES, Row, Unreadable, to_batches


def read_arrow_file(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each row of the table, numbered from 1; raises Unreadable when it is damaged."""
    yield from to_batches(_rows(_batches_of_file(content), batch_rows), batch_rows)


def read_arrow_stream(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each row of the table, numbered from 1; raises Unreadable when it is damaged or cut off."""
    yield from to_batches(_rows(_batches_of_stream(content), batch_rows), batch_rows)


def _batches_of_file(content: Content) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_file(content.stream) as file:
        for place in range(file.num_record_batches):
            yield file.get_batch(place)


def _batches_of_stream(content: Content) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_stream(content.stream) as stream:
        yield from stream


def _rows(batches: Iterator[pa.RecordBatch], batch_rows: int) -> Iterator[Row]:
    number = 0
    try:
        for batch in batches:
            # Offsets are taken as they stand in the file: unchecked they would lead anywhere in memory
            batch.validate(full=True)
            row_bytes = max(1, batch.get_total_buffer_size() // max(1, batch.num_rows))
            if row_bytes > MAX_RECORD_BYTES:
                raise Unreadable(f"rows of more than 256 MiB after row {number}")
            size = max(1, min(batch_rows, BATCH_BYTES // row_bytes))
            for start in range(0, batch.num_rows, size):
                for record in json_texts(batch.slice(start, size)):
                    number += 1
                    yield Row(number, record)
    except DAMAGE as error:
        raise Unreadable(f"the Arrow data is damaged after row {number}") from error
