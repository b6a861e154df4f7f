"""Contract C1 in Dagster's own jobs and sensor: what is known is not computed again, and no run starts for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.automation import build_all_job, sources_changed
from pixel_assets.orchestration.definitions import make_definitions
from pixel_assets.orchestration.instance import open_instance

from ..end_to_end.tiny import Tiny, files_of


@contextmanager
def instance_of() -> Iterator[dg.DagsterInstance]:
    with open_instance(open_project(GRAPH)) as instance:
        yield instance


def metadata_of(result: dg.ExecuteInProcessResult) -> dict[str, dict[str, Any]]:
    """Metadata of every materialization of a run, by asset."""
    return {
        event.asset_key.to_user_string(): {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


GROUP_RUNS: list[tuple[str, str | None, set[str]]] = [
    ("build_sources", "alpha", {"raw_records"}),
    ("build_conversations", "beta", {"conversations", "rejected_records", "preference_pairs", "source_inventory"}),
    ("build_corpus", None, {"corpus"}),
    ("build_selection", None, {"decisions", "decision_funnel", "training_mix", "dataset_splits", "augmented_train"}),
    (
        "build_release", None,
        {
            "redacted_preferences", "dataset_exports", "rejected_exports", "dataset_card", "dataset_report",
            "dataset_recommendations",
        },
    ),
]


def test_the_jobs_of_all_groups_reuse_everything(built: Tiny) -> None:
    before, data = built.state(), files_of(built.warehouse / "data")
    definitions = make_definitions(built.project())
    with instance_of() as instance:
        for job, partition, assets in GROUP_RUNS:
            result = definitions.resolve_job_def(job).execute_in_process(instance=instance, partition_key=partition)
            found = metadata_of(result)
            assert result.success
            assert set(found) == assets
            for asset, metadata in found.items():
                assert metadata["reused"] is True
                assert metadata["rows_computed"] == 0
                assert metadata["data_version"] == before[f"{asset}[{partition or '_'}]"]
    assert built.state() == before
    assert files_of(built.warehouse / "data") == data


def test_the_job_of_the_whole_graph_starts_no_other_run(built: Tiny) -> None:
    before = built.state()
    with instance_of() as instance:
        runs = instance.get_runs_count()
        result = build_all_job(GRAPH).execute_in_process(instance=instance)
        assert result.success
        assert instance.get_runs_count() == runs + 1  # itself
    assert built.state() == before


def test_the_job_of_the_whole_graph_builds_what_changed(built: Tiny) -> None:
    built.change("mix", target=30)
    with instance_of() as instance:
        result = build_all_job(GRAPH).execute_in_process(instance=instance)
        assert result.success
    assert built.pixel_json("plan")["stale"] == []
    assert built.pixel_json("sql", "SELECT count(*) AS n FROM training_mix") == [{"n": 30}]


def test_force_computes_again_and_agrees(built: Tiny) -> None:
    before = built.state()
    definitions = make_definitions(built.project())
    with instance_of() as instance:
        result = definitions.resolve_job_def("build_corpus").execute_in_process(
            instance=instance, run_config={"ops": {"corpus": {"config": {"force": True}}}}
        )
        assert metadata_of(result)["corpus"]["reused"] is False
    assert built.state() == before


def tick(instance: dg.DagsterInstance) -> dg.RunRequest | dg.SkipReason:
    sensor = sources_changed(GRAPH, build_all_job(GRAPH))
    found = sensor(dg.build_sensor_context(instance=instance))
    answers = list(found) if isinstance(found, Iterator) else [found]
    assert len(answers) == 1
    assert isinstance(answers[0], dg.RunRequest | dg.SkipReason)
    return answers[0]


def test_the_sensor_skips_when_nothing_is_stale_and_asks_once_for_each_change(built: Tiny) -> None:
    with instance_of() as instance:
        quiet = tick(instance)
        assert isinstance(quiet, dg.SkipReason)
        assert "nothing is stale" in str(quiet.skip_message)

        built.rows["alpha"] = (*built.rows["alpha"], 99)
        built.write()
        first, again = tick(instance), tick(instance)
        assert isinstance(first, dg.RunRequest)
        assert isinstance(again, dg.RunRequest)
        assert first.run_key
        assert first.run_key == again.run_key

        built.rows["alpha"] = (*built.rows["alpha"], 100)
        built.write()
        other = tick(instance)
        assert isinstance(other, dg.RunRequest)
        assert other.run_key != first.run_key


def test_the_sensor_waits_while_a_build_runs(built: Tiny) -> None:
    built.change("mix", target=30)
    with instance_of() as instance:
        instance.create_run_for_job(build_all_job(GRAPH), status=dg.DagsterRunStatus.STARTED)
        answer = tick(instance)
    assert isinstance(answer, dg.SkipReason)
    assert "running" in str(answer.skip_message)
