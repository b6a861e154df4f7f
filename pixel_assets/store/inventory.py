"""What a warehouse holds, and what of it is reachable; gc, verify and backup all ask here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixel_assets.errors import WarehouseError
from pixel_assets.store.ledger import Current, Entry, get_current
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.tags import Tag, list_tags
from pixel_assets.store.warehouse import Warehouse, list_json

Snapshot = tuple[str, str, str]  # asset, partition, id


@contextmanager
def exclusively(warehouse: Warehouse, otherwise: str) -> Iterator[None]:
    """Hold alone what builds share; raises :class:`WarehouseError`, without waiting, while one runs."""
    with lock(warehouse.lock("gc"), wait=False) as got:
        if not got:
            raise WarehouseError(
                f"a build (or a backup) is at work in this warehouse; {otherwise}",
                where=str(warehouse.root),
                hint="Run this again when it has ended",
            )
        yield


def reachable(warehouse: Warehouse) -> dict[Snapshot, Manifest]:
    """Every snapshot that is current or tagged; raises :class:`CorruptSnapshot` where one is damaged."""
    names = {(*place, state.snapshot) for place, state in current_states(warehouse).items() if state.snapshot}
    for tag in list_tags(warehouse):
        names |= named_by(tag)
    return {name: load_manifest(warehouse, *name) for name in sorted(names)}


def current_states(warehouse: Warehouse) -> dict[tuple[str, str], Current]:
    """The current state of every asset and partition that has one that can be read."""
    places = [(asset, path.stem) for asset, path in current_files(warehouse)]
    return {place: state for place in places if (state := get_current(warehouse, *place)) is not None}


def named_by(tag: Tag) -> set[Snapshot]:
    """The snapshots that a tag names."""
    return {(asset, part, name) for asset, partitions in tag.snapshots.items() for part, name in partitions.items()}


def snapshots_of(entry: Entry) -> set[Snapshot]:
    """The snapshots that a ledger entry points to."""
    return {(asset, entry.partition, name) for asset, name in entry.snapshots.items()}


def current_files(warehouse: Warehouse) -> Iterator[tuple[str, Path]]:
    """The file of every current state, with its asset; the partition is its stem."""
    for folder in folders(warehouse.root / "current"):
        for path in list_json(folder):
            yield folder.name, path


def partition_folders(warehouse: Warehouse, kind: str) -> Iterator[tuple[str, str, Path]]:
    """The folders of ``ledger``, ``checks`` or ``snapshots``: step or asset, partition, path."""
    for owner in folders(warehouse.root / kind):
        for partition in folders(owner):
            yield owner.name, partition.name, partition


def folders(parent: Path) -> list[Path]:
    """The folders in a folder, in order of name; none where there is no such folder."""
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir() and path.name[0] != ".")
