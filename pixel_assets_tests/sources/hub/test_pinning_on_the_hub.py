"""``pixel sources pin`` asks a hub for its newest commit, and ``check`` reads from it without keeping anything."""

from __future__ import annotations

import json
from pathlib import Path

from pixel_assets_tests.end_to_end.tiny import Tiny
from pixel_assets_tests.sources.hub.hub_server import HubServer, running
from pixel_assets_tests.sources.hub.test_builds import FILES, LINES, pixel

ENTRY = "\nremote:  # on the hub\n  hub: {dataset: owner/remote}\n  category: reasoning\n  title: Test\n  licence: MIT\n"


def project_with(tmp_path: Path, entry: str) -> Tiny:
    project = Tiny(tmp_path / "project", rows={"alpha": tuple(range(1, 25))}).write()
    registry = project.sources / "sources.yaml"
    registry.write_text(registry.read_text() + entry)
    return project


def test_a_dataset_is_pinned_to_the_commit_of_the_hub_and_then_looked_into(tmp_path: Path) -> None:
    project = project_with(tmp_path, ENTRY)
    registry = project.sources / "sources.yaml"
    before = registry.read_text()
    hub = HubServer()
    sha = hub.add("owner/remote", FILES).sha
    with running(hub):
        done = pixel(project, hub, "sources", "pin", "--json")
        assert (done.returncode, json.loads(done.stdout)) == (0, {"remote": sha}), done.stderr
        assert registry.read_text() == before.replace("owner/remote}", f"owner/remote, revision: {sha}}}")
        again = pixel(project, hub, "sources", "pin")
        assert again.stdout.startswith("every hub source is pinned")
        looked = pixel(project, hub, "sources", "check", "remote", "--rows", "7", "--json")
        assert looked.returncode == 0, looked.stderr
        (sample,) = json.loads(looked.stdout)
        assert (sample["records"], sample["format"]) == (7, "prompt_response")
        assert not project.warehouse.exists()
        assert pixel(project, hub, "build", "raw_records").returncode == 0
    asked = len(hub.asked("owner/remote"))
    acquired = pixel(project, hub, "sources", "check", "remote", "--json")  # the hub is gone; the records are here
    (sample,) = json.loads(acquired.stdout)
    assert sample["records"] == len(LINES)
    assert len(hub.asked("owner/remote")) == asked


def test_a_hub_that_is_down_changes_nothing_in_the_registry(tmp_path: Path) -> None:
    project = project_with(tmp_path, ENTRY)
    before = (project.sources / "sources.yaml").read_bytes()
    gone = HubServer()
    gone.server_close()
    done = pixel(project, gone, "sources", "pin", "remote")
    assert done.returncode == 3
    assert "the hub cannot be reached" in done.stderr
    assert (project.sources / "sources.yaml").read_bytes() == before
