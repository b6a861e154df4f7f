"""Queries return the promised schema; contracts name the table and say how many."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pixel_assets.selection.query import count_by, query, require_known, require_once
from pixel_assets.store.schema import column

SCHEMA = pa.schema([column("name", pa.string(), "a name"), column("number", pa.int32(), "a number")])


def _ids(*names: str) -> pa.Table:
    return pa.table({"conversation_id": pa.array(names, pa.string())})


def test_columns_come_out_in_the_order_and_with_the_types_of_the_schema() -> None:
    found = query(
        "SELECT 7 AS number, name || $tail AS name FROM t",
        {"t": pa.table({"name": ["a"]})},
        SCHEMA,
        {"tail": "!"},
    )
    assert found.schema.equals(SCHEMA, check_metadata=True)
    assert found.to_pylist() == [{"name": "a!", "number": 7}]


def test_a_null_where_none_is_promised_is_an_error() -> None:
    with pytest.raises(ValueError, match="null"):
        query("SELECT NULL::VARCHAR AS name, 1 AS number", {}, SCHEMA)


def test_repeated_conversations_are_counted_by_table() -> None:
    require_once(mix=_ids("a", "b"), groups=_ids())
    with pytest.raises(ValueError, match="groups: 2 conversations stand there more than once"):
        require_once(mix=_ids("a"), groups=_ids("a", "b", "a", "b", "c"))


def test_unknown_conversations_are_counted_by_table() -> None:
    require_known(mix=_ids("a"), groups=_ids("a", "b"))
    with pytest.raises(ValueError, match="groups: no row for 2 conversations of mix"):
        require_known(mix=_ids("a", "b", "c"), groups=_ids("a"))


def test_rows_are_counted_by_value() -> None:
    assert count_by(pa.table({"kind": ["x", "y", "x"]}), "kind") == {"x": 2, "y": 1}
