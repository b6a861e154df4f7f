"""Any sequence of versions of a table reads back as itself, in every way of reading."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixel_assets.store.data_version import row_hashes, table_version
from pixel_assets.store.schema import HASH, INPUT
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse
from pixel_assets.store.writer import SnapshotWriter

from .tables import SIMPLE, Rows, multiset, opened, simple, simple_rows, written


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened_once:
        yield opened_once


def _read_every_way(table: Table, connection: duckdb.DuckDBPyConnection) -> Iterator[Rows]:
    yield table.read().to_pylist()
    yield [row for batch in table.batches(rows=3) for row in batch.to_pylist()]
    yield connection.sql(table.sql()).to_arrow_table().to_pylist()
    visible = connection.sql(table.sql(hidden=True)).to_arrow_table()
    assert visible.schema.names == [*SIMPLE.names, HASH, INPUT]
    yield visible.select(SIMPLE.names).to_pylist()
    for batch, positions in table.matching(np.ones(table.rows, bool), SIMPLE.names):
        assert batch.num_rows == len(positions)
    yield [row for batch, _ in table.matching(np.ones(table.rows, bool), SIMPLE.names) for row in batch.to_pylist()]


def _is_the_table(table: Table, rows: Rows, connection: duckdb.DuckDBPyConnection) -> None:
    expected = multiset(simple(rows))
    for found in _read_every_way(table, connection):
        assert multiset(found) == expected
    assert (table.hashes() == row_hashes(table.read())).all()
    assert [manifest.data_version for manifest in table.snapshots] == [table_version(simple(rows))]
    assert table.rows == len(rows)


_edit = st.tuples(
    st.integers(0, 12),  # how many rows of the version before go
    st.lists(simple_rows, max_size=6),  # how many come
    st.integers(1, 3),  # in how many pieces
    st.booleans(),  # whether those that stay are written again or kept by position
)


@pytest.mark.usefixtures("tiny")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(simple_rows, max_size=12), st.lists(_edit, max_size=6), st.randoms(use_true_random=False))
def test_any_sequence_of_versions_reads_back_as_itself(
    tmp_path: Path,
    connection: duckdb.DuckDBPyConnection,
    rows: Rows,
    edits: list[Any],
    chance: random.Random,
) -> None:
    warehouse = Warehouse(Path(tempfile.mkdtemp(dir=tmp_path)))
    first = written(warehouse, simple(rows))
    table = opened(warehouse, first.manifest, SIMPLE)
    _is_the_table(table, rows, connection)
    before = [(table, rows)]
    for gone, added, pieces, by_position in edits:
        old = table.read().to_pylist()
        stays = np.ones(len(old), bool)
        stays[chance.sample(range(len(old)), min(gone, len(old)))] = False
        rows = [row for row, kept in zip(old, stays, strict=True) if kept] + added
        if by_position:
            with SnapshotWriter(warehouse, "things", WHOLE, SIMPLE, table) as writer:
                writer.keep(stays)
                writer.write(simple(added))
                result = writer.finish()
        else:
            chance.shuffle(rows)
            result = written(warehouse, simple(rows), table, pieces=pieces)
        assert result.rows_written + result.rows_shared == len(rows)
        table = opened(warehouse, result.manifest, SIMPLE)
        _is_the_table(table, rows, connection)
        before.append((table, rows))
    for old_table, old_rows in before:  # versions before are never touched
        assert multiset(old_table.read()) == multiset(simple(old_rows))


@pytest.mark.usefixtures("tiny")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(simple_rows, min_size=1, max_size=12, unique_by=repr), st.data())
def test_matching_gives_the_rows_at_the_positions(tmp_path: Path, rows: Rows, data: st.DataObject) -> None:
    warehouse = Warehouse(Path(tempfile.mkdtemp(dir=tmp_path)))
    table = opened(warehouse, written(warehouse, simple(rows)).manifest, SIMPLE)
    table = opened(warehouse, written(warehouse, simple(rows[: -(-len(rows) * 2 // 3)]), table).manifest, SIMPLE)
    all_rows = [row for batch in table.batches() for row in batch.to_pylist()]
    wanted = np.array(data.draw(st.lists(st.booleans(), min_size=table.rows, max_size=table.rows)), bool)
    found = [(position, row) for batch, at in table.matching(wanted, SIMPLE.names, rows=2)
             for position, row in zip(at.tolist(), batch.to_pylist(), strict=True)]  # fmt: skip
    assert found == [(position, all_rows[position]) for position in np.flatnonzero(wanted)]
