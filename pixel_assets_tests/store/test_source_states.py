"""The view of all sources in the catalogue: built, failed and never built, with what the inventory counts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from pixel_assets.build.graph import Asset
from pixel_assets.sources.inventory import INVENTORY
from pixel_assets.store import source_states
from pixel_assets.store.catalogue import publish
from pixel_assets.store.ledger import Current, set_current
from pixel_assets.store.warehouse import Warehouse
from pixel_assets.store.writer import SnapshotWriter

ASSETS = {"source_inventory": Asset("source_inventory", "Files.", INVENTORY, ("source", "file"))}
SINCE = "2026-11-22T00:00:00"


def write(warehouse: Warehouse, source: str, *sizes: int | None) -> None:
    terms = {"source": source, "category": "voice", "tier": 2, "licence": "MIT", "constraints": []}
    counts = {"records": 5, "conversations": 3, "rejected": 2}
    rows = [{"file": f"f{number}", "bytes": size, **counts, **terms} for number, size in enumerate(sizes)]
    with SnapshotWriter(warehouse, "source_inventory", source, INVENTORY) as writer:
        writer.write(pa.Table.from_pylist(rows, schema=INVENTORY))
        manifest = writer.finish().manifest
    state = Current("f", manifest.id, manifest.data_version, manifest.rows, since=SINCE)
    set_current(warehouse, "source_inventory", source, state)


def test_every_source_has_a_row_whatever_became_of_it(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    write(warehouse, "a", 10, 20, None)
    set_current(warehouse, "source_inventory", "b", Current("", None, None, error="no such file", since=SINCE))
    publish(warehouse, ASSETS, ("c", "b", "a"))
    names = "source, state, error, changed_at, files, bytes, records, conversations, rejected, category, tier, licence"
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        rows = connection.execute(f"SELECT {names} FROM pixel_sources").fetchall()
        columns = [(name, kind) for name, kind, *_ in connection.execute("DESCRIBE pixel_sources").fetchall()]
    assert rows == [
        ("a", "built", None, SINCE, 2, 30, 15, 9, 6, "voice", 2, "MIT"),
        ("b", "failed", "no such file", SINCE, *[None] * 8),
        ("c", "never built", *[None] * 10),
    ]
    assert columns == [(name, kind) for name, (kind, _) in source_states.COLUMNS.items()]


def test_without_sources_the_view_is_empty(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path).prepare()
    publish(warehouse, ASSETS, ())
    with duckdb.connect(str(warehouse.catalogue), read_only=True) as connection:
        assert connection.execute("SELECT * FROM pixel_sources").fetchall() == []


def test_a_graph_without_an_inventory_has_no_view() -> None:
    assert list(source_states.statements(["raw_records"], ["a"])) == []
