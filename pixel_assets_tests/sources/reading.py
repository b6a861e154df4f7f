"""Reading invented files in tests: bytes under a name become rows that can be compared."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson

from pixel_assets.sources.readers import read_file
from pixel_assets.sources.records import RAW_RECORDS

Row = tuple[str, int, str | None, str | None]


def rows_of(folder: Path, name: str, data: bytes | str, batch_rows: int = 16_384) -> list[Row]:
    """(file, number, record, problem) of every row, after what holds for any file has been asserted."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    rows: list[Row] = []
    numbers: dict[str, list[int]] = defaultdict(list)
    for batch in read_file(path, name, "src", batch_rows):
        assert batch.schema.equals(RAW_RECORDS)
        assert 0 < batch.num_rows <= batch_rows
        batch.validate(full=True)
        columns = batch.to_pydict()
        assert set(columns["source"]) == {"src"}
        for row in zip(columns["file"], columns["row"], columns["record"], columns["problem"], strict=True):
            rows.append(row)
            numbers[row[0]].append(row[1])
    assert rows
    for _, number, record, problem in rows:
        assert (record is None) != (problem is None)
        assert number > 0 or record is None
    for found in numbers.values():
        # Row 0, the file as a whole, comes after the rows that were read before the damage
        ascending = found[:-1] if found[-1] == 0 else found
        assert ascending == sorted(set(ascending))
        assert 0 not in ascending
    return rows


def values_of(folder: Path, name: str, data: bytes | str) -> list[Any]:
    """Records as values, problems as texts, without their places."""
    return [problem if record is None else orjson.loads(record) for _, _, record, problem in rows_of(folder, name, data)]


def by_file(folder: Path, name: str, data: bytes) -> dict[str, list[Any]]:
    """Records as values and problems as texts, by the file they stand in, without ``name`` and its mark."""
    found: dict[str, list[Any]] = defaultdict(list)
    for file, _, record, problem in rows_of(folder, name, data):
        assert file == name or file.startswith(f"{name}!")
        found[file[len(name) + 1 :]].append(problem if record is None else orjson.loads(record))
    return dict(found)
