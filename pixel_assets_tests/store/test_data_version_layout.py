"""A data version does not see how rows are stored: order, chunks, encodings, files, processes."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.store.data_version import row_hashes, table_version

from .tables import NESTED, NESTED_ROWS, nested, one, simple, simple_rows

VERSION = table_version(nested())


@settings(max_examples=40, deadline=None)
@given(st.lists(simple_rows, max_size=10), st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_of_rows_and_columns_chunks_and_slices_do_not_count(
    rows: list[dict[str, Any]], chance: random.Random, size: int
) -> None:
    version = table_version(simple(rows))
    mixed = [dict(row) for row in rows]
    chance.shuffle(mixed)
    names = list(simple([]).schema.names)
    chance.shuffle(names)
    inside = simple([*rows[:1], *mixed, *rows[:2]]).slice(len(rows[:1]), len(mixed)).select(names)
    chunks = [simple(mixed[i : i + size]) for i in range(0, len(mixed), size)]
    assert table_version(inside) == version
    assert table_version(pa.concat_tables([simple([]), *chunks])) == version


def test_slices_of_every_type_hash_like_the_rows_alone() -> None:
    table = nested()
    for start in range(5):
        for stop in range(start, 5):
            alone = pa.Table.from_pylist(NESTED_ROWS[start:stop], NESTED)
            assert row_hashes(table.slice(start, stop - start)).tolist() == row_hashes(alone).tolist()


def test_what_lies_under_a_null_does_not_count() -> None:
    hidden = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), pa.array(["seen", "hidden"]), mask=pa.array([False, True]))
    bare = pa.array([["seen"], None], pa.list_(pa.string()))
    assert table_version(pa.table({"a": hidden})) == table_version(pa.table({"a": bare}))
    struct = pa.StructArray.from_arrays([pa.array(["seen", "hidden"])], ["x"], mask=pa.array([False, True]))
    assert table_version(pa.table({"a": struct})) == table_version(pa.table({"a": pa.array([{"x": "seen"}, None])}))


WIDE: dict[str, tuple[pa.Array, pa.Array]] = {
    "large strings": (pa.array(["x", None, ""]), pa.array(["x", None, ""], pa.large_string())),
    "large binary": (pa.array([b"x", None]), pa.array([b"x", None], pa.large_binary())),
    "dictionary": (pa.array(["x", "y", None, "x"]), pa.array(["x", "y", None, "x"]).dictionary_encode()),
    "large lists": (
        pa.array([["x"], None, []], pa.list_(pa.string())),
        pa.array([["x"], None, []], pa.large_list(pa.large_string())),
    ),
    "dictionary in a struct in a list": (
        pa.array([[{"r": "u"}], []], pa.list_(pa.struct([("r", pa.string())]))),
        pa.array([[{"r": "u"}], []], pa.list_(pa.struct([("r", pa.dictionary(pa.int8(), pa.string()))]))),
    ),
}


@pytest.mark.parametrize("what", WIDE)
def test_encodings_do_not_count(what: str) -> None:
    narrow, wide = WIDE[what]
    assert table_version(pa.table({"a": narrow})) == table_version(pa.table({"a": wide}))


def test_nullability_and_descriptions_do_not_count() -> None:
    field = pa.field("a", pa.string(), nullable=False, metadata={"description": "letters"})
    assert table_version(pa.table({"a": ["x"]})) == table_version(pa.table({"a": ["x"]}, schema=pa.schema([field])))


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "none", "row_group_size": 1},
        {"compression": "zstd", "row_group_size": 3, "use_dictionary": False},
        {"compression": "snappy", "data_page_version": "2.0"},
        {"compression": "gzip", "use_dictionary": True, "data_page_size": 16},
    ],
    ids=str,
)
def test_a_round_trip_through_parquet_keeps_the_version(tmp_path: Path, options: dict[str, Any]) -> None:
    pq.write_table(nested(), tmp_path / "t.parquet", **options)
    assert table_version(pq.read_table(tmp_path / "t.parquet")) == VERSION


def test_a_round_trip_through_duckdb_keeps_the_version(tmp_path: Path) -> None:
    table = nested()
    with duckdb.connect() as connection:
        connection.register("given", table)
        connection.execute(f"COPY given TO '{tmp_path / 't.parquet'}' (FORMAT parquet, ROW_GROUP_SIZE 2)")
        direct = connection.sql("SELECT * FROM given ORDER BY id DESC").to_arrow_table()
        stored = connection.sql(f"SELECT * FROM '{tmp_path / 't.parquet'}'").to_arrow_table()
    assert table_version(direct) == VERSION
    assert table_version(stored) == VERSION
    assert table_version(pq.read_table(tmp_path / "t.parquet")) == VERSION


_CHILD = """
from multiprocessing.pool import ThreadPool
from store.tables import nested
from pixel_assets.store.data_version import table_version
print(set(ThreadPool(3).map(lambda _: table_version(nested()), range(6))))
"""


@pytest.mark.parametrize(("seed", "threads"), [("0", "1"), ("12345", "2")])
def test_processes_threads_and_hash_seeds_do_not_count(tmp_path: Path, seed: str, threads: str) -> None:
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "NUMBA_NUM_THREADS": threads,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]),
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
    }
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == f"{{'{VERSION}'}}"


def test_a_table_larger_than_one_batch_keeps_its_version_however_it_is_cut() -> None:
    big = one("n", list(range(50_000)), pa.int64()).append_column("s", pa.array([str(i % 77) for i in range(50_000)]))
    batches = big.to_batches(max_chunksize=1_111)
    assert table_version(pa.Table.from_batches(reversed(batches))) == table_version(big)
