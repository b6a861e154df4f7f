"""The benchmark of the mix runs on a small pool, and its figures have the form that all benchmarks share."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "mix.py"
STRATEGIES = {
    "random", "top quality", "proportional", "quality_weighted", "diverse", "iterative", "hybrid", "bounded",
}  # fmt: skip


def test_strategies_stand_beside_baselines() -> None:
    command = [sys.executable, str(BENCHMARK), "--rows", "3000", "--peer-rows", "400", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure for figure in json.loads(done.stdout)}
    assert {name.partition(": ")[0] for name in figures if "seconds" in name and " of " not in name} == STRATEGIES
    assert all(figures[f"{name}: ratio off"]["value"] <= 0.005 for name in STRATEGIES)
    assert figures["diverse: coverage"]["value"] > figures["random: coverage"]["value"]
    assert (
        figures["top quality: quality"]["value"]
        > figures["quality_weighted: quality"]["value"]
        > figures["random: quality"]["value"]
    )
    assert figures["bounded: largest source"]["value"] <= 0.25
    assert figures["8 of 50: coverage"]["ratio"] == 1.0
