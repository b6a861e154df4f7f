"""All that Dagster loads: the assets, and the jobs, schedule and sensors around them."""

from __future__ import annotations

import dagster as dg

from pixel_assets.build.project import Project
from pixel_assets.orchestration.alerting import alerts_sensor
from pixel_assets.orchestration.asset_graph import asset_definitions
from pixel_assets.orchestration.automation import build_all_job, nightly, sources_changed


def make_definitions(project: Project) -> dg.Definitions:
    """Dagster's view of a project."""
    graph = project.graph
    group_jobs = [
        dg.define_asset_job(
            f"build_{group}",
            dg.AssetSelection.groups(group),
            description=f"Materialize the assets of group {group}; what is known already is reused.",
        )
        for group in dict.fromkeys(step.group for step in graph.steps)
    ]
    build_all = build_all_job(graph)
    around = dg.Definitions(
        jobs=[build_all, *group_jobs],
        schedules=[nightly(build_all)],
        sensors=[sources_changed(graph, build_all), alerts_sensor(project)],
    )
    return dg.Definitions.merge(asset_definitions(project), around)
