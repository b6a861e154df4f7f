"""Purging: removing snapshots for what stands in them, down to the rows that a newer snapshot only marks as deleted.

Garbage collection keeps what is new; a purge removes what holds something that must not be kept. Snapshots share files, and in a
shared file a row that no longer counts is still to be read: so what is current or tagged and marks rows as deleted is written
anew first, with the rows that count, and everything that pointed to it points to the new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace

import pyarrow as pa

from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.store import ledger
from pixel_assets.store.garbage import Freed, sweep
from pixel_assets.store.inventory import (
    Snapshot,
    current_files,
    current_states,
    exclusively,
    named_by,
    partition_folders,
    snapshots_of,
)
from pixel_assets.store.ledger import entries, get_current, set_current
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest, column_rows, load_manifest, save_manifest
from pixel_assets.store.schema import INPUT
from pixel_assets.store.snapshot import Table, as_hashes
from pixel_assets.store.tags import list_tags
from pixel_assets.store.warehouse import Warehouse, list_json, write_json
from pixel_assets.store.writer import SnapshotWriter


def purge(
    warehouse: Warehouse,
    held: Collection[Snapshot],
    schemas: Mapping[str, pa.Schema],
    *,
    partition: str | None = None,
    standing: Iterable[str] = (),
    dry_run: bool = False,
) -> Freed:
    """Remove the snapshots ``held``, and every state of ``partition``, with the files that nothing else needs.

    ``schemas`` are those of the assets of the graph. ``standing`` is as for :func:`pixel_assets.store.garbage.collect`. Raises
    :class:`UsageError` where a current state outside of ``partition``, or a tag, needs one of them or cannot be written anew;
    :class:`WarehouseError` while a build runs. Interrupted, it can be run again.
    """
    with exclusively(warehouse, "nothing was removed"), lock(warehouse.lock("catalogue")):
        manifests = _manifests(warehouse)
        current = {(*place, state.snapshot) for place, state in current_states(warehouse).items() if place[1] != partition}
        needed = {name for name in held if name in current}
        if needed:
            first = "[".join(sorted(needed)[0][:2]) + "]"
            raise UsageError(
                f"{len(needed)} current snapshots hold it, such as {first}", hint="Run `pixel build`, then this again"
            )
        shared = {name for name, manifest in manifests.items() if name not in held and manifest.deleted is not None}
        tagged = {name: tag.name for tag in list_tags(warehouse) for name in named_by(tag)}
        pins = {tag for name, tag in tagged.items() if name in held or (name in shared and not _fits(manifests[name], schemas))}
        if pins:
            raise UsageError(
                f"tags keep it: {', '.join(sorted(pins))}", where=str(warehouse.tags),
                hint="`pixel tag NAME --delete` forgets a tag, and `--tags` all of these",
            )  # fmt: skip
        kept = {name: manifest for name, manifest in manifests.items() if name not in held and name not in shared}
        anew = sorted(name for name in shared if name in current or name in tagged)
        if not dry_run:
            if partition is not None:
                for _, path in list(current_files(warehouse)):
                    if path.stem == partition:
                        path.unlink(missing_ok=True)
            for name in anew:
                manifest = rewrite(warehouse, manifests[name], schemas[name[0]])
                kept[(*name[:2], manifest.id)] = manifest
        else:
            kept |= {name: manifests[name] for name in anew}
        return sweep(warehouse, kept, standing, dry_run=dry_run)


def rewrite(warehouse: Warehouse, manifest: Manifest, schema: pa.Schema) -> Manifest:
    """Write the rows of a snapshot that count into files of its own; ledger and current state then name the new snapshot."""
    table = Table(warehouse, manifest.asset, schema, (manifest,))
    with SnapshotWriter(warehouse, manifest.asset, manifest.partition, schema) as writer:
        for batch in table.batches([*schema.names, INPUT]):
            writer.write(pa.Table.from_batches([batch]).select(schema.names), as_hashes(batch.column(INPUT)))
        fresh = writer.finish().manifest
    if manifest.folder:
        fresh = replace(fresh, data_version=manifest.data_version, attachments=manifest.attachments, folder=manifest.folder)
        save_manifest(warehouse, fresh)
    for step, partition, _ in partition_folders(warehouse, "ledger"):
        for entry in entries(warehouse, step, partition):
            if (manifest.asset, manifest.partition, manifest.id) in snapshots_of(entry):
                ledger.record(warehouse, replace(entry, snapshots={**entry.snapshots, manifest.asset: fresh.id}))
    state = get_current(warehouse, manifest.asset, manifest.partition)
    if state is not None and state.snapshot == manifest.id:
        set_current(warehouse, manifest.asset, manifest.partition, replace(state, snapshot=fresh.id))
    for tag in list_tags(warehouse):
        if (manifest.asset, manifest.partition, manifest.id) in named_by(tag):
            partitions = {**tag.snapshots[manifest.asset], manifest.partition: fresh.id}
            write_json(warehouse.tag(tag.name), asdict(replace(tag, snapshots={**tag.snapshots, manifest.asset: partitions})))
    return fresh


def _fits(manifest: Manifest, schemas: Mapping[str, pa.Schema]) -> bool:
    """Whether the columns of a snapshot are those that the asset has today, so that it can be written anew."""
    schema = schemas.get(manifest.asset)
    return schema is not None and column_rows(schema) == manifest.columns


def _manifests(warehouse: Warehouse) -> dict[Snapshot, Manifest]:
    found: dict[Snapshot, Manifest] = {}
    for asset, partition, folder in partition_folders(warehouse, "snapshots"):
        for path in list_json(folder):
            try:
                found[asset, partition, path.stem] = load_manifest(warehouse, asset, partition, path.stem)
            except CorruptSnapshot:
                continue
    return found
