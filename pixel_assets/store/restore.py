"""Restore: an archive of ``store/backup.py`` becomes a warehouse, once every byte has been verified."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

from backports.zstd import tarfile  # that of Python 3.14: the first releases of 3.11 have no filter of members

from pixel_assets.errors import UsageError, WarehouseError
from pixel_assets.store.backup import FOLDERS, FORMAT, LISTING, Archive, Progress, describe
from pixel_assets.store.inventory import exclusively
from pixel_assets.store.warehouse import Warehouse, point_to, sync_folder

CHUNK: Final = 1 << 20


def restore(source: Path, warehouse: Warehouse, *, progress: Progress = lambda _: None) -> Archive:
    """Bring a backup back, into a warehouse that is empty or does not exist.

    Everything is unpacked beside and compared with its checksum before anything is moved into place; the
    current state comes last. Raises :class:`UsageError` where there is no such file, :class:`WarehouseError`
    for a warehouse that holds data, and for an archive that is damaged, incomplete, or leads outside: then
    nothing is left behind.
    """
    if not source.is_file():
        raise UsageError("there is no such file", where=str(source), expected="a file that `pixel backup` wrote")
    _require_empty(warehouse)
    new = [path for path in (warehouse.root / "locks", warehouse.root) if not path.exists()]
    beside = warehouse.root / f".restoring.{uuid.uuid4().hex}"
    try:
        with _opened(source) as archive:
            listing = _listing(archive, source)
            with exclusively(warehouse, "nothing was restored"):
                _require_empty(warehouse)
                beside.mkdir()
                _unpack(archive, source, listing, beside, progress)
                _move(beside, warehouse, listing["links"])
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        for path in new:
            _remove_if_empty(path)
        raise
    return describe(source, listing)


def _require_empty(warehouse: Warehouse) -> None:
    held = [name for name in FOLDERS if any(path.is_file() for path in (warehouse.root / name).rglob("*"))]
    if held or (warehouse.root.exists() and not warehouse.root.is_dir()):
        raise WarehouseError(
            f"the warehouse is not empty ({', '.join(held)})" if held else "not a folder",
            where=str(warehouse.root),
            expected="an empty or absent folder",
            hint="Restore into another folder (PIXEL_WAREHOUSE), or move this one away",
        )


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError) as error:
        raise _damaged(source, f"it is cut short or not an archive at all: {error}") from error
    except OSError as error:
        raise WarehouseError(
            f"the backup cannot be restored: {error.strerror}",
            where=str(error.filename or source),
            hint="Free some space or mend the permissions, and run again: nothing was left behind",
        ) from error


def _damaged(source: Path, what: str) -> WarehouseError:
    return WarehouseError(f"the backup is damaged: {what}", where=str(source), hint="Nothing was restored; use another backup")


def _listing(archive: tarfile.TarFile, source: Path) -> dict[str, Any]:
    """The listing, which is the first member; raises :class:`WarehouseError` for any other."""
    first = archive.next()
    stream = archive.extractfile(first) if first and first.isreg() and first.name == LISTING else None
    if stream is None:
        raise _damaged(source, f"it does not begin with {LISTING}")
    try:
        content = json.loads(stream.read())
        if content["format"] != FORMAT:
            raise WarehouseError(
                f"the backup has format {content['format']!r}",
                where=str(source),
                expected=f"format {FORMAT}",
                hint="Restore it with the version of pixel that wrote it",
            )
        names = {str(name): (str(file["sha256"]), int(file["bytes"])) for name, file in content["files"].items()}
        targets = {str(name): str(target) for name, target in content["links"].items()}
        describe(source, content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(source, f"its {LISTING} cannot be read") from error
    for name in (*names, *targets.values()):
        if not _is_inside(name):
            raise _damaged(source, f"{name!r} leads out of the warehouse")
    if any(len(PurePosixPath(name).parts) != 1 or name[0] == "." or name in FOLDERS for name in targets):
        raise _damaged(source, "one of its links leads out of the warehouse")
    return dict(content)


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return parts[0] in FOLDERS and len(parts) > 1 and not {"", ".", ".."} & {*parts} and "\\" not in name


def _unpack(archive: tarfile.TarFile, source: Path, listing: Mapping[str, Any], beside: Path, progress: Progress) -> None:
    """Write every member that is listed and compare it; raises :class:`WarehouseError` where one differs."""
    missing = dict(listing["files"])
    while member := archive.next():
        expected = missing.pop(member.name, None)
        if expected is None or not member.isreg():
            raise _damaged(source, f"{member.name!r} is not in its list, comes twice or is no file")
        tarfile.data_filter(member, str(beside))  # raises a TarError for what leads outside
        found = _copy(archive, member, beside / member.name)
        if found != expected["sha256"]:
            raise _damaged(source, f"the checksum of {member.name} differs")
        done = len(listing["files"]) - len(missing)
        progress(f"{done:,} of {len(listing['files']):,} files verified")
    if missing:
        raise _damaged(source, f"{len(missing):,} files are missing, such as {min(missing)}")


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> str:
    """Write a member to a new file; gives its SHA-256."""
    stream = archive.extractfile(member)
    assert stream is not None  # it is a regular file
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _move(beside: Path, warehouse: Warehouse, links: Mapping[str, str]) -> None:
    for name in FOLDERS:
        if (beside / name).exists():
            _remove_if_empty(warehouse.root / name)
            os.rename(beside / name, warehouse.root / name)
    sync_folder(warehouse.root)
    for name, target in links.items():
        if (warehouse.root / target).is_dir() and not os.path.lexists(warehouse.root / name):
            point_to(warehouse.root / name, warehouse.root / target)
    beside.rmdir()


def _remove_if_empty(folder: Path) -> None:
    """Remove a folder that holds nothing but empty folders (and, of ``locks``, the lock of this restore)."""
    (folder / "gc.lock").unlink(missing_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
