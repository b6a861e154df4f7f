"""The SQL catalogue: one view an asset, with comments, and tables of snapshots and checks (contract C5).

It is derived from manifests, built beside and renamed over, so readers never block a build nor see half
of one; an open connection keeps the state it was opened on.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from pixel_assets.errors import CorruptSnapshot, WarehouseError
from pixel_assets.store import source_states
from pixel_assets.store.history import RECORDED, RECORDED_MEANING, history_sql, view_name
from pixel_assets.store.ledger import CheckRecord, Current, current_manifest, get_current
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.schema import description
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, Warehouse, list_json, public_name, read_json, write_bytes

if TYPE_CHECKING:
    from pixel_assets.build.graph import Asset

# The catalogue's own tables: name → (description, column → (SQL type, description)).
SYSTEM_TABLES: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, str]]]]] = {
    "pixel_snapshots": (
        "Current state of every asset and partition.",
        {
            "asset": ("VARCHAR", "name of the asset, which is also the name of its view"),
            "partition": ("VARCHAR", "source, or null where an asset has no partitions"),
            "snapshot": ("VARCHAR", "id of the current snapshot; null after a failure"),
            "data_version": ("VARCHAR", "hash of its content"),
            "rows": ("BIGINT", "number of rows"),
            "since": ("VARCHAR", "when it became current (UTC)"),
            "error": ("VARCHAR", "why there is no snapshot"),
        },
    ),
    "pixel_checks": (
        "Latest result of every check.",
        {
            "asset": ("VARCHAR", "asset that is judged"),
            "partition": ("VARCHAR", "source, or null"),
            "check_name": ("VARCHAR", "name of the check"),
            "passed": ("BOOLEAN", "whether it passed"),
            "severity": ("VARCHAR", "ERROR (blocks what is downstream) or WARN"),
            "description": ("VARCHAR", "what was found, in words"),
            "checked_at": ("VARCHAR", "when (UTC)"),
        },
    ),
}

# Views over these tables and the assets, in the same form.
SYSTEM_VIEWS: Final = {source_states.VIEW: (source_states.DESCRIPTION, source_states.COLUMNS)}


@dataclass(frozen=True)
class _State:
    asset: str
    partition: str
    current: Current
    manifest: Manifest | None


def publish(warehouse: Warehouse, assets: Mapping[str, Asset], sources: Iterable[str]) -> bool:
    """Bring ``pixel.duckdb`` up to date with the current snapshots; false if it already was."""
    mark = warehouse.root / ".catalogue"
    try:
        with lock(warehouse.lock("catalogue")):  # the state is read inside, so that the last to publish saw the newest
            states = list(_states(warehouse, assets, sources))
            checks = list(latest_checks(warehouse, assets, sources))
            views = [*_views(warehouse, assets, states), *_system_tables(states, checks)]
            statements = [*views, *_system_views(assets, sources)]
            signature = hashlib.sha256(repr(statements).encode()).hexdigest().encode()
            if warehouse.catalogue.exists() and mark.exists() and mark.read_bytes() == signature:
                return False
            beside = warehouse.root / f".pixel.duckdb.{uuid.uuid4().hex}"
            try:
                _build(beside, statements)
                os.replace(beside, warehouse.catalogue)
            finally:
                for left in warehouse.root.glob(f"{beside.name}*"):
                    left.unlink()
            write_bytes(mark, signature)
    except (OSError, duckdb.IOException) as error:
        raise WarehouseError(
            f"the SQL catalogue cannot be written: {error}",
            where=str(warehouse.catalogue),
            hint="Free some space or mend the permissions; the data itself is complete",
        ) from error
    return True


def _build(path: Path, statements: list[tuple[str, list[object]]]) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("BEGIN")
        for statement, values in statements:
            connection.execute(statement, values)
        connection.execute("COMMIT")


def views_into(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Table]) -> None:
    """Create a view of each table in an open connection, as ``pixel sql --as-of`` needs."""
    for name, table in tables.items():
        connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {table.sql()}')


def _states(warehouse: Warehouse, assets: Mapping[str, Asset], sources: Iterable[str]) -> Iterable[_State]:
    partitions = (WHOLE, *sources)
    for name in assets:
        for partition in partitions:
            current = get_current(warehouse, name, partition)
            if current is not None:
                yield _State(name, partition, current, current_manifest(warehouse, name, partition))


def _views(warehouse: Warehouse, assets: Mapping[str, Asset], states: list[_State]) -> Iterable[tuple[str, list[object]]]:
    for name, asset in assets.items():
        manifests = tuple(s.manifest for s in states if s.asset == name and s.manifest is not None)
        yield f'CREATE VIEW "{name}" AS {Table(warehouse, name, asset.schema, manifests).sql()}', []
        yield f'COMMENT ON VIEW "{name}" IS {_quoted(asset.description)}', []
        for field in asset.schema:
            yield f'COMMENT ON COLUMN "{name}"."{field.name}" IS {_quoted(description(field))}', []
        if asset.keeps_history:
            yield from _history(warehouse, asset)


def _history(warehouse: Warehouse, asset: Asset) -> Iterable[tuple[str, list[object]]]:
    """The view of every row that an asset ever had."""
    name = view_name(asset.name)
    columns = {field.name: description(field) for field in asset.schema} | {RECORDED: RECORDED_MEANING}
    yield f'CREATE VIEW "{name}" AS {history_sql(warehouse, asset.name, asset.schema)}', []
    yield f'COMMENT ON VIEW "{name}" IS {_quoted(f"Every row that {asset.name} ever had. It only grows.")}', []
    for column, meaning in columns.items():
        yield f'COMMENT ON COLUMN "{name}"."{column}" IS {_quoted(meaning)}', []


def _system_tables(states: list[_State], checks: list[CheckRecord]) -> Iterable[tuple[str, list[object]]]:
    rows: dict[str, list[list[object]]] = {
        "pixel_snapshots": [
            [s.asset, public_name(s.partition), s.current.snapshot, s.current.data_version, s.current.rows, s.current.since,
             s.current.error]
            for s in states
        ],
        "pixel_checks": [
            [c.asset, public_name(c.partition), c.check, c.passed, c.severity, c.description, c.checked_at] for c in checks
        ],
    }  # fmt: skip
    for name, (text, columns) in SYSTEM_TABLES.items():
        yield f"CREATE TABLE {name} ({', '.join(f'{column} {kind}' for column, (kind, _) in columns.items())})", []
        yield f"COMMENT ON TABLE {name} IS {_quoted(text)}", []
        for column, (_, meaning) in columns.items():
            yield f"COMMENT ON COLUMN {name}.{column} IS {_quoted(meaning)}", []
        for row in rows[name]:
            yield f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", row


def _system_views(assets: Mapping[str, Asset], sources: Iterable[str]) -> Iterable[tuple[str, list[object]]]:
    made = list(source_states.statements(assets, sources))
    yield from made
    for name, (text, columns) in SYSTEM_VIEWS.items() if made else ():
        yield f"COMMENT ON VIEW {name} IS {_quoted(text)}", []
        for column, (_, meaning) in columns.items():
            yield f"COMMENT ON COLUMN {name}.{column} IS {_quoted(meaning)}", []


def latest_checks(warehouse: Warehouse, assets: Iterable[str], sources: Iterable[str]) -> Iterable[CheckRecord]:
    """The newest record of every check of every asset (partition)."""
    partitions = (WHOLE, *sources)
    for asset in assets:
        for partition in partitions:
            newest: dict[str, CheckRecord] = {}
            for path in list_json(warehouse.checks(asset, partition)):
                try:
                    found = CheckRecord(**read_json(path))
                except (CorruptSnapshot, TypeError):
                    continue  # it is run again by the next build
                if found.check not in newest or newest[found.check].checked_at <= found.checked_at:
                    newest[found.check] = found
            yield from newest.values()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
