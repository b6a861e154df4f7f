"""Readers: a file of any of the known kinds becomes batches of raw records, never an exception.

In: a path. Out: record batches of the RAW_RECORDS schema; what cannot be read is a row with a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from pixel_assets.sources.readers.content import Content, open_content
from pixel_assets.sources.readers.delimited import read_delimited
from pixel_assets.sources.readers.json_array import read_json_array
from pixel_assets.sources.readers.json_document import read_json_document
from pixel_assets.sources.readers.json_lines import read_json_lines
from pixel_assets.sources.readers.parquet import read_parquet
from pixel_assets.sources.readers.plain import read_plain
from pixel_assets.sources.readers.rows import RAW, Unreadable, reason, with_locator

BATCH_ROWS = 16_384

READERS: dict[str, Callable[[Content, int], Iterator[pa.RecordBatch]]] = {
    "json_lines": read_json_lines,
    "json_array": read_json_array,
    "json_document": read_json_document,
    "delimited": read_delimited,
    "parquet": read_parquet,
    "plain": read_plain,
}

__all__ = ["BATCH_ROWS", "READERS", "read_file"]


def read_file(path: Path, name: str, source: str, batch_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Records of one file, in order, in batches of at most ``batch_rows``.

    ``name`` and ``source`` are written into every row. A file that cannot be read to its end gives,
    after the records before the damage, one row 0 with the problem ``unreadable_file: why``; a file
    that holds no record gives one row 0 with ``empty_file``. Nothing is raised for what a file holds.
    """
    count = 0
    try:
        with open_content(path) as content:
            for batch in READERS[content.kind](content, batch_rows):
                count += batch.num_rows
                yield with_locator(batch, name, source)
    except Unreadable.CAUSES as error:
        yield with_locator(_problem(f"unreadable_file: {reason(error)}"), name, source)
    else:
        if not count:
            yield with_locator(_problem("empty_file: it holds no record"), name, source)


def _problem(problem: str) -> pa.RecordBatch:
    return pa.record_batch({"row": [0], "record": [None], "problem": [problem]}, schema=RAW)
