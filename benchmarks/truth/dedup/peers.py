"""Asking a peer, which runs in the environment of ``make peers`` and is told of if that is not there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parents[2] / "peers"


def ask(python: Path | None, script: str, request: dict[str, Any]) -> dict[str, Any]:
    """What ``benchmarks/peers/SCRIPT`` answers to a request: by peer. Nothing without an environment to run it in."""
    if python is None:
        return {}
    command = [str(python), str(FOLDER / script)]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"peers: {script} failed and is left out: {done.stderr.strip()[-400:]}", file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def rate(answer: dict[str, Any]) -> float:
    """Rows a second."""
    return float(answer["rows"] / answer["seconds"])
