"""Tables that the tests of the store share: every supported type, random rows, multisets of rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter, Written

Rows = list[dict[str, Any]]

TURN = pa.struct([pa.field("role", pa.string()), pa.field("content", pa.string())])
NESTED = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("turns", pa.list_(TURN)),
        pa.field("tags", pa.map_(pa.string(), pa.int32())),
        pa.field("matrix", pa.list_(pa.list_(pa.float32()))),
        pa.field("score", pa.float64()),
        pa.field("flag", pa.bool_()),
        pa.field("count", pa.int64()),
        pa.field("seen", pa.timestamp("us")),
        pa.field("day", pa.date32()),
        pa.field("raw", pa.binary()),
    ]
)

NESTED_ROWS: Rows = [
    {
        "id": "a", "turns": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Grüß dich"}],
        "tags": [("topic", 1), ("risk", None)], "matrix": [[1.0, 0.5], []], "score": 0.1, "flag": True, "count": -3,
        "seen": datetime(2024, 2, 29, 12, 30, 0, 5), "day": date(1969, 12, 31), "raw": b"\x00\xff",
    },
    {
        "id": "b", "turns": [], "tags": [], "matrix": None, "score": float("nan"), "flag": False, "count": 0,
        "seen": None, "day": date(2024, 1, 1), "raw": b"",
    },
    {
        "id": "", "turns": None, "tags": None, "matrix": [None, [2.25]], "score": None, "flag": None, "count": None,
        "seen": datetime(1950, 1, 1), "day": None, "raw": None,
    },
    {
        "id": None, "turns": [None, {"role": None, "content": ""}], "tags": [("", 0)], "matrix": [], "score": -1e300,
        "flag": True, "count": 2**62, "seen": datetime(1970, 1, 1), "day": date(1970, 1, 1), "raw": b"a much longer value " * 3,
    },
]  # fmt: skip


def nested() -> pa.Table:
    """Four rows with every kind of value and of nothing."""
    return pa.Table.from_pylist(NESTED_ROWS, NESTED)


def one(name: str, values: list[Any], kind: pa.DataType) -> pa.Table:
    """A table of one column."""
    return pa.table({name: pa.array(values, kind)})


def utc(*parts: int) -> datetime:
    """A moment with a time zone."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


# Small alphabets, so that equal rows, equal cells and near misses all come up.
SIMPLE = pa.schema([pa.field("name", pa.string()), pa.field("n", pa.int32()), pa.field("list", pa.list_(pa.string()))])
_word = st.sampled_from([None, "", "a", "b", "ab"])
simple_rows = st.fixed_dictionaries(
    {"name": _word, "n": st.sampled_from([None, 0, 1, 2, 3, 4, 5]), "list": st.none() | st.lists(_word, max_size=2)}
)


def simple(rows: Rows) -> pa.Table:
    """A table of the small random rows."""
    return pa.Table.from_pylist(rows, SIMPLE)


def multiset(rows: pa.Table | Rows) -> Counter[str]:
    """The rows, each with how often it comes, whatever their order."""
    found = rows.to_pylist() if isinstance(rows, pa.Table) else rows
    return Counter(repr(sorted(row.items())) for row in found)


def written(
    warehouse: Warehouse, table: pa.Table, previous: Table | None = None, *, asset: str = "things", pieces: int = 1
) -> Written:
    """A snapshot of the table, written in so many pieces."""
    step = max(1, -(-table.num_rows // pieces))
    with SnapshotWriter(warehouse, asset, WHOLE, table.schema, previous) as writer:
        for start in range(0, table.num_rows, step):
            writer.write(table.slice(start, step))
        return writer.finish()


def opened(warehouse: Warehouse, manifest: Manifest, schema: pa.Schema) -> Table:
    """A snapshot as a table."""
    return Table(warehouse, manifest.asset, schema, (manifest,))
