"""Query settings: in-memory DuckDB connections that never lock a file, and spill into the warehouse when they must."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa


def configure(connection: duckdb.DuckDBPyConnection, spill: Path, *, threads: int = 0, memory: str = "2GB") -> None:
    """Set memory, threads (0: one a core) and the spill folder of a connection."""
    connection.execute(f"SET memory_limit = '{memory}'")
    connection.execute(f"SET temp_directory = '{str(spill).replace(chr(39), chr(39) * 2)}'")
    quiet(connection)
    if threads:
        connection.execute(f"SET threads = {threads}")


def quiet(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep DuckDB's progress bar out of standard output, where results are printed."""
    connection.execute("SET enable_progress_bar = false")


Parameters = list[object] | dict[str, object]


def to_table(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None = None) -> pa.Table:
    """The result of a query as one Arrow table."""
    return connection.sql(sql, params=parameters).to_arrow_table()


def to_batches(
    connection: duckdb.DuckDBPyConnection, sql: str, rows: int, parameters: Parameters | None = None
) -> pa.RecordBatchReader:
    """The result of a query as a stream of batches of about ``rows``, in the order that the query asks for."""
    return connection.sql(sql, params=parameters).to_arrow_reader(rows)
