"""The licence policy, through a whole build: exports are held back, or the conversations are dropped before."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.checking import known_check
from pixel_assets.build.plan import make_plan
from pixel_assets.orchestration.waves import Summary
from pixel_assets.store.warehouse import WHOLE

from .tiny import Tiny, bring_up, files_of


@pytest.fixture
def mixed(built: Tiny) -> Tiny:
    """The tiny project, its source alpha under a licence for research alone; beta repeats five of its conversations."""
    registry = built.sources / "sources.yaml"
    free = registry.read_text()
    strict = "licence: CC-BY-NC-4.0\n  constraints: [attribution, non_commercial]\n  citation: Alpha et al."
    registry.write_text(free.replace("licence: Apache-2.0", strict, 1))
    return built


def settings(project: Tiny, **licences: str) -> None:
    """Write settings of the stage licences without touching the registry."""
    text = "".join(f'{name} = "{value}"\n' for name, value in licences.items())
    (project.root / "pixel.toml").write_text(f"[mix]\ntarget = 40\n[licences]\n{text}")


def exported(project: Tiny) -> Counter[str]:
    """Conversations by source in the newest exports, variants left out."""
    files = sorted((project.warehouse / "exports" / "jsonl").glob("*.jsonl"))
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return Counter(row["source"] for row in rows if not row["augmented"])


def card(project: Tiny) -> str:
    return (project.warehouse / "exports" / "parquet" / "README.md").read_text(encoding="utf-8")


def build(project: Tiny) -> Summary:
    with project.active():
        return project.build()


def test_research_holds_what_is_for_research_and_the_card_says_so(mixed: Tiny) -> None:
    assert build(mixed).exit_code == 0
    assert exported(mixed)["alpha"] > 0
    assert "license: other\n" in card(mixed)
    of_alpha = f"psychology | {exported(mixed)['alpha']} | CC-BY-NC-4.0 | attribution, non commercial | Alpha et al. |"
    assert f"(`alpha`) | {of_alpha}" in card(mixed)


def test_a_commercial_release_is_held_back_and_the_old_exports_stand(mixed: Tiny) -> None:
    before = files_of(mixed.warehouse / "exports")
    settings(mixed, use="commercial")
    summary = build(mixed)
    assert summary.exit_code == 1
    held = {item["asset"]: item["reason"] for item in summary.to_json()["skipped"]}
    assert held["dataset_exports"] == "held by licence_policy on dataset_splits"
    assert not {"decisions", "training_mix", "dataset_splits"} & set(held)
    assert files_of(mixed.warehouse / "exports") == before
    with mixed.active():
        (check,) = [check for check in GRAPH.checks if check.name == "licence_policy"]
        record = known_check(mixed.project(), check, WHOLE)
    assert record
    assert "alpha (CC-BY-NC-4.0, research-only)" in record.description


def test_what_is_dropped_is_replaced_and_a_copy_under_a_free_licence_is_kept(mixed: Tiny) -> None:
    settings(mixed, use="commercial", excluded="drop")
    assert build(mixed).exit_code == 0
    found = exported(mixed)
    assert set(found) == {"beta", "gamma"}
    assert "license: apache-2.0\n" in card(mixed)
    assert "(`alpha`)" not in card(mixed)
    with mixed.active():
        project = mixed.project()
        decisions = project.table("decisions").read().to_pylist()
        corpus = {row["conversation_id"]: row for row in project.table("corpus").read().to_pylist()}
    dropped = [row for row in decisions if row["reason"] == "licence_excluded"]
    assert {row["stage"] for row in dropped} == {"licence"}
    assert {row["detail"] for row in dropped} == {"CC-BY-NC-4.0 is research-only, the release is for commercial use"}
    places = [{place["source"] for place in corpus[row["conversation_id"]]["provenances"]} for row in dropped]
    assert places == [{"alpha"}] * len(dropped)
    shared = [row for row in corpus.values() if {place["source"] for place in row["provenances"]} == {"alpha", "beta"}]
    assert len(shared) >= 3
    assert {row["conversation_id"] for row in shared}.isdisjoint(row["conversation_id"] for row in dropped)


def test_a_licence_is_a_reason_of_its_own_and_converts_nothing_again(built: Tiny) -> None:
    registry = built.sources / "sources.yaml"
    registry.write_text(registry.read_text().replace("Apache-2.0", "MIT", 1))
    plan = make_plan(built.project())
    reasons = {item.step.name: [reason.detail for reason in item.reasons if reason.kind == "source"] for item in plan.stale}
    assert reasons["source_inventory"] == ["licence Apache-2.0 → MIT"]
    judging = {name for name, said in reasons.items() if said == ["alpha: licence Apache-2.0 → MIT"]}
    assert judging >= {"decisions", "dataset_exports", "dataset_card", "dataset_report"}
    computed = {name for name, _ in bring_up(built.project()).computed}
    assert computed >= {"source_inventory", "decisions", "dataset_exports"}
    assert computed.isdisjoint({"raw_records", "conversations", "corpus", "redacted_corpus", "embeddings", "quality_scores"})


def test_a_narrowed_registry_is_what_everything_sees(built: Tiny) -> None:
    done = built.pixel_here("build", "--json", PIXEL_SOURCES_SKIP='["be*"]')
    assert done.returncode == 0, done.stderr
    assert set(exported(built)) == {"alpha", "gamma"}
    listed = json.loads(built.pixel_here("sources", "--json", PIXEL_SOURCES_SKIP='["be*"]').stdout)
    assert [source["name"] for source in listed] == ["alpha", "gamma"]
    again = json.loads(built.pixel_here("plan", "--json", PIXEL_SOURCES_SKIP='["be*"]').stdout)
    assert again["stale"] == []


def test_a_word_that_names_no_source_ends_with_2(built: Tiny) -> None:
    done = built.pixel_here("plan", PIXEL_SOURCES_ONLY='["alhpa"]')
    assert done.returncode == 2
    assert "alpha" in done.stderr
