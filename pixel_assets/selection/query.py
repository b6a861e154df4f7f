"""One SQL query over Arrow tables, in a DuckDB of its own; the selection stages are written in it.

Tables go in by name, one table with exactly the promised schema comes out. Also the contracts that the
stages ask of their inputs: every conversation once, and known to the table that it is joined with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import pyarrow as pa

from pixel_assets.store.query import quiet

_COUNT: Final = pa.schema([pa.field("count", pa.int64(), nullable=False)])


@contextmanager
def opened(tables: Mapping[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of its own in which these tables are known by name."""
    with duckdb.connect(":memory:") as connection:
        quiet(connection)
        connection.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
        for name, table in tables.items():
            connection.register(name, table)
        yield connection


def taken(found: duckdb.DuckDBPyRelation, schema: pa.Schema) -> pa.Table:
    """The rows of a relation in the given schema; raises ``ValueError`` where they do not fit it."""
    rows: pa.Table = found.to_arrow_table()
    return rows.select(schema.names).cast(schema)


def query(
    sql: str,
    tables: Mapping[str, pa.Table],
    schema: pa.Schema,
    parameters: Mapping[str, object] | None = None,
) -> pa.Table:
    """Run ``sql`` over ``tables`` and return its rows in the given schema.

    Raises ``ValueError`` where the rows do not fit it, as with a null in a column that has none.
    """
    with opened(tables) as connection:
        return taken(connection.sql(sql, params=dict(parameters or {})), schema)


def count_by(table: pa.Table, name: str) -> dict[str, int]:
    """How many rows each value of a column of text has."""
    counted = table.group_by(name).aggregate([([], "count_all")])
    pairs: Iterator[Any] = zip(counted.column(name).to_pylist(), counted.column("count_all").to_pylist(), strict=True)
    return dict(pairs)


def require_once(**tables: pa.Table) -> None:
    """Raise ``ValueError`` where a table, given by its name, holds a conversation more than once."""
    sql = "SELECT count(*) AS count FROM (SELECT 1 FROM t GROUP BY conversation_id HAVING count(*) > 1)"
    for name, table in tables.items():
        if count := _count(sql, t=table):
            raise ValueError(f"{name}: {count} conversations stand there more than once (expected one row for each)")


def require_known(**tables: pa.Table) -> None:
    """Raise ``ValueError`` where conversations of the first table are missing from the second."""
    (name, table), (other, known) = tables.items()
    if count := _count("SELECT count(*) AS count FROM t ANTI JOIN k USING (conversation_id)", t=table, k=known):
        raise ValueError(f"{other}: no row for {count} conversations of {name} (expected one row for each)")


def _count(sql: str, **tables: pa.Table) -> int:
    narrow = {name: table.select(["conversation_id"]) for name, table in tables.items()}
    return int(query(sql, narrow, _COUNT).column("count")[0].as_py())
