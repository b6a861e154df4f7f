"""Checks of the quality report: with what it is compared, when it alarms, and how an alarm is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build.project import Project
from pixel_assets.quality.report import QUALITY_REPORT
from pixel_assets.store.ledger import CheckRecord
from pixel_assets.store.tags import create_tag
from pixel_assets.store.warehouse import WHOLE

from ..end_to_end.tiny import bring_up
from ..quality.scored import conversation, scored_project

pytestmark = pytest.mark.usefixtures("no_settings")


def spread(around: float, count: int = 60) -> list[float]:
    return [around + 0.001 * (number % 40) for number in range(count)]


def build(folder: Path, scores: Sequence[float], **settings: Any) -> tuple[Project, dict[str, CheckRecord]]:
    """A source with these scores of coherence, built, and what the checks of its report said."""
    rows = [conversation(f"c{number}", score_coherence=score) for number, score in enumerate(scores)]
    project = scored_project(folder, rows, **settings)
    brought = bring_up(project)
    assert brought.errors == {}
    return project, {check.check: check for check in brought.results["quality_report", WHOLE].checks}


def test_the_first_report_is_compared_with_nothing_and_passes(tmp_path: Path) -> None:
    _, checks = build(tmp_path, spread(0.8))
    assert {name: check.passed for name, check in checks.items()} == {"quality_drift": True, "quality_degraded": True}
    assert checks["quality_drift"].description == "there is no report before this one to compare with"


def test_a_source_that_falls_alarms_with_its_name_the_score_and_the_numbers(tmp_path: Path) -> None:
    build(tmp_path, spread(0.8))
    _, checks = build(tmp_path, spread(0.3))
    drift, fall = checks["quality_drift"], checks["quality_degraded"]
    assert (drift.passed, drift.severity, fall.passed, fall.severity) == (False, "WARN", False, "WARN")
    assert "1 of 7 scores of sources drifted since" in drift.description
    assert "alpha coherence" in drift.description
    assert "alpha coherence 0.816 to 0.316; `pixel report`" in fall.description
    (worst,) = fall.measured["worst"]
    assert (worst["source"], worst["score"], worst["rows_before"], worst["rows_after"]) == ("alpha", "coherence", 60, 60)
    assert drift.measured["worst"][0]["index"] == drift.measured["highest"] > 1


def test_an_alarm_stands_until_the_old_state_comes_back(tmp_path: Path) -> None:
    first, _ = build(tmp_path, spread(0.8))
    accepted = first.table("quality_report").snapshots[0].id
    build(tmp_path, spread(0.3))
    _, checks = build(tmp_path, spread(0.31))
    assert not checks["quality_drift"].passed
    assert checks["quality_drift"].measured["compared_with"] == accepted[:8]
    _, checks = build(tmp_path, spread(0.801))
    assert checks["quality_drift"].passed
    _, checks = build(tmp_path, spread(0.8))
    assert checks["quality_drift"].passed


def test_where_no_accepted_report_is_left_the_oldest_stands_in_for_it(tmp_path: Path) -> None:
    first, _ = build(tmp_path, spread(0.8))
    gone = first.table("quality_report").snapshots[0].id
    second, _ = build(tmp_path, spread(0.3))
    oldest = second.table("quality_report").snapshots[0].id
    first.warehouse.manifest("quality_report", WHOLE, gone).unlink()
    _, checks = build(tmp_path, spread(0.6))
    assert not checks["quality_drift"].passed
    assert checks["quality_drift"].measured["compared_with"] == oldest[:8]


def test_a_tag_accepts_a_state(tmp_path: Path) -> None:
    build(tmp_path, spread(0.8))
    project, checks = build(tmp_path, spread(0.3))
    assert not checks["quality_degraded"].passed
    create_tag(project.warehouse, "agreed", {"quality_report": (WHOLE,)})
    _, checks = build(tmp_path, spread(0.3), drift={"reference": "agreed"})
    assert checks["quality_degraded"].passed
    assert checks["quality_degraded"].measured["compared_with"] == "agreed"
    _, checks = build(tmp_path, spread(0.3), drift={"reference": "agreeed"})
    assert not checks["quality_drift"].passed
    assert "setting drift.reference" in checks["quality_drift"].description
    assert "no tag is called 'agreeed' (expected one of agreed)" in checks["quality_drift"].description


def test_a_tag_without_a_report_is_named(tmp_path: Path) -> None:
    project, _ = build(tmp_path, spread(0.8))
    create_tag(project.warehouse, "early", {"redacted_corpus": (WHOLE,)})
    _, checks = build(tmp_path, spread(0.8), drift={"reference": "early"})
    assert "tag 'early' has no quality_report" in checks["quality_drift"].description


def test_bounds_of_drift_rebuild_nothing_and_judge_anew(tmp_path: Path) -> None:
    build(tmp_path, spread(0.8))
    build(tmp_path, spread(0.7))
    rows = [conversation(f"c{number}", score_coherence=score) for number, score in enumerate(spread(0.7))]
    project = scored_project(tmp_path, rows, drift={"most_fall": 0.2, "most_index": 99.0})
    brought = bring_up(project)
    assert brought.computed == set()
    assert all(check.passed for check in brought.results["quality_report", WHOLE].checks)


def test_what_the_report_holds_is_what_it_was_made_for(tmp_path: Path) -> None:
    moved = [{"score": "coherence", "what": what, "amount": amount} for what, amount in (("off_topic", -2.0), ("fits", 1.0))]
    missing = ["empathy: no reply"]
    rows = [
        *(conversation(f"a{n}", score_coherence=0.1, score_language=0.9, moved=moved, missing=missing) for n in range(20)),
        *(conversation(f"b{n}", "beta", "voice", score_coherence=0.9) for n in range(20)),
    ]
    project = scored_project(tmp_path, rows)
    assert bring_up(project).errors == {}
    table = project.table("quality_report")
    report = {(row["source"], row["score"]): row for row in table.read().to_pylist()}
    assert table.read().schema.names == QUALITY_REPORT.names
    assert report["all", "coherence"]["mean"] == 0.5
    assert report["alpha", "language"]["mean"] == 0.9  # the score, not the language that traits tell
    assert report["alpha", "empathy"]["missing_for"] == [{"reason": "no reply", "rows": 20}]
    recommended = project.table("quality_recommendations").read().to_pylist()
    (weak,) = [row for row in recommended if row["kind"] == "weak"]
    assert (weak["source"], weak["score"], weak["moved_by"], len(weak["examples"])) == ("alpha", "coherence", ["off_topic"], 5)
    (manifest,) = table.snapshots
    assert {file.path for file in manifest.attachments} == {"report.html", "report.md", "scores.png", "sources.png"}
