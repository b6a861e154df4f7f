"""Contracts C5 and C6: builds at once agree, and readers of the catalogue never notice that a build goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .tiny import Tiny, bring_up

READER = """
import json, sys, duckdb
path, stop = sys.argv[1:]
held = duckdb.connect(path, read_only=True)
first = held.sql("SELECT count(*) FROM corpus").fetchall()
reads, seen, wrong = 0, set(), []
COUNTS = '''SELECT (SELECT count(*) FROM corpus), (SELECT count(*) FROM conversation_traits), (SELECT count(*) FROM decisions),
    (SELECT count(*) FILTER (keep) FROM decisions), (SELECT count(*) FROM training_mix), (SELECT count(*) FROM dataset_splits),
    (SELECT sum(rows) FROM pixel_snapshots WHERE asset = 'corpus')'''
import os
print("reading", flush=True)
while not os.path.exists(stop):
    with duckdb.connect(path, read_only=True) as connection:
        for _ in range(2):
            corpus, traits, decided, kept, mix, splits, stated = connection.execute(COUNTS).fetchone()
            if not (corpus == traits == decided == stated and kept >= mix == splits):
                wrong.append([corpus, traits, decided, kept, mix, splits, stated])
            seen.add((corpus, mix))
    if held.sql("SELECT count(*) FROM corpus").fetchall() != first:
        wrong.append("the held connection sees another state")
    reads += 1
print(json.dumps({"reads": reads, "states": len(seen), "wrong": wrong[:5]}))
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
    assert len(computed) == 3 * len(tiny.rows) + 6
    alone = tiny.copy(tmp_path / "alone", warehouse=False)
    bring_up(alone.project())
    assert tiny.state() == alone.state()
    assert tiny.exports() == alone.exports()


def test_readers_see_no_error_and_one_consistent_state_through_ten_builds(built: Tiny, tmp_path: Path) -> None:
    assert built.pixel("plan").returncode == 0
    built.build()  # the catalogue now names the files of this copy
    stop = tmp_path / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(built.warehouse / "pixel.duckdb"), str(stop)],
        env=os.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert reader.stdout
    assert reader.stdout.readline().strip() == "reading"
    try:
        for i in range(10):
            built.rows["alpha"] = (*built.rows["alpha"], 120 + i)
            built.change("mix", target=30 + i)
            assert built.build().exit_code == 0
    finally:
        stop.touch()
    out, errors = reader.communicate(timeout=120)
    assert reader.returncode == 0, errors
    found = json.loads(out)
    assert found["wrong"] == []
    assert found["reads"] > 10
    assert found["states"] > 3  # it did see the warehouse change
