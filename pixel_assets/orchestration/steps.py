"""A declared step as Dagster assets: same names, lineage, versions and checks, executed by ``build.run_step``.

Dagster reads the annotations of its functions as types, so they are not deferred in this module.
"""

import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, Protocol

import dagster as dg
from dagster_duckdb import DuckDBResource

from pixel_assets.build.fingerprint import reported_code_version
from pixel_assets.build.graph import External, Step
from pixel_assets.build.project import Connections, Project, open_project
from pixel_assets.build.step import StepResult, run_step
from pixel_assets.errors import PixelError
from pixel_assets.orchestration.instance import PROCESS_TAG, this_process
from pixel_assets.orchestration.metadata import column_lineage, definition_metadata, result_metadata
from pixel_assets.store.catalogue import publish
from pixel_assets.store.ledger import CheckRecord
from pixel_assets.store.warehouse import WHOLE

FINGERPRINT_TAG = "pixel/fingerprint"


class BuildConfig(dg.Config):
    """Run configuration of every asset."""

    force: bool = False  # recompute although the result is known, and fail if it differs


class Listener(Protocol):
    """Who wants to hear what steps do while a run goes on in this process."""

    def started(self, step: Step, partition: str) -> None: ...
    def progress(self, step: Step, partition: str, message: str) -> None: ...
    def finished(self, step: Step, partition: str, result: StepResult) -> None: ...
    def failed(self, step: Step, partition: str, error: BaseException) -> None: ...


class _Silent:
    def started(self, step: Step, partition: str) -> None: ...
    def progress(self, step: Step, partition: str, message: str) -> None: ...
    def finished(self, step: Step, partition: str, result: StepResult) -> None: ...
    def failed(self, step: Step, partition: str, error: BaseException) -> None: ...


_SILENT: Listener = _Silent()
listener: ContextVar[Listener] = ContextVar("listener")


def to_dagster(project: Project, step: Step, partitions: dg.PartitionsDefinition[str] | None) -> dg.AssetsDefinition:
    """The Dagster assets of a step, with its checks in the same Dagster step so that blocking ones block."""
    specs = [
        dg.AssetSpec(
            asset.name,
            deps=list(step.inputs),
            description=asset.description,
            group_name=step.group,
            code_version=reported_code_version(step, project.settings, project.entries),
            owners=[step.owner],
            kinds=set(asset.kinds),
            metadata=definition_metadata(asset, step.compute),
            partitions_def=partitions,
        )
        for asset in step.assets
    ]
    checks = [
        dg.AssetCheckSpec(
            check.name, asset=check.asset, description=check.description, blocking=check.blocking, partitions_def=partitions
        )
        for check in project.graph.checks_of(step)
    ]

    @dg.multi_asset(name=step.name, specs=specs, check_specs=checks, partitions_def=partitions)
    def assets(context: dg.AssetExecutionContext, config: BuildConfig, duckdb: DuckDBResource) -> Iterator[Any]:
        # Settings and registry are read anew, so that a change needs no reload of the code location.
        now = open_project(project.graph).with_connections(_connections(duckdb))
        partition = context.partition_key if step.partitioned else WHOLE
        yield from _execute(context, now, step, partition, config.force)

    return assets


def _connections(resource: DuckDBResource) -> Connections:
    connections: Connections = resource.get_connection
    return connections


def _execute(
    context: dg.AssetExecutionContext, project: Project, step: Step, partition: str, force: bool
) -> Iterator[dg.MaterializeResult[Any]]:
    if PROCESS_TAG not in context.run.tags:
        context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: this_process()})
    hears = listener.get(_SILENT)
    hears.started(step, partition)

    def progress(message: str) -> None:
        context.log.info(message)
        hears.progress(step, partition, message)

    try:
        result = run_step(project, step, partition, force=force, progress=progress)
    except PixelError as error:
        hears.failed(step, partition, error)
        raise dg.Failure(str(error), allow_retries=False) from None
    except Exception as error:
        hears.failed(step, partition, error)
        raise
    finally:
        if hears is _SILENT:  # a build in this process publishes once, at its end
            publish(project.warehouse, project.graph.assets, project.sources)
    hears.finished(step, partition, result)
    by_asset: dict[str, list[dg.AssetCheckResult]] = {}
    for check in result.checks:
        by_asset.setdefault(check.asset, []).append(_check_result(check))
    for asset in result.assets:
        made = project.graph.assets[asset.asset]
        yield dg.MaterializeResult(
            asset_key=asset.asset,
            data_version=dg.DataVersion(asset.data_version),
            metadata=result_metadata(project.warehouse, made, asset, result) | column_lineage(made),
            tags={FINGERPRINT_TAG: result.fingerprint.value[:32]},
            check_results=by_asset.get(asset.asset, []),
        )


def _check_result(check: CheckRecord) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=check.asset,
        check_name=check.check,
        passed=check.passed,
        severity=dg.AssetCheckSeverity(check.severity),
        description=check.description,
        metadata=dict(check.measured),
    )


def observable(project: Project, external: External, sources: dg.PartitionsDefinition) -> dg.SourceAsset:
    """An external asset whose versions Dagster observes."""

    @dg.observable_source_asset(
        name=external.name,
        group_name=external.group,
        description=external.description,
        partitions_def=sources,
        tags={f"dagster/kind/{kind}": "" for kind in external.kinds},
    )
    def observe(context: dg.OpExecutionContext) -> dg.DataVersionsByPartition:
        now = open_project(project.graph)
        found = {}
        for name in now.sources:
            seen = now.observe(name)
            if seen.version is None:
                context.log.warning(seen.error)
            else:
                found[name] = seen.version
        return dg.DataVersionsByPartition(found)

    return observe


def describe(error: BaseException) -> str:
    """An error in one line for a person: our own as they are, others with the place they came from."""
    if isinstance(error, PixelError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1] if error.__traceback__ else None
    place = f" ({last.filename.rsplit('/', 1)[-1]}:{last.lineno})" if last else ""
    return f"{type(error).__name__}: {error}{place}"

