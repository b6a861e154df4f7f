"""Running checks: what a check is given, what it answers, and when a known answer still holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import duckdb

from pixel_assets.build.fingerprint import check_fingerprint
from pixel_assets.build.graph import Asset, Check, Step, declared
from pixel_assets.build.project import Project
from pixel_assets.store.ledger import CheckRecord, current_manifest, look_up_check, record_check
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE


@dataclass(frozen=True)
class Verdict:
    """The answer of a check: whether it passed, in words, and the numbers behind it."""

    passed: bool
    description: str
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CheckRun:
    """What a check may look at: the asset it judges (and its declaration), the others it declared, its settings."""

    asset: Asset
    tables: Mapping[str, Table]
    settings: SimpleNamespace
    partition: str
    missing: tuple[str, ...]  # sources that the asset was built without
    project: Project
    source: SimpleNamespace = field(default_factory=SimpleNamespace)  # only the declared fields of the registry entry
    registry: Mapping[str, SimpleNamespace] = field(default_factory=dict)  # the same of every source, for a whole asset

    @contextmanager
    def query(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in which every declared table is a view of its own name."""
        with self.project.connect() as connection:
            for name, table in self.tables.items():
                connection.execute(f'CREATE VIEW "{name}" AS {table.sql()}')
            yield connection


@dataclass(frozen=True)
class _Subject:
    manifests: Mapping[str, Mapping[str, Manifest]]
    missing: tuple[str, ...]
    fingerprint: str


def known_check(project: Project, check: Check, partition: str) -> CheckRecord | None:
    """The result of a check for the current state, if it has been run on it."""
    subject = _subject(project, check, partition)
    if subject is None:
        return None
    return look_up_check(project.warehouse, check.asset, partition, check.name, subject.fingerprint)


def run_checks(project: Project, step: Step, partition: str) -> list[CheckRecord]:
    """The results of a step's checks for the current state; those that are known are not run again."""
    results = []
    for check in project.graph.checks_of(step):
        subject = _subject(project, check, partition)
        if subject is None:
            continue
        known = look_up_check(project.warehouse, check.asset, partition, check.name, subject.fingerprint)
        results.append(known or _run(project, check, partition, subject))
    return results


def _run(project: Project, check: Check, partition: str, subject: _Subject) -> CheckRecord:
    verdict = check.run(
        CheckRun(
            project.graph.assets[check.asset],
            {name: project.table(name, manifests) for name, manifests in subject.manifests.items()},
            declared(project.settings, check.settings),
            partition,
            subject.missing,
            project,
            declared(project.source(partition), check.source_fields),
            {source.name: declared(source, check.registry_fields) for source in project.entries},
        )
    )
    result = CheckRecord(
        check.asset, partition, check.name, subject.fingerprint, verdict.passed, check.severity, check.blocking,
        verdict.description, dict(verdict.measured),
    )  # fmt: skip
    record_check(project.warehouse, result)
    return result


def _subject(project: Project, check: Check, partition: str) -> _Subject | None:
    """What a check looks at now, or None while the asset that it judges does not exist."""
    manifests: dict[str, dict[str, Manifest]] = {}
    for name in (check.asset, *check.reads):
        partitions = project.partitions_of(name)
        wanted = (partition,) if partition in partitions else partitions
        found = {p: current_manifest(project.warehouse, name, p) for p in wanted}
        manifests[name] = {p: manifest for p, manifest in found.items() if manifest is not None}
    if not manifests[check.asset]:
        return None
    versions = {name: {p: m.data_version for p, m in found.items()} for name, found in manifests.items()}
    missing = _missing_sources(project, check, partition)
    source = project.source(partition)
    fingerprint = check_fingerprint(check, project.settings, versions, list(missing), source, project.entries)
    return _Subject(manifests, missing, fingerprint)


def _missing_sources(project: Project, check: Check, partition: str) -> tuple[str, ...]:
    """Sources without a snapshot among the partitioned inputs of the step that is judged."""
    if partition != WHOLE:
        return ()
    missing: set[str] = set()
    step = project.graph.maker[check.asset]
    for name in step.inputs:
        maker = project.graph.maker.get(name)
        if maker and maker.partitioned:
            read = project.partitions_read(step, partition, name)
            missing |= {p for p in read if current_manifest(project.warehouse, name, p) is None}
    return tuple(sorted(missing))
