"""Contract C6: ``kill -9`` at any moment leaves a state from which the next build ends like a clean one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .tiny import PACKAGE

KILLS = int(os.environ.get("PIXEL_TEST_KILLS", "20"))
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "kill.py"


def test_after_a_kill_at_any_moment_the_next_build_ends_like_a_clean_one(memory_path: Path) -> None:
    size = ["--rows", "60", "--sources", "1", "--scenarios", "60", "--edge-cases", "1"]
    command = [sys.executable, str(BENCHMARK), "--kills", str(KILLS), *size, "--json", "--keep", str(memory_path)]
    variables = {"PYTHONPATH": str(PACKAGE.parent), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, env=os.environ | variables, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    figures = {figure["name"]: figure for figure in json.loads(done.stdout)}
    assert figures["next build equals a clean build"]["value"] == KILLS
    assert figures["no run is left running"]["value"] == KILLS
