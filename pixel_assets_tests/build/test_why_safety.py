"""What safety found in a conversation and decided on it is told with places and numbers, and never with words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build.fate import fate_of_conversation
from pixel_assets.build.project import Project
from pixel_assets.build.why import why
from pixel_assets.quality.embeddings import DIMENSIONS
from pixel_assets.shell.explaining import MAX_LISTED, show_life

from .told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")

NAME, OTHER = "a" * 32, "b" * 32
RELEASED = "c" * 32  # what the exports call it, after redaction
SECRET = "SECRET"
FINDINGS = 25
PLACE = {"area": "response", "rule": "not_asked", "level": 2, "turn": 0, "start": 3, "end": 30}
AUDIT: dict[str, Any] = {
    "conversation_id": NAME, "verdict": "review", "crisis_level": "risk",
    "reasons": ["response:not_asked:review", "crisis:risk:note"], "evidence": [PLACE],
    "redactions": 2, "policy_version": "1f" * 6, "code_version": "2e" * 6,
}  # fmt: skip


def identifier(start: int, kind: str, *, replaced: bool = True) -> dict[str, Any]:
    place = {
        "conversation_id": NAME,
        "part": "turn",
        "turn": 0,
        "start": start,
        "end": start + 5,
        "new_start": start,
        "new_end": 9,
    }
    return place | {"type": kind, "rule": "a_rule", "found_by": "fast", "score": 0.9, "replaced": replaced}


def finding(start: int) -> dict[str, Any]:
    said = {"speaker": "user", "subject": "self", "time": "present", "frame": "literal", "kind": "suicide_ideation"}
    return PLACE | said | {"conversation_id": NAME, "area": "crisis", "rule": "a_cue", "start": start, "end": start + 4}


def decision(name: str, reason: str, detail: str) -> dict[str, Any]:
    return {"conversation_id": name, "keep": False, "stage": "safety", "reason": reason, "detail": detail}


ROWS: dict[str, list[dict[str, Any]]] = {
    "redacted_corpus": [
        {"conversation_id": NAME, "release_id": RELEASED, "source": "s", "category": "psychology", "format": "messages",
         "copies": 1, "flags": [],
         "turns": [{"role": "user", "content": SECRET}], "provenances": [], "redactions": 2, "redacted_types": ["name", "phone"],
         "identifiers_left": 0},
    ],
    "pii_findings": [
        identifier(30, "phone"), identifier(3, "name"), identifier(40, "phone"), identifier(9, "location", replaced=False),
    ],
    "safety_findings": [finding(start) for start in range(FINDINGS)],
    "safety_verdicts": [
        {"conversation_id": NAME, "verdict": "review", "crisis_level": "risk", "crisis_example": False, "client_only": False,
         "reason": "response:not_asked"},
    ],
    "safety_audit": [AUDIT],
    "decisions": [decision(NAME, "awaits_review", "response:not_asked"), decision(OTHER, "quarantined", "content:looping_reply")],
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return told_project(tmp_path_factory.mktemp("safety"), ROWS)


def test_the_verdict_is_said_first_in_plain_words(project: Project) -> None:
    assert why(project, NAME).summary == "held at safety: awaits review: response:not_asked"
    assert why(project, OTHER).summary == "dropped at safety: quarantined: content:looping_reply"


def test_it_is_found_by_what_the_exports_call_it(project: Project) -> None:
    life = why(project, RELEASED[:8])
    assert (life.conversation_id, life.release_id, life.mentions) == (NAME, RELEASED, ())


def test_what_is_used_before_anybody_reviewed_it_says_so() -> None:
    said: dict[str, list[dict[str, Any]]] = {
        "safety_verdicts": ROWS["safety_verdicts"],
        "decisions": [{"keep": True}],
        "training_mix": [{}],
        "dataset_splits": [{"split": "test"}],
    }
    assert fate_of_conversation(said) == "kept; in the training set (test), unreviewed: response:not_asked"


def test_identifiers_are_counted_by_type(project: Project) -> None:
    assert why(project, NAME).identifiers == (
        {"type": "location", "found": 1, "replaced": 0},
        {"type": "name", "found": 1, "replaced": 1},
        {"type": "phone", "found": 2, "replaced": 2},
    )
    assert why(project, OTHER).identifiers == ()


def test_every_decision_is_told_with_its_versions_and_evidence(project: Project) -> None:
    (judgement,) = why(project, NAME).judgements
    recorded = judgement["recorded_at"]
    assert judgement == AUDIT | {"recorded_at": recorded, "stands": True}
    assert why(project, OTHER).judgements == ()


def test_a_decision_that_no_longer_stands_is_told_as_well(tmp_path: Path) -> None:
    told_project(tmp_path, {**ROWS, "safety_audit": [AUDIT]})
    (entry,) = (tmp_path / "warehouse" / "ledger" / "safety_verdicts" / "_").glob("*.json")
    entry.unlink()  # so that the same step is asked again
    project = told_project(tmp_path, {**ROWS, "safety_audit": [AUDIT | {"verdict": "pass", "policy_version": "3d" * 6}]})
    judged = [(row["verdict"], row["policy_version"], row["stands"]) for row in why(project, NAME).judgements]
    assert judged == [("review", "1f" * 6, False), ("pass", "3d" * 6, True)]


def test_a_person_reads_it_in_a_few_lines(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    show_life(why(project, NAME))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "held at safety: awaits review: response:not_asked"
    assert lines[2] == f"  release_id {RELEASED}, in the exports"
    assert lines[3:6] == ["  identifiers location 1, 0 replaced", "  identifiers name 1", "  identifiers phone 2"]
    judged = f"review under policy {'1f' * 6}, code {'2e' * 6}: response:not_asked:review crisis:risk:note  (stands)"
    assert lines[6].endswith(judged)
    assert f"  and {FINDINGS - MAX_LISTED} more; --json has all" in lines
    assert any("evidence response:not_asked:2:0:3:30" in line for line in lines)


def test_of_a_vector_its_length_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = {"conversation_id": NAME, "user": [0.25] * DIMENSIONS, "assistant": None, "whole": [0.25] * DIMENSIONS}
    show_life(why(told_project(tmp_path, {**ROWS, "embeddings": [vectors]}), NAME))
    shown = capsys.readouterr().out
    assert f"user ({DIMENSIONS} numbers), whole ({DIMENSIONS} numbers)" in shown
    assert "0.25" not in shown


def test_nothing_that_was_said_is_told(project: Project) -> None:
    assert SECRET not in json.dumps([why(project, name).to_json() for name in (NAME, OTHER)])
