"""A hub, and a process that reads from it: the address of the hub is fixed when its libraries are imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pixel_assets_tests.sources.hub.hub_server import HubServer, running

TOKEN = "hf_" + "inventedTokenOfNobody0123456789xyz"
QUICK = {"attempts": 4, "timeout": 1.5, "max_wait": 2.0}


@dataclass
class Outcome:
    """What an acquisition gave: rows by source, failures by source, what was said."""

    rows: dict[str, list[str]]
    failed: dict[str, str]
    said: list[list[str]]


@dataclass
class Client:
    """A process with the real libraries, and a cache of its own."""

    hub: HubServer
    process: subprocess.Popen[str]
    cache: Path
    settings: dict[str, Any] = field(default_factory=lambda: dict(QUICK))

    def ask(self, **task: Any) -> dict[str, Any]:
        """Have a task done."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"settings": self.settings, **task}) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def pinned(self, name: str, **fields: Any) -> dict[str, Any]:
        """A registry entry of a dataset at its commit."""
        return {"dataset": name, "revision": self.hub.repositories[name].sha} | fields

    def acquire(self, part_rows: int = 10, **datasets: Mapping[str, Any]) -> Outcome:
        """Acquire datasets by source."""
        return Outcome(**self.ask(datasets=datasets, cache=str(self.cache), part_rows=part_rows))


def environment(hub: HubServer, home: Path) -> dict[str, str]:
    """Variables under which the libraries talk to a hub, with a token, and keep their files in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "PIXEL_", "DAGSTER_"))}
    return kept | {
        "HF_ENDPOINT": hub.url, "HF_TOKEN": TOKEN, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip


@pytest.fixture(scope="session")
def hub_server() -> Iterator[HubServer]:
    """A hub for all tests of a process; each adds datasets of its own name."""
    with running(HubServer()) as server:
        yield server


@pytest.fixture(scope="session")
def _process(hub_server: HubServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pixel_assets_tests.sources.hub.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=environment(hub_server, tmp_path_factory.mktemp("hf")),
    )  # fmt: skip
    with process:
        yield process
        assert process.stdin
        process.stdin.close()


@pytest.fixture
def client(hub_server: HubServer, _process: subprocess.Popen[str], tmp_path: Path) -> Client:
    """The process, with a cache of this test's own."""
    hub_server.requests.clear()
    return Client(hub_server, _process, tmp_path / "acquired")
