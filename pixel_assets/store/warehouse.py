"""Where things lie in a warehouse, and how a small file is written so that it is whole or absent.

data/<asset>/<sha256>.parquet       immutable segments, shared by snapshots; attachments/ beside them
snapshots/<asset>/<partition>/      one manifest (JSON) a snapshot
current/<asset>/<partition>.json    which snapshot stands now, or why there is none
ledger/<step>/<partition>/          fingerprint → what came out
checks/<asset>/<partition>/         fingerprint → what a check measured
history/<asset>/                    every row that an asset ever had, for those whose past is kept
tags/  locks/  observed/            names for states, lock files, what lay upstream
alerts/state.json                   what fails, and who was told
exports                             link to the newest exported files
pixel.duckdb                        the SQL catalogue, derived from all this
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pixel_assets.errors import CorruptSnapshot, WarehouseError

WHOLE: Final = "_"  # the partition name of an asset that has none


def public_name(partition: str) -> str | None:
    """A partition as JSON and SQL name it: null for the whole."""
    return None if partition == WHOLE else partition


def bracket(partition: str) -> str:
    """A partition in brackets, to stand behind an asset's name; nothing for the whole."""
    return "" if partition == WHOLE else f"[{partition}]"


@dataclass(frozen=True)
class Warehouse:
    """Paths of one warehouse. Making one touches nothing; :meth:`prepare` creates its folders."""

    root: Path

    def prepare(self) -> Warehouse:
        """Create the folders; raises :class:`WarehouseError` where they cannot be written."""
        try:
            for name in ("data", "snapshots", "current", "ledger", "checks", "tags", "locks", "observed"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
            probe = self.root / "locks" / f".probe-{uuid.uuid4().hex}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise WarehouseError(
                f"cannot be written: {error.strerror}",
                where=str(self.root),
                expected="a folder that this user may write",
                hint="Set PIXEL_WAREHOUSE to another folder, or mend its permissions",
            ) from error
        return self

    def data(self, asset: str) -> Path:
        return self.root / "data" / asset

    def manifests(self, asset: str, partition: str) -> Path:
        return self.root / "snapshots" / asset / partition

    def manifest(self, asset: str, partition: str, snapshot: str) -> Path:
        return self.manifests(asset, partition) / f"{snapshot}.json"

    def current(self, asset: str, partition: str) -> Path:
        return self.root / "current" / asset / f"{partition}.json"

    def ledger(self, step: str, partition: str) -> Path:
        return self.root / "ledger" / step / partition

    def checks(self, asset: str, partition: str) -> Path:
        return self.root / "checks" / asset / partition

    def history(self, asset: str) -> Path:
        return self.root / "history" / asset

    def lock(self, name: str) -> Path:
        return self.root / "locks" / f"{name}.lock"

    def tag(self, name: str) -> Path:
        return self.root / "tags" / f"{name}.json"

    @property
    def tags(self) -> Path:
        return self.root / "tags"

    @property
    def observed(self) -> Path:
        return self.root / "observed"

    @property
    def catalogue(self) -> Path:
        return self.root / "pixel.duckdb"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        return self.root / ".dagster"

    @property
    def building(self) -> Path:
        """Holds a mark of every process that runs steps; one that was killed leaves its mark."""
        return self.dagster / "building"


def write_json(path: Path, content: Any) -> None:
    """Write JSON so that a reader or a crash sees the old file or the new one, never a part of it."""
    write_bytes(path, json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, rename into place; raises :class:`WarehouseError` where that cannot be done."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def cannot_write(path: Path, error: OSError) -> WarehouseError:
    """What a person should read when the disk is full or the folder is closed."""
    return WarehouseError(
        f"cannot be written: {error.strerror or error}",
        where=str(path),
        hint="Free some space (`pixel gc`) or mend the permissions, and run again: nothing was lost",
    )


def read_json(path: Path) -> Any:
    """Read what :func:`write_json` wrote; raises :class:`CorruptSnapshot` for anything that is not JSON."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise CorruptSnapshot(
            "not valid JSON, so it was damaged after it was written",
            where=str(path),
            hint="Delete this file and run `pixel build`: what it described is computed again",
        ) from error


def list_json(folder: Path) -> Iterator[Path]:
    """JSON files of a folder in order of name; files being written are not among them."""
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if path.suffix == ".json" and path.name[0] != ".")


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def point_to(link: Path, target: Path) -> None:
    """Make ``link`` a relative symbolic link to ``target``, in one step: it never points to nothing."""
    wanted = os.path.relpath(target, link.parent)
    if link.is_symlink() and os.readlink(link) == wanted:
        return
    beside = link.with_name(f".{link.name}.{uuid.uuid4().hex}")
    beside.symlink_to(wanted)
    os.replace(beside, link)
