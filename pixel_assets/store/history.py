"""Histories: every row that an asset ever had, kept when snapshots go, for assets whose past must be shown.

An asset is a function of its inputs and forgets; a history only grows. Each snapshot that becomes current adds the rows that the
history does not have yet, as one file that is never touched again, so that adding a snapshot twice changes nothing.
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.errors import WarehouseError
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.locks import lock
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.schema import HASH, KEY_TYPE
from pixel_assets.store.snapshot import Table, as_hashes, as_keys, sql_type
from pixel_assets.store.warehouse import Warehouse, sync_folder

RECORDED: Final = "recorded_at"
RECORDED_MEANING: Final = "when the row first became part of the current state (UTC)"


def view_name(asset: str) -> str:
    """The name of the view of an asset's history."""
    return f"{asset}_history"


def history_files(warehouse: Warehouse, asset: str) -> list[Path]:
    """The files of a history, oldest first."""
    return sorted(path for path in warehouse.history(asset).glob("*.parquet") if not path.name.startswith("."))


def history_sql(warehouse: Warehouse, asset: str, schema: pa.Schema) -> str:
    """An SQL query for all rows of a history; a column that no file has yet, or no file at all, gives nulls or nothing."""
    paths = history_files(warehouse, asset)
    kept = {name for path in paths for name in pq.read_schema(path).names}
    types = {field.name: sql_type(field.type) for field in schema} | {RECORDED: "VARCHAR"}
    listed = ", ".join(f'"{name}"' if name in kept else f'NULL::{kind} AS "{name}"' for name, kind in types.items())
    if not paths:
        return f"SELECT {listed} WHERE false"
    files = ", ".join("'" + str(path.absolute()).replace("'", "''") + "'" for path in paths)
    return f"SELECT {listed} FROM read_parquet([{files}], union_by_name=true)"


def append(warehouse: Warehouse, asset: str, table: Table) -> int:
    """Add the rows of a snapshot that the history does not have yet, and return how many those are.

    Raises :class:`WarehouseError` where the file cannot be written; nothing is added then.
    """
    folder = warehouse.history(asset)
    with lock(warehouse.lock(f"history.{asset}")):
        hashes = table.hashes()
        new = ~Lookup(_recorded(history_files(warehouse, asset))).contains(hashes)
        if not new.any():
            return 0
        now = datetime.now(UTC)
        path = folder / f"{now:%Y%m%dT%H%M%S.%f}Z-{uuid.uuid4().hex}.parquet"
        beside = path.with_name(f".{path.name}")
        recorded = now.isoformat(timespec="microseconds")
        schema = pa.schema([*table.schema, pa.field(RECORDED, pa.string()), pa.field(HASH, KEY_TYPE)])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with pq.ParquetWriter(beside, schema, compression="zstd") as writer:
                for batch, rows in table.matching(new, table.schema.names):
                    added = [pa.array([recorded] * batch.num_rows), as_keys(hashes[rows])]
                    writer.write_batch(pa.RecordBatch.from_arrays([*batch.columns, *added], schema=schema))
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            os.replace(beside, path)
            sync_folder(folder)
        except OSError as error:
            raise WarehouseError(
                f"the history of {asset} cannot be written: {error.strerror}",
                where=str(folder),
                hint="Free some space or mend the permissions, and build again: nothing is added twice",
            ) from error
        finally:
            beside.unlink(missing_ok=True)
        return int(new.sum())


def _recorded(paths: list[Path]) -> Hashes:
    found = [as_hashes(part) for path in paths for part in pq.read_table(path, columns=[HASH])[HASH].chunks if len(part)]
    return np.concatenate(found) if found else np.zeros((0, 2), np.uint64)
