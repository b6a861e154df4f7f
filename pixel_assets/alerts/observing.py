"""Looking at a project: which checks fail on the state that stands, what could not be built, what settings left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from numbers import Real

from pixel_assets.alerts.incidents import Fault, Incidents, Seen, Severity
from pixel_assets.build.checking import known_check
from pixel_assets.build.graph import Check, Step
from pixel_assets.build.plan import Plan, make_plan
from pixel_assets.build.project import Project
from pixel_assets.store import ledger
from pixel_assets.store.ledger import Current
from pixel_assets.store.warehouse import bracket

Built = tuple[str, str]  # a step and a partition, by name


def observe(project: Project, known: Incidents, failures: Collection[Built] = ()) -> Seen:
    """What fails now, and which of the ``known`` incidents cannot be judged or are gone.

    ``failures`` are steps (partitions) that a build could not do just now; the ledger remembers those of sources alone.
    Raises :class:`SettingsError` or :class:`WarehouseError` as a plan does.
    """
    return _Look(project, set(failures)).seen(known)


class _Look:
    def __init__(self, project: Project, failures: set[Built]) -> None:
        self._project, self._graph, self._failures = project, project.graph, failures
        self._alerts = project.settings.alerts
        self._wait = timedelta(minutes=self._alerts.wait)
        self._plan: Plan = make_plan(project)
        self._behind = {(item.step.name, item.partition) for item in self._plan.stale}
        self._behind |= {(item.step.name, item.partition) for item in self._plan.held}

    def seen(self, known: Incidents) -> Seen:
        faults = {fault.key: fault for fault in (*self._checks(), *self._failed(), *self._left_behind())}
        rest = {key: incident.fault for key, incident in known.items() if key not in faults}
        gone = frozenset(key for key, fault in rest.items() if self._is_gone(fault))
        unknown = frozenset(key for key, fault in rest.items() if key not in gone and self._is_unknown(fault))
        return Seen(tuple(faults[key] for key in sorted(faults)), unknown, gone)

    def _checks(self) -> Iterator[Fault]:
        holds: dict[tuple[str, str, str], list[str]] = {}
        for held in self._plan.held:
            names = [asset.name + bracket(held.partition) for asset in held.step.assets]
            holds.setdefault((held.by.asset, held.by.partition, held.by.check), []).extend(names)
        for check in self._graph.checks:
            for partition in self._project.partitions_of(check.asset):
                current = ledger.get_current(self._project.warehouse, check.asset, partition)
                record = known_check(self._project, check, partition) if current else None
                if current is None or record is None or record.passed:
                    continue
                # An old state that came back has an old record: it fails since it stands again.
                since = max(_time(record.checked_at), _time(current.since))
                measured = {name: value for name, value in record.measured.items() if _is_number(value)}
                held_back = tuple(holds.get((check.asset, partition, check.name), ()))
                yield Fault(
                    "check", check.asset, partition, self._group(check.asset), _severity(record.severity), record.description,
                    since, check.name, measured, held_back, self._wait,
                )  # fmt: skip

    def _failed(self) -> Iterator[Fault]:
        # Why it failed stays in the warehouse: an error of a library may quote a record.
        for step in self._graph.steps:
            for partition in self._project.partitions(step):
                current = self._marked(step, partition)
                if current and any(self._marked(parent, partition) for parent in self._graph.upstream(step)):
                    continue  # what is made from a failed source is marked with it
                if current or (step.name, partition) in self._failures:
                    since = _time(current.since) if current else datetime.now(UTC)
                    severity: Severity = "WARN" if step.partitioned else "ERROR"
                    text = (
                        "could not be read or built; the rest was built without it" if step.partitioned else "could not be built"
                    )
                    yield Fault("failed", step.name, partition, step.group, severity, text, since, patience=self._wait)

    def _marked(self, step: Step, partition: str) -> Current | None:
        """The state of a step (partition) that the ledger has as failed."""
        current = ledger.get_current(self._project.warehouse, step.name, partition)
        return current if current and current.error is not None else None

    def _left_behind(self) -> Iterator[Fault]:
        for item in self._plan.stale:
            names = [asset.name for asset in item.step.assets if asset.name in self._alerts.stale_assets]
            # Only names of settings: a value may be a person's name, such as one that is never replaced.
            settings = sorted({reason.detail.split()[0] for reason in item.reasons if reason.kind == "settings"})
            if names and settings:
                text = f"{', '.join(settings)} changed, and it still stands as the old settings made it"
                yield Fault(
                    "settings", names[0], item.partition, item.step.group, "WARN", text, datetime.now(UTC),
                    patience=timedelta(minutes=self._alerts.stale_after),
                )  # fmt: skip

    def _is_gone(self, fault: Fault) -> bool:
        """Whether the asset, partition or check is no longer declared, or the asset was never built in this warehouse."""
        step = self._graph.maker.get(fault.asset)
        if step is None or (fault.kind == "check" and self._check(fault) is None):
            return True
        if fault.partition not in self._project.partitions(step):
            return fault.partition not in self._project.registry.left_out
        return fault.kind == "check" and ledger.get_current(self._project.warehouse, fault.asset, fault.partition) is None

    def _is_unknown(self, fault: Fault) -> bool:
        step = self._graph.maker[fault.asset]
        if fault.partition not in self._project.partitions(step):
            return True  # a source that is left out for now
        if fault.kind == "failed":
            return (step.name, fault.partition) in self._behind
        check = self._check(fault)
        return check is not None and known_check(self._project, check, fault.partition) is None

    def _check(self, fault: Fault) -> Check | None:
        return next((c for c in self._graph.checks if (c.asset, c.name) == (fault.asset, fault.check)), None)

    def _group(self, asset: str) -> str:
        step: Step | None = self._graph.maker.get(asset)
        return step.group if step else ""


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _severity(word: str) -> Severity:
    return "ERROR" if word == "ERROR" else "WARN"


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
