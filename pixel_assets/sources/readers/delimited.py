"""CSV, TSV and their kin: one record a row, keys from the header.

A row whose cells do not match the header, or that a forgotten quote has swallowed, is a problem row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice

import orjson
import pyarrow as pa

from pixel_assets.sources.readers.content import Content
from pixel_assets.sources.readers.encoding import DAMAGED
from pixel_assets.sources.readers.rows import MAX_RECORD_BYTES, Row, Unreadable, to_batches

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_LINES = 200
LONGEST_NAME = 80

csv.field_size_limit(MAX_RECORD_BYTES)


def read_delimited(content: Content, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """One row for each record after the header, numbered from 1."""
    with content.text() as stream:
        sample = list(islice(stream, SAMPLE_LINES))
        lines = _Lines(chain(sample, stream))
        delimiter = "\t" if content.suffix == ".tsv" else find_delimiter(sample)
        yield from to_batches(_rows(csv.reader(lines, delimiter=delimiter), lines), batch_rows)


def find_delimiter(sample: list[str]) -> str:
    """The delimiter that cuts most of the sample's rows into equally many cells, and into most."""

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            return (0.0, 0)
        width = widths[0] if widths else 1
        return (sum(w == width for w in widths) / len(widths), width) if width > 1 else (0.0, 1)

    return max(DELIMITERS, key=fit)


def column_names(header: list[str]) -> list[str]:
    """Names of the columns: an empty one becomes column_N, a repeated one gets a number."""
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        wanted = base = name.strip() or f"column_{place}"
        count = 1
        while wanted in names:
            count += 1
            wanted = f"{base}_{count}"
        names.append(wanted)
    return names


def is_header(cells: list[str]) -> bool:
    """Whether a first row names columns: short names, and no bare numbers."""
    named = [cell.strip() for cell in cells if cell.strip()]
    return bool(named) and not any(
        len(name) > LONGEST_NAME or "\n" in name or name.lstrip("-").replace(".", "", 1).isdigit()
        for name in named
    )


class _Lines:
    """Lines on their way to the csv module, and whether it has asked for one more than there are."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.exhausted = False

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            return line
        self.exhausted = True
        raise StopIteration


def _rows(reader: Iterator[list[str]], lines: _Lines) -> Iterator[Row]:
    names: list[str] = []
    number = 0
    try:
        for cells in reader:
            if not cells:
                continue
            if not names:
                names = column_names(cells if is_header(cells) else [""] * len(cells))
                if is_header(cells):
                    continue
            number += 1
            yield _row(number, names, cells, lines.exhausted)
    except csv.Error as error:
        raise Unreadable(f"the table breaks after row {number}") from error


def _row(number: int, names: list[str], cells: list[str], unfinished: bool) -> Row:
    if unfinished:
        # The record asked for more lines than there are: all that follows the open quote is in it
        return Row(number, None, "unterminated_quote: a quoted cell is not closed before the end of the file")
    if len(cells) != len(names):
        return Row(number, None, f"ragged_row: {len(cells)} cells, expected {len(names)}")
    try:
        return Row(number, orjson.dumps(dict(zip(names, cells, strict=True))))
    except orjson.JSONEncodeError:
        found = sum(bool(DAMAGED.search(cell)) for cell in cells)
        return Row(number, None, f"invalid_encoding: {found} cells are not valid UTF-8")
