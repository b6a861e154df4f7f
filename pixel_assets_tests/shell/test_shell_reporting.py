"""``pixel report``: the summary, the page, and what moved since the accepted report."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pixel_assets import cli
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.shell.reporting import read_report, show_page

from ..end_to_end.tiny import bring_up
from ..quality.scored import conversation, scored_project

pytestmark = pytest.mark.usefixtures("no_settings")


def build(folder: Path, coherence: float) -> Project:
    project = scored_project(folder, [conversation(f"c{number}", score_coherence=coherence) for number in range(60)])
    assert bring_up(project).errors == {}
    return project


def test_the_report_that_stands_is_read_with_its_page_and_what_moved(tmp_path: Path) -> None:
    assert read_report(build(tmp_path, 0.8)).compared_with is None
    found = read_report(build(tmp_path, 0.2))
    assert Path(found.page).read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (found.conversations, found.sources) == (60, 1)
    assert found.scores[0] == {"score": "coherence", "scored": 60, "mean": 0.2, "p50": 0.2, "weak": 60}
    assert [(each.source, each.score, each.drifted, each.degraded) for each in found.moved] == [
        ("alpha", "coherence", True, True)
    ]
    assert [(row["score"], row["kind"]) for row in found.recommendations if row["score"] == "coherence"] == [
        ("coherence", "weak")
    ]


def test_the_command_prints_a_summary_and_the_path_and_opens_the_page_where_there_is_a_display(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, 0.8)
    project = build(tmp_path, 0.2)
    opened: list[str] = []
    monkeypatch.setattr(cli, "open_project", lambda _: project)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    shown = CliRunner().invoke(cli.app, ["report"])
    assert shown.exit_code == 0, shown.output
    assert opened == []
    lines = shown.stdout.splitlines()
    assert lines[0] == "60 conversations of 1 sources"
    assert lines[1] == "  coherence                    60 scored  mean 0.200, median 0.200, 60 weak"
    assert "  fell alpha coherence: index" in shown.stdout
    assert "alpha: coherence below 0.5 in 100% of 60 conversations" in shown.stdout
    assert lines[-1] == f"page: {read_report(project).page}"
    monkeypatch.setenv("DISPLAY", ":0")
    CliRunner().invoke(cli.app, ["report", "--no-browser"])
    assert opened == []
    CliRunner().invoke(cli.app, ["report"])
    assert opened == [Path(read_report(project).page).as_uri()]


def test_json_has_everything_and_opens_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = build(tmp_path, 0.8)
    monkeypatch.setattr(cli, "open_project", lambda _: project)
    printed = json.loads(CliRunner().invoke(cli.app, ["report", "--json"]).stdout)
    assert set(printed) == {"page", "conversations", "sources", "scores", "recommendations", "compared_with", "moved"}


def test_before_it_is_built_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"quality_report is not built yet. Run `pixel build quality_report`"):
        read_report(scored_project(tmp_path, [conversation("c1")]))
    assert not (tmp_path / "warehouse").exists()


def test_without_a_display_no_browser_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert show_page(tmp_path / "report.html") is False
