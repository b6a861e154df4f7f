"""Checks of knowledge and of what is generated from it, each on tables that are right and on tables that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.settings import Settings, load_settings

from .tables import Rows, find, judge

ENTITIES: Rows = [
    {"entity_id": name, "kind": kind, "origin": "pixel_assets"}
    for name, kind in (("low_mood", "disorder"), ("worry", "disorder"), ("talking", "modality"))
]
RELATIONS: Rows = [
    {"from_id": "talking", "how": "indicated_for", "to_id": "low_mood"},
    {"from_id": "talking", "how": "indicated_for", "to_id": "worry"},
    {"from_id": "low_mood", "how": "differential", "to_id": "worry"},
    {"from_id": "worry", "how": "differential", "to_id": "low_mood"},
]
WORKS: Rows = [{"reference_id": "book", "cited_by": ["low_mood", "talking", "worry"]}]
SCENARIOS: Rows = [{"scenario_id": name} for name in ("a", "b", "c")]
WRITTEN: Rows = [{"scenario_id": name, "conversation_id": name, "file": "f", "rows": [0]} for name in ("a", "b")]
REFUSED: Rows = [{"scenario_id": "c", "rule": "promise_of_cure", "detail": "", "turn": turn} for turn in (2, 4)]
CELLS: Rows = [{"disorder": "low_mood", "modality": "talking", "population": None, "required": True, "conversations": 2}]
DIVERSE = {"texts": 2, "near_duplicate_share": 0.0, "nearest_mean": 0.1, "distinct_4_sampled": None}


def passes(folder: Path, asset: str, name: str, rows: Rows, settings: Settings | None = None, **others: Rows) -> bool:
    return judge(folder, find(asset, name), {asset: rows, **others}, settings=settings).passed


def holds(folder: Path, entities: Rows, relations: Rows, works: Rows) -> bool:
    others = {"knowledge_relations": relations, "knowledge_references": works}
    return passes(folder, "psychology_knowledge", "holds_together", entities, **others)


def test_relations_and_citations_lead_somewhere(tmp_path: Path) -> None:
    assert holds(tmp_path, ENTITIES, RELATIONS, WORKS)
    assert not holds(tmp_path / "to", ENTITIES, [*RELATIONS, RELATIONS[0] | {"to_id": "gone"}], WORKS)
    assert not holds(tmp_path / "from", ENTITIES, [*RELATIONS, RELATIONS[0] | {"from_id": "gone"}], WORKS)
    assert not holds(tmp_path / "cited", ENTITIES, RELATIONS, [WORKS[0] | {"cited_by": ["low_mood", "talking", "worry", "gone"]}])
    assert not holds(tmp_path / "bare", ENTITIES, RELATIONS, [WORKS[0] | {"cited_by": ["low_mood", "worry"]}])


@pytest.mark.parametrize("lacking", range(len(RELATIONS)))
def test_a_disorder_has_a_treatment_and_a_differential(tmp_path: Path, lacking: int) -> None:
    assert passes(tmp_path, "psychology_knowledge", "disorders_treated", ENTITIES, knowledge_relations=RELATIONS)
    fewer = [relation for at, relation in enumerate(RELATIONS) if at != lacking]
    assert not passes(tmp_path / "fewer", "psychology_knowledge", "disorders_treated", ENTITIES, knowledge_relations=fewer)


def test_every_scenario_is_written_or_rejected(tmp_path: Path) -> None:
    def accounted(folder: str, written: Rows, rejected: Rows) -> bool:
        others = {"client_scenarios": SCENARIOS, "rejected_scenarios": rejected}
        return passes(tmp_path / folder, "knowledge_conversations", "scenarios_accounted", written, **others)

    assert accounted("right", WRITTEN, REFUSED)
    assert not accounted("lost", WRITTEN, [])
    assert not accounted("both", WRITTEN, [*REFUSED, REFUSED[0] | {"scenario_id": "a"}])


def test_few_scenarios_break_a_rule(tmp_path: Path) -> None:
    many: Rows = [{"scenario_id": f"s{n}"} for n in range(100)]

    def kept(folder: str, count: int) -> bool:
        rejected = [REFUSED[0] | {"scenario_id": f"s{n}"} for n in range(count)]
        others = {"client_scenarios": many, "rejected_scenarios": rejected}
        return passes(tmp_path / folder, "knowledge_conversations", "rules_kept", [], **others)

    assert kept("few", 2)
    assert not kept("many", 3)


def test_required_cells_have_conversations(tmp_path: Path) -> None:
    assert passes(tmp_path, "generation_coverage", "covered", CELLS)
    empty = CELLS[0] | {"conversations": 0}
    assert not passes(tmp_path / "empty", "generation_coverage", "covered", [empty])
    assert passes(tmp_path / "free", "generation_coverage", "covered", [*CELLS, empty | {"population": "x", "required": False}])


@pytest.mark.parametrize(
    "changes", [{"near_duplicate_share": 0.02}, {"nearest_mean": 0.6}, {"distinct_4_sampled": 0.1}], ids=lambda c: next(iter(c))
)
def test_conversations_differ_as_much_as_the_settings_ask(tmp_path: Path, changes: dict[str, float]) -> None:
    assert passes(tmp_path, "generation_diversity", "diverse", [DIVERSE])
    assert not passes(tmp_path / "alike", "generation_diversity", "diverse", [DIVERSE | changes])


def test_every_edge_case_is_met_where_any_is_wanted(tmp_path: Path) -> None:
    cases: Rows = [{"case_id": name} for name in ("one", "two")]
    met: Rows = [WRITTEN[0] | {"case_id": "one"}]
    settings = load_settings(edgecases={"conversations": 0})

    def all_met(folder: str, rows: Rows, settings: Settings | None = None) -> bool:
        others = {"edge_cases": cases, "rejected_edge_cases": []}
        return passes(tmp_path / folder, "edge_case_conversations", "cases_met", rows, settings, **others)

    assert all_met("all", [*met, WRITTEN[1] | {"case_id": "two"}])
    assert not all_met("one", met)
    assert all_met("none", [], settings)
