"""A conversation that was generated leads to its scenario and to the entries that it may use; a rejected one to the rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.build.project import Project
from pixel_assets.build.why import Life, why
from pixel_assets.errors import UsageError

from .told import told_project

pytestmark = pytest.mark.usefixtures("no_settings")

MADE, BROKEN, WAITING = "a" * 32, "b" * 32, "c" * 32
CONVERSATION = "d" * 32
SECRET = "SECRET"


def entry(name: str, kind: str) -> dict[str, Any]:
    words = {"summary": SECRET, "details": json.dumps({"said": SECRET}), "licence": "Apache-2.0", "content_hash": name[0] * 32}
    return {"entity_id": name, "kind": kind, "name": name.replace("_", " "), "origin": "pixel_assets", **words}


def scenario(name: str, *entries: tuple[str, str]) -> dict[str, Any]:
    said = dict.fromkeys(("presenting", "history", "goal", "culture", "household"), SECRET)
    used = [{"role": role, "entry": entry} for role, entry in entries]
    plain = {"form": "therapy_session", "disorder": "panic_disorder", "number": 3, "age": 31, "occupation": "a cook", "seed": 1}
    return {"scenario_id": name, "entries": used, "complexity": "low", "outcome": "improved", "risk": "none", **plain, **said}


CLIENT = ("disorder", "panic_disorder"), ("modality", "cbt")
ROWS: dict[str, list[dict[str, Any]]] = {
    "psychology_knowledge": [entry("cbt", "modality"), entry("panic_disorder", "disorder"), entry("sleep", "skill")],
    "client_scenarios": [scenario(MADE, *CLIENT), scenario(BROKEN, *CLIENT), scenario(WAITING, ("skill", "sleep"))],
    "knowledge_conversations": [
        {
            "conversation_id": CONVERSATION, "source": "knowledge_conversations", "file": "therapy_session/panic_disorder",
            "rows": [3], "category": "psychology", "format": "generated", "scenario_id": MADE, "backend": "composer",
            "turns": [{"role": "user", "content": SECRET}, {"role": "assistant", "content": SECRET}], "flags": ["generated"],
            "metadata": SECRET, "templates": ["therapy_session/cbt"], "entries": ["cbt", "panic_disorder"], "stages": ["closing"],
        }
    ],
    "rejected_scenarios": [
        {"scenario_id": BROKEN, "form": "therapy_session", "backend": "composer", "rule": rule, "detail": detail, "turn": 4}
        for rule, detail in (("missing_risk_assessment", "no question about safety, 1 expected"), ("promise_of_cure", "turn 4"))
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return told_project(tmp_path_factory.mktemp("generated"), ROWS)


def rows_of(life: Life, asset: str) -> list[dict[str, Any]]:
    return [dict(row) for chapter in life.chapters if chapter.asset == asset for row in chapter.rows]


def test_a_generated_conversation_is_told_with_its_scenario_and_the_entries_that_it_may_use(project: Project) -> None:
    life = why(project, CONVERSATION[:8])
    assert (life.conversation_id, life.scenario_id) == (CONVERSATION, MADE)
    assert [chapter.asset for chapter in life.chapters] == ["psychology_knowledge", "client_scenarios", "knowledge_conversations"]
    assert rows_of(life, "psychology_knowledge") == [
        {"entity_id": name, "kind": kind, "name": spelt, "origin": "pixel_assets", "licence": "Apache-2.0",
         "content_hash": name[0] * 32}
        for name, kind, spelt in (("cbt", "modality", "cbt"), ("panic_disorder", "disorder", "panic disorder"))
    ]  # fmt: skip
    (client,) = rows_of(life, "client_scenarios")
    assert (client["age"], client["occupation"], client["complexity"]) == (31, "a cook", "low")
    assert life.mentions == ()


def test_a_scenario_that_gave_a_conversation_is_told_as_that_conversation(project: Project) -> None:
    by_scenario, by_conversation = why(project, MADE), why(project, CONVERSATION)
    assert by_scenario.to_json() | {"word": ""} == by_conversation.to_json() | {"word": ""}


def test_the_place_of_a_generated_conversation_is_that_conversation(project: Project) -> None:
    (place,) = why(project, MADE).places
    assert why(project, f"{place['source']}:{place['file']}:3").conversation_id == CONVERSATION
    with pytest.raises(UsageError, match=r"no conversation was made there.*scenario_id"):
        why(project, f"{place['source']}:{place['file']}:4")


def test_a_rejected_scenario_names_the_rule_that_its_conversation_broke(project: Project) -> None:
    life = why(project, BROKEN[:6])
    assert life.summary == "rejected: missing_risk_assessment: no question about safety, 1 expected, and 1 more"
    assert (life.conversation_id, life.scenario_id) == (None, BROKEN)
    assert [chapter.asset for chapter in life.chapters] == ["psychology_knowledge", "client_scenarios", "rejected_scenarios"]
    assert [row["rule"] for row in rows_of(life, "rejected_scenarios")] == ["missing_risk_assessment", "promise_of_cure"]
    assert [row["entity_id"] for row in rows_of(life, "psychology_knowledge")] == ["cbt", "panic_disorder"]


def test_a_scenario_without_a_result_says_that_something_is_to_be_built(project: Project) -> None:
    life = why(project, WAITING)
    assert life.summary == "no conversation was made for it yet: `pixel plan` says what is to be built"
    assert [row["entity_id"] for row in rows_of(life, "psychology_knowledge")] == ["sleep"]


def test_nothing_that_a_client_or_an_entry_says_is_shown(project: Project) -> None:
    for word in (MADE, BROKEN, WAITING):
        assert SECRET not in json.dumps(why(project, word).to_json())


def test_digits_that_begin_ids_of_two_kinds_list_both(tmp_path: Path) -> None:
    twin = "abcdef" + "1" * 26
    rows = {
        "client_scenarios": [scenario(twin)],
        "knowledge_conversations": [
            {**ROWS["knowledge_conversations"][0], "conversation_id": "abcdef" + "2" * 26, "entries": []}
        ],
    }
    with pytest.raises(UsageError, match=f"'abcdef' begins 2 ids.*{twin}"):
        why(told_project(tmp_path, rows), "abcdef")
