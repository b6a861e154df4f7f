"""Dagster's UI on a project's warehouse: state under it, and the warehouse's own state told to Dagster first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

from pixel_assets.build.project import Project
from pixel_assets.orchestration.instance import open_instance, prepare_home
from pixel_assets.orchestration.metadata import known_metadata
from pixel_assets.orchestration.runs import report_observation
from pixel_assets.settings import settings_file
from pixel_assets.store import ledger
from pixel_assets.store.warehouse import WHOLE


def run_ui(project: Project, host: str, port: int) -> int:
    """Tell Dagster what stands in the warehouse, then run ``dagster dev`` until it is stopped; gives its exit code."""
    with open_instance(project) as instance:
        tell_dagster(instance, project)
    workspace = Path("workspace.yaml").absolute()
    load = ["-w", str(workspace)] if workspace.exists() else ["-m", "pixel_assets.definitions"]
    # It runs in its own home, so paths in settings are made absolute.
    environment = os.environ | {
        "DAGSTER_HOME": str(prepare_home(project)),
        "PIXEL_WAREHOUSE": str(project.warehouse.root),
        "PIXEL_SOURCES_DIR": str(project.settings.sources.dir.absolute()),
    }
    if settings_file().exists():
        environment["PIXEL_SETTINGS"] = str(settings_file().absolute())
    command = [sys.executable, "-m", "dagster", "dev", *load, "-h", host, "-p", str(port)]
    return subprocess.run(command, env=environment, cwd=project.warehouse.dagster, check=False).returncode


def tell_dagster(instance: dg.DagsterInstance, project: Project) -> int:
    """Report snapshots that Dagster does not know (its storage was deleted, say); gives how many there were."""
    told = 0
    for source in project.sources:
        report_observation(instance, project, source)
    for step in project.graph.steps:
        for partition in project.partitions(step):
            for asset in step.assets:
                current = ledger.get_current(project.warehouse, asset.name, partition)
                if current is None or current.data_version is None:
                    continue
                part = None if partition == WHOLE else partition
                if _known_version(instance, asset.name, part) == current.data_version:
                    continue
                instance.report_runless_asset_event(
                    dg.AssetMaterialization(
                        asset.name, partition=part, metadata=known_metadata(project.warehouse, asset.name, partition, current),
                        tags={"dagster/data_version": current.data_version},
                    )
                )  # fmt: skip
                told += 1
    return told


def _known_version(instance: dg.DagsterInstance, asset: str, partition: str | None) -> str | None:
    known = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition] if partition else None), limit=1
    ).records
    tags = known[0].asset_materialization.tags if known and known[0].asset_materialization else None
    return (tags or {}).get("dagster/data_version")
