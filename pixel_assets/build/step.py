"""One step: look its fingerprint up, compute only if it is unknown, keep the result, run its checks.

Every path ends here (shell, Dagster's UI, sensor, backfill, CI), so contract C1 holds on all of them.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pixel_assets.build.acquiring import acquire_first
from pixel_assets.build.checking import known_check, run_checks
from pixel_assets.build.fingerprint import Fingerprint, only_adds_guards, step_fingerprint
from pixel_assets.build.graph import Step, declared
from pixel_assets.build.project import Project
from pixel_assets.build.step_run import Progress, StepRun
from pixel_assets.errors import HeldBack, NotReproducible, SourceError, WarehouseError
from pixel_assets.sources.registry import Source
from pixel_assets.store import ledger
from pixel_assets.store.history import append
from pixel_assets.store.ledger import CheckRecord, Current, Entry
from pixel_assets.store.locks import lock
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE, bracket, point_to
from pixel_assets.store.writer import SnapshotWriter, Written


@dataclass(frozen=True)
class AssetResult:
    """What a step made of one asset."""

    asset: str
    partition: str | None
    rows: int
    rows_computed: int
    rows_reused: int
    data_version: str
    seconds: float
    snapshot: str
    reused: bool


@dataclass(frozen=True)
class StepResult:
    """What a step made, from what, and what its checks said."""

    assets: tuple[AssetResult, ...]
    checks: tuple[CheckRecord, ...]
    measures: Mapping[str, Any]
    fingerprint: Fingerprint
    manifests: Mapping[str, Manifest]


def pin_inputs(project: Project, step: Step, partition: str) -> tuple[dict[str, dict[str, str]], dict[str, Table]]:
    """The data versions of a step's inputs as they stand now, and the tables to read.

    A source without a snapshot (it failed, or was never built) is left out of a whole-set input. Raises
    :class:`SourceError` where a partition's own upstream is missing.
    """
    versions: dict[str, dict[str, str]] = {}
    tables: dict[str, Table] = {}
    for name in step.inputs:
        if name not in project.graph.maker:
            seen = project.observe(partition, again=True)
            if seen.version is None:
                raise SourceError(seen.error or f"source {partition} cannot be observed")
            versions[name] = {partition: seen.version}
            continue
        wanted = project.partitions_read(step, partition, name)
        found = {p: ledger.current_manifest(project.warehouse, name, p) for p in wanted}
        manifests = {p: manifest for p, manifest in found.items() if manifest is not None}
        if not manifests and (step.partitioned or wanted == (WHOLE,)):
            raise SourceError(
                f"{name} has no data to build from", where=f"{step.name}[{partition}]" if step.partitioned else step.name,
                hint=f"Run `pixel build {name}` and see why it failed",
            )  # fmt: skip
        versions[name] = {p: manifest.data_version for p, manifest in manifests.items()}
        tables[name] = project.table(name, manifests)
    return versions, tables


def failed_upstream(project: Project, step: Step, partition: str) -> list[CheckRecord]:
    """Blocking checks that fail on the current state of anything upstream of a step."""
    failed = []
    seen: set[tuple[str, str]] = set()
    waiting = [(step, partition)]
    while waiting:
        for parent, part in project.upstream(*waiting.pop(0)):
            if (parent.name, part) in seen:
                continue
            seen.add((parent.name, part))
            waiting.append((parent, part))
            for check in project.graph.checks_of(parent):
                known = known_check(project, check, part) if check.blocking else None
                if known and not known.passed:
                    failed.append(known)
    return failed


def run_step(
    project: Project, step: Step, partition: str = WHOLE, *, force: bool = False, progress: Progress = lambda _: None
) -> StepResult:
    """Bring one step (partition) up to date.

    Raises :class:`HeldBack` downstream of a failed blocking check, :class:`SourceError` where its input is
    missing, :class:`NotReproducible` if ``force`` gives another result than before, and whatever the step's
    own function raises. A failure of a partition leaves it without a current snapshot, as in a clean build.
    """
    started = time.monotonic()
    warehouse = project.warehouse.prepare()
    failed = failed_upstream(project, step, partition)
    if failed:
        first = failed[0]
        raise HeldBack(
            f"held back: check {first.check} on {first.asset}{bracket(first.partition)} failed: {first.description}",
            where=step.name + bracket(partition),
            hint="Mend what the check names and build again; `pixel plan` shows what is held",
        )
    with lock(warehouse.lock("gc"), shared=True), lock(warehouse.lock(f"{step.name}.{partition}")):
        try:
            acquire_first(project, step, partition, progress)
            versions, inputs = pin_inputs(project, step, partition)
            source = project.source(partition)
            fingerprint = step_fingerprint(step, partition, project.settings, source, versions, project.entries)
            known = ledger.look_up(warehouse, step.name, partition, fingerprint.value)
            if known and not force:
                entry, manifests = known
            else:
                entry, manifests = _compute(project, step, partition, fingerprint, inputs, source, progress, started, fresh=force)
                if known and known[0].data_versions != entry.data_versions:
                    raise NotReproducible(
                        f"computed again from the same fingerprint {fingerprint.value[:12]}, it gave other data",
                        where=step.name + bracket(partition),
                        expected=", ".join(f"{a} {v[:12]}" for a, v in known[0].data_versions.items()),
                        hint="Something outside its declared inputs decides its result: a clock, an order, a random seed",
                    )
                if not known or known[0].snapshots != entry.snapshots:  # equal data in other files is another snapshot
                    ledger.record(warehouse, entry)
        except Exception as error:
            if step.partitioned and not isinstance(error, NotReproducible | WarehouseError):  # not the source's fault
                _mark_failed(project, step, partition, str(error))
            raise
        for name, manifest in manifests.items():
            state = Current(fingerprint.value, manifest.id, manifest.data_version, manifest.rows)
            ledger.set_current(warehouse, name, partition, state)
            if project.graph.assets[name].keeps_history:
                append(warehouse, name, project.table(name, {partition: manifest}))
            link = project.graph.assets[name].published_as
            if link and manifest.folder:
                point_to(warehouse.root / link, warehouse.data(name) / manifest.folder)
        checks = run_checks(project, step, partition)
    reused = known is not None and not force
    shown = None if partition == WHOLE else partition
    results = tuple(
        AssetResult(
            name, shown, manifest.rows, 0 if reused else entry.rows_computed[name],
            manifest.rows if reused else entry.rows_reused[name], manifest.data_version,
            round(time.monotonic() - started, 3), manifest.id, reused,
        )
        for name, manifest in manifests.items()
    )  # fmt: skip
    return StepResult(results, tuple(checks), entry.measures, fingerprint, manifests)


def _compute(
    project: Project, step: Step, partition: str, fingerprint: Fingerprint, inputs: dict[str, Table],
    source: Source | None, progress: Progress, started: float, *, fresh: bool,
) -> tuple[Entry, dict[str, Manifest]]:  # fmt: skip
    warehouse = project.warehouse
    before = {asset.name: ledger.current_manifest(warehouse, asset.name, partition) for asset in step.assets}
    shared = {name: project.table(name, {partition: m}) if m and not fresh else None for name, m in before.items()}
    same_rows = not fresh and _rows_hold(project, step, partition, fingerprint)
    scratch = warehouse.root / ".scratch" / uuid.uuid4().hex
    scratch.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            run = StepRun(
                project, partition, inputs,
                declared(project.settings, step.settings),
                SimpleNamespace(name=partition, **vars(declared(source, step.source_fields))),
                {name: table if same_rows else None for name, table in shared.items()},
                {
                    asset.name: stack.enter_context(
                        SnapshotWriter(warehouse, asset.name, partition, asset.schema, shared[asset.name])
                    )
                    for asset in step.assets
                },
                progress=progress, scratch=scratch,
                registry={other.name: declared(other, step.registry_fields) for other in project.entries if step.sources(other)},
            )  # fmt: skip
            step.compute(run)
            _require_still(project, step, partition, fingerprint)
            written = {name: writer.finish(run.attachments.get(name)) for name, writer in run.writers.items()}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _entry(step, partition, fingerprint, written, run, started), {n: w.manifest for n, w in written.items()}


def _require_still(project: Project, step: Step, partition: str, fingerprint: Fingerprint) -> None:
    """Raise unless what lies outside is still what the fingerprint says: files may change while they are read."""
    for name in step.inputs:
        if name not in project.graph.maker:
            seen = project.observe(partition, again=True)
            if seen.version != fingerprint.ingredients["inputs"][name][partition]:
                raise SourceError("changed while it was read", where=f"source {partition}", hint="Run the build again")


def _entry(
    step: Step, partition: str, fingerprint: Fingerprint, written: Mapping[str, Written], run: StepRun, started: float
) -> Entry:
    manifests = {name: result.manifest for name, result in written.items()}
    return Entry(
        step.name, partition, fingerprint.value, fingerprint.ingredients, fingerprint.row_version,
        snapshots={name: manifest.id for name, manifest in manifests.items()},
        data_versions={name: manifest.data_version for name, manifest in manifests.items()},
        rows={name: manifest.rows for name, manifest in manifests.items()},
        rows_computed={name: m.rows - run.reused.get(name, 0) for name, m in manifests.items()},
        rows_reused={name: run.reused.get(name, 0) for name in manifests},
        measures=run.measures,
        seconds=round(time.monotonic() - started, 3),
    )  # fmt: skip


def _rows_hold(project: Project, step: Step, partition: str, fingerprint: Fingerprint) -> bool:
    """Whether rows of the current snapshots of a step may be reused: made by the same recipe, with no guard less."""
    current = ledger.get_current(project.warehouse, step.name, partition)
    known = current and ledger.look_up(project.warehouse, step.name, partition, current.fingerprint)
    if not known or known[0].row_version != fingerprint.row_version:
        return False
    return only_adds_guards(step, known[0].ingredients, fingerprint.ingredients)


def _mark_failed(project: Project, step: Step, partition: str, error: str) -> None:
    """Leave a failed partition, and the partitions made from it, without data: as they are in a clean build."""
    for other in project.graph.steps:
        if other.partitioned and (other is step or step.name in project.graph.ancestors(other)):
            for asset in other.assets:
                ledger.set_current(project.warehouse, asset.name, partition, Current("", None, None, error=error))
