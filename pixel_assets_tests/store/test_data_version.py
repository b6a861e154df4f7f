"""The definition of a data version: frozen values, a slow second implementation, what it sees and what it refuses."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.store.data_version import (
    add,
    data_version,
    hash_bytes,
    row_hashes,
    table_version,
    total,
    type_name,
)  # fmt: skip

from .tables import NESTED, TURN, nested, one, simple, simple_rows, utc

# A change of any of these values means that every warehouse in the world is rebuilt.
FROZEN = {
    "empty": (one("a", [], pa.string()), "b4845ab9579407eb0bdd94434838bd09cf3299595375ba280aa7c10477c3a499"),
    "strings": (
        one("a", ["x", "y", None, ""], pa.string()),
        "27790702dbb9ce8d55f7db68a195504520ddabdade8bc9643bb0f182ffe58fb1",
    ),
    "int8": (one("a", [0, 1, -1, None, 127], pa.int8()), "b2e090a04333c2d27cd968d3738962b25d703bb1c215e1470e04da1205b1c427"),
    "uint64": (one("a", [0, 2**64 - 1, None], pa.uint64()), "1374de19eda894b78ccc41c6deeaa1c618c93bb71bdf352f8451d3ca7dd67455"),
    "float64": (
        one("a", [0.0, -0.0, 1.5, float("nan"), float("inf"), None], pa.float64()),
        "3bbe166cf005a2036d3d89cc7334599653eac3ab730f8fc4681e8eb2e13f896c",
    ),
    "float32": (one("a", [0.1, None], pa.float32()), "52082d3ded955a0bd2c8ad789103f9caa9255d1d18919b553e5d369eff530de0"),
    "bool": (one("a", [True, False, None], pa.bool_()), "78bf2a593e09eb722baa53e412abd9ef94bfa7b526a1de67d4bb8b7397c000f8"),
    "timestamp": (
        one("a", [datetime(2024, 2, 29, 12, 30, 0, 5), None], pa.timestamp("us")),
        "850e7fd9323191f1a5943ff411896e45cee40075cdd205cb566d454a2127ab6a",
    ),
    "date": (
        one("a", [date(2024, 2, 29), date(1969, 12, 31)], pa.date32()),
        "8ba136b72d2c7a31049d30eb1d636584eedf943dc941c0ce2619a30ec39cccac",
    ),
    "list": (
        one("a", [["x"], ["x", "y"], [], None, [None]], pa.list_(pa.string())),
        "e4bff790f85a4ed416bb56328d7408210afe72dcc691aff6a80e53b92b3e7f21",
    ),
    "struct": (
        one("a", [{"role": "user", "content": "hi"}, None, {"role": None, "content": ""}], TURN),
        "7ccce0210fc4de8f6cf8403e09a58b3deca690ea1dedee85daedec03f28d3a9f",
    ),
    "map": (
        one("a", [[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
        "fd8f62228f9e146c8dd49fd350f9fbe235943fc3e3bf775bc91ba7faec6c38a8",
    ),
    "null": (one("a", [None, None], pa.null()), "0b12778e45fe02691821b1d0df162dd1b6b2b13a640b25edb2dc8bcbe09c39f4"),
    "everything": (nested(), "59a82696ec9276cb7fd26689f6c74b443bb130c8e82ba867a626deca65912d18"),
}


@pytest.mark.parametrize("name", FROZEN)
def test_data_versions_are_what_they_always_were(name: str) -> None:
    table, version = FROZEN[name]
    assert table_version(table) == version


@pytest.mark.parametrize("seed", [0, 1, 0x5851F42D4C957F2D, 2**64 - 1])
def test_hash_bytes_is_xxh64_for_every_length(seed: int) -> None:
    data = bytes((i * 37 + 11) % 256 for i in range(100))
    found = [hash_bytes(data[:length], seed) for length in range(101)]
    assert found == [xxhash.xxh64_intdigest(data[:length], seed) for length in range(101)]


# The same definition once more, slowly, in plain Python and from Python values.
_SEEDS = (0, 0x5851F42D4C957F2D)
_P1, _P2, _P3, _P4, _P5 = (
    0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5,
)  # fmt: skip
_WORD = 2**64
_NULL = 0xA5A5_5A5A_C3C3_3C3C


def _rotate(x: int, bits: int) -> int:
    return (x << bits | x >> (64 - bits)) % _WORD


def _avalanche(h: int) -> int:
    h = (h ^ h >> 33) * _P2 % _WORD
    h = (h ^ h >> 29) * _P3 % _WORD
    return h ^ h >> 32


def _xxh64(value: str | bytes, seed: int) -> int:
    return xxhash.xxh64_intdigest(value.encode() if isinstance(value, str) else value, seed)


def _named(values: dict[str, Any], schema: Any, seed: int) -> int:
    columns = (_avalanche(_slow(values[f.name], f.type, seed) ^ _xxh64(f.name, seed)) for f in schema)
    return sum(columns) % _WORD


def _slow(value: Any, kind: pa.DataType, seed: int) -> int:
    if value is None:
        return _NULL
    if isinstance(value, str | bytes):
        return _xxh64(value, seed)
    if pa.types.is_struct(kind):
        return _named(value, kind, seed)
    if isinstance(value, list):
        entries = [dict(zip(("key", "value"), v, strict=True)) for v in value] if pa.types.is_map(kind) else value
        inner = pa.struct([("key", kind.key_type), ("value", kind.item_type)]) if pa.types.is_map(kind) else kind.value_type
        h = (_P5 + len(entries)) % _WORD
        for entry in entries:
            step = _rotate(_slow(entry, inner, seed) * _P2 % _WORD, 31) * _P1 % _WORD
            h = (_rotate(h ^ step, 27) * _P1 + _P4) % _WORD
        return _avalanche(h)
    if isinstance(value, float):
        word = 0x7FF8000000000000 if value != value else struct.unpack("<Q", struct.pack("<d", value + 0.0))[0]
    elif isinstance(value, datetime):
        word = int(np.datetime64(value, "us").astype(np.int64)) % _WORD
    elif isinstance(value, date):
        word = (value - date(1970, 1, 1)).days % _WORD
    else:
        word = int(value) % _WORD
    return _avalanche((word * _P1 + seed + _P5) % _WORD)


def _slow_version(table: pa.Table) -> str:
    # A row is closed before rows are summed: the sum of sums would be a sum of cells, of no rows.
    sums = [sum(_avalanche(_named(row, table.schema, seed)) for row in table.to_pylist()) % _WORD for seed in _SEEDS]
    content = {
        "columns": sorted([f.name, type_name(f.type)] for f in table.schema),
        "rows": table.num_rows,
        "sum": sums,
        "files": [],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


_text = st.none() | st.text(max_size=40)
_row = st.fixed_dictionaries(
    {
        "id": _text,
        "turns": st.none() | st.lists(st.none() | st.fixed_dictionaries({"role": _text, "content": _text}), max_size=3),
        "tags": st.none() | st.lists(st.tuples(st.text(max_size=3), st.none() | st.integers(-5, 5)), max_size=2),
        "matrix": st.none()
        | st.lists(st.none() | st.lists(st.none() | st.floats(width=32, allow_nan=False), max_size=3), max_size=3),
        "score": st.none() | st.floats(),
        "flag": st.none() | st.booleans(),
        "count": st.none() | st.integers(-(2**63), 2**63 - 1),
        "seen": st.none() | st.datetimes(),
        "day": st.none() | st.dates(),
        "raw": st.none() | st.binary(max_size=70),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_row, max_size=5))
def test_the_fast_definition_equals_the_slow_one(rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, NESTED)
    assert table_version(table) == _slow_version(table)


@settings(max_examples=40, deadline=None)
@given(st.lists(simple_rows, max_size=12), st.data())
def test_adding_and_removing_row_hashes_equals_hashing_again(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    first, rest = total(row_hashes(simple(rows[:cut]))), total(row_hashes(simple(rows[cut:])))
    whole = total(row_hashes(simple(rows)))
    assert add(first, rest) == whole
    assert add(whole, rest, -1) == first
    assert data_version(simple(rows).schema, len(rows), add(first, rest)) == table_version(simple(rows))


def _different(left: pa.Table, right: pa.Table) -> None:
    assert table_version(left) != table_version(right)


ONE = pa.table({"a": ["x", "y"], "n": pa.array([1, 2], pa.int64())})
CHANGED = {
    "a value": pa.table({"a": ["x", "z"], "n": pa.array([1, 2], pa.int64())}),
    "a swap between rows": pa.table({"a": ["y", "x"], "n": pa.array([1, 2], pa.int64())}),
    "a column's name": pa.table({"b": ["x", "y"], "n": pa.array([1, 2], pa.int64())}),
    "a column's type": pa.table({"a": ["x", "y"], "n": pa.array([1, 2], pa.int32())}),
    "a row twice": pa.table({"a": ["x", "y", "y"], "n": pa.array([1, 2, 2], pa.int64())}),
    "a row less": pa.table({"a": ["x"], "n": pa.array([1], pa.int64())}),
    "a column more": ONE.append_column("m", pa.nulls(2, pa.string())),
    "a null": pa.table({"a": ["x", None], "n": pa.array([1, 2], pa.int64())}),
}


@pytest.mark.parametrize("what", CHANGED)
def test_any_change_of_content_changes_the_version(what: str) -> None:
    _different(ONE, CHANGED[what])


def test_values_that_move_between_two_columns_change_the_version() -> None:
    _different(pa.table({"a": ["x"], "b": ["y"]}), pa.table({"a": ["y"], "b": ["x"]}))


def test_values_that_move_between_two_fields_of_a_struct_change_the_version() -> None:
    _different(one("a", [{"role": "x", "content": "y"}], TURN), one("a", [{"role": "y", "content": "x"}], TURN))


def test_every_kind_of_nothing_is_another() -> None:
    strings = [table_version(one("a", [value], pa.string())) for value in (None, "", "0", "\0")]
    lists = [table_version(one("a", [value], pa.list_(pa.string()))) for value in (None, [], [None], [""], [None, None])]
    numbers = [table_version(one("a", [value], pa.float64())) for value in (None, 0.0, float("nan"))]
    for versions in (strings, lists, numbers, [strings[0], lists[0], numbers[0]]):
        assert len(set(versions)) == len(versions)


def test_the_boundaries_of_lists_matter() -> None:
    deep, flat = pa.list_(pa.list_(pa.string())), pa.list_(pa.string())
    _different(one("a", [[["a"], ["b"]]], deep), one("a", [[["a", "b"]]], deep))
    _different(one("a", [[["a"], []]], deep), one("a", [[[], ["a"]]], deep))
    _different(one("a", [["a", "b"], []], flat), one("a", [["a"], ["b"]], flat))
    _different(one("a", [["ab"]], flat), one("a", [["a", "b"]], flat))
    _different(one("a", [["a", "b"]], flat), one("a", [["b", "a"]], flat))


def test_zeros_are_one_and_nans_are_one() -> None:
    kind = pa.float64()
    assert table_version(one("a", [0.0], kind)) == table_version(one("a", [-0.0], kind))
    nans = np.array([0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000000000001, 0x7FF0000000000001], np.uint64)
    hashes = row_hashes(pa.table({"a": pa.array(nans.view(np.float64))}))
    assert (hashes == hashes[0]).all()


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (one("t", [1], pa.timestamp("s")), one("t", [1], pa.timestamp("us"))),
        (one("t", [1], pa.timestamp("ms")), one("t", [1], pa.timestamp("ns"))),
        (one("t", [datetime(2024, 1, 1)], pa.timestamp("us")), one("t", [utc(2024, 1, 1)], pa.timestamp("us", "UTC"))),
        (one("t", [1], pa.date32()), one("t", [86_400_000], pa.int64())),
    ],
    ids=["s-us", "ms-ns", "naive-utc", "date-int"],
)
def test_different_moments_have_different_versions(left: pa.Table, right: pa.Table) -> None:
    _different(left, right)


def test_attached_files_are_part_of_the_version() -> None:
    table = one("a", ["x"], pa.string())
    sums = total(row_hashes(table))
    plain = data_version(table.schema, 1, sums)
    versions = [
        data_version(table.schema, 1, sums, files) for files in ({"f": "1"}, {"f": "2"}, {"g": "1"}, {"f": "1", "g": "1"})
    ]
    assert len({plain, *versions}) == 5
    assert data_version(table.schema, 1, sums, [("g", "1"), ("f", "1")]) == versions[3]


@pytest.mark.parametrize("kind", [pa.decimal128(10, 2), pa.duration("s"), pa.time64("us"), pa.binary(4)], ids=str)
def test_a_type_without_a_definition_is_refused_by_name(kind: pa.DataType) -> None:
    for table in (one("a", [None], kind), one("a", [[None]], pa.list_(kind)), one("a", [{"x": None}], pa.struct([("x", kind)]))):
        with pytest.raises(TypeError, match="no data version is defined for columns of type") as caught:
            table_version(table)
        assert str(kind) in str(caught.value)


def test_lists_of_one_length_are_lists_of_a_type_of_their_own() -> None:
    pairs, any_number = (
        one("a", [[1, 2], None, [3, 4]], pa.list_(pa.int8(), 2)),
        one("a", [[1, 2], None, [3, 4]], pa.list_(pa.int8())),
    )
    assert (row_hashes(pairs) == row_hashes(any_number)).all()
    assert (row_hashes(pairs.slice(1)) == row_hashes(any_number)[1:]).all()
    _different(pairs, any_number)
    _different(pairs, one("a", [[1, 2], None, [3, 5]], pa.list_(pa.int8(), 2)))


def test_a_column_that_is_not_in_the_utf8_range_of_names_counts_too() -> None:
    _different(one("größe", [1], pa.int8()), one("grösse", [1], pa.int8()))
