"""Comparing what lies in the warehouse with what its manifests say was written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pixel_assets.store import data_version as versions
from pixel_assets.store.manifest import Manifest, Segment, column_rows
from pixel_assets.store.schema import HASH, HIDDEN
from pixel_assets.store.segments import sha256_of
from pixel_assets.store.snapshot import Table, as_hashes, read_file
from pixel_assets.store.warehouse import Warehouse


def files_of(warehouse: Warehouse, manifest: Manifest) -> Iterator[tuple[Path, int, str, Segment | None]]:
    """Every file of a snapshot: path, size, how its SHA-256 begins, and which segment it is."""
    folder = warehouse.data(manifest.asset)
    for segment in manifest.segments:
        yield folder / segment.file, segment.bytes, segment.file.removesuffix(".parquet"), segment
    if manifest.deleted:
        yield (
            folder / manifest.deleted.file,
            manifest.deleted.bytes,
            manifest.deleted.file.removesuffix(".parquet"),
            None,
        )
    for file in manifest.attachments:
        yield folder / str(manifest.folder) / file.path, file.bytes, file.sha256, None


def compare(path: Path, size: int, digest: str) -> str | None:
    """What is wrong with a file, if anything is."""
    try:
        if path.stat().st_size != size:
            return f"has {path.stat().st_size:,} bytes, and {size:,} were written"
        return None if sha256_of(path).startswith(digest) else "its checksum is not that of what was written"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read: {error.strerror}"


def hash_again(path: Path, segment: Segment) -> str | None:
    file = read_file(path)
    if file.metadata.num_rows != segment.rows:
        return f"holds {file.metadata.num_rows:,} rows, and {segment.rows:,} were written"
    names = [name for name in file.schema_arrow.names if name not in HIDDEN]
    for batch in file.iter_batches():
        if (versions.row_hashes(batch.select(names)) != as_hashes(batch.column(HASH))).any():
            return "the hashes of its rows are not those of their content"
    return None


def sum_again(warehouse: Warehouse, manifest: Manifest) -> str | None:
    """What is wrong with the sums of a manifest whose files are all right, if anything is."""
    schema = pa.schema([])
    for segment in manifest.segments:
        schema = read_file(warehouse.data(manifest.asset) / segment.file).schema_arrow
        columns = [row[:2] for row in column_rows(schema)]
        if columns != [row[:2] for row in manifest.columns]:
            return f"the columns of {segment.file} are not those of the manifest"
    hashes = Table(warehouse, manifest.asset, schema, (manifest,)).hashes()
    if (len(hashes), versions.total(hashes)) != (manifest.rows, manifest.sums):
        return f"its files hold {len(hashes):,} rows that do not add up to the {manifest.rows:,} of the manifest"
    if not manifest.segments:
        return None  # without a file the types are not known; its name has vouched for the rest
    visible = pa.schema([schema.field(row[0]) for row in manifest.columns])
    files = {file.path: file.sha256 for file in manifest.attachments}
    version = versions.data_version(visible, manifest.rows, manifest.sums, files)
    return None if version == manifest.data_version else "its data version is not that of its rows"
