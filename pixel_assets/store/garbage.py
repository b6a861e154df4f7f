"""Garbage: what no current state, no tag and none of the newest results of a step needs any more.

All of it is found first, then removed from the outside in (ledger entries and check records, manifests, data
files), so that at every moment whatever is left points only to what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.store.inventory import (
    Snapshot,
    exclusively,
    folders,
    partition_folders,
    reachable,
    snapshots_of,
)
from pixel_assets.store.ledger import CheckRecord, Entry, entries
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.warehouse import Warehouse, list_json, read_json

DATA_FILE: Final = re.compile(r"[0-9a-f]{32}\.parquet\Z|files-[0-9a-f]{32}\Z")
# What a process leaves behind that is killed while it writes, or while it removes.
LEFTOVER: Final = re.compile(r"\..*[0-9a-f]{32}(\.\w+)?\Z|.+\.json.+\.tmp\Z")
STATE: Final = ("current", "ledger", "checks", "snapshots", "data")


@dataclass(frozen=True)
class Freed:
    """What was removed (or, in a dry run, would be)."""

    dry_run: bool
    bytes: int
    ledger_entries: int
    check_records: int
    snapshots: int
    data_files: int
    leftovers: int
    kept_snapshots: int

    @property
    def nothing(self) -> bool:
        """Whether there was no garbage at all."""
        return not any(getattr(self, part.name) for part in fields(_Garbage))

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

    def paths(self) -> Iterator[Path]:
        for part in fields(self):
            yield from getattr(self, part.name)


def collect(warehouse: Warehouse, keep: int, *, dry_run: bool = False, standing: Collection[str] = ()) -> Freed:
    """Remove what no current state, no tag and none of the newest ``keep`` results of a step needs.

    ``standing`` has the fingerprints of check records that stay in any case: those of the current state, which
    only the graph can tell (:func:`pixel_assets.build.checking.known_check`).
    Raises :class:`UsageError` for a ``keep`` below 1, :class:`WarehouseError` while a build runs, and
    :class:`CorruptSnapshot` where something current or tagged cannot be read: then nothing is removed.
    """
    if keep < 1:
        raise UsageError(f"cannot keep {keep} results", where="--keep or build.keep_snapshots", expected="1 or more")
    with exclusively(warehouse, "nothing was removed"), lock(warehouse.lock("catalogue")):
        kept = reachable(warehouse)
        for step, partition, _ in partition_folders(warehouse, "ledger"):
            kept |= _newest(warehouse, entries(warehouse, step, partition), keep)
        return sweep(warehouse, kept, standing, dry_run=dry_run)


def sweep(
    warehouse: Warehouse, kept: Mapping[Snapshot, Manifest], standing: Iterable[str] = (), *, dry_run: bool = False
) -> Freed:
    """Remove all but the snapshots ``kept`` and what belongs to them; whoever calls holds the locks of :func:`collect`."""
    ledger = [entry for step, part, _ in partition_folders(warehouse, "ledger") for entry in entries(warehouse, step, part)]
    garbage = _find(warehouse, ledger, kept, frozenset(standing))
    size = sum(_bytes(path) for path in garbage.paths())
    if not dry_run:
        for path in garbage.paths():
            _remove(path)
        _remove_empty_folders(warehouse)
    counts = {part.name: len(getattr(garbage, part.name)) for part in fields(garbage)}
    return Freed(dry_run, size, **counts, kept_snapshots=len(kept))


def _newest(warehouse: Warehouse, found: list[Entry], keep: int) -> dict[Snapshot, Manifest]:
    """The snapshots of the newest entries; one that points to what is gone counts for nothing."""
    kept: dict[Snapshot, Manifest] = {}
    for entry in reversed(found):
        try:
            manifests = {name: load_manifest(warehouse, *name) for name in snapshots_of(entry)}
        except CorruptSnapshot:
            continue
        kept |= manifests
        keep -= 1
        if not keep:
            break
    return kept


def _find(warehouse: Warehouse, ledger: list[Entry], kept: Mapping[Snapshot, Manifest], standing: Collection[str]) -> _Garbage:
    gone = [entry for entry in ledger if not snapshots_of(entry) <= kept.keys()]
    return _Garbage(
        tuple(warehouse.ledger(entry.step, entry.partition) / f"{entry.fingerprint}.json" for entry in gone),
        tuple(_old_checks(warehouse, ledger, kept, standing)),
        tuple(
            path
            for asset, partition, folder in partition_folders(warehouse, "snapshots")
            for path in list_json(folder)
            if (asset, partition, path.stem) not in kept
        ),
        tuple(_unused_files(warehouse, kept)),
        tuple(_leftovers(warehouse)),
    )


def _old_checks(
    warehouse: Warehouse, ledger: list[Entry], kept: Mapping[Snapshot, Manifest], standing: Collection[str]
) -> Iterator[Path]:
    """Check records that are older than everything that is kept: what they judged goes, or is gone.

    A record does not name the state that it judged, but it is never older than the first computation that
    gave this state. The newest record of each check stays, and so do those that are ``standing``.
    """
    versions = {(*name[:2], manifest.data_version) for name, manifest in kept.items()}
    oldest: dict[tuple[str, str], str] = {}
    for entry in ledger:
        for asset, version in entry.data_versions.items():
            place = (asset, entry.partition)
            if (*place, version) in versions:
                oldest[place] = min(oldest.get(place, entry.computed_at), entry.computed_at)
    places = {(asset, partition) for asset, partition, _ in kept}
    for asset, partition, folder in partition_folders(warehouse, "checks"):
        records = dict(_check_records(folder))
        newest = {record.check: path for path, record in sorted(records.items(), key=lambda item: item[1].checked_at)}
        for path, record in records.items():
            needed = path == newest[record.check] or record.fingerprint in standing
            is_old = record.checked_at < oldest.get((asset, partition), "")
            if (asset, partition) not in places or (is_old and not needed):
                yield path


def _check_records(folder: Path) -> Iterator[tuple[Path, CheckRecord]]:
    for path in list_json(folder):
        try:
            yield path, CheckRecord(**read_json(path))
        except (CorruptSnapshot, TypeError):
            continue  # named, and removed, by `pixel verify`


def _unused_files(warehouse: Warehouse, kept: Mapping[Snapshot, Manifest]) -> Iterator[Path]:
    needed: dict[str, set[str]] = {}
    for (asset, _, _), manifest in kept.items():
        needed.setdefault(asset, set()).update(manifest.files())
    for folder in folders(warehouse.root / "data"):
        for path in sorted(folder.iterdir()):
            if DATA_FILE.match(path.name) and path.name not in needed.get(folder.name, ()):
                yield path


def _leftovers(warehouse: Warehouse) -> Iterator[Path]:
    for name in (".scratch", ".spill"):
        folder = warehouse.root / name
        yield from sorted(folder.iterdir()) if folder.is_dir() else ()
    yield from sorted(path for path in warehouse.root.glob("*") if LEFTOVER.match(path.name))
    for name in (*STATE, "history", "tags", "observed"):
        for where, inner, files in os.walk(warehouse.root / name):
            found = [part for part in (*inner, *files) if LEFTOVER.match(part)]
            inner[:] = [part for part in inner if part not in found and not DATA_FILE.match(part)]
            yield from (Path(where) / part for part in sorted(found))


def _bytes(path: Path) -> int:
    if path.is_dir() and not path.is_symlink():
        return sum(_bytes(part) for part in path.iterdir())
    return path.lstat().st_size


def _remove(path: Path) -> None:
    """Remove a file or folder; a folder loses its name first, for half of it must not be taken for it."""
    if path.is_dir() and not path.is_symlink():
        aside = path.with_name(f".{uuid.uuid4().hex}.removing")
        os.rename(path, aside)
        shutil.rmtree(aside)
    else:
        path.unlink(missing_ok=True)


def _remove_empty_folders(warehouse: Warehouse) -> None:
    for name in STATE:
        top = warehouse.root / name
        for where, _, _ in os.walk(top, topdown=False):
            path = Path(where)
            inside = path.relative_to(top).parts
            if inside and not DATA_FILE.match(inside[-1]) and not any(path.iterdir()):
                path.rmdir()
