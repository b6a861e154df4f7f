"""What came, what went and what changed between two states of an asset: every row, named by its key.

Rows are compared by their hidden hashes alone; only those that differ are read, and nothing of them is
kept but the key and which columns changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.errors import UsageError
from pixel_assets.store.data_version import Hashes, row_hashes
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.snapshot import Mask, Table

CHANGED_COLUMNS: Final = pa.field("columns", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False)
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Diff:
    """Keys of all rows that differ, in order of key; ``changed`` also says which columns differ."""

    key: tuple[str, ...]
    added: pa.Table
    removed: pa.Table
    changed: pa.Table  # key and ``columns``
    rows_old: int
    rows_new: int

    @property
    def unchanged(self) -> int:
        """Rows that are the same in both."""
        return int(self.rows_new - self.added.num_rows - self.changed.num_rows)

    @property
    def by_column(self) -> dict[str, int]:
        """How many of the changed rows differ in each column."""
        counts: dict[str, int] = {}
        for columns in self.changed["columns"].to_pylist():
            for name in columns:
                counts[name] = counts.get(name, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel diff --json``: counts, and every key."""
        lists = {name: getattr(self, name) for name in ("added", "removed", "changed")}
        return {
            "rows": {"old": self.rows_old, "new": self.rows_new},
            "counts": {name: table.num_rows for name, table in lists.items()} | {"unchanged": self.unchanged},
            "columns": self.by_column,
            **{name: table.to_pylist() for name, table in lists.items()},
        }


@dataclass(frozen=True)
class _Rows:
    """The rows of one side that the other has not: their keys, hashes of these, and of every column."""

    keys: pa.Table
    key_hashes: Hashes
    columns: Mapping[str, Hashes]

    def only(self, rows: Mask) -> pa.Table:
        return _in_order(self.keys.filter(pa.array(rows)))


def diff(old: Table, new: Table, key: tuple[str, ...]) -> Diff:
    """Compare two states of one asset, row by row.

    A row counts as changed where its key stands once among the differing rows of either side, and as
    removed or added otherwise. Raises :class:`UsageError` where a state lacks a column of the key.
    """
    hashes_old, hashes_new = _numbered(old.hashes()), _numbered(new.hashes())
    gone = _read(old, ~Lookup(hashes_new).contains(hashes_old), key)
    came = _read(new, ~Lookup(hashes_old).contains(hashes_new), key)
    at = Lookup(gone.key_hashes).find(came.key_hashes)
    is_change = (at >= 0) & _stand_once(came.key_hashes)
    is_change[is_change] = _stand_once(gone.key_hashes)[at[is_change]]
    before = np.zeros(gone.keys.num_rows, bool)
    before[at[is_change]] = True
    return Diff(
        key,
        added=came.only(~is_change),
        removed=gone.only(~before),
        changed=_changed(gone, came, at, is_change),
        rows_old=old.rows,
        rows_new=new.rows,
    )


def _changed(gone: _Rows, came: _Rows, at: npt.NDArray[np.int64], is_change: Mask) -> pa.Table:
    """Keys of the changed rows and, of each, the columns that are not the same on both sides."""
    here, there = np.flatnonzero(is_change), at[is_change]
    lists: list[list[str]] = [[] for _ in here]
    for name in [*came.columns, *(name for name in gone.columns if name not in came.columns)]:
        if name in gone.columns and name in came.columns:
            differs = (came.columns[name][here] != gone.columns[name][there]).any(axis=1)
        else:
            differs = np.ones(len(here), bool)
        for i in np.flatnonzero(differs):
            lists[i].append(name)
    keys = came.keys.filter(pa.array(is_change))
    return _in_order(keys.append_column(CHANGED_COLUMNS, pa.array(lists, CHANGED_COLUMNS.type)), came.keys.column_names)


def _read(table: Table, wanted: Mask, key: tuple[str, ...]) -> _Rows:
    names = _columns(table)
    missing = [name for name in key if name not in names]
    if missing:
        raise UsageError(
            f"a state of {table.asset} has no column {missing[0]!r}, so its rows cannot be told apart",
            expected=f"a state with the key {', '.join(key)}",
            hint="It was built by older code; compare states with the same columns",
        )
    keys, hashes = [], []
    columns: dict[str, list[Hashes]] = {name: [] for name in names if name not in key}
    for batch, _ in table.matching(wanted, names):
        keys.append(batch.select(list(key)))
        hashes.append(row_hashes(keys[-1]))
        for name, found in columns.items():
            found.append(row_hashes(batch.select([name])))
    fields = pa.schema([table.schema.field(name) for name in key]).remove_metadata()
    content = pa.Table.from_batches([batch.cast(fields) for batch in keys], fields)
    return _Rows(content, _stacked(hashes), {name: _stacked(found) for name, found in columns.items()})


def _columns(table: Table) -> list[str]:
    """The columns that all snapshots of a table have; older code may have declared others."""
    names = [[column[0] for column in manifest.columns] for manifest in table.snapshots] or [table.schema.names]
    return [name for name in names[0] if all(name in others for others in names)]


def _stacked(parts: Sequence[Hashes]) -> Hashes:
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.uint64)


def _numbered(hashes: Hashes) -> Hashes:
    """Hashes that tell equal rows apart by how many of them came before: a table may hold a row twice."""
    if not len(hashes):
        return hashes
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    ordered = hashes[order]
    first = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    if first.all():
        return hashes
    starts = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    numbered = hashes.copy()
    numbered[order, 1] += (np.arange(len(order)) - starts).astype(np.uint64) * _ODD
    return numbered


def _stand_once(hashes: Hashes) -> Mask:
    """Which of the hashes come only once."""
    if not len(hashes):
        return np.zeros(0, bool)
    order = np.lexsort((hashes[:, 1], hashes[:, 0]))
    same = (hashes[order][1:] == hashes[order][:-1]).all(axis=1)
    once = np.ones(len(hashes), bool)
    once[order[1:][same]] = False
    once[order[:-1][same]] = False
    return once


def _in_order(table: pa.Table, by: Sequence[str] | None = None) -> pa.Table:
    """Rows in order of their key, which may hold lists (that Arrow does not sort)."""
    columns = [table[name].to_pylist() for name in by or table.column_names]
    values = list(zip(*columns, strict=True))
    order = sorted(range(table.num_rows), key=lambda row: [(value is not None, value) for value in values[row]])
    return table.take(pa.array(order, pa.int64()))
