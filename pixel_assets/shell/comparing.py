"""``pixel diff``: what a person calls a state (a tag, a snapshot, "previous"), and what lies between two."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
from rich.markup import escape

from pixel_assets.build.graph import Asset
from pixel_assets.build.graph import asset as asset_named
from pixel_assets.build.project import Project
from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.shell.console import out
from pixel_assets.store import ledger
from pixel_assets.store.diff import Diff, diff
from pixel_assets.store.manifest import Manifest, load_manifest
from pixel_assets.store.tags import load_tag, tag_names, tagged_manifests
from pixel_assets.store.warehouse import WHOLE, bracket

CURRENT: Final = "current"
PREVIOUS: Final = "previous"
MIN_DIGITS: Final = 4
MAX_LISTED: Final = 20


@dataclass(frozen=True)
class State:
    """Snapshots of an asset that a word stands for; ``complete`` if it speaks of all partitions."""

    word: str
    snapshots: Mapping[str, Manifest]
    complete: bool


@dataclass(frozen=True)
class Comparison:
    """Two states of one asset, and what lies between them."""

    asset: Asset
    old: State
    new: State
    diff: Diff

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel diff --json``."""
        states = {"old": self.old, "new": self.new}
        return {
            "asset": self.asset.name,
            **{side: {"state": state.word, "snapshots": _ids(state)} for side, state in states.items()},
            **self.diff.to_json(),
        }


def compare(
    project: Project,
    name: str,
    old: str = PREVIOUS,
    new: str = CURRENT,
    sources: Collection[str] | None = None,
) -> Comparison:
    """Compare two states of an asset; ``sources`` narrows the partitions.

    A state that names single snapshots (an id, ``previous``) is compared with the same partitions of the
    other. Raises :class:`UsageError` for an asset or a state that does not exist.
    """
    asset = asset_named(project.graph, name)
    before, after = find_state(project, asset, old, sources), find_state(project, asset, new, sources)
    shared = {*before.snapshots} & {*after.snapshots}
    if not (before.complete and after.complete):
        if not shared:
            raise UsageError(
                f"{old} and {new} are states of different sources: {_named(before)} and {_named(after)}",
                where=name, expected="two states of the same source",
            )  # fmt: skip
        before, after = _narrowed(before, shared), _narrowed(after, shared)
    tables = [project.table(name, state.snapshots) for state in (before, after)]
    return Comparison(asset, before, after, diff(tables[0], tables[1], asset.key))


def find_state(project: Project, asset: Asset, word: str, sources: Collection[str] | None = None) -> State:
    """The state of an asset that a word stands for.

    It may be ``current``, ``previous`` (what was computed before), a tag, or the first four or more digits of
    a snapshot or data version. Raises :class:`UsageError` for any other, and for digits that fit several.
    """
    partitions = [p for p in project.partitions_of(asset.name) if sources is None or p == WHOLE or p in sources]
    if word == CURRENT:
        found = {p: ledger.current_manifest(project.warehouse, asset.name, p) for p in partitions}
        state = State(word, {p: manifest for p, manifest in found.items() if manifest is not None}, True)
    elif word == PREVIOUS:
        state = State(word, _previous(project, asset, partitions), False)
    elif word in tag_names(project.warehouse):
        tagged = tagged_manifests(project.warehouse, load_tag(project.warehouse, word), asset.name)
        return State(word, {p: manifest for p, manifest in tagged.items() if sources is None or p in partitions}, True)
    else:
        return State(word, _by_digits(project, asset, word, partitions), False)
    if not state.snapshots:
        raise UsageError(f"{asset.name} has no {word} state", hint=_hint(project, asset, partitions))
    return state


def _previous(project: Project, asset: Asset, partitions: Collection[str]) -> dict[str, Manifest]:
    """Of each partition the newest other snapshot that was computed before the current one."""
    found = {}
    for partition in partitions:
        current = ledger.get_current(project.warehouse, asset.name, partition)
        if current is None:
            continue
        earlier = []
        for entry in ledger.entries(project.warehouse, project.graph.maker[asset.name].name, partition):
            if entry.fingerprint == current.fingerprint:
                break
            if entry.snapshots[asset.name] != current.snapshot:
                earlier.append(entry.snapshots[asset.name])
        if earlier:
            found[partition] = load_manifest(project.warehouse, asset.name, partition, earlier[-1])
    return found


def _by_digits(project: Project, asset: Asset, word: str, partitions: Collection[str]) -> dict[str, Manifest]:
    known = [m for p in partitions for m in _known(project, asset, p)]
    fits = [m for m in known if m.id.startswith(word) or m.data_version.startswith(word)]
    if len(word) < MIN_DIGITS or not fits:
        tags = ", ".join(tag_names(project.warehouse)[:5])
        raise UsageError(
            f"{asset.name} has no state {word!r}",
            expected=f"{CURRENT}, {PREVIOUS}, a tag{f' ({tags})' if tags else ''}, or at least {MIN_DIGITS} digits"
            " of a snapshot or data version",
            hint=_hint(project, asset, partitions),
        )
    versions = sorted({manifest.data_version for manifest in fits})
    if len(versions) > 1:
        raise UsageError(
            f"{word!r} fits {len(versions)} states of {asset.name}",
            expected="more digits, or one of " + ", ".join(version[:12] for version in versions[:MAX_LISTED]),
        )
    return {manifest.partition: manifest for manifest in fits}


def _known(project: Project, asset: Asset, partition: str) -> list[Manifest]:
    """The snapshots of a partition that the ledger knows, oldest first; those that are gone are left out."""
    found: dict[str, Manifest] = {}
    for entry in ledger.entries(project.warehouse, project.graph.maker[asset.name].name, partition):
        try:
            manifest = load_manifest(project.warehouse, asset.name, partition, entry.snapshots[asset.name])
        except CorruptSnapshot:
            continue  # named by `pixel verify`
        found[manifest.id] = manifest
    return list(found.values())


def _hint(project: Project, asset: Asset, partitions: Collection[str]) -> str:
    known = [m for p in partitions for m in _known(project, asset, p)][-5:]
    if not known:
        return f"Nothing of it is built yet; run `pixel build {asset.name}`"
    return "Known snapshots: " + ", ".join(f"{m.id[:8]}{bracket(m.partition)} ({m.rows:,} rows)" for m in known)


def _narrowed(state: State, partitions: Collection[str]) -> State:
    return State(state.word, {p: m for p, m in state.snapshots.items() if p in partitions}, state.complete)


def _ids(state: State) -> dict[str, str]:
    return {"" if p == WHOLE else p: manifest.id for p, manifest in sorted(state.snapshots.items())}


def _named(state: State) -> str:
    return ", ".join(sorted(state.snapshots)) or "none"


def show_comparison(found: Comparison) -> None:
    """Print how many rows came, went and changed, and the first of each by their keys."""
    between = found.diff
    partitions = sorted(p for p in {**found.old.snapshots, **found.new.snapshots} if p != WHOLE)
    where = f" [{', '.join(partitions)}]" if partitions else ""
    out.print(f"[bold]{found.asset.name}[/]{escape(f'{where}: {found.old.word} → {found.new.word}')}")
    out.print(
        f"{between.rows_old:,} → {between.rows_new:,} rows: [green]{between.added.num_rows:,} added[/], "
        f"[red]{between.removed.num_rows:,} removed[/], [yellow]{between.changed.num_rows:,} changed[/], "
        f"{between.unchanged:,} the same"
    )
    if between.by_column:
        out.print("changed in " + ", ".join(f"{name} {count:,}" for name, count in between.by_column.items()))
    for sign, colour, table in (
        ("+", "green", between.added),
        ("−", "red", between.removed),
        ("~", "yellow", between.changed),
    ):
        _show_rows(sign, colour, table, between.key)


def _show_rows(sign: str, colour: str, table: pa.Table, key: tuple[str, ...]) -> None:
    for row in table.slice(0, MAX_LISTED).to_pylist():
        columns = f"  [dim]{', '.join(row['columns'])}[/]" if "columns" in row else ""
        out.print(f"[{colour}]{sign}[/] {escape('  '.join(str(row[name]) for name in key))}{columns}")
    if table.num_rows > MAX_LISTED:
        out.print(f"[dim]{sign} and {table.num_rows - MAX_LISTED:,} more; --json has all[/]")
