"""Plain text of any kind: the whole file is one record ``{"text": …}``."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.rows import MAX_RECORD_BYTES, Row, Unreadable, to_batches


def read_plain(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row, or none where there is nothing but white space; raises Unreadable for huge files."""
    with content.text() as stream:
        text = stream.read(MAX_RECORD_BYTES)
        if stream.read(1):
            raise Unreadable("a text of more than 256 MiB")
    if text.strip():
        yield from to_batches([_row(text)], batch_rows)


def _row(text: str) -> Row:
    try:
        return Row(1, orjson.dumps({"text": text}))
    except orjson.JSONEncodeError:
        return Row(1, None, "invalid_encoding: the text is not valid UTF-8")
