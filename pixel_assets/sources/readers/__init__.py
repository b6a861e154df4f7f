"""Readers: a file of any of the known kinds becomes batches of raw records, never an exception.

In: a path. Out: record batches of the RAW_RECORDS schema; what cannot be read is a row with a problem.
A file within an archive is a file of its own, named ``archive.zip!folder/file.jsonl``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from pixel_assets.sources.readers.arrow_ipc import read_arrow_file, read_arrow_stream
from pixel_assets.sources.readers.compression import Budget
from pixel_assets.sources.readers.content import Content, open_content
from pixel_assets.sources.readers.delimited import read_delimited
from pixel_assets.sources.readers.json_array import read_json_array
from pixel_assets.sources.readers.json_document import read_json_document
from pixel_assets.sources.readers.json_lines import read_json_lines
from pixel_assets.sources.readers.members import ARCHIVES, Walk, members_of
from pixel_assets.sources.readers.parquet import read_parquet
from pixel_assets.sources.readers.plain import read_plain
from pixel_assets.sources.readers.rows import Unreadable, problem_of, problem_row, with_locator
from pixel_assets.sources.readers.xml_records import read_xml
from pixel_assets.sources.readers.yaml_documents import read_yaml

BATCH_ROWS = 16_384

READERS: dict[str, Callable[[Content, int], Iterator[pa.RecordBatch]]] = {
    "json_lines": read_json_lines,
    "json_array": read_json_array,
    "json_document": read_json_document,
    "delimited": read_delimited,
    "parquet": read_parquet,
    "arrow_file": read_arrow_file,
    "arrow_stream": read_arrow_stream,
    "xml": read_xml,
    "yaml": read_yaml,
    "plain": read_plain,
}

__all__ = ["BATCH_ROWS", "READERS", "read_file"]


def read_file(path: Path, name: str, source: str, batch_rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Records of one file, in order, in batches of at most ``batch_rows``.

    ``name`` and ``source`` are written into every row; in an archive the name of the member is added to
    ``name``, so that (file, row) stays unique. A file that cannot be read to its end gives, after the
    records before the damage, one row 0 with the problem ``unreadable_file: why`` (or a closer code:
    ``media_file``, ``archive_bomb``, ``unsafe_path``, …); a file that holds no record gives one row 0 with
    ``empty_file``. Nothing is raised for what a file holds.
    """
    try:
        stream = path.open("rb")
    except OSError as error:
        yield with_locator(problem_row(problem_of(error)), name, source)
        return
    with stream:
        walk = Walk(batch_rows, Budget(os.fstat(stream.fileno()).st_size), {name})
        for locator, batch in _read(stream, path.name, name, walk):
            yield with_locator(batch, locator, source)


def _read(stream: BinaryIO, file_name: str, locator: str, walk: Walk) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Batches of a file or of a member, each with the name it goes under, and one row 0 where that is due."""
    found = False
    notes: list[str] = []
    try:
        content = open_content(stream, file_name, walk.budget)
        parts = (
            _read_archive(content, locator, walk, notes)
            if content.kind in ARCHIVES
            else ((locator, batch) for batch in READERS[content.kind](content, walk.batch_rows))
        )
        for part in parts:
            found = True
            yield part
    except Unreadable.CAUSES as error:
        notes.insert(0, problem_of(error))
    if notes or not found:
        yield locator, problem_row("; ".join(notes) or "empty_file: it holds no record")


def _read_archive(content: Content, locator: str, walk: Walk, notes: list[str]) -> Iterator[tuple[str, pa.RecordBatch]]:
    within = walk.entered()
    for member in members_of(content, within, notes):
        own = walk.new_locator(locator, member.name)
        if member.stream is None:
            yield own, problem_row(member.problem or "unreadable_file: it holds no data")
            continue
        with closing(member.stream):
            yield from _read(member.stream, member.name, own, within)
