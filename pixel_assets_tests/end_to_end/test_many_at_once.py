"""Contracts C5 and C6: builds at once agree, and readers of the catalogue never notice that a build goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pixel_assets.assets import GRAPH

from .tiny import Tiny, bring_up

# In a process of its own, as one process has one view of a DuckDB file while any of its connections is open.
FRESH = """
import json, os, sys, time, duckdb
path, stop = sys.argv[1:]
COUNTS = '''SELECT (SELECT count(*) FROM corpus), (SELECT count(*) FROM conversation_traits), (SELECT count(*) FROM decisions),
    (SELECT count(*) FILTER (keep) FROM decisions), (SELECT count(*) FROM training_mix), (SELECT count(*) FROM dataset_splits),
    (SELECT rows FROM pixel_snapshots WHERE asset = 'corpus')'''
reads, seen, wrong = 0, set(), []
print("reading", flush=True)
while not os.path.exists(stop):
    with duckdb.connect(path, read_only=True) as connection:
        for _ in range(2):
            corpus, traits, decided, kept, mix, splits, stated = connection.execute(COUNTS).fetchone()
            if not (corpus == traits == decided == stated and kept >= mix == splits):
                wrong.append([corpus, traits, decided, kept, mix, splits, stated])
            seen.add((corpus, mix))
    reads += 1
    time.sleep(0.01)
print(json.dumps({"reads": reads, "states": len(seen), "wrong": wrong[:5]}))
"""
HELD = """
import json, os, sys, time, duckdb
path, stop = sys.argv[1:]
STATE = "SELECT (SELECT sum(hash(corpus)) FROM corpus), (SELECT sum(hash(training_mix)) FROM training_mix)"
reads, wrong = 0, []
with duckdb.connect(path, read_only=True) as connection:
    first = connection.execute(STATE).fetchone()
    print("reading", flush=True)
    while not os.path.exists(stop):
        if connection.execute(STATE).fetchone() != first:
            wrong.append("it sees another state")
        reads += 1
        time.sleep(0.05)
print(json.dumps({"reads": reads, "states": 1, "wrong": wrong[:5]}))
"""


def test_two_builds_at_once_end_like_one(tiny: Tiny, tmp_path: Path) -> None:
    command, environment = tiny.command("build", "--json"), tiny.environment()
    builds = [
        subprocess.Popen(command, env=environment, cwd=tiny.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    ended = [(*build.communicate(timeout=300), build.returncode) for build in builds]
    assert [code for *_, code in ended] == [0, 0], ended
    summaries = [json.loads(out) for out, _, _ in ended]
    assert [summary["failed"] for summary in summaries] == [[], []]
    computed = [(item["asset"], item["partition"]) for summary in summaries for item in summary["built"]]
    assert len(computed) == len(set(computed))  # what one computed the other reused
    whole = [asset for step in GRAPH.steps if not step.partitioned for asset in step.assets]
    assert len(computed) == 5 * len(tiny.rows) + len(whole)
    alone = tiny.copy(tmp_path / "alone", warehouse=False)
    bring_up(alone.project())
    assert tiny.state() == alone.state()
    assert tiny.exports() == alone.exports()


def test_readers_see_no_error_and_one_consistent_state_through_ten_builds(built: Tiny, tmp_path: Path) -> None:
    built.build()  # from now on the catalogue names the files of this copy
    stop, catalogue = tmp_path / "stop", built.warehouse / "pixel.duckdb"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(catalogue), str(stop)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for code in (FRESH, HELD)
    ]
    try:
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline().strip() == "reading"
        for i in range(10):
            if i % 5 == 0:
                built.rows["alpha"] = (*built.rows["alpha"], 120 + i)
            built.change("mix", target=20 + i)
            assert built.build().exit_code == 0
    finally:
        stop.touch()
    ended = [(reader.communicate(timeout=120), reader.returncode) for reader in readers]
    assert [code for _, code in ended] == [0, 0], ended
    fresh, held = (json.loads(out) for (out, _), _ in ended)
    assert (fresh["wrong"], held["wrong"]) == ([], [])
    assert min(fresh["reads"], held["reads"]) > 10
    assert fresh["states"] > 3  # it did see the warehouse change
