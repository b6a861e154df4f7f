"""What stands downstream of a failed blocking check is held back in its run and in every later one, until it passes."""

from __future__ import annotations

import dagster as dg
import pyarrow as pa
import pytest

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Asset, Check, External, Graph, Step
from pixel_assets.build.plan import make_plan
from pixel_assets.build.step import run_step
from pixel_assets.build.step_run import StepRun
from pixel_assets.errors import HeldBack
from pixel_assets.orchestration.definitions import make_definitions
from pixel_assets.orchestration.instance import open_instance
from pixel_assets.orchestration.waves import build
from pixel_assets.store.ledger import get_current
from pixel_assets.store.schema import column

from ..end_to_end.tiny import Tiny

LIMIT = 30  # lines of a source; the blocking check allows no more
LINES = pa.schema([column("source", pa.string(), "where it stands"), column("lines", pa.int64(), "lines of its file")])


def count_lines(run: StepRun) -> None:
    count = sum(len(file.path.read_bytes().splitlines()) for file in run.source_files())
    run.write(pa.table({"source": [run.partition], "lines": [count]}, LINES))


def all_lines(run: StepRun) -> None:
    run.write(run.inputs["lines"].read())


def sum_lines(run: StepRun) -> None:
    table = run.inputs["all_lines"].read()
    run.write(pa.table({"source": ["all"], "lines": [sum(table["lines"].to_pylist())]}, LINES))


def copy_total(run: StepRun) -> None:
    run.write(run.inputs["total"].read())


def few_lines(run: CheckRun) -> Verdict:
    most = max(run.tables["all_lines"].read()["lines"].to_pylist())
    return Verdict(most <= LIMIT, f"a source has {most} lines, {LIMIT} are allowed", {"most": most})


def some_lines(run: CheckRun) -> Verdict:
    return Verdict(run.tables["total"].rows > 5, "this one only warns")


def table(name: str) -> Asset:
    return Asset(name, f"Lines: {name}.", LINES, key=("source",))


GRAPH = Graph(
    externals=(External("source_files", "counting", "What lies upstream."),),
    steps=(
        Step("counting", (table("lines"),), ("source_files",), count_lines, partitioned=True, source_fields=("path",)),
        Step("counting", (table("all_lines"),), ("lines",), all_lines),
        Step("counting", (table("total"),), ("all_lines",), sum_lines),
        Step("counting", (table("grand_total"),), ("total",), copy_total),
    ),
    checks=(
        Check("few_lines", "all_lines", "No source is long.", few_lines, blocking=True),
        Check("some_lines", "total", "There are lines.", some_lines),
    ),
)
DOWNSTREAM = ("total", "grand_total")


@pytest.fixture
def counted(tiny: Tiny) -> Tiny:
    """A project under that graph, in which one source is too long."""
    tiny.rows = {"alpha": tuple(range(1, 6)), "gamma": tuple(range(40, 80))}
    return tiny.write()


def materialize(project: Tiny, instance: dg.DagsterInstance, *assets: str) -> dg.ExecuteInProcessResult:
    job = make_definitions(project.project(GRAPH)).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey(name) for name in assets], raise_on_error=False)


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def count_sources(project: Tiny) -> None:
    for partition in project.rows:
        run_step(project.project(GRAPH), GRAPH.maker["lines"], partition)


def test_nothing_downstream_runs_in_the_same_run(counted: Tiny) -> None:
    count_sources(counted)
    with open_instance(counted.project(GRAPH)) as instance:
        result = materialize(counted, instance, "all_lines", "total", "grand_total")
        assert not result.success
        assert materialized(result) == {"all_lines"}
        (evaluation,) = result.get_asset_check_evaluations()
        assert not evaluation.passed
        assert evaluation.severity is dg.AssetCheckSeverity.ERROR
    warehouse = counted.project(GRAPH).warehouse
    assert [get_current(warehouse, name, "_") for name in DOWNSTREAM] == [None, None]


def test_nothing_downstream_runs_in_a_later_run_until_the_check_passes(counted: Tiny) -> None:
    count_sources(counted)
    with open_instance(counted.project(GRAPH)) as instance:
        materialize(counted, instance, "all_lines")
        for name in DOWNSTREAM:
            later = materialize(counted, instance, name)
            assert not later.success
            assert materialized(later) == set()
            (failure,) = [e.step_failure_data.error for e in later.all_events if e.is_step_failure]
            assert failure
            assert "held back: check few_lines on all_lines failed: a source has 40 lines, 30 are allowed" in failure.to_string()
        counted.rows["gamma"] = counted.rows["gamma"][:20]
        counted.write()
        count_sources(counted)
        result = materialize(counted, instance, "all_lines", "total", "grand_total")
        assert result.success
        assert materialized(result) == {"all_lines", "total", "grand_total"}


def test_the_plan_names_what_is_held_and_by_what(counted: Tiny) -> None:
    count_sources(counted)
    project = counted.project(GRAPH)
    run_step(project, GRAPH.maker["all_lines"])
    plan = make_plan(counted.project(GRAPH))
    assert plan.stale == ()
    assert [(held.step.name, held.by.check) for held in plan.held] == [("total", "few_lines"), ("grand_total", "few_lines")]
    with pytest.raises(HeldBack, match="few_lines"):
        run_step(project, GRAPH.maker["total"])


def test_a_build_says_so_with_exit_code_1_and_goes_on_when_it_is_mended(counted: Tiny) -> None:
    summary = build(counted.project(GRAPH))
    assert summary.exit_code == 1
    assert {result.asset for result in summary.built} == {"lines", "all_lines"}
    assert [item["reason"] for item in summary.to_json()["skipped"]] == ["held by few_lines on all_lines"] * 2
    assert summary.to_json()["checks"] == {"passed": 0, "warned": 0, "failed": 1}

    counted.rows["gamma"] = counted.rows["gamma"][:20]
    counted.write()
    mended = build(counted.project(GRAPH))
    assert mended.exit_code == 0  # the check that only warns holds nothing back
    assert {result.asset for result in mended.built} == {"lines", "all_lines", *DOWNSTREAM}
    assert mended.to_json()["checks"] == {"passed": 1, "warned": 1, "failed": 0}

    counted.rows["gamma"] = tuple(range(40, 80))
    counted.write()
    broken = build(counted.project(GRAPH))
    assert broken.exit_code == 1
    assert {result.asset for result in broken.reused} == {"lines", "all_lines"}  # known, and known to be bad
    assert [item["asset"] for item in broken.to_json()["skipped"]] == [*DOWNSTREAM]


def test_what_stood_before_the_check_failed_still_stands(counted: Tiny) -> None:
    counted.rows["gamma"] = counted.rows["gamma"][:20]
    counted.write()
    build(counted.project(GRAPH))
    before = get_current(counted.project(GRAPH).warehouse, "total", "_")
    counted.rows["gamma"] = tuple(range(40, 80))
    counted.write()
    build(counted.project(GRAPH))
    assert get_current(counted.project(GRAPH).warehouse, "total", "_") == before
