"""Reading snapshots: damage is noticed and named, columns and types come back as declared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.data_version import table_version
from pixel_assets.store.manifest import Manifest, is_whole, load_manifest, save_manifest
from pixel_assets.store.schema import HASH, INPUT, column
from pixel_assets.store.snapshot import Table, as_hashes, as_keys, sql_type
from pixel_assets.store.warehouse import WHOLE, Warehouse

from .tables import nested, one, opened, written


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture
def manifest(warehouse: Warehouse) -> Manifest:
    return written(warehouse, nested()).manifest


def test_a_manifest_reads_back_as_it_was_saved(warehouse: Warehouse, manifest: Manifest) -> None:
    assert load_manifest(warehouse, "things", WHOLE, manifest.id) == manifest
    assert manifest.columns[1] == ("turns", "list<struct<role: string, content: string>>", "", True)


def test_saving_a_manifest_again_leaves_the_file_alone(warehouse: Warehouse, manifest: Manifest) -> None:
    path = warehouse.manifest("things", WHOLE, manifest.id)
    before = path.stat()
    save_manifest(warehouse, manifest)
    assert path.stat() == before


def test_a_missing_manifest_is_named(warehouse: Warehouse) -> None:
    with pytest.raises(CorruptSnapshot) as caught:
        load_manifest(warehouse, "things", WHOLE, "0123456789abcdef")
    path = warehouse.manifest("things", WHOLE, "0123456789abcdef")
    assert str(caught.value) == f"{path}: the manifest is missing. Run `pixel build`"


def _tampered(content: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**content, **changes}).encode()


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda raw, content: b"", "not valid JSON"),
        (lambda raw, content: raw[: len(raw) // 2], "not valid JSON"),
        (lambda raw, content: b"\xff\xfe" + raw, "not valid JSON"),
        (lambda raw, content: b"[]", "not a manifest"),
        (lambda raw, content: b"null", "not a manifest"),
        (lambda raw, content: b"{}", "not a manifest"),
        (lambda raw, content: _tampered(content, surprise=1), "not a manifest"),
        (lambda raw, content: _tampered(content, segments=[{"file": "x"}]), "not a manifest"),
        (lambda raw, content: _tampered(content, sums=3), "not a manifest"),
        (lambda raw, content: _tampered(content, rows=5), "the manifest was changed after it was written"),
        (lambda raw, content: _tampered(content, data_version="0" * 64), "the manifest was changed after it was written"),
        (lambda raw, content: _tampered(content, segments=[]), "the manifest was changed after it was written"),
    ],
)
def test_a_damaged_manifest_is_named_with_what_to_do(warehouse: Warehouse, manifest: Manifest, damage: Any, what: str) -> None:
    path = warehouse.manifest("things", WHOLE, manifest.id)
    raw = path.read_bytes()
    path.write_bytes(damage(raw, json.loads(raw)))
    with pytest.raises(CorruptSnapshot, match=what) as caught:
        load_manifest(warehouse, "things", WHOLE, manifest.id)
    assert caught.value.where == str(path)
    assert "Delete this file and run `pixel build`" in caught.value.hint


def _only_file(warehouse: Warehouse, manifest: Manifest) -> Path:
    return warehouse.data("things") / manifest.segments[0].file


def test_a_snapshot_is_whole_while_all_its_files_have_their_size(warehouse: Warehouse, manifest: Manifest) -> None:
    assert is_whole(warehouse, manifest)
    path = _only_file(warehouse, manifest)
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert not is_whole(warehouse, manifest)
    path.unlink()
    assert not is_whole(warehouse, manifest)
    path.write_bytes(content)
    assert is_whole(warehouse, manifest)


@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "garbage"])
def test_a_damaged_data_file_is_named_with_what_to_do(warehouse: Warehouse, manifest: Manifest, damage: str) -> None:
    path = _only_file(warehouse, manifest)
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes({"empty": b"", "truncated": content[: len(content) // 2], "garbage": b"x" * 100}[damage])
    table = opened(warehouse, manifest, nested().schema)
    with pytest.raises(CorruptSnapshot) as caught:
        table.read()
    assert caught.value.where == str(path)
    assert "pixel verify --repair" in caught.value.hint


def test_a_data_page_that_is_damaged_inside_is_named_too(warehouse: Warehouse) -> None:
    table = one("a", [str(i) * 20 for i in range(5_000)], pa.string())
    manifest = written(warehouse, table).manifest
    path = _only_file(warehouse, manifest)
    content = bytearray(path.read_bytes())
    content[4:400] = bytes(396)
    path.write_bytes(content)
    assert is_whole(warehouse, manifest)  # its size is right
    with pytest.raises(CorruptSnapshot) as caught:
        opened(warehouse, manifest, table.schema).read()
    assert caught.value.where == str(path)


def test_named_columns_come_alone_and_in_that_order(warehouse: Warehouse, manifest: Manifest) -> None:
    table = opened(warehouse, manifest, nested().schema)
    assert table.read(["score", HASH, "id"]).schema.names == ["score", HASH, "id"]
    assert table.read().schema == nested().schema
    assert table_version(table.read()) == manifest.data_version


def test_several_partitions_read_as_one_table(warehouse: Warehouse) -> None:
    left, right = (written(warehouse, one("a", values, pa.string())).manifest for values in (["x", "y"], ["y", "z"]))
    table = Table(warehouse, "things", pa.schema([("a", pa.string())]), (left, right))
    assert table.rows == 4
    assert table.read()["a"].to_pylist() == ["x", "y", "y", "z"]
    with duckdb.connect() as connection:
        assert sorted(connection.sql(table.sql()).fetchall()) == [("x",), ("y",), ("y",), ("z",)]
    wanted = np.array([False, True, True, False])
    assert [(batch["a"].to_pylist(), at.tolist()) for batch, at in table.matching(wanted, ["a"])] == [(["y"], [1]), (["y"], [2])]


def test_an_empty_table_has_its_columns_and_types_in_sql(warehouse: Warehouse) -> None:
    table = Table(warehouse, "things", nested().schema, ())
    with duckdb.connect() as connection:
        relation = connection.sql(table.sql())
        assert relation.columns == nested().schema.names
        assert [str(kind) for kind in relation.types] == [
            "VARCHAR", "STRUCT(\"role\" VARCHAR, \"content\" VARCHAR)[]", "MAP(VARCHAR, INTEGER)", "FLOAT[][]", "DOUBLE",
            "BOOLEAN", "BIGINT", "TIMESTAMP", "DATE", "BLOB",
        ]  # fmt: skip
        assert connection.sql(table.sql(hidden=True)).columns == [*nested().schema.names, HASH, INPUT]
    assert table.read().schema == nested().schema
    assert table.hashes().shape == (0, 2)


def test_a_column_that_an_old_snapshot_lacks_is_null_in_sql(warehouse: Warehouse) -> None:
    old = written(warehouse, pa.table({"n": pa.array([1, 2], pa.int64())})).manifest
    new = pa.table({"m": ["a"], "n": pa.array([3], pa.int64())})
    both = Table(warehouse, "things", new.schema, (old, written(warehouse, new).manifest))
    with duckdb.connect() as connection:
        assert sorted(connection.sql(both.sql()).fetchall(), key=lambda row: row[1]) == [(None, 1), (None, 2), ("a", 3)]
        assert connection.sql(both.sql(hidden=True)).columns == ["m", "n", HASH, INPUT]


def test_sql_types_of_full_and_empty_tables_agree(warehouse: Warehouse, manifest: Manifest) -> None:
    full, empty = (Table(warehouse, "things", nested().schema, found) for found in ((manifest,), ()))
    with duckdb.connect() as connection:
        assert connection.sql(full.sql()).types == connection.sql(empty.sql()).types


def test_vectors_can_be_compared_in_sql(warehouse: Warehouse) -> None:
    schema = pa.schema([pa.field("id", pa.string()), pa.field("vector", pa.list_(pa.float16(), 2))])
    rows = [{"id": "a", "vector": [1, 0]}, {"id": "b", "vector": [0.5, 0]}, {"id": "c", "vector": None}]
    table = Table(warehouse, "things", schema, (written(warehouse, pa.Table.from_pylist(rows, schema)).manifest,))
    assert table.read().sort_by("id").to_pylist() == rows
    for found in (table, Table(warehouse, "things", schema, ())):
        with duckdb.connect() as connection:
            connection.execute(f"CREATE VIEW things AS {found.sql()}")
            assert str(connection.table("things").types[1]) == "FLOAT[2]"
            near = "SELECT id, array_cosine_similarity(vector, [1, 0]::FLOAT[2]) FROM things ORDER BY id"
            assert connection.sql(near).fetchall() == [("a", 1.0), ("b", 1.0), ("c", None)][: found.rows]


def test_the_spelling_of_sql_types() -> None:
    assert sql_type(pa.list_(pa.struct([("a b", pa.uint8())]))) == 'STRUCT("a b" UTINYINT)[]'
    assert sql_type(pa.map_(pa.string(), pa.list_(pa.float32()))) == "MAP(VARCHAR, FLOAT[])"
    assert sql_type(pa.list_(pa.float16(), 128)) == "FLOAT[128]"
    assert sql_type(pa.large_string()) == "VARCHAR"
    assert sql_type(pa.dictionary(pa.int8(), pa.string())) == "VARCHAR"


@pytest.mark.parametrize("folder", ["with space", "it's", 'double"quote', "[brackets]", "star*", "what?", "ünï"])
def test_a_warehouse_lies_in_any_folder(tmp_path: Path, folder: str) -> None:
    warehouse = Warehouse(tmp_path / folder)
    table = pa.table({"n": pa.array(range(10))})
    manifest = written(warehouse, table).manifest
    with duckdb.connect() as connection:
        assert connection.sql(opened(warehouse, manifest, table.schema).sql()).fetchall() == [(n,) for n in range(10)]


def test_keys_and_hashes_are_the_same_bytes() -> None:
    hashes = np.array([[1, 2], [2**64 - 1, 0], [3, 4]], np.uint64)
    keys = as_keys(hashes)
    assert keys.to_pylist()[0] == (1).to_bytes(8, "little") + (2).to_bytes(8, "little")
    assert as_hashes(keys).tolist() == hashes.tolist()
    assert as_hashes(keys.slice(1, 1)).tolist() == hashes[1:2].tolist()
    assert as_hashes(as_keys(hashes[:0])).shape == (0, 2)


def test_a_column_carries_its_description() -> None:
    field = column("a", pa.string(), "letters")
    assert not field.nullable
    assert field.metadata == {b"description": b"letters"}
