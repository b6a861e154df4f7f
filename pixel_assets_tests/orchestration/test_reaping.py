"""Runs whose process was killed are marked as failed by the next build; living ones are left alone."""

from __future__ import annotations

import signal
import subprocess
import sys

import dagster as dg
import psutil
import pytest
from dagster import DagsterInstance

from pixel_assets.assets import GRAPH
from pixel_assets.orchestration.automation import build_all_job
from pixel_assets.orchestration.instance import PROCESS_TAG, open_instance, reap_dead_runs, this_process

from ..end_to_end.tiny import Tiny


def process_that_has_ended() -> str:
    """The tag of a process that ran here and ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        host = this_process().split(":")[0]
        tag = f"{host}:{process.pid}:{psutil.Process(process.pid).create_time():.2f}"
        process.kill()
    return tag


def run_of(instance: dg.DagsterInstance, process: str | None, status: dg.DagsterRunStatus) -> str:
    tags = {PROCESS_TAG: process} if process else {}
    return instance.create_run_for_job(build_all_job(GRAPH), status=status, tags=tags).run_id


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_a_run_whose_process_was_killed_is_marked_as_failed(tiny: Tiny, status: dg.DagsterRunStatus) -> None:
    with open_instance(tiny.project()) as instance:
        run = run_of(instance, process_that_has_ended(), status)
    with open_instance(tiny.project()) as instance:  # as the next build does
        found = instance.get_run_by_id(run)
        assert found
        assert found.status is dg.DagsterRunStatus.FAILURE
        assert reap_dead_runs(instance) == []


# Its last step is done and in the ledger, but the run has not ended.
KILLED_AT_THE_END = """
import os, signal
from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.waves import Reporter, build

class Fatal(Reporter):
    def finished(self, step, partition, result):
        if step.name == "dataset_report":
            os.kill(os.getpid(), signal.SIGKILL)

build(open_project(GRAPH), reporter=Fatal())
"""


def test_a_build_with_nothing_to_do_marks_the_run_of_one_that_was_killed_at_its_very_end(built: Tiny) -> None:
    built.change("mix", target=25)
    command = [sys.executable, "-c", KILLED_AT_THE_END]
    killed = subprocess.run(command, env=built.environment(), cwd=built.root, capture_output=True, check=False, timeout=300)
    assert killed.returncode == -signal.SIGKILL
    summary = built.pixel_json("build")
    assert (summary["built"], summary["reused"]) == ([], [])
    with DagsterInstance.from_config(str(built.warehouse / ".dagster")) as instance:  # this one reaps nothing
        (newest,) = instance.get_runs(limit=1)
        assert newest.status is dg.DagsterRunStatus.FAILURE


def test_a_process_id_that_was_given_again_does_not_count_as_alive(tiny: Tiny) -> None:
    host, process, started = this_process().rsplit(":", 2)
    with open_instance(tiny.project()) as instance:
        run_of(instance, f"{host}:{process}:{float(started) - 1000:.2f}", dg.DagsterRunStatus.STARTED)
        assert len(reap_dead_runs(instance)) == 1


def test_living_processes_other_hosts_and_runs_without_a_process_are_left_alone(tiny: Tiny) -> None:
    elsewhere = "another-host:1:1.00"
    with open_instance(tiny.project()) as instance:
        for process in (this_process(), elsewhere, None):
            run_of(instance, process, dg.DagsterRunStatus.STARTED)
        assert reap_dead_runs(instance) == []
        assert instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])) == 3


def test_every_run_of_a_build_says_from_its_start_which_process_it_is(built: Tiny) -> None:
    built.change("mix", target=25)
    built.build()
    with open_instance(built.project()) as instance:
        (newest,) = instance.get_runs(limit=1)
        assert newest.tags[PROCESS_TAG] == this_process()
        assert newest.status is dg.DagsterRunStatus.SUCCESS
