"""Running a command as a process of its own, and what the operating system says that it took."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PIXEL: Final = "from pixel_assets.cli import main; main()"


@dataclass(frozen=True)
class Usage:
    """One run of one process: seconds of the clock and of the processors, peak memory in MB, what it printed."""

    wall: float
    cpu: float
    memory: float
    output: str


def environment(code: Path, sources: Path, scratch: Path) -> dict[str, str]:
    """Variables under which ``pixel`` runs the package in ``code`` on ``sources``, and writes to ``scratch`` alone."""
    return {
        "PYTHONPATH": str(code),
        "PIXEL_SOURCES_DIR": str(sources),
        "PIXEL_WAREHOUSE": str(scratch / "warehouse"),
        "DAGSTER_HOME": str(scratch / "warehouse" / ".dagster"),
        "NUMBA_CACHE_DIR": str(scratch / "numba"),
        "OMP_NUM_THREADS": "1",
        "PIXEL_SCENARIOS_CONVERSATIONS": "0",  # what is generated is measured by generate.py
        "PIXEL_EDGECASES_CONVERSATIONS": "0",
        "PYTHONWARNINGS": "ignore",
    }


def run(command: list[str], environment: dict[str, str], folder: Path) -> Usage:
    """Run a command and account for it; raises if it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{command} failed:\n{errors.read().decode()[-3000:]}")
        return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode())
