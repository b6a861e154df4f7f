"""Which snapshots hold what was withdrawn: by what stands in them, and by what they were made from.

A snapshot holds it if its rows do (ids of conversations, records by their hash, partitions of a source), or if a computation that
read such a snapshot made it and no other computation made the same: a result that comes out equal without it holds nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.build.project import Project
from pixel_assets.errors import CorruptSnapshot
from pixel_assets.sources.withdrawals import find_records
from pixel_assets.store.inventory import Snapshot, current_states, named_by, partition_folders
from pixel_assets.store.ledger import Entry, entries
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.tags import list_tags
from pixel_assets.store.warehouse import list_json

RECORDS: Final = "raw_records"
SPLITS: Final = "dataset_splits"
SAID: Final = ("conversations", "voice_conversations")  # what sources bring
ID: Final = "conversation_id"
EXPORTS: Final = "dataset_exports"
RELEASED: Final = ("training", "evaluation", "serving")  # groups of what else is given away; card and report have no text

Version = tuple[str, str, str]  # asset, partition, data version


@dataclass(frozen=True)
class Wanted:
    """What is looked for."""

    conversations: frozenset[str] = frozenset()
    records: Mapping[str, frozenset[str]] = field(default_factory=dict)  # hashes by source
    source: str | None = None  # all of it
    recordings: frozenset[tuple[str, str]] = frozenset()  # source and file


@dataclass(frozen=True)
class Held:
    """A snapshot that is given away, or made to be, and that holds what was withdrawn."""

    asset: str
    partition: str
    snapshot: str
    data_version: str
    computed_at: str
    current: bool
    tags: tuple[str, ...]
    folder: str | None  # its files, in the folder ``data`` of the warehouse


@dataclass(frozen=True)
class Holdings:
    """Every snapshot that holds it, and those of them that were released."""

    snapshots: Mapping[Snapshot, Manifest]
    released: tuple[Held, ...]
    current: tuple[Snapshot, ...]  # that stand now: until a build has replaced them, nothing can be removed
    tags: tuple[str, ...]  # that keep some of them


def find_holdings(project: Project, wanted: Wanted) -> Holdings:
    """Look through every snapshot there is; damaged ones are left to ``pixel verify``."""
    warehouse = project.warehouse
    manifests = dict(_manifests(project))
    seeds = {name for name, manifest in manifests.items() if holds(project, manifest, wanted)}
    held = _made_from(project, manifests, seeds)
    tagged: dict[Snapshot, list[str]] = {}
    for tag in list_tags(warehouse):
        for name in named_by(tag):
            tagged.setdefault(name, []).append(tag.name)
    current = {(*place, state.snapshot) for place, state in current_states(warehouse).items() if state.snapshot}
    with_splits = {name for name in seeds if name[0] == SPLITS and _has_ids(project, manifests[name], wanted)}
    given = _made_from(project, manifests, with_splits) - with_splits
    when = {(a, e.partition, s): e.computed_at for e in _entries(project) for a, s in e.snapshots.items()}
    released = [
        Held(*name, manifests[name].data_version, when.get(name, ""), name in current, tuple(sorted(tagged.get(name, ()))),
             manifests[name].folder)
        for name in sorted(given)
        if name[0] == EXPORTS or (name[0] in project.graph.maker and project.graph.maker[name[0]].group in RELEASED)
    ]  # fmt: skip
    return Holdings(
        {name: manifests[name] for name in sorted(held)},
        tuple(sorted(released, key=lambda one: (one.computed_at, one.asset, one.snapshot))),
        tuple(sorted(name for name in held & current if name[1] != wanted.source)),
        tuple(sorted({tag for name in held for tag in tagged.get(name, ())})),
    )


def conversations_of(project: Project, source: str) -> set[str]:
    """Ids of all conversations that a source ever brought, as far as snapshots of them are left."""
    found = set[str]()
    for (asset, _, _), manifest in _manifests(project):
        if asset in SAID:
            rows = _table(project, manifest, ("source", ID)).read()
            found.update(rows.filter(pc.equal(rows["source"], source))[ID].to_pylist())
    return found


def holds(project: Project, manifest: Manifest, wanted: Wanted) -> bool:
    """Whether rows of a snapshot are what is looked for."""
    if wanted.source is not None and manifest.partition == wanted.source:
        return True
    if manifest.asset == RECORDS:
        hashes = wanted.records.get(manifest.partition, frozenset())
        table = _table(project, manifest, ("file", "row", "record"))
        return bool(hashes) and any(len(find_records(batch, hashes)) for batch in table.batches())
    return _has_recordings(project, manifest, wanted) or _has_ids(project, manifest, wanted)


def _has_ids(project: Project, manifest: Manifest, wanted: Wanted) -> bool:
    if not wanted.conversations or ID not in {name for name, *_ in manifest.columns}:
        return False
    ids = pa.array(sorted(wanted.conversations))
    batches = _table(project, manifest, (ID,)).batches(rows=1 << 20)
    return any(pc.any(pc.is_in(batch.column(0), value_set=ids)).as_py() for batch in batches)


def _has_recordings(project: Project, manifest: Manifest, wanted: Wanted) -> bool:
    if not wanted.recordings or not {"source", "file"} <= {name for name, *_ in manifest.columns}:
        return False
    rows = _table(project, manifest, ("source", "file")).read().to_pylist()
    return any((row["source"], row["file"]) in wanted.recordings for row in rows)


def _table(project: Project, manifest: Manifest, names: tuple[str, ...]) -> Table:
    schema = project.graph.assets[manifest.asset].schema if manifest.asset in project.graph.assets else pa.schema([])
    known = pa.schema([schema.field(name) if name in schema.names else pa.field(name, pa.string()) for name in names])
    return Table(project.warehouse, manifest.asset, known, (manifest,))


def _manifests(project: Project) -> Iterator[tuple[Snapshot, Manifest]]:
    for asset, partition, folder in partition_folders(project.warehouse, "snapshots"):
        for path in list_json(folder):
            try:
                yield (asset, partition, path.stem), load_manifest(project.warehouse, asset, partition, path.stem)
            except CorruptSnapshot:
                continue


def _entries(project: Project) -> Iterator[Entry]:
    for step, partition, _ in partition_folders(project.warehouse, "ledger"):
        yield from entries(project.warehouse, step, partition)


def _made_from(project: Project, manifests: Mapping[Snapshot, Manifest], seeds: set[Snapshot]) -> set[Snapshot]:
    """The seeds, and all that was made from them and from nothing else that gave the same."""
    tainted: set[Version] = {(a, p, manifests[a, p, s].data_version) for a, p, s in seeds}
    by_step: dict[str, list[Entry]] = {}
    for entry in _entries(project):
        by_step.setdefault(entry.step, []).append(entry)
    order = [step.name for step in project.graph.steps]
    for step in [*(name for name in order if name in by_step), *sorted(by_step.keys() - set(order))]:
        made: dict[bool, set[Version]] = {True: set(), False: set()}
        for entry in by_step[step]:
            read = {(asset, part, version) for asset, parts in entry.ingredients.get("inputs", {}).items()
                    for part, version in parts.items()}  # fmt: skip
            made[not tainted.isdisjoint(read)] |= {(a, entry.partition, v) for a, v in entry.data_versions.items()}
        tainted |= made[True] - made[False]
    return seeds | {name for name, manifest in manifests.items() if (name[0], name[1], manifest.data_version) in tainted}
