"""Manifests: what a snapshot consists of, written last and named by its own content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.data_version import type_name
from pixel_assets.store.schema import HIDDEN, description
from pixel_assets.store.warehouse import Warehouse, read_json, write_json


@dataclass(frozen=True)
class Segment:
    """One immutable Parquet file of ``data/<asset>/``."""

    file: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a snapshot beside its rows, such as an export."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """All that is needed to read a snapshot and to extend it."""

    asset: str
    partition: str
    data_version: str
    rows: int
    sums: tuple[int, int]
    columns: tuple[tuple[str, str, str, bool], ...]  # name, type, description, nullable
    segments: tuple[Segment, ...]
    deleted: Segment | None = None
    attachments: tuple[Attachment, ...] = ()
    folder: str | None = None  # of the attachments, in data/<asset>/

    @property
    def id(self) -> str:
        """Name of the snapshot: a hash of the whole manifest, so equal snapshots are one."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def files(self) -> list[str]:
        """Every file or folder of ``data/<asset>/`` that the snapshot needs."""
        names = [segment.file for segment in self.segments]
        return names + ([self.deleted.file] if self.deleted else []) + ([self.folder] if self.folder else [])


def column_rows(schema: pa.Schema) -> tuple[tuple[str, str, str, bool], ...]:
    """The columns of a schema as a manifest states them."""
    return tuple((f.name, type_name(f.type), description(f), f.nullable) for f in schema if f.name not in HIDDEN)


def save_manifest(warehouse: Warehouse, manifest: Manifest) -> None:
    """Write the manifest; from now on the snapshot exists. One that is there and whole is left alone."""
    try:
        load_manifest(warehouse, manifest.asset, manifest.partition, manifest.id)
    except CorruptSnapshot:  # not there, or damaged since
        write_json(warehouse.manifest(manifest.asset, manifest.partition, manifest.id), asdict(manifest))


def load_manifest(warehouse: Warehouse, asset: str, partition: str, snapshot: str) -> Manifest:
    """Read a manifest; raises :class:`CorruptSnapshot` if it is damaged or gone."""
    path = warehouse.manifest(asset, partition, snapshot)
    hint = "Delete this file and run `pixel build`: the snapshot is computed again"
    try:
        content = read_json(path)
        manifest = Manifest(
            **{
                **content,
                "sums": tuple(content["sums"]),
                "columns": tuple(tuple(column) for column in content["columns"]),
                "segments": tuple(Segment(**segment) for segment in content["segments"]),
                "deleted": Segment(**content["deleted"]) if content["deleted"] else None,
                "attachments": tuple(Attachment(**attachment) for attachment in content["attachments"]),
            }
        )
    except FileNotFoundError as error:
        raise CorruptSnapshot("the manifest is missing", where=str(path), hint="Run `pixel build`") from error
    except (TypeError, KeyError, AttributeError) as error:
        raise CorruptSnapshot("not a manifest", where=str(path), expected="what pixel wrote", hint=hint) from error
    if manifest.id != snapshot:
        raise CorruptSnapshot("the manifest was changed after it was written", where=str(path), hint=hint)
    return manifest


def is_whole(warehouse: Warehouse, manifest: Manifest) -> bool:
    """Whether every file of the snapshot is there with its size (contents: see ``pixel verify``)."""
    folder = warehouse.data(manifest.asset)
    parts = [*manifest.segments, *([manifest.deleted] if manifest.deleted else [])]
    if any(_size(folder / part.file) != part.bytes for part in parts):
        return False
    return all(_size(folder / str(manifest.folder) / file.path) == file.bytes for file in manifest.attachments)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
