"""Verifying: whether everything in a warehouse is what was written, down to the hash of every row.

What is damaged is named by its file. A repair removes it and whatever leads to it, pointers first, so that
the next build computes it again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.checksums import compare, files_of, hash_again, sum_again
from pixel_assets.store.inventory import (
    Snapshot,
    current_files,
    exclusively,
    named_by,
    partition_folders,
    snapshots_of,
)
from pixel_assets.store.ledger import CheckRecord, Current, Entry
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.tags import Tag, load_tag, tag_names
from pixel_assets.store.warehouse import Warehouse, list_json, read_json

Progress = Callable[[str], None]
Kind = TypeVar("Kind", CheckRecord, Current, Entry)


@dataclass(frozen=True)
class Problem:
    """Something that is not as it was written; what no build computes again (a tag) is not repaired."""

    where: str  # file, relative to the warehouse
    what: str
    repairable: bool = True
    repaired: bool = False


@dataclass
class _Found:
    """What an inspection reads, outside in: a build writes inside out, so nothing that it adds looks lost."""

    problems: list[tuple[Path, str, bool]] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    current: dict[Path, tuple[str, str, Current]] = field(default_factory=dict)
    ledger: dict[Path, Entry] = field(default_factory=dict)
    manifests: dict[Snapshot, Manifest] = field(default_factory=dict)
    bad_snapshots: set[Snapshot] = field(default_factory=set)
    bad_pointers: list[Path] = field(default_factory=list)
    bad_files: dict[Path, str] = field(default_factory=dict)

    def report(self, path: Path, what: str, *, repairable: bool = True) -> None:
        self.problems.append((path, what, repairable))


def verify(
    warehouse: Warehouse, *, repair: bool = False, deep: bool = True, progress: Progress = lambda _: None
) -> list[Problem]:
    """Inspect a whole warehouse; an empty list says that all is well.

    Every JSON file is read, every pointer followed, every data file compared with its size and checksum;
    ``deep`` also computes the hash of every row and every data version anew. ``repair`` removes what is
    damaged and what leads to it, and nothing else; it raises :class:`WarehouseError` while a build runs.
    """
    alone = exclusively(warehouse, "nothing was repaired")
    with alone if repair else lock(warehouse.lock("gc"), shared=True):
        found = _Found()
        _read_pointers(warehouse, found)
        _read_manifests(warehouse, found)
        _read_files(warehouse, found, deep, progress)
        _follow_pointers(warehouse, found)
        if repair:
            _repair(warehouse, found)
    problems = [Problem(str(path.relative_to(warehouse.root)), what, fixed) for path, what, fixed in found.problems]
    return [replace(problem, repaired=repair and problem.repairable) for problem in problems]


def _read_pointers(warehouse: Warehouse, found: _Found) -> None:
    for name in tag_names(warehouse):
        try:
            found.tags.append(load_tag(warehouse, name))
        except CorruptSnapshot as error:
            found.report(warehouse.tag(name), error.what, repairable=False)
    for _, _, folder in partition_folders(warehouse, "checks"):
        for path in list_json(folder):
            _parse(found, path, CheckRecord)
    for asset, path in current_files(warehouse):
        current = _parse(found, path, Current)
        if current is not None:
            found.current[path] = (asset, path.stem, current)
    for step, partition, folder in partition_folders(warehouse, "ledger"):
        for path in list_json(folder):
            entry = _parse(found, path, Entry)
            if entry is None:
                continue
            if (entry.step, entry.partition, entry.fingerprint) == (step, partition, path.stem):
                found.ledger[path] = entry
            else:
                _bad_pointer(found, path, "the entry of another fingerprint stands under this name")


def _parse(found: _Found, path: Path, kind: type[Kind]) -> Kind | None:
    try:
        return kind(**read_json(path))
    except (CorruptSnapshot, TypeError) as error:
        _bad_pointer(found, path, error.what if isinstance(error, CorruptSnapshot) else "not what pixel wrote here")
        return None


def _bad_pointer(found: _Found, path: Path, what: str) -> None:
    found.bad_pointers.append(path)
    found.report(path, what)


def _read_manifests(warehouse: Warehouse, found: _Found) -> None:
    for asset, partition, folder in partition_folders(warehouse, "snapshots"):
        for path in list_json(folder):
            name = (asset, partition, path.stem)
            try:
                manifest = load_manifest(warehouse, *name)
            except CorruptSnapshot as error:
                found.bad_snapshots.add(name)
                found.report(path, error.what)
                continue
            found.manifests[name] = manifest
            if (manifest.asset, manifest.partition) != (asset, partition):
                found.bad_snapshots.add(name)
                found.report(path, "the manifest of another asset or partition stands here")


def _read_files(warehouse: Warehouse, found: _Found, deep: bool, progress: Progress) -> None:
    """Compare every file with its manifest, each once however many snapshots share it."""
    seen: dict[Path, str | None] = {}
    total = len({path for manifest in found.manifests.values() for path, _, _, _ in files_of(warehouse, manifest)})
    for name, manifest in found.manifests.items():
        whole = True
        for path, size, digest, segment in files_of(warehouse, manifest):
            if path not in seen:
                seen[path] = compare(path, size, digest) or (hash_again(path, segment) if deep and segment else None)
                progress(f"{len(seen):,} of {total:,} files")
                if what := seen[path]:
                    found.bad_files[path] = what
                    found.report(path, what)
            whole &= seen[path] is None
        if not whole:
            found.bad_snapshots.add(name)
        elif deep and (what := sum_again(warehouse, manifest)):
            found.bad_snapshots.add(name)
            found.report(warehouse.manifest(*name), what)


def _follow_pointers(warehouse: Warehouse, found: _Found) -> None:
    """Report what points at nothing, and mark what leads to something bad."""
    _follow_current(found)
    _follow_ledger(found)
    for tag in found.tags:
        for name in sorted(named_by(tag)):
            if name in found.bad_snapshots or name not in found.manifests:
                state = "damaged" if name in found.bad_snapshots else "missing"
                what = f"names snapshot {name[2]} of {name[0]}, which is {state}; only a backup has it"
                found.report(warehouse.tag(tag.name), what, repairable=False)


def _follow_current(found: _Found) -> None:
    for path, (asset, partition, current) in found.current.items():
        if current.snapshot is None:
            continue
        name = (asset, partition, current.snapshot)
        manifest = found.manifests.get(name)
        if name in found.bad_snapshots:
            found.bad_pointers.append(path)
        elif manifest is None:
            _bad_pointer(found, path, f"points at snapshot {current.snapshot}, which is missing")
        elif manifest.data_version != current.data_version:
            _bad_pointer(found, path, f"states another data version than its snapshot {current.snapshot}")


def _follow_ledger(found: _Found) -> None:
    for path, entry in found.ledger.items():
        names = snapshots_of(entry)
        missing = sorted(names - found.manifests.keys() - found.bad_snapshots)
        if missing:
            _bad_pointer(found, path, f"points at snapshot {missing[0][2]} of {missing[0][0]}, which is missing")
        elif names & found.bad_snapshots:
            found.bad_pointers.append(path)
        elif any(found.manifests[name].data_version != entry.data_versions.get(name[0]) for name in names):
            _bad_pointer(found, path, "states another data version than its snapshots")


def _repair(warehouse: Warehouse, found: _Found) -> None:
    """Remove what is damaged after what leads to it, so that a kill in between leaves a valid warehouse."""
    for path in found.bad_pointers:
        path.unlink(missing_ok=True)
    folders = {
        warehouse.data(manifest.asset) / manifest.folder
        for name, manifest in found.manifests.items()
        if name in found.bad_snapshots and manifest.folder
    }
    for name in sorted(found.bad_snapshots):
        warehouse.manifest(*name).unlink(missing_ok=True)
    for path in found.bad_files:
        folder = next((folder for folder in folders if path.is_relative_to(folder)), None)
        if folder is None:
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
