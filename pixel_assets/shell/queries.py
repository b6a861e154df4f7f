"""``pixel sql``: one query or a small prompt over the catalogue, or over the state that a tag names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.shell.console import err, out, print_json
from pixel_assets.store.catalogue import publish, views_into
from pixel_assets.store.query import quiet
from pixel_assets.store.tags import tagged_tables


@contextmanager
def open_catalogue(project: Project, as_of: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The catalogue, brought up to date and opened for reading; or views of the snapshots of a tag."""
    if as_of is not None:
        with project.connect() as connection:
            views_into(connection, tagged_tables(project.warehouse, as_of, project.graph.assets))
            yield connection
        return
    publish(project.warehouse.prepare(), project.graph.assets, project.sources)
    with duckdb.connect(str(project.warehouse.catalogue), read_only=True) as connection:
        quiet(connection)
        yield connection


def run_query(connection: duckdb.DuckDBPyConnection, query: str, *, as_json: bool) -> None:
    """Print the result of one query; raises :class:`UsageError` with DuckDB's own explanation."""
    try:
        result = connection.sql(query)
        if as_json:
            rows = [] if result is None else [dict(zip(result.columns, row, strict=True)) for row in result.fetchall()]
            print_json(rows)
        elif result is not None:
            out.print(str(result), markup=False)
    except duckdb.Error as error:
        raise UsageError(str(error).strip(), where="query", hint="`pixel sql \"SHOW TABLES\"` lists the views") from error


def prompt(connection: duckdb.DuckDBPyConnection) -> None:
    """Read queries from standard input until it ends; an error is shown and the prompt goes on."""
    interactive = sys.stdin.isatty()
    if interactive:
        err.print("SQL over the warehouse; `SHOW TABLES`, `DESCRIBE corpus`; end with Ctrl-D")
    pending = ""
    while True:
        if interactive:
            err.print("pixel> " if not pending else "  ...> ", end="")
        line = sys.stdin.readline()
        pending += line
        if pending.strip() and (pending.rstrip().endswith(";") or not line):
            try:
                run_query(connection, pending, as_json=False)
            except UsageError as error:
                if not interactive:
                    raise
                err.print(str(error), markup=False)
            pending = ""
        if not line:
            return
