"""Garbage: what no current state, no tag and none of the newest results of a step needs any more.

Everything that is removed is first found, then removed from the outside in (ledger and check records, manifests,
data files), so that at any moment whatever is left points only to what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from pixel_assets.errors import CorruptSnapshot, UsageError, WarehouseError
from pixel_assets.store.ledger import CheckRecord, Entry, entries, get_current
from pixel_assets.store.locks import lock
from pixel_assets.store.snapshot import Manifest, load_manifest
from pixel_assets.store.tags import list_tags
from pixel_assets.store.warehouse import Warehouse, list_json, read_json

# What a process leaves behind when it is killed while it writes (see warehouse.py and writer.py).
TEMPORARY: Final = re.compile(r"\..*[0-9a-f]{32}(\.writing|\.removing|\.wal)?\Z|\.probe-.*\Z|.*\.json.*\.tmp\Z")
STATE_FOLDERS: Final = ("current", "ledger", "checks", "snapshots", "data", "tags", "locks", "observed")

Snapshot = tuple[str, str, str]  # asset, partition, id


@dataclass(frozen=True)
class Freed:
    """What was removed (or, in a dry run, would be)."""

    dry_run: bool
    bytes: int = 0
    ledger_entries: int = 0
    check_records: int = 0
    snapshots: int = 0
    data_files: int = 0
    leftovers: int = 0
    kept_snapshots: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there was no garbage at all."""
        return not any(getattr(self, f.name) for f in fields(self) if f.name not in ("dry_run", "kept_snapshots"))

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel gc --json``."""
        return asdict(self)


@dataclass(frozen=True)
class _Garbage:
    """Paths to remove, in the order in which they may go."""

    ledger_entries: tuple[Path, ...]
    check_records: tuple[Path, ...]
    snapshots: tuple[Path, ...]
    data_files: tuple[Path, ...]
    leftovers: tuple[Path, ...]

    def in_order(self) -> tuple[Path, ...]:
        return self.ledger_entries + self.check_records + self.snapshots + self.data_files + self.leftovers


def collect(warehouse: Warehouse, keep: int, *, dry_run: bool = False) -> Freed:
    """Remove what neither a current state, a tag nor the newest ``keep`` results of a step (partition) needs.

    Raises :class:`UsageError` for a ``keep`` below 1, :class:`WarehouseError` while a build runs, and
    :class:`CorruptSnapshot` where something current or tagged cannot be read: then nothing is removed.
    """
    if keep < 1:
        raise UsageError(f"cannot keep {keep} snapshots", expected="1 or more", where="build.keep_snapshots or --keep")
    with exclusively(warehouse, "nothing was removed"), lock(warehouse.lock("catalogue")):
        kept = _reachable(warehouse, keep)
        garbage = _find(warehouse, kept)
        size = sum(_bytes(path) for path in garbage.in_order())
        if not dry_run:
            for path in garbage.in_order():
                _remove(path)
            _remove_empty_folders(warehouse)
    return Freed(
        dry_run, size, len(garbage.ledger_entries), len(garbage.check_records), len(garbage.snapshots),
        len(garbage.data_files), len(garbage.leftovers), len(kept),
    )  # fmt: skip


class exclusively:  # noqa: N801 (reads as a statement)
    """Hold the warehouse alone, as builds share it; raises :class:`WarehouseError` at once if one is running."""

    def __init__(self, warehouse: Warehouse, otherwise: str) -> None:
        self._warehouse, self._otherwise = warehouse, otherwise
        self._lock = lock(warehouse.lock("gc"), wait=False)

    def __enter__(self) -> None:
        if not self._lock.__enter__():
            self._lock.__exit__(None, None, None)
            raise WarehouseError(
                f"a build (or a backup) is using the warehouse just now; {self._otherwise}",
                where=str(self._warehouse.root), hint="Run this again when it has ended",
            )  # fmt: skip

    def __exit__(self, *error: Any) -> None:
        self._lock.__exit__(*error)


def reachable(warehouse: Warehouse) -> dict[Snapshot, Manifest]:
    """Every snapshot that is current or tagged, with its manifest; raises :class:`CorruptSnapshot` if one is damaged."""
    names = {
        (asset, partition, current.snapshot)
        for asset, partition in current_states(warehouse)
        if (current := get_current(warehouse, asset, partition)) and current.snapshot
    }
    for tag in list_tags(warehouse):
        names |= {(asset, part, name) for asset, partitions in tag.snapshots.items() for part, name in partitions.items()}
    return {name: load_manifest(warehouse, *name) for name in sorted(names)}


def current_states(warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    """Every asset and partition that has a current state."""
    for folder in folders(warehouse.root / "current"):
        for path in list_json(folder):
            yield folder.name, path.stem


def ledgers(warehouse: Warehouse) -> Iterator[tuple[str, str]]:
    """Every step and partition that has a ledger."""
    for step in folders(warehouse.root / "ledger"):
        for partition in folders(step):
            yield step.name, partition.name


def folders(parent: Path) -> list[Path]:
    """The folders in a folder, in order of name; none where there is no such folder."""
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def snapshots_of(entry: Entry) -> set[Snapshot]:
    """The snapshots that a ledger entry points to."""
    return {(asset, entry.partition, name) for asset, name in entry.snapshots.items()}
