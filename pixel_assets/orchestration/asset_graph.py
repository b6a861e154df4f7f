"""The assets of a project as Dagster's, and the job that can run any of them."""

from __future__ import annotations

import dagster as dg
from dagster_duckdb import DuckDBResource

from pixel_assets.build.graph import Step
from pixel_assets.build.project import Project
from pixel_assets.orchestration.steps import observable, to_dagster


def asset_definitions(project: Project) -> dg.Definitions:
    """Assets with their checks and the query resource; one partition a source of the registry."""
    sources = dg.StaticPartitionsDefinition(list(project.sources))
    observed = [observable(project, external, sources) for external in project.graph.externals]
    assets = [to_dagster(project, step, _partitions(project, step)) for step in project.graph.steps]
    return dg.Definitions(
        assets=[*observed, *assets],
        resources={"duckdb": DuckDBResource(database=":memory:")},
        # One process a run: a step costs a tenth of a second instead of a new Python, and the process that a run is
        # tagged with lives as long as the run does.
        executor=dg.in_process_executor,
    )


def _partitions(project: Project, step: Step) -> dg.PartitionsDefinition[str] | None:
    return dg.StaticPartitionsDefinition(list(project.partitions(step))) if step.partitioned else None


def asset_job(project: Project) -> dg.JobDefinition:
    """The job of all assets, from which a run picks what it needs."""
    return asset_definitions(project).resolve_implicit_global_asset_job_def()
