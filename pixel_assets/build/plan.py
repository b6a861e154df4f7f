"""The plan: what would be rebuilt, and why. Shell, sensor, schedule and CI all ask this one function.

It reads manifests and pointers only. Where an upstream result can be foretold from the ledger (an old
threshold comes back), the plan looks through it; where not, everything downstream is marked as waiting
for it, and may turn out to need nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pixel_assets.build.checking import known_check
from pixel_assets.build.fingerprint import step_fingerprint
from pixel_assets.build.graph import Step
from pixel_assets.build.project import Project
from pixel_assets.build.reasons import Reason, differences
from pixel_assets.store import ledger
from pixel_assets.store.ledger import CheckRecord, Entry
from pixel_assets.store.warehouse import bracket, public_name


@dataclass(frozen=True)
class Stale:
    """A step (partition) that would be rebuilt. ``known`` means that its result is in the ledger already."""

    step: Step
    partition: str
    reasons: tuple[Reason, ...]
    known: bool = False
    waits: bool = False  # for an upstream result that cannot be foretold


@dataclass(frozen=True)
class Held:
    """A step (partition) that is not built, because a blocking check upstream of it fails."""

    step: Step
    partition: str
    by: CheckRecord


@dataclass(frozen=True)
class Plan:
    """What is stale, what is held back, and what failed to be seen at all."""

    stale: tuple[Stale, ...]
    held: tuple[Held, ...]
    fresh: int

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel plan --json``: one item an asset (partition)."""
        return {
            "stale": [
                {
                    "asset": asset.name,
                    "partition": public_name(item.partition),
                    "reasons": [{"kind": reason.kind, "detail": reason.detail} for reason in item.reasons],
                    "known": item.known,
                }
                for item in self.stale
                for asset in item.step.assets
            ],
            "held": [
                {"asset": asset.name, "partition": public_name(item.partition), "check": item.by.check, "on": item.by.asset,
                 "detail": item.by.description}
                for item in self.held
                for asset in item.step.assets
            ],
            "fresh": self.fresh,
        }  # fmt: skip


@dataclass
class _State:
    """What the plan expects of one step (partition): its data versions if they can be foretold."""

    versions: dict[str, str] | None  # asset → data version
    held: CheckRecord | None = None
    behind: bool = False  # held, and would otherwise have been rebuilt


def make_plan(
    project: Project,
    steps: Collection[Step] | None = None,
    sources: Collection[str] | None = None,
    *,
    force: Collection[tuple[str, str]] = (),
    given_up: Collection[tuple[str, str]] = (),
    row_counts: bool = False,
) -> Plan:
    """Compare the warehouse with what the settings, the code and the sources ask for now.

    ``steps`` and ``sources`` narrow what is reported. ``force`` has the (step,
    partition) pairs to recompute whatever is known, ``given_up`` those that failed in this build and are not tried again.
    ``row_counts`` adds to each changed input how many rows came and went.
    """
    planner = _Planner(project, set(force), set(given_up), row_counts)
    wanted = {step.name for step in steps} if steps is not None else None
    stale, held, fresh = [], [], 0
    for step in project.graph.steps:
        for partition in project.partitions(step):
            found = planner.judge(step, partition)
            if wanted is not None and step.name not in wanted:
                continue
            if sources is not None and step.partitioned and partition not in sources:
                continue
            if isinstance(found, Stale):
                stale.append(found)
            elif isinstance(found, Held):
                held.append(found)
            else:
                fresh += len(step.assets)
    return Plan(tuple(stale), tuple(held), fresh)


class _Planner:
    def __init__(self, project: Project, force: set[tuple[str, str]], given_up: set[tuple[str, str]], row_counts: bool) -> None:
        self._project, self._force, self._given_up, self._row_counts = project, force, given_up, row_counts
        self._states: dict[tuple[str, str], _State] = {}

    def judge(self, step: Step, partition: str) -> Stale | Held | None:
        """What is to be done for a step (partition); all upstream of it have been judged before."""
        held = self._held_by(step, partition)
        if held:
            behind = self._is_behind(step, partition)
            self._states[step.name, partition] = _State(self._current_versions(step, partition), held, behind)
            return Held(step, partition, held) if behind else None
        current = ledger.get_current(self._project.warehouse, step.name, partition)
        if (step.name, partition) in self._given_up:
            self._states[step.name, partition] = _State({})
            return None
        inputs, waiting, problem = self._inputs(step, partition)
        failed_before = current is not None and current.error is not None
        if problem or (failed_before and not waiting):
            # It is tried again, but what stands downstream is planned as if it failed again.
            reason = Reason("failed", problem or (current.error if current and current.error else ""))
            if not problem:
                known = self._ledger(step, partition, inputs)
                self._states[step.name, partition] = _State(dict(known.data_versions) if known else {})
                return Stale(step, partition, (reason,), known=known is not None)
            self._states[step.name, partition] = _State({})
            return Stale(step, partition, (reason,))
        if waiting:
            self._states[step.name, partition] = _State(None)
            reasons = [Reason("upstream", f"{name} will be rebuilt") for name in waiting]
            return Stale(step, partition, tuple([*self._own_changes(step, partition), *reasons]), waits=True)
        return self._compare(step, partition, inputs)

    def _compare(self, step: Step, partition: str, inputs: dict[str, dict[str, str]]) -> Stale | None:
        project = self._project
        fingerprint = step_fingerprint(step, partition, project.settings, project.source(partition), inputs, project.entries)
        forced = (step.name, partition) in self._force
        known = ledger.look_up(project.warehouse, step.name, partition, fingerprint.value)
        if known and not forced:
            self._states[step.name, partition] = _State(dict(known[0].data_versions))
            if self._stands(step, partition, known[0]):
                unchecked = self._unchecked(step, partition)
                return Stale(step, partition, tuple(unchecked), known=True) if unchecked else None
        else:
            self._states[step.name, partition] = _State(None)
        reasons = [Reason("forced", "asked for by --force")] if forced else []
        changes = self._differences(step, partition, fingerprint.ingredients)
        reasons += [change for change in changes if not (known and forced and change.kind == "missing")]
        return Stale(step, partition, tuple(reasons), known=known is not None and not forced)

    def _stands(self, step: Step, partition: str, entry: Entry) -> bool:
        for asset in step.assets:
            current = ledger.get_current(self._project.warehouse, asset.name, partition)
            if current is None or current.fingerprint != entry.fingerprint or current.snapshot != entry.snapshots[asset.name]:
                return False
        return True

    def _ledger(self, step: Step, partition: str, inputs: dict[str, dict[str, str]]) -> Entry | None:
        project = self._project
        fingerprint = step_fingerprint(step, partition, project.settings, project.source(partition), inputs, project.entries)
        known = ledger.look_up(project.warehouse, step.name, partition, fingerprint.value)
        return known[0] if known else None

    def _inputs(self, step: Step, partition: str) -> tuple[dict[str, dict[str, str]], list[str], str | None]:
        """Expected data versions of the inputs, the inputs that must be waited for, and why there are none."""
        versions: dict[str, dict[str, str]] = {}
        waiting: list[str] = []
        for name in step.inputs:
            maker = self._project.graph.maker.get(name)
            if maker is None:
                seen = self._project.observe(partition)
                if seen.version is None:
                    return {}, [], seen.error
                versions[name] = {partition: seen.version}
                continue
            versions[name] = {}
            for part in self._project.partitions_read(step, partition, name):
                state = self._states[maker.name, part]
                if state.versions is None:
                    waiting.append(name + bracket(part))
                elif name in state.versions:
                    versions[name][part] = state.versions[name]
            if not versions[name] and not waiting and (step.partitioned or not maker.partitioned):
                return {}, [], f"{name} failed"
        return versions, waiting, None

    def _current_versions(self, step: Step, partition: str) -> dict[str, str]:
        found = {}
        for asset in step.assets:
            current = ledger.get_current(self._project.warehouse, asset.name, partition)
            if current and current.data_version:
                found[asset.name] = current.data_version
        return found

    def _held_by(self, step: Step, partition: str) -> CheckRecord | None:
        """The failed blocking check that holds a step back: on a parent that is fresh, or that is held itself."""
        for parent, part, state in self._parents(step, partition):
            if state.held:
                return state.held
            if state.versions is None or state.versions != self._current_versions(parent, part):
                continue  # it will be rebuilt, and checked again, before this step runs
            for check in self._project.graph.checks_of(parent):
                known = known_check(self._project, check, part) if check.blocking else None
                if known and not known.passed:
                    return known
        return None

    def _parents(self, step: Step, partition: str) -> Iterator[tuple[Step, str, _State]]:
        """The steps (partitions) that it reads from directly, as they have been judged."""
        for parent, part in self._project.upstream(step, partition):
            yield parent, part, self._states[parent.name, part]

    def _is_behind(self, step: Step, partition: str) -> bool:
        """Whether a held step would otherwise have been rebuilt."""
        if any(state.behind for _, _, state in self._parents(step, partition)):
            return True
        current = ledger.get_current(self._project.warehouse, step.name, partition)
        inputs, waiting, problem = self._inputs(step, partition)
        if waiting or problem or current is None:
            return True
        project = self._project
        fingerprint = step_fingerprint(step, partition, project.settings, project.source(partition), inputs, project.entries)
        return fingerprint.value != current.fingerprint

    def _unchecked(self, step: Step, partition: str) -> list[Reason]:
        return [
            Reason("check", f"{check.name} has not been run on this state")
            for check in self._project.graph.checks_of(step)
            if known_check(self._project, check, partition) is None
        ]

    def _own_changes(self, step: Step, partition: str) -> list[Reason]:
        """What changed in a step itself, whatever its inputs will be."""
        project = self._project
        now = step_fingerprint(step, partition, project.settings, project.source(partition), {}, project.entries)
        return [r for r in self._differences(step, partition, now.ingredients) if r.kind not in ("input", "new", "missing")]

    def _differences(self, step: Step, partition: str, now: Mapping[str, Any]) -> list[Reason]:
        return differences(self._project, step, partition, now, row_counts=self._row_counts)
