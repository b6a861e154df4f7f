"""Reasons: what differs between what a snapshot was made from and what it would be made from now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pixel_assets.build.graph import Step
from pixel_assets.build.project import Project
from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store import ledger
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.manifest import load_manifest
from pixel_assets.store.warehouse import WHOLE

Kind = Literal[
    "new", "code", "columns", "settings", "source", "data_file", "library", "model", "file", "input", "upstream", "missing",
    "failed", "check", "forced",
]  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why something is stale."""

    kind: Kind
    detail: str


def differences(project: Project, step: Step, partition: str, now: Mapping[str, Any], *, row_counts: bool) -> list[Reason]:
    """Why a step's ingredients of now are not those that its current snapshot was made from.

    ``row_counts`` adds to each changed input how many rows came and went, and to changed data files what they mean.
    """
    current = ledger.get_current(project.warehouse, step.name, partition)
    if current is None:
        return [Reason("new", "never built")]
    entry = ledger.read_entry(project.warehouse, step.name, partition, current.fingerprint)
    if entry is None:
        return [Reason("missing", f"its ledger entry {current.fingerprint[:12]} is gone")]
    before = entry.ingredients
    reasons = [
        *_code_changes(before["code"], now["code"]),
        *_value_changes("columns", before["columns"], now["columns"]),
        *_setting_changes(before["settings"], now["settings"]),
        *_value_changes("source", before["source"], now["source"]),
        *_registry_changes(before.get("registry", {}), now.get("registry", {})),
        *_value_changes("data_file", before["data_files"], now["data_files"]),
        *_foreseen(project, step, before["data_files"] != now["data_files"] and row_counts),
        *_value_changes("library", before["libraries"], now["libraries"]),
        *_value_changes("model", before.get("models", {}), now.get("models", {})),
        *_value_changes("file", before.get("files", {}), now.get("files", {})),
        *_input_changes(project, before["inputs"], now["inputs"], row_counts=row_counts),
    ]
    if before.get("hashes") != now["hashes"]:
        reasons.append(Reason("code", "rows are hashed in another way"))
    return reasons or [Reason("missing", "its snapshot is gone or damaged")]


def _foreseen(project: Project, step: Step, wanted: bool) -> Iterator[Reason]:
    if wanted and step.foresee:
        yield from (Reason("data_file", detail) for detail in step.foresee(project))


def _input_changes(
    project: Project, before: Mapping[str, Any], now: Mapping[str, Any], *, row_counts: bool
) -> Iterator[Reason]:
    for name in now:
        old, new = before.get(name, {}), now[name]
        for part in sorted({*old, *new}):
            if old.get(part) == new.get(part):
                continue
            label = name if part == WHOLE else f"{name}[{part}]"
            if part not in old:
                yield Reason("input", f"{label} is new: {new[part][:4]}")
            elif part not in new:
                yield Reason("input", f"{label} is gone: it was {old[part][:4]}")
            else:
                count = _rows_between(project, name, part, old[part], new[part]) if row_counts else ""
                yield Reason("input", f"{label} {old[part][:4]} → {new[part][:4]}{count}")


def _rows_between(project: Project, asset: str, partition: str, old: str, new: str) -> str:
    """' (+a −b rows)' between two data versions, where both are still in the warehouse."""
    if asset not in project.graph.assets:
        return ""
    found = {}
    step = project.graph.maker[asset]
    for entry in ledger.entries(project.warehouse, step.name, partition):
        if entry.data_versions[asset] in (old, new):
            found[entry.data_versions[asset]] = entry.snapshots[asset]
    if len(found) < 2:
        return ""
    before, after = (_hashes(project, asset, partition, found[version]) for version in (old, new))
    if before is None or after is None:
        return ""
    rows = np.concatenate([before, after])
    signs = np.repeat([-1, 1], [len(before), len(after)])
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    first = np.flatnonzero(np.r_[True, (rows[order[1:]] != rows[order[:-1]]).any(axis=1)][: len(rows)])
    change = np.add.reduceat(signs[order], first) if len(rows) else signs  # of each distinct row
    return f" (+{change[change > 0].sum():,} −{-change[change < 0].sum():,} rows)"


def _hashes(project: Project, asset: str, partition: str, snapshot: str) -> Hashes | None:
    try:
        manifest = load_manifest(project.warehouse, asset, partition, snapshot)
        return project.table(asset, {partition: manifest}).hashes()
    except CorruptSnapshot:
        return None


def _code_changes(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Reason]:
    for module in sorted({*before, *now}):
        if before.get(module) != now.get(module):
            path = module.removeprefix("pixel_assets.").replace(".", "/") + ".py"
            verb = "changed in" if module in before and module in now else "now uses" if module in now else "no longer uses"
            yield Reason("code", f"code {verb} {path}")


def _setting_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Reason]:
    for stage in sorted({*before, *now}):
        old, new = before.get(stage, {}), now.get(stage, {})
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield Reason("settings", f"{stage}.{name} {old.get(name)!r} → {new.get(name)!r}")


def _registry_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Reason]:
    for source in sorted({*before, *now}):
        if source not in before or source not in now:
            yield Reason("source", f"{source} {'came into' if source in now else 'left'} the registry")
            continue
        for change in _value_changes("source", before[source], now[source]):
            yield Reason("source", f"{source}: {change.detail}")


def _value_changes(kind: Kind, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Reason]:
    for name in sorted({*before, *now}):
        if before.get(name) != now.get(name):
            if kind == "columns":
                yield Reason(kind, f"columns of {name} changed")
            else:
                yield Reason(kind, f"{name} {before.get(name)} → {now.get(name)}")
