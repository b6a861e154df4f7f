"""Backup: all that is reachable in one archive, each file with its checksum.

An archive is an uncompressed ``.tar`` (Parquet is compressed already) whose first member, ``backup.json``,
lists every other. ``store/restore.py`` reads it back.
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pixel_assets.errors import CorruptSnapshot, UsageError, WarehouseError
from pixel_assets.store.checksums import files_of
from pixel_assets.store.inventory import Snapshot, current_states, named_by, partition_folders, snapshots_of
from pixel_assets.store.ledger import Current, Entry, entries
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.segments import sha256_of
from pixel_assets.store.tags import Tag, list_tags, load_tag
from pixel_assets.store.warehouse import Warehouse, list_json, sync_folder

FORMAT: Final = 1
LISTING: Final = "backup.json"
FOLDERS: Final = (
    "data",
    "snapshots",
    "ledger",
    "checks",
    "history",
    "tags",
    "current",
)  # what is pointed at comes first
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Archive:
    """What a backup holds."""

    path: Path
    created_at: str
    snapshots: int
    files: int
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel backup --json`` and ``pixel restore --json``."""
        return asdict(self) | {"path": str(self.path)}


@dataclass(frozen=True)
class _Item:
    """One file to save: a data file by its path, anything else by what was read of it."""

    sha256: str
    size: int
    content: Path | bytes


def backup(
    warehouse: Warehouse,
    target: Path,
    *,
    tag: str | None = None,
    force: bool = False,
    progress: Progress = lambda _: None,
) -> Archive:
    """Save everything that the current state and all tags reach as one new file.

    With ``tag`` the state of that tag alone, which is current after a restore. The archive is written
    beside, flushed and renamed. Raises :class:`UsageError` where the target exists (unless ``force``) or
    there is nothing to save, :class:`CorruptSnapshot` where a file is not what was written, and
    :class:`WarehouseError` where the archive cannot be written.
    """
    if target.exists() and not force:
        raise UsageError("this file exists", where=str(target), hint="Choose another name, or overwrite it with --force")
    with lock(warehouse.lock("gc"), shared=True):
        tags = [load_tag(warehouse, tag)] if tag else list_tags(warehouse)
        states = _states_of(warehouse, tags[0]) if tag else current_states(warehouse)
        names = {(*place, state.snapshot) for place, state in states.items() if state.snapshot}
        kept = {name: load_manifest(warehouse, *name) for name in sorted(names.union(*map(named_by, tags)))}
        if not kept:
            raise UsageError("there is nothing to save yet", where=str(warehouse.root), hint="Run `pixel build` first")
        items = dict(_pointers(states, tags)) | dict(_records(warehouse, kept))
        for name, item in (*_histories(warehouse), *_data(warehouse, kept)):
            items[name] = item
            progress(f"{len(items):,} files read")
        listing = {
            "format": FORMAT,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "snapshots": len(kept),
            "files": {name: {"sha256": item.sha256, "bytes": item.size} for name, item in items.items()},
            "links": _links(warehouse, items),
        }
        _write(target, listing, items, progress)
    return describe(target, listing)


def describe(path: Path, listing: Mapping[str, Any]) -> Archive:
    """What an archive holds, by its listing."""
    files = listing["files"].values()
    return Archive(path, listing["created_at"], listing["snapshots"], len(files), sum(file["bytes"] for file in files))


def _states_of(warehouse: Warehouse, tag: Tag) -> dict[tuple[str, str], Current]:
    """The state of a tag as current states, with the newest fingerprint that gave each of its snapshots."""
    found: dict[tuple[str, str], Current] = {}
    for entry in _entries(warehouse, named_by(tag)):
        for asset, snapshot in entry.snapshots.items():
            found[asset, entry.partition] = Current(
                entry.fingerprint,
                snapshot,
                entry.data_versions[asset],
                entry.rows[asset],
                since=tag.created_at,
            )
    return found


def _entries(warehouse: Warehouse, kept: Collection[Snapshot]) -> Iterator[Entry]:
    """Ledger entries of which every snapshot is kept, oldest first in each partition."""
    for step, partition, _ in partition_folders(warehouse, "ledger"):
        for entry in entries(warehouse, step, partition):
            if all(name in kept for name in snapshots_of(entry)):
                yield entry


def _pointers(states: Mapping[tuple[str, str], Current], tags: list[Tag]) -> Iterator[tuple[str, _Item]]:
    for (asset, partition), state in states.items():
        yield f"current/{asset}/{partition}.json", _item(_json(asdict(state)))
    for tag in tags:
        yield f"tags/{tag.name}.json", _item(_json(asdict(tag)))


def _records(warehouse: Warehouse, kept: Mapping[Snapshot, Manifest]) -> Iterator[tuple[str, _Item]]:
    """Ledger entries, check records and manifests of what is kept."""
    for entry in _entries(warehouse, kept):
        path = warehouse.ledger(entry.step, entry.partition) / f"{entry.fingerprint}.json"
        yield path.relative_to(warehouse.root).as_posix(), _item(path.read_bytes())
    for asset, partition in sorted({(asset, partition) for asset, partition, _ in kept}):
        for path in list_json(warehouse.checks(asset, partition)):
            yield path.relative_to(warehouse.root).as_posix(), _item(path.read_bytes())
    for name in kept:
        path = warehouse.manifest(*name)
        yield path.relative_to(warehouse.root).as_posix(), _item(path.read_bytes())


def _data(warehouse: Warehouse, kept: Mapping[Snapshot, Manifest]) -> Iterator[tuple[str, _Item]]:
    """Data files, each once; raises :class:`CorruptSnapshot` for one that is not what was written."""
    wanted = {path: digest for manifest in kept.values() for path, _, digest, _ in files_of(warehouse, manifest)}
    for path, digest in wanted.items():
        try:
            found = sha256_of(path)
        except OSError as error:
            raise _damaged(path, f"the file cannot be read: {error.strerror}") from error
        if not found.startswith(digest):
            raise _damaged(path, "the checksum of the file is not that of what was written")
        yield path.relative_to(warehouse.root).as_posix(), _Item(found, path.stat().st_size, path)


def _histories(warehouse: Warehouse) -> Iterator[tuple[str, _Item]]:
    """The files of all histories; no checksum of them is known, they are saved as they are."""
    for path in sorted((warehouse.root / "history").glob("*/[!.]*.parquet")):
        yield path.relative_to(warehouse.root).as_posix(), _Item(sha256_of(path), path.stat().st_size, path)


def _damaged(path: Path, what: str) -> CorruptSnapshot:
    hint = "Nothing was saved. Run `pixel verify --repair` and `pixel build`, then save again"
    return CorruptSnapshot(what, where=str(path), hint=hint)


def _links(warehouse: Warehouse, items: Mapping[str, _Item]) -> dict[str, str]:
    """Links of the warehouse to folders that are saved, such as ``exports``."""
    found = {}
    for path in sorted(warehouse.root.iterdir()):
        if path.is_symlink() and path.name[0] != "." and path.is_dir():
            target = os.path.relpath(path.resolve(), warehouse.root.resolve())
            if any(name.startswith(f"{target}/") for name in items):
                found[path.name] = target
    return found


def _item(content: bytes) -> _Item:
    return _Item(sha256(content).hexdigest(), len(content), content)


def _json(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def _write(target: Path, listing: Mapping[str, Any], items: Mapping[str, _Item], progress: Progress) -> None:
    beside = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    names = sorted(items, key=lambda name: (FOLDERS.index(name.split("/")[0]), name))
    try:
        with beside.open("wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for done, (name, item) in enumerate([(LISTING, _item(_json(listing))), *((n, items[n]) for n in names)]):
                    _add(archive, name, item)
                    progress(f"{done:,} of {len(names):,} files saved")
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
        sync_folder(target.parent)
    except OSError as error:
        raise WarehouseError(
            f"the backup cannot be written: {error.strerror}",
            where=str(target),
            hint="Free some space, or choose a folder that exists and that you may write",
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, name: str, item: _Item) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = item.size, 0o644
    if isinstance(item.content, bytes):
        archive.addfile(info, io.BytesIO(item.content))
    else:
        info.mtime = int(item.content.stat().st_mtime)
        with item.content.open("rb") as file:
            archive.addfile(info, file)
