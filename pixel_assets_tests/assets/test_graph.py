"""The asset graph is pinned: a change of lineage, checks or partitions is a visible difference of ``graph.json``.

Dagster's private parts (its stale marks) are touched in this file and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

# Private: what the UI shows as stale. Dagster is pinned, and a new version is tried with this file.
from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus
from dagster._core.loader import LoadingContextForTest

from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.definitions import make_definitions
from pixel_assets.orchestration.instance import open_instance
from pixel_assets.orchestration.ui import tell_dagster
from pixel_assets.settings import load_settings

from ..end_to_end.tiny import Tiny

SNAPSHOT = Path(__file__).with_name("graph.json")
UPDATE = "PIXEL_TEST_UPDATE=1 python -m pytest pixel_assets_tests/assets/test_graph.py"
GROUPS = ("sources", "conversations", "voice", "knowledge", "corpus", "safety", "quality", "dedup", "selection", "release")


@cache
def definitions() -> dg.Definitions:
    return make_definitions(open_project(GRAPH, load_settings()))


def resolved() -> dict[str, Any]:
    """The graph as Dagster resolves it, in plain data."""
    graph = definitions().resolve_asset_graph()
    found: dict[str, Any] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        found[key.to_user_string()] = {
            "deps": sorted(parent.to_user_string() for parent in node.parent_keys),
            "group": node.group_name,
            "kinds": sorted(tag.removeprefix("dagster/kind/") for tag in node.tags if tag.startswith("dagster/kind/")),
            "observable": node.is_observable,
            "partitioned": node.is_partitioned,
            "checks": {
                check.name: {
                    "blocking": graph.get_check_spec(check).blocking,
                    "reads": sorted(dep.asset_key.to_user_string() for dep in graph.get_check_spec(check).additional_deps),
                }
                for check in sorted(node.check_keys)
            },
        }
    return dict(sorted(found.items()))


def test_the_graph_is_the_one_that_is_pinned() -> None:
    now = resolved()
    if os.environ.get("PIXEL_TEST_UPDATE"):
        SNAPSHOT.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8")), f"if this is meant, run: {UPDATE}"


def test_dagster_sees_what_is_declared() -> None:
    now = resolved()
    assert set(now) == {*GRAPH.assets, *(external.name for external in GRAPH.externals)}
    for step in GRAPH.steps:
        for asset in step.assets:
            assert set(now[asset.name]["deps"]) == set(step.inputs)
            assert now[asset.name]["partitioned"] == step.partitioned
            declared = {check.name: check.blocking for check in GRAPH.checks if check.asset == asset.name}
            assert {name: check["blocking"] for name, check in now[asset.name]["checks"].items()} == declared


@pytest.mark.parametrize("name", sorted(GRAPH.assets))
def test_every_asset_tells_what_it_is(name: str) -> None:
    graph = definitions().resolve_asset_graph()
    node = graph.get(dg.AssetKey(name))
    assert node.description
    assert node.description.endswith(".")
    assert node.owners
    assert node.group_name in GROUPS
    assert node.kinds
    assert node.code_version
    schema = node.metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == GRAPH.assets[name].schema.names
    assert [column.name for column in schema.columns if not column.description] == []
    assert {*GRAPH.assets[name].key} <= set(GRAPH.assets[name].schema.names)


@pytest.mark.parametrize("name", sorted(GRAPH.assets))
def test_lineage_of_columns_leads_to_columns_that_exist_upstream(name: str) -> None:
    asset, step = GRAPH.assets[name], GRAPH.maker[name]
    upstream = {other.name for ancestor in GRAPH.ancestors(step) for other in GRAPH.maker[ancestor].assets}
    for column, origins in asset.derived_from.items():
        assert column in asset.schema.names
        for source, source_column in origins:
            assert source in upstream
            assert source_column in GRAPH.assets[source].schema.names


def test_every_check_says_what_it_states() -> None:
    graph = definitions().resolve_asset_graph()
    for check in GRAPH.checks:
        spec = graph.get_check_spec(dg.AssetCheckKey(dg.AssetKey(check.asset), check.name))
        assert spec.description
        assert set(check.reads) <= {*GRAPH.assets}


def test_there_are_jobs_a_schedule_and_a_sensor() -> None:
    found = definitions()
    assert {job.name for job in found.resolve_all_job_defs()} >= {"build_all", *(f"build_{group}" for group in GROUPS)}
    schedule, sensor = found.resolve_schedule_def("nightly"), found.resolve_sensor_def("sources_changed")
    assert schedule.job_name == "build_all"
    assert schedule.cron_schedule == "0 3 * * *"
    assert sensor.job_name == "build_all"
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    assert sensor.default_status is dg.DefaultSensorStatus.STOPPED


def stale_in_dagster(project: Tiny) -> set[str]:
    """Whole-set assets that the UI marks as stale, and ``asset[partition]`` for the others."""
    now = project.project()
    with open_instance(now) as instance:
        graph = make_definitions(now).resolve_asset_graph()
        context = LoadingContextForTest(instance)
        resolver = CachingStaleStatusResolver(instance=instance, asset_graph=graph, loading_context=context)
        return {
            f"{asset.name}[{partition}]" if step.partitioned else asset.name
            for step in GRAPH.steps
            for asset in step.assets
            for partition in now.partitions(step)
            if resolver.get_status(dg.AssetKey(asset.name), partition if step.partitioned else None) is not StaleStatus.FRESH
        }


def stale_in_the_plan(project: Tiny) -> set[str]:
    """Stale assets, but for those that only wait for another."""
    return {
        asset.name if not item.step.partitioned else f"{asset.name}[{item.partition}]"
        for item in make_plan(project.project()).stale
        if any(reason.kind != "upstream" for reason in item.reasons)
        for asset in item.step.assets
    }


def test_after_a_build_dagster_marks_nothing_as_stale(built: Tiny) -> None:
    assert stale_in_dagster(built) == set()


@pytest.mark.parametrize(
    ("stage", "values", "assets"),
    [
        ("decisions", {"min_words": 3}, {"decisions", "decision_funnel"}),
        ("mix", {"target": 20}, {"training_mix", "dataset_card", "dataset_report", "dataset_recommendations"}),
        ("exports", {"include_system": False}, {"dataset_exports", "rejected_exports"}),
        ("build", {"threads": 1}, set()),
    ],
)
def test_after_a_changed_setting_dagster_marks_what_the_plan_gives_a_reason_of_its_own(
    built: Tiny, stage: str, values: dict[str, Any], assets: set[str]
) -> None:
    """Dagster marks an asset when it or a direct input has changed, so not what waits for a stale one; the plan says that too."""
    built.change(stage, **values)
    assert stale_in_the_plan(built) == stale_in_dagster(built) == assets
    built.build()
    assert stale_in_the_plan(built) == stale_in_dagster(built) == set()


def test_dagster_marks_nothing_after_its_storage_was_deleted_and_it_was_told_again(built: Tiny) -> None:
    shutil.rmtree(built.warehouse / ".dagster")
    project = built.project()
    with open_instance(project) as instance:
        assert tell_dagster(instance, project) > 0
        assert tell_dagster(instance, project) == 0
    assert stale_in_dagster(built) == set()
