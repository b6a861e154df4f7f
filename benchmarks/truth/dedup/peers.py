"""Asking a peer, which runs in the environment of ``make peers`` and is told of if that is not there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from figures import Figure, Peer, figure

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


def by_processor(name: str, rows: int, cpu_seconds: float, answers: dict[str, Any]) -> list[Figure]:
    """Rows for each second that processors spend, beside each peer: much the same on a busy machine and with more threads."""
    value = rows / cpu_seconds
    return [
        figure(
            f"{name}, for each second of a processor, beside {peer}", value, "rows", rows,
            Peer(peer, answer["rows"] / answer["cpu_seconds"]), peer_rows=answer["rows"],
        )
        for peer, answer in answers.items()
    ]  # fmt: skip
