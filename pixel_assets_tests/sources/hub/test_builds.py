"""Builds with a source on the hub: it fails alone, comes back, is fetched once, and survives a killed process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pixel_assets_tests.end_to_end.tiny import Tiny, answer, question
from pixel_assets_tests.sources.hub.conftest import QUICK, Client, environment
from pixel_assets_tests.sources.hub.hub_server import Fault, HubServer, running
from pixel_assets_tests.sources.hub.test_acquire import CARD, TWO_FILES, expected
from pixel_assets_tests.sources.hub.test_mirror import write

ENTRY = "{name}:\n  hub: {{dataset: {dataset}, revision: {sha}}}\n  category: reasoning\n  title: Test\n  licence: MIT\n"
LINES = [json.dumps({"question": question(n), "answer": answer(n)}) + "\n" for n in range(100, 120)]
FILES = {"README.md": CARD, "data/train.jsonl": "".join(LINES).encode()}


@pytest.fixture
def tiny_with_hub(tmp_path: Path) -> Tiny:
    """A project with one source of files and one on the hub."""
    project = Tiny(tmp_path / "project", rows={"alpha": tuple(range(1, 25))}).write()
    hub = HubServer()
    sha = hub.add("owner/remote", FILES).sha
    hub.server_close()
    registry = project.sources / "sources.yaml"
    registry.write_text(registry.read_text() + ENTRY.format(name="remote", dataset="owner/remote", sha=sha))
    return project


def environment_of(project: Tiny, hub: HubServer) -> dict[str, str]:
    own = {name: value for name, value in environment(hub, project.root / "hf").items() if name.startswith(("HF_", "NO_PROXY"))}
    return own | {f"PIXEL_HUB_{name.upper()}": str(value) for name, value in QUICK.items()}


def pixel(project: Tiny, hub: HubServer, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``pixel`` with that hub."""
    return project.pixel(*arguments, **(environment_of(project, hub) | variables))


def test_a_hub_that_is_down_fails_its_sources_alone_and_a_later_build_makes_good(tiny_with_hub: Tiny) -> None:
    project = tiny_with_hub
    gone = HubServer()
    gone.server_close()
    first = pixel(project, gone, "build", "--json")
    assert first.returncode == 3, first.stderr
    summary = json.loads(first.stdout)
    assert [failure["partition"] for failure in summary["failed"] if failure["asset"] == "raw_records"] == ["remote"]
    assert "the hub cannot be reached" in summary["failed"][0]["error"]
    assert "PIXEL_SOURCES_SKIP" in summary["failed"][0]["error"]
    assert {asset["partition"] for asset in summary["built"] if asset["asset"] == "raw_records"} == {"alpha"}

    hub = HubServer(gone.server_address[1])
    hub.add("owner/remote", FILES)
    with running(hub):
        second = pixel(project, hub, "build", "--json")
        assert second.returncode == 0, second.stderr
        built = {(asset["asset"], asset["partition"]): asset["rows"] for asset in json.loads(second.stdout)["built"]}
        assert built["raw_records", "remote"] == len(LINES)
        assert ("raw_records", "alpha") not in built
        hub.requests.clear()
        third = pixel(project, hub, "build", "--json")
        assert (third.returncode, json.loads(third.stdout)["built"], hub.requests) == (0, [], [])
    places = project.pixel_json("sql", "SELECT DISTINCT file FROM raw_records WHERE source = 'remote'")
    assert places == [{"file": "owner/remote/default/train"}]


def test_a_mirror_stands_in_for_the_hub_and_gives_the_same_data(tiny_with_hub: Tiny) -> None:
    project = tiny_with_hub
    hub = HubServer()
    hub.add("owner/remote", FILES)
    with running(hub):
        assert pixel(project, hub, "build", "raw_records").returncode == 0
    from_hub = project.state()["raw_records[remote]"]
    write(project.root / "mirror" / "owner" / "remote", FILES)
    done = pixel(project, hub, "build", "raw_records", PIXEL_HUB_MIRROR=str(project.root / "mirror"))
    assert done.returncode == 0, done.stderr
    assert project.state()["raw_records[remote]"] == from_hub


def test_a_dataset_that_is_not_pinned_fails_alone_and_asks_nobody(tiny_with_hub: Tiny) -> None:
    project = tiny_with_hub
    registry = project.sources / "sources.yaml"
    registry.write_text("".join(line for line in registry.read_text().splitlines(True) if "hub:" not in line)
                        + "  hub: {dataset: owner/remote}\n")  # fmt: skip
    hub = HubServer()
    with running(hub):
        done = pixel(project, hub, "build", "raw_records", "--json")
    assert (done.returncode, hub.requests) == (3, [])
    assert "pixel sources pin remote" in json.loads(done.stdout)["failed"][0]["error"]


def test_a_killed_acquisition_goes_on_from_its_last_part(client: Client, tmp_path: Path) -> None:
    name = "killed/it"
    repository = client.hub.add(name, TWO_FILES, faults=[Fault("train-1.jsonl", times=99, stall=30.0)])
    task = {
        "settings": QUICK | {"timeout": 60.0}, "cache": str(client.cache), "part_rows": 10,
        "datasets": {"a": client.pinned(name)},
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "pixel_assets_tests.sources.hub.worker"],
        stdin=subprocess.PIPE, text=True, env=environment(client.hub, tmp_path / "hf"),
    )  # fmt: skip
    with process:
        assert process.stdin
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        until = time.monotonic() + 60
        while len(list(client.cache.rglob("part-*"))) < 6 and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
    parts = {path.name: path.stat().st_mtime_ns for path in client.cache.rglob("part-*")}
    assert len(parts) == 6
    repository.faults.clear()
    done = client.acquire(a=client.pinned(name))
    assert done.failed == {}
    assert done.rows["a"] == expected(120)
    assert {path.name: path.stat().st_mtime_ns for path in client.cache.rglob("part-*")}.items() >= parts.items()
    assert [path.name for path in client.cache.rglob(".scratch-*")] == []


def test_what_failed_is_not_tried_a_second_time_in_the_same_build(tiny_with_hub: Tiny) -> None:
    hub = HubServer()
    hub.add("owner/remote", FILES, faults=[Fault("train.jsonl", times=99, status=503)])
    with running(hub):
        done = pixel(tiny_with_hub, hub, "build", "raw_records", "--json")
    assert done.returncode == 3
    assert sum("train.jsonl" in request for request in hub.requests) == QUICK["attempts"]
    assert [failure["error"] for failure in json.loads(done.stdout)["failed"]] == [
        "source remote, 127.0.0.1, dataset owner/remote: the hub answered 503, 4 times. "
        "What was acquired is kept, and the next build goes on from there"
    ]


def test_an_interrupted_build_does_not_wait_for_the_hub(tiny_with_hub: Tiny) -> None:
    hub = HubServer()
    hub.add("owner/remote", FILES, faults=[Fault("train.jsonl", times=99, stall=300.0)])
    with running(hub):
        process = subprocess.Popen(
            tiny_with_hub.command("build", "raw_records"), cwd=tiny_with_hub.root,
            env=tiny_with_hub.environment() | environment_of(tiny_with_hub, hub) | {"PIXEL_HUB_TIMEOUT": "300"},
        )  # fmt: skip
        with process:
            until = time.monotonic() + 60
            while not any("train.jsonl" in request for request in hub.requests) and time.monotonic() < until:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) not in (0, 3)
