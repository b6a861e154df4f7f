"""Contract C1 in the UI: the real ``pixel ui`` (web server and daemon) is asked over GraphQL, as a browser does."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil
from dagster import DagsterEventType, DagsterInstance

from ..end_to_end.tiny import Tiny, files_of

T = TypeVar("T")
DEADLINE = 150.0  # seconds; a web server with a daemon takes 8 to 13 to be ready, longer on a busy machine

LOCATIONS = """
query { workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError {
  ... on RepositoryLocation { name repositories { name } } ... on PythonError { message } } } } } }
"""

LAUNCH = """
mutation LaunchPipelineExecution($executionParams: ExecutionParams!) {
  launchPipelineExecution(executionParams: $executionParams) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
    ... on PipelineConfigValidationInvalid { errors { message } } ... on InvalidSubsetError { message }
  }
}
"""

BACKFILLED = {"raw_records", "conversations", "rejected_records", "preference_pairs"}

BACKFILL = """
mutation LaunchPartitionBackfill($backfillParams: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfillParams) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}
"""

BACKFILL_STATE = """
query ($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status runs(limit: 10) { runId status } } ... on PythonError { message } } }
"""

CHECKS = """
query ($keys: [AssetKeyInput!]!) { assetNodes(assetKeys: $keys) { assetChecksOrError { ... on AssetChecks { checks {
  name assetKey { path } jobNames } } } } }
"""

RUN = """
query ($id: ID!) { runOrError(runId: $id) { ... on Run {
  status
  assetMaterializations { assetKey { path } partition metadataEntries {
    label ... on BoolMetadataEntry { boolValue } ... on TextMetadataEntry { text } } }
} } }
"""


class Ui:
    """A running ``pixel ui``."""

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}/graphql"

    def ask(self, query: str, **variables: Any) -> Any:
        """Answer of one GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(self._address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            content = json.load(answer)
        assert "errors" not in content, content["errors"]
        return content["data"]

    def location(self) -> dict[str, Any] | None:
        """The loaded code location, or None while there is none."""
        try:
            entries = self.ask(LOCATIONS)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        loaded = [entry["locationOrLoadError"] for entry in entries if entry["locationOrLoadError"]]
        assert not any("message" in location for location in loaded), loaded
        return loaded[0] if loaded else None

    def materializations(self, run: str) -> dict[str, dict[str, Any]]:
        """What a run materialized, with its metadata, once it has ended well."""
        ended = until(lambda: self._ended(run))
        assert ended["status"] == "SUCCESS", ended
        return {
            event["assetKey"]["path"][-1]: {
                "partition": event["partition"],
                **{e["label"]: e.get("boolValue", e.get("text")) for e in event["metadataEntries"]},
            }
            for event in ended["assetMaterializations"]
        }

    def _ended(self, run: str) -> dict[str, Any] | None:
        found: dict[str, Any] = self.ask(RUN, id=run)["runOrError"]
        return found if found["status"] in ("SUCCESS", "FAILURE", "CANCELED") else None


def until(ask: Callable[[], T | None], process: subprocess.Popen[bytes] | None = None) -> T:
    """Ask until there is an answer; fails after the deadline, or when the process has ended."""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        found = ask()
        if found is not None:
            return found
        assert process is None or process.poll() is None, "pixel ui has ended"
        time.sleep(0.3)
    raise AssertionError(f"no answer within {DEADLINE:.0f} s")


@contextmanager
def running_ui(project: Tiny, log: Path) -> Iterator[Ui]:
    """``pixel ui`` on a free port; it and all that it started are ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            project.command("ui", "--port", str(port)), env=project.environment(), cwd=project.root, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    started: list[psutil.Process] = []
    try:
        ui = Ui(port)
        until(ui.location, process)
        yield ui
    finally:
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(process.pid).children(recursive=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        for child in [*started, process]:
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                child.kill()
        process.wait(20)


def selector(ui: Ui, assets: tuple[str, ...]) -> dict[str, Any]:
    """What the UI launches: the assets that are marked, and with them their checks."""
    location = ui.location()
    assert location
    nodes = ui.ask(CHECKS, keys=[{"path": [name]} for name in assets])["assetNodes"]
    checks = [check for node in nodes for check in node["assetChecksOrError"]["checks"]]
    return {
        "repositoryLocationName": location["name"],
        "repositoryName": location["repositories"][0]["name"],
        "pipelineName": "__ASSET_JOB",
        "assetSelection": [{"path": [name]} for name in assets],
        "assetCheckSelection": [
            {"assetKey": {"path": check["assetKey"]["path"]}, "name": check["name"]}
            for check in checks
            if "__ASSET_JOB" in check["jobNames"]
        ],
    }


def test_materializing_in_the_ui_and_backfilling_a_partition_compute_nothing(built: Tiny, tmp_path: Path) -> None:
    before, data = built.state(), files_of(built.warehouse / "data")
    with running_ui(built, tmp_path / "ui.log") as ui:
        # "Materialize selected" of two steps with two assets each
        chosen = ("decisions", "decision_funnel", "dataset_exports", "rejected_exports")
        parameters = {"selector": selector(ui, chosen), "mode": "default", "runConfigData": "{}"}
        launched = ui.ask(LAUNCH, executionParams=parameters | {"executionMetadata": {"tags": []}})["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        found = ui.materializations(launched["run"]["runId"])
        assert set(found) == set(chosen)
        for asset, metadata in found.items():
            assert metadata["reused"] is True
            assert metadata["data_version"] == before[f"{asset}[_]"]
        # its process is the one that it is tagged with: a build in the shell must not take it for dead between two steps
        with DagsterInstance.from_config(str(built.warehouse / ".dagster")) as instance:
            workers = instance.all_logs(launched["run"]["runId"], of_type=DagsterEventType.STEP_WORKER_STARTING)
            assert list(workers) == []

        # a backfill of one partition, which the daemon turns into a run
        parameters = {"assetSelection": [{"path": [name]} for name in sorted(BACKFILLED)]}
        asked = ui.ask(BACKFILL, backfillParams=parameters | {"partitionNames": ["beta"]})["launchPartitionBackfill"]
        assert asked["__typename"] == "LaunchBackfillSuccess", asked

        def ended() -> dict[str, Any] | None:
            state: dict[str, Any] = ui.ask(BACKFILL_STATE, id=asked["backfillId"])["partitionBackfillOrError"]
            return state if state["status"] not in ("REQUESTED", "COMPLETING") else None

        state = until(ended)
        assert state["status"] == "COMPLETED_SUCCESS"
        found = {}
        for run in state["runs"]:
            found |= ui.materializations(run["runId"])
        assert set(found) == BACKFILLED
        for asset, metadata in found.items():
            assert metadata["partition"] == "beta"
            assert metadata["reused"] is True
            assert metadata["data_version"] == before[f"{asset}[beta]"]
    assert built.state() == before
    assert files_of(built.warehouse / "data") == data
