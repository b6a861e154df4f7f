"""Dagster's storage under the warehouse: made once, however many processes come first."""

from __future__ import annotations

import subprocess
import sys

from ..end_to_end.tiny import Tiny

# Each waits for a line, so that all open the storage in the same moment, with their imports behind them.
OPEN = """
import sys
from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.instance import open_instance
import alembic.command, dagster._core.storage.sqlite_storage, sqlalchemy.dialects.sqlite
project = open_project(GRAPH)
print("ready", flush=True)
sys.stdin.readline()
with open_instance(project) as instance:
    print(instance.get_runs_count())
"""


def test_processes_that_make_the_storage_at_once_do_not_disturb_each_other(tiny: Tiny) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN],
            env=tiny.environment(),
            cwd=tiny.root,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline().strip() == "ready"
    for process in started:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(*process.communicate(timeout=120), process.returncode) for process in started]
    assert [code for *_, code in ended] == [0] * len(started), ended
    assert [out.strip() for out, *_ in ended] == ["0"] * len(started)
