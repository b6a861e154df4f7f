"""The audit trail as somebody reads it who has to show it: numbers by policy, and a file."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.shell.auditing import audit, show_audited
from pixel_assets.store.history import history_files

from ..build.test_why_safety import AUDIT, NAME, OTHER, ROWS
from ..build.told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")

PLAIN: dict[str, Any] = AUDIT | {
    "conversation_id": OTHER,
    "verdict": "pass",
    "crisis_level": "none",
    "reasons": [],
    "evidence": [],
}
TRAIL = {**ROWS, "safety_audit": [PLAIN, AUDIT]}
VERSIONS = {"policy_version": "1f" * 6, "code_version": "2e" * 6}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told_project(tmp_path, TRAIL)


def recorded(project: Project) -> datetime:
    (path,) = history_files(project.warehouse, "safety_audit")
    return datetime.fromisoformat(pq.read_table(path)["recorded_at"][0].as_py())


def test_decisions_are_counted_by_policy_and_code(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    found = audit(project)
    when = recorded(project).isoformat(timespec="microseconds")
    ruling = {**VERSIONS, "first": when, "last": when, "verdicts": {"pass": 1, "review": 1}, "stands": True}
    assert found.to_json() == {"decisions": 2, "since": None, "file": None, "rulings": (ruling,)}
    show_audited(found)
    assert capsys.readouterr().out.splitlines() == [
        "2 decisions of the safety gate",
        f"  {when[:10]} {when[11:16]}  policy {'1f' * 6}, code {'2e' * 6}: pass 1, review 1  (stands)",
        "  --output audit.csv writes them, with reasons and evidence",
    ]


def test_since_is_a_time_in_any_zone(project: Project) -> None:
    then = recorded(project)
    for before in (then, then.replace(tzinfo=None), then.astimezone(timezone(timedelta(hours=9)))):
        assert audit(project, before).decisions == 2
    after = audit(project, then + timedelta(microseconds=1))
    assert (after.decisions, after.rulings) == (0, ())


def test_a_table_has_one_line_a_decision_with_reasons_and_evidence_as_words(project: Project, tmp_path: Path) -> None:
    audit(project, file=tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert second == {
        "conversation_id": OTHER, "verdict": "pass", "crisis_level": "none", "reasons": "", "evidence": "", "redactions": "2",
        **VERSIONS, "recorded_at": second["recorded_at"],
    }  # fmt: skip
    assert (first["conversation_id"], first["reasons"]) == (NAME, "response:not_asked:review crisis:risk:note")
    assert first["evidence"] == "response:not_asked:2@0:3-30"


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_the_other_formats_keep_lists(project: Project, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"audit.{suffix}"
    audit(project, file=file)
    rows = (
        pq.read_table(file).to_pylist() if suffix == "parquet" else [json.loads(line) for line in file.read_text().splitlines()]
    )
    when = recorded(project).isoformat(timespec="microseconds")
    assert rows == [row | {"recorded_at": when} for row in (AUDIT, PLAIN)]


def test_a_file_is_overwritten_only_where_that_is_asked_for(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "audit.csv"
    file.write_text("mine")
    with pytest.raises(UsageError, match="the file exists"):
        audit(project, file=file)
    assert file.read_text() == "mine"
    audit(project, file=file, force=True)
    assert file.read_text().startswith("conversation_id,verdict,")


@pytest.mark.parametrize(
    ("name", "message"),
    [("audit.txt", r"'\.txt' .expected one of \.csv, \.jsonl, \.parquet"), ("absent/audit.csv", "cannot be written")],
)
def test_a_file_that_cannot_be_is_refused_and_leaves_nothing(project: Project, tmp_path: Path, name: str, message: str) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match=message):
        audit(project, file=tmp_path / name)
    assert sorted(tmp_path.iterdir()) == before


def test_an_empty_trail_says_what_to_build(tmp_path: Path) -> None:
    project = told_project(tmp_path, {**ROWS, "safety_audit": []})
    with pytest.raises(UsageError, match=r"no decision was recorded yet.*pixel build safety_audit"):
        audit(project, datetime.now(UTC))
