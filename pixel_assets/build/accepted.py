"""The accepted state of an asset, with which a check compares the current one.

A state is accepted by a person, who names a tag, or because the checks that compare had nothing against it. A state that they had
something against is not compared with, so that an alarm stands until somebody accepts the new state or the old one comes back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pixel_assets.build.project import Project
from pixel_assets.errors import CorruptSnapshot, UsageError
from pixel_assets.store import ledger
from pixel_assets.store.manifest import Manifest, column_rows, load_manifest
from pixel_assets.store.tags import load_tag, tagged_manifests
from pixel_assets.store.warehouse import WHOLE, list_json, read_json

Columns = tuple[tuple[str, str, str, bool], ...]
JUDGED: Final = "data_version"  # in what a check measured: the state that it judged


@dataclass(frozen=True)
class Accepted:
    """A state that was accepted, and what it is called: a tag, or the first digits of its snapshot."""

    word: str
    table: pa.Table


def accepted(project: Project, asset: str, checks: Collection[str], tag: str = "") -> Accepted | None:
    """The accepted state of an asset without partitions: that of ``tag``, or the newest earlier one that all ``checks`` passed.

    A check that wants its verdicts to count puts the data version that it judged into what it measured, under ``JUDGED``. Where
    none of the earlier states that are still there passed, it is the oldest of them; ``None`` where there is no earlier state.
    Raises :class:`UsageError` for a tag that does not exist, or whose snapshot of the asset is not there or has other columns.
    """
    if tag:
        return Accepted(tag, project.table(asset, {WHOLE: _tagged(project, asset, tag)}).read())
    earlier = _earlier(project, asset)
    if not earlier:
        return None
    passed = _verdicts(project, asset, checks)
    found = next((one for one in reversed(earlier) if passed.get(one.data_version)), earlier[0])
    return Accepted(found.id[:8], project.table(asset, {WHOLE: found}).read())


def _tagged(project: Project, asset: str, tag: str) -> Manifest:
    manifests = tagged_manifests(project.warehouse, load_tag(project.warehouse, tag), asset)
    declared = column_rows(project.graph.assets[asset].schema)
    if WHOLE not in manifests or not _alike(manifests[WHOLE].columns, declared):
        what = f"the {asset} of tag {tag!r} has other columns than now" if WHOLE in manifests else f"tag {tag!r} has no {asset}"
        raise UsageError(what, hint="Name a tag of a newer state, or none")
    return manifests[WHOLE]


def _alike(columns: Columns, others: Columns) -> bool:
    """Whether two tables have the same columns; what is said of them does not matter."""
    return [column[:2] for column in columns] == [column[:2] for column in others]


def _earlier(project: Project, asset: str) -> list[Manifest]:
    """Snapshots that are not the current one, have its columns and were computed before it, oldest first."""
    now = ledger.get_current(project.warehouse, asset, WHOLE)
    current = ledger.current_manifest(project.warehouse, asset, WHOLE)
    if now is None or current is None:
        return []
    found: list[Manifest] = []
    for entry in ledger.entries(project.warehouse, project.graph.maker[asset].name, WHOLE):
        if entry.fingerprint == now.fingerprint:
            break
        if entry.data_versions[asset] != current.data_version:
            with suppress(CorruptSnapshot):  # gone; `pixel gc` keeps few of them
                manifest = load_manifest(project.warehouse, asset, WHOLE, entry.snapshots[asset])
                if _alike(manifest.columns, current.columns):
                    found.append(manifest)
    return found


def _verdicts(project: Project, asset: str, checks: Collection[str]) -> Mapping[str, bool]:
    """Of each data version that was judged whether all of the checks passed, each the last time that it ran."""
    newest: dict[tuple[str, str], ledger.CheckRecord] = {}
    for path in list_json(project.warehouse.checks(asset, WHOLE)):
        with suppress(CorruptSnapshot, TypeError):
            record = ledger.CheckRecord(**read_json(path))
            key = str(record.measured.get(JUDGED)), record.check
            if record.check in checks and (key not in newest or newest[key].checked_at <= record.checked_at):
                newest[key] = record
    found: dict[str, bool] = {}
    for (version, _), record in newest.items():
        found[version] = found.get(version, True) and record.passed
    return found
