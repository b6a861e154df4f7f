"""Running a wave of a build as one Dagster run in this process."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pixel_assets.build.graph import Step
from pixel_assets.build.plan import Stale
from pixel_assets.build.project import Project
from pixel_assets.build.step import StepResult
from pixel_assets.orchestration.asset_graph import asset_job
from pixel_assets.orchestration.instance import PROCESS_TAG, marked_as_building, open_instance, this_process
from pixel_assets.orchestration.interrupts import interrupts_kept
from pixel_assets.orchestration.steps import Listener, listener
from pixel_assets.store.warehouse import WHOLE


class _Finished:
    """Passes everything on and notes which steps came through."""

    def __init__(self, inner: Listener) -> None:
        self._inner, self.steps = inner, set[tuple[str, str]]()

    def started(self, step: Step, partition: str) -> None:
        self._inner.started(step, partition)

    def progress(self, step: Step, partition: str, message: str) -> None:
        self._inner.progress(step, partition, message)

    def finished(self, step: Step, partition: str, result: StepResult) -> None:
        self.steps.add((step.name, partition))
        self._inner.finished(step, partition, result)

    def failed(self, step: Step, partition: str, error: BaseException) -> None:
        self._inner.failed(step, partition, error)


class Runner:
    """Runs waves on one open instance and one loaded job, so that a wave costs a run and nothing more."""

    def __init__(self, project: Project, instance: dg.DagsterInstance) -> None:
        self._project, self._instance = project, instance
        self._job = asset_job(project)

    def run(self, wave: list[Stale], forced: Collection[tuple[str, str]], hears: Listener) -> set[tuple[str, str]]:
        """Run the steps of a wave (of one partition, or without); gives those that came through."""
        partition = wave[0].partition
        finished = _Finished(hears)
        token = listener.set(finished)
        try:
            if partition != WHOLE:
                report_observation(self._instance, self._project, partition)
            with interrupts_kept():
                result = self._execute(wave, forced, partition)
        finally:
            listener.reset(token)
        for event in result.filter_events(lambda event: event.is_step_failure):
            self._report(event, wave, finished)
        return finished.steps

    def _execute(
        self, wave: list[Stale], forced: Collection[tuple[str, str]], partition: str
    ) -> dg.ExecuteInProcessResult:
        return self._job.execute_in_process(
            partition_key=None if partition == WHOLE else partition,
            asset_selection=[dg.AssetKey(asset.name) for item in wave for asset in item.step.assets],
            instance=self._instance,
            raise_on_error=False,
            run_config=_run_config(wave, forced),
            tags={PROCESS_TAG: this_process()},  # from the first moment: a killed run can be told from a living one
        )

    def _report(self, event: dg.DagsterEvent, wave: list[Stale], finished: _Finished) -> None:
        """Pass on a failure that happened in Dagster, around our own function; others have been heard already."""
        step = next(item.step for item in wave if item.step.name == event.step_key)
        partition = wave[0].partition
        error = event.step_failure_data.error
        if (step.name, partition) in finished.steps and not (error and error.cls_name == "DagsterAssetCheckFailedError"):
            finished.steps.discard((step.name, partition))
            finished.failed(step, partition, RuntimeError(f"Dagster: {error.message.strip() if error else event.message}"))


@contextmanager
def open_runner(project: Project) -> Iterator[Runner]:
    """A runner on the project's Dagster instance."""
    with warnings.catch_warnings(), open_instance(project) as instance:
        for category in (dg.BetaWarning, dg.PreviewWarning):  # about Dagster's own parts, for those who use them by hand
            warnings.simplefilter("ignore", category)
        with marked_as_building(project.warehouse.building):
            yield Runner(project, instance)


def _run_config(wave: list[Stale], forced: Collection[tuple[str, str]]) -> dict[str, Any]:
    return {
        "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},  # the listener shows progress instead
        "ops": {item.step.name: {"config": {"force": True}} for item in wave if (item.step.name, item.partition) in forced},
    }


def report_observation(instance: dg.DagsterInstance, project: Project, source: str) -> None:
    """Tell Dagster which version of a source's files was seen, so that its own stale marks agree."""
    seen = project.observe(source)
    if seen.version is None:
        return
    for external in project.graph.externals:
        latest = instance.fetch_observations(
            dg.AssetRecordsFilter(asset_key=dg.AssetKey(external.name), asset_partitions=[source]), limit=1
        ).records
        tags = latest[0].asset_observation.tags if latest and latest[0].asset_observation else {}
        if tags.get("dagster/data_version") != seen.version:
            instance.report_runless_asset_event(
                dg.AssetObservation(
                    external.name,
                    partition=source,
                    tags={"dagster/data_version": seen.version},
                    metadata={"files": seen.files, "bytes": seen.bytes},
                )
            )
