"""Two builds at once: what one computes the other reuses, and both end in the same state."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pixel_assets.build.step_run import StepRun
from pixel_assets.store.locks import lock
from pixel_assets.store.warehouse import WHOLE

from .toy import graph, pool, small

pytestmark = pytest.mark.usefixtures("no_settings")


def test_of_two_that_run_one_step_one_computes_and_the_other_reuses(tmp_path: Path) -> None:
    world = small(tmp_path)
    world.build()
    inside, done = threading.Event(), threading.Event()

    def slow(run: StepRun) -> None:
        inside.set()
        done.wait()
        pool(run)

    world.graph = graph(pool={"compute": slow, "libraries": ("numpy",)})

    def run() -> bool:
        return world.run("pool").assets[0].reused

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(run)
        inside.wait()
        second = threads.submit(run)
        with lock(world.project().warehouse.lock(f"pool.{WHOLE}"), wait=False) as got:
            assert not got
        done.set()
        assert (first.result(), second.result()) == (False, True)


_CHILD = """
import sys
from pathlib import Path
from pixel_assets_tests.build.toy import World
world = World(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(sorted(world.build().items()))
"""


def test_two_processes_build_at_once_and_agree_with_one_alone(tmp_path: Path) -> None:
    world = small(tmp_path)
    for source in ("a", "b"):
        world.put(source, *(f"text {i}" for i in range(2_000)), file="2")
    command = [sys.executable, "-c", _CHILD, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    both = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(2)
    ]
    for process in both:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    done = [dict(ast.literal_eval(output)) for output in outputs]
    assert {value for found in done for value in found.values()} <= {"built", "reused"}
    assert world.build() == {}
    alone = replace(world, warehouse="alone")
    alone.build()
    assert world.versions() == alone.versions()
    warehouse = world.project().warehouse
    ledgers = {path.parent.parent.name: len(list(path.parent.iterdir())) for path in (warehouse.root / "ledger").rglob("*.json")}
    assert set(ledgers.values()) == {1}, "each step was computed once"
