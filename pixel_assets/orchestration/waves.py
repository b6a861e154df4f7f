"""A build: ask the plan what is stale, run that through Dagster in this process, ask again.

Sources come first, one Dagster run each, so that one that fails leaves the others alone; then the rest
in one run, in which Dagster itself stops behind a failed blocking check. Nothing here imports Dagster
until there is something to run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from pixel_assets.build.acquiring import acquiring, lacking, remembered
from pixel_assets.build.checking import known_check
from pixel_assets.build.graph import Step
from pixel_assets.build.plan import Held, Stale, make_plan
from pixel_assets.build.project import Project
from pixel_assets.build.step import AssetResult, StepResult
from pixel_assets.store import ledger
from pixel_assets.store.catalogue import publish
from pixel_assets.store.ledger import CheckRecord
from pixel_assets.store.locks import lock
from pixel_assets.store.warehouse import WHOLE, bracket, public_name

if TYPE_CHECKING:
    from pixel_assets.orchestration.runs import Runner


@dataclass(frozen=True)
class Failure:
    """A step (partition) that could not be built."""

    step: Step
    partition: str
    error: str
    exit_code: int


@dataclass
class Summary:
    """What a build did."""

    built: list[AssetResult] = field(default_factory=list)
    reused: list[AssetResult] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    skipped: list[Held | Stale] = field(default_factory=list)
    checks: list[CheckRecord] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 done, 1 a blocking check failed or a step broke, 3 only sources failed."""
        if any(check.blocking and not check.passed for check in self.checks):
            return 1
        codes = {failure.exit_code for failure in self.failed}
        return 1 if codes - {3} else 3 if codes else 0

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel build --json``."""
        return {
            "built": [_asset(result) for result in self.built],
            "reused": [_asset(result) for result in self.reused],
            "failed": [
                {"asset": asset.name, "partition": public_name(f.partition), "error": f.error}
                for f in self.failed
                for asset in f.step.assets
            ],
            "skipped": [
                {"asset": asset.name, "partition": public_name(s.partition),
                 "reason": f"held by {s.by.check} on {s.by.asset}" if isinstance(s, Held) else "upstream failed"}
                for s in self.skipped
                for asset in s.step.assets
            ],
            "checks": {
                "passed": sum(check.passed for check in self.checks),
                "warned": sum(not check.passed and not check.blocking for check in self.checks),
                "failed": sum(not check.passed and check.blocking for check in self.checks),
            },
            "seconds": round(self.seconds, 3),
        }  # fmt: skip


def _asset(result: AssetResult) -> dict[str, Any]:
    return {
        "asset": result.asset, "partition": result.partition, "rows": result.rows, "rows_computed": result.rows_computed,
        "rows_reused": result.rows_reused, "data_version": result.data_version, "seconds": result.seconds,
    }  # fmt: skip


class Reporter:
    """Hears what happens while a build goes on; the shell's shows it. This one keeps the results."""

    def __init__(self, show: Callable[[str], None] = lambda _: None) -> None:
        self.summary = Summary()
        self._show = show

    def started(self, step: Step, partition: str) -> None:
        """A step begins."""
        self._show(f"[dim]…[/] {_label(step, partition)}")

    def progress(self, step: Step, partition: str, message: str) -> None:
        """A step that takes longer says how far it is."""
        self._show(f"[dim]…[/] {_label(step, partition)}  [dim]{message}[/]")

    def finished(self, step: Step, partition: str, result: StepResult) -> None:
        """A step is done."""
        for asset in result.assets:
            (self.summary.reused if asset.reused else self.summary.built).append(asset)
            verb = "reused" if asset.reused else "built"
            where = escape(bracket(asset.partition or WHOLE))
            self._show(f"[green]✓[/] {asset.asset}{where}  {verb}, {asset.rows:,} rows, {asset.seconds:.1f} s")
        for check in result.checks:
            if not check.passed:
                colour = "red" if check.blocking else "yellow"
                self._show(f"[{colour}]![/] {check.asset}: {check.check}: {check.description}")

    def failed(self, step: Step, partition: str, error: BaseException) -> None:
        """A step could not be done."""
        from pixel_assets.orchestration.steps import describe

        code = 3 if step.partitioned else getattr(error, "exit_code", 1)
        self.summary.failed.append(Failure(step, partition, describe(error), code))
        self._show(f"[red]✗[/] {_label(step, partition)}  {describe(error)}")


def _label(step: Step, partition: str) -> str:
    return ", ".join(asset.name for asset in step.assets) + escape(bracket(partition))


def build(
    project: Project,
    *,
    steps: Sequence[Step] | None = None,
    sources: Collection[str] | None = None,
    force: Collection[Step] = (),
    reporter: Reporter | None = None,
) -> Summary:
    """Bring the chosen steps (default: all) up to date and say what was done.

    ``sources`` narrows the partitions, ``force`` has steps that are recomputed even if their result is known.
    Raises :class:`SettingsError` or :class:`WarehouseError` before anything runs; whatever happens in a step
    is part of the summary.
    """
    started = time.monotonic()
    reporter = reporter or Reporter()
    project.warehouse.prepare()
    given_up: set[tuple[str, str]] = set()
    forced = {(step.name, partition) for step in force for partition in project.partitions(step)}
    done: set[tuple[str, str]] = set()
    behind: list[Stale] = []  # what was not run because something before it failed
    with ExitStack() as stack:
        stack.enter_context(lock(project.warehouse.lock("gc"), shared=True))  # gc waits for the whole build
        runner: Runner | None = None
        while True:
            plan = make_plan(project, steps, sources, force=forced, given_up=given_up)
            todo = [item for item in plan.stale if (item.step.name, item.partition) not in done | given_up]
            if not todo:
                if runner is None and any(project.warehouse.building.glob("*")):  # killed after its last step
                    from pixel_assets.orchestration.instance import open_instance

                    stack.enter_context(open_instance(project))  # which marks its run as failed
                break
            if runner is None:
                from pixel_assets.orchestration.runs import open_runner  # Dagster: not needed where nothing is stale

                runner = stack.enter_context(open_runner(project))
            waves = stack.enter_context(closing(_while_acquiring(project, todo, reporter)))
            for wave in waves:
                names = {(item.step.name, item.partition) for item in wave}
                given_up |= names - runner.run(wave, forced, reporter)
                failed = {(failure.step.name, failure.partition) for failure in reporter.summary.failed}
                behind += [item for item in wave if (item.step.name, item.partition) in given_up - failed]
                done |= names
                forced -= names
    summary = reporter.summary
    held = {(item.step.name, item.partition) for item in plan.held}
    summary.skipped = [*plan.held, *(item for item in behind if (item.step.name, item.partition) not in held)]
    summary.checks = standing_checks(project, steps)
    publish(project.warehouse, project.graph.assets, project.sources)
    summary.seconds = time.monotonic() - started
    return summary


def _while_acquiring(project: Project, todo: list[Stale], reporter: Reporter) -> Generator[list[Stale], None, None]:
    """The waves to run: first those that need nothing from elsewhere, while the rest is acquired; then the rest.

    What cannot be acquired is the failure of its step, in its wave.
    """
    readers = {
        item.partition: item.step
        for item in todo
        if item.partition != WHOLE and not item.known and not any(name in project.graph.maker for name in item.step.inputs)
    }
    wanted = lacking(project, readers)
    waves = _waves(todo)
    with acquiring(project, wanted, lambda source, message: reporter.progress(readers[source], source, message)) as failed:
        yield from (wave for wave in waves if wave[0].partition not in wanted)
        with remembered(failed()):
            for source in wanted:
                project.observe(source, again=True)  # the version of a playlist is known only now
            yield from (wave for wave in waves if wave[0].partition in wanted)


def _waves(todo: list[Stale]) -> list[list[Stale]]:
    """What to run before asking the plan again: one wave a source, or, with no source stale, all the rest."""
    by_source: dict[str, list[Stale]] = {}
    for item in todo:
        by_source.setdefault(item.partition, []).append(item)
    rest = by_source.pop(WHOLE, [])
    return list(by_source.values()) or [rest]


def standing_checks(project: Project, steps: Sequence[Step] | None = None) -> list[CheckRecord]:
    """The results of all checks for the state that stands now."""
    found = []
    for step in steps if steps is not None else project.graph.steps:
        for partition in project.partitions(step):
            if ledger.get_current(project.warehouse, step.name, partition) is None:
                continue
            found += [known for check in project.graph.checks_of(step) if (known := known_check(project, check, partition))]
    return found
