"""A line of code rebuilds exactly what it decides: tried on a copy of the package, through the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .tiny import PACKAGE, Tiny


@pytest.fixture
def copied(built: Tiny, tmp_path: Path) -> Tiny:
    """A built project whose commands run a copy of the package."""
    shutil.copytree(PACKAGE, tmp_path / "copy" / "pixel_assets")  # with its compiled files: they stay valid
    built.package = tmp_path / "copy"
    return built


def edit(project: Tiny, file: str, old: str, new: str) -> None:
    path = project.package / "pixel_assets" / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file}: {old!r} stands there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


# Every step in order without Dagster, which takes most of the time of a small build.
BUILD = """
from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.build.step import run_step
project = open_project(GRAPH)
for step in GRAPH.steps:
    results = [run_step(project, step, partition) for partition in project.partitions(step)]
    if not all(asset.reused for result in results for asset in result.assets):
        print(step.name)
"""


def computed_steps(project: Tiny) -> set[str]:
    """Build with the copy; gives the steps that were computed."""
    command = [sys.executable, "-c", BUILD]
    done = subprocess.run(
        command, env=project.environment(), cwd=project.root, text=True, capture_output=True, check=True, timeout=300
    )
    return set(done.stdout.split())


def stale_assets(project: Tiny) -> dict[str, set[str]]:
    """Stale assets by the kinds of their reasons."""
    found: dict[str, set[str]] = {}
    for item in project.pixel_json("plan")["stale"]:
        found.setdefault(item["asset"], set()).update(reason["kind"] for reason in item["reasons"])
    return found


def test_comments_docstrings_and_formatting_rebuild_nothing(copied: Tiny) -> None:
    for path in (copied.package / "pixel_assets").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n\n# a comment that changes nothing\n", encoding="utf-8")
    edit(copied, "quality/traits/__init__.py", '"""Traits of each conversation, in the order of the input.', '"""Something else.')
    edit(copied, "selection/mix/compose.py", "def compose(", "def compose (")
    summary = copied.pixel_json("build")
    assert (summary["built"], summary["reused"], summary["failed"]) == ([], [], [])


def test_code_that_nothing_reaches_rebuilds_nothing(copied: Tiny) -> None:
    path = copied.package / "pixel_assets" / "quality" / "text.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\ndef unused() -> int:\n    return 1\n", encoding="utf-8")
    assert stale_assets(copied) == {}


def test_a_changed_helper_rebuilds_its_users_and_an_equal_result_stops_the_wave(copied: Tiny) -> None:
    head = "def _hash(text: str) -> str:\n"
    edit(copied, "quality/traits/lengths.py", head, head + "    text = text + ''\n")
    plan = stale_assets(copied)
    users = {"conversation_traits", "augmented_train"}
    assert {asset for asset, kinds in plan.items() if "code" in kinds} == users
    assert all(kinds == {"upstream"} for asset, kinds in plan.items() if asset not in users)
    before = copied.state()
    assert {result["asset"] for result in copied.pixel_json("build")["built"]} == users
    assert copied.state() == before


def test_a_changed_helper_with_another_result_rebuilds_what_follows(copied: Tiny) -> None:
    edit(copied, "quality/traits/lengths.py", '_hash("\\n".join(', '_hash("|".join(')
    before = copied.state()
    # no key reaches further
    scored = {"quality_scores", "quality_report"}
    compared = {"duplicate_pairs", "semantic_pairs", "duplicate_clusters"}
    selected = {"decisions", "training_mix", "dataset_splits", "augmented_train"}
    computed = {"conversation_traits", "conversation_links", *scored, *compared, *selected}
    assert computed_steps(copied) == computed
    assert copied.state() != before


def test_changed_code_of_a_source_step_stops_where_records_are_equal(copied: Tiny) -> None:
    head = "from __future__ import annotations\n"
    edit(copied, "sources/readers/json_lines.py", head, head + "\nassert True\n")
    assert computed_steps(copied) == {"raw_records"}


def test_a_changed_check_runs_that_check_and_computes_nothing(copied: Tiny) -> None:
    edit(copied, "checks/corpus.py", 'f"{rows:,} rows", {"rows": rows}', 'f"{rows:,} rows!", {"rows": rows}')
    assert stale_assets(copied) == {"corpus": {"check"}, "training_mix": {"check"}}
    assert computed_steps(copied) == set()
    assert stale_assets(copied) == {}


def test_an_older_commit_computes_nothing(copied: Tiny) -> None:
    path = copied.package / "pixel_assets" / "quality" / "traits" / "lengths.py"
    old = path.read_text(encoding="utf-8")
    edit(copied, "quality/traits/lengths.py", "MIN_GROUP_WORDS: Final = 5", "MIN_GROUP_WORDS: Final = 30")
    before = copied.state()
    assert "conversation_traits" in computed_steps(copied)
    assert copied.state() != before
    path.write_text(old, encoding="utf-8")
    assert computed_steps(copied) == set()
    assert copied.state() == before
