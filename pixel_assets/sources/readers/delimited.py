"""CSV, TSV and their kin: one record a row, keys from the header.

A row whose cells do not match the header, or that a forgotten quote has swallowed, is a problem row. Where
no two rows are of one length the rows are lists: ``{"column_1": the first cell, "rest": [the others]}``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import orjson
import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.dialect import Dialect, column_names, find_dialect, is_header
from pixel_assets.sources.readers.encoding import DAMAGED
from pixel_assets.sources.readers.rows import MAX_RECORD_BYTES, Row, Unreadable, to_batches

SAMPLE_LINES = 1000

csv.field_size_limit(MAX_RECORD_BYTES)


def read_delimited(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each record after the header, numbered from 1."""
    with content.text() as stream:
        sample = list(islice(stream, SAMPLE_LINES))
        yield from to_batches(_rows(_Lines(chain(sample, stream)), find_dialect(sample, content.suffix)), batch_rows)


class _Lines:
    """Lines on their way to the csv module, and whether it has asked for one more than there are."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.exhausted = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            return line.removeprefix("\ufeff")  # left where files with byte order marks were joined
        self.exhausted = True
        raise StopIteration


def _rows(lines: _Lines, dialect: Dialect) -> Iterator[Row]:
    names: list[str] = []
    number = 0
    try:
        for cells in dialect.rows(lines):
            if not names and not dialect.ragged:
                names = column_names(cells if is_header(cells) else [""] * len(cells))
                if is_header(cells):
                    continue
            number += 1
            if lines.exhausted:
                # The record asked for more lines than there are: all that follows the open quote is in it
                yield Row(number, None, "unterminated_quote: a quoted cell is not closed before the end of the file")
            elif dialect.ragged:
                yield _record(number, {"column_1": cells[0], "rest": cells[1:]}, cells)
            elif len(cells) != len(names):
                yield Row(number, None, f"ragged_row: {len(cells)} cells, expected {len(names)}")
            else:
                yield _record(number, dict(zip(names, cells, strict=True)), cells)
    except csv.Error as error:
        raise Unreadable(f"the table breaks after row {number}") from error


def _record(number: int, record: dict[str, Any], cells: list[str]) -> Row:
    try:
        return Row(number, orjson.dumps(record))
    except orjson.JSONEncodeError:
        found = sum(bool(DAMAGED.search(cell)) for cell in cells)
        return Row(number, None, f"invalid_encoding: {found} cells are not valid UTF-8")
