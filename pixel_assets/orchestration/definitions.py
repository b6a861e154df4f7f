"""The whole graph as Dagster definitions: assets, jobs, a schedule, sensors and the query resource."""

from __future__ import annotations

import dagster as dg
from dagster_duckdb import DuckDBResource

from pixel_assets.build.project import Project
from pixel_assets.orchestration.automation import build_all_job, nightly, sources_changed
from pixel_assets.orchestration.steps import observable, to_dagster


def make_definitions(project: Project) -> dg.Definitions:
    """Dagster's view of a project; one partition a source of its registry."""
    sources = dg.StaticPartitionsDefinition(list(project.sources))
    graph = project.graph
    assets = [to_dagster(project, step, sources) for step in graph.steps]
    groups = list(dict.fromkeys(step.group for step in graph.steps))
    group_jobs = [
        dg.define_asset_job(
            f"build_{group}",
            dg.AssetSelection.groups(group),
            description=f"Materialize the assets of group {group}; what is known already is reused.",
        )
        for group in groups
    ]
    build_all = build_all_job(graph)
    return dg.Definitions(
        assets=[
            *(observable(project, external, sources) for external in graph.externals),
            *dg.with_source_code_references(assets),
        ],
        jobs=[build_all, *group_jobs],
        schedules=[nightly(build_all)],
        sensors=[sources_changed(graph, build_all)],
        resources={"duckdb": DuckDBResource(database=":memory:")},
    )
