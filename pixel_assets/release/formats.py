"""How one file of an export is written: JSON Lines or Parquet, from the same blocks.

The bytes are a function of the rows: no timestamps, no host, no library defaults that depend on either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


class JsonLines:
    """One JSON object a line, UTF-8, keys in the order of the columns; what is null is left out."""

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        self._names = schema.names
        self._stream = file.open("wb")

    def write(self, rows: pa.Table) -> None:
        """Append rows in the exported form."""
        columns = [
            _messages(rows.column(name)) if name == "messages" else rows.column(name).to_pylist()
            for name in self._names
        ]
        for values in zip(*columns, strict=True):
            line = {name: value for name, value in zip(self._names, values, strict=True) if value is not None}
            self._stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


class ParquetFile:
    """Parquet, zstd; every block is one row group."""

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=3)

    def write(self, rows: pa.Table) -> None:
        """Append rows in the exported form."""
        self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


WRITERS: Final[dict[str, type[JsonLines] | type[ParquetFile]]] = {"jsonl": JsonLines, "parquet": ParquetFile}


def file_name(name: str, split: str, number: int, total: int) -> str:
    """Path of a file of a format inside the export; the Parquet names are those that Hugging Face knows."""
    if name == "jsonl":
        return f"jsonl/{split}-{number:05d}.jsonl"
    return f"parquet/data/{split}-{number:05d}-of-{total:05d}.parquet"


def _messages(column: pa.ChunkedArray[Any]) -> list[list[dict[str, str]]]:
    flat = pc.list_flatten(column)
    roles, contents = pc.struct_field(flat, "role").to_pylist(), pc.struct_field(flat, "content").to_pylist()
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
    lists, start = [], 0
    for length in pc.list_value_length(column).to_pylist():
        lists.append(messages[start : start + length])
        start += length
    return lists
