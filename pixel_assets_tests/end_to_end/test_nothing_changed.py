"""Contract C1 in the shell: a second build computes nothing, and going back to an old state computes nothing."""

from __future__ import annotations

import shutil
from typing import Any

import dagster as dg
import pytest

from pixel_assets.assets import GRAPH
from pixel_assets.build.project import open_project
from pixel_assets.orchestration.instance import open_instance

from .tiny import Tiny, bring_up, files_of

BY_SOURCE = {"raw_records", "conversations", "rejected_records", "preference_pairs", "source_inventory"}
RELEASE = {
    "augmented_train", "dataset_exports", "rejected_exports", "dataset_card", "dataset_report", "dataset_recommendations",
}  # fmt: skip
DECIDED = {"decisions", "decision_funnel", "training_mix", "dataset_splits", *RELEASE}
WHOLE_SET = {
    "corpus", "embeddings", "conversation_traits", "conversation_links", "quality_readings", "clinical_findings",
    "quality_scores", "quality_report", "quality_recommendations", "text_fingerprints", "minhash_signatures", "duplicate_pairs",
    "semantic_pairs", "duplicate_clusters", "contamination", "boilerplate", *DECIDED,
}  # fmt: skip
SAFETY = {
    "redacted_corpus", "pii_findings", "safety_scores", "safety_findings", "safety_verdicts", "safety_audit", "bias_report",
    "mix_hints", "counterfactual_pairs", "rejected_counterfactuals",
}  # fmt: skip


def runs() -> int:
    with open_instance(open_project(GRAPH)) as instance:
        assert isinstance(instance, dg.DagsterInstance)
        return instance.get_runs_count()


def names(results: list[dict[str, Any]]) -> set[str]:
    return {result["asset"] for result in results}


def test_a_second_build_runs_nothing(built: Tiny) -> None:
    before, recorded = files_of(built.warehouse / "data"), runs()
    summary = built.pixel_json("build")
    assert (summary["built"], summary["reused"], summary["failed"], summary["skipped"]) == ([], [], [], [])
    assert runs() == recorded
    assert files_of(built.warehouse / "data") == before


def test_touching_files_without_changing_them_runs_nothing(built: Tiny) -> None:
    for source in built.rows:
        content = built.file(source).read_bytes()
        built.file(source).unlink()
        built.file(source).write_bytes(content)
    summary = built.build()
    assert not summary.built
    assert not summary.reused


@pytest.mark.parametrize("gone", [(".dagster",), ("pixel.duckdb",), (".dagster", "pixel.duckdb", ".catalogue", "observed")])
def test_deleting_what_is_derived_computes_nothing_and_brings_the_catalogue_back(built: Tiny, gone: tuple[str, ...]) -> None:
    rows = built.pixel_json("sql", "SELECT count(*) AS n FROM corpus")
    before, data = built.state(), files_of(built.warehouse / "data")
    for name in gone:
        path = built.warehouse / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    summary = built.pixel_json("build")
    assert (summary["built"], summary["reused"]) == ([], [])
    assert built.state() == before
    assert files_of(built.warehouse / "data") == data
    assert (built.warehouse / "pixel.duckdb").exists()
    assert built.pixel_json("sql", "SELECT count(*) AS n FROM corpus") == rows


def test_without_dagsters_storage_a_change_is_built_as_ever(built: Tiny) -> None:
    shutil.rmtree(built.warehouse / ".dagster")
    built.change("mix", target=20)
    summary = built.build()
    assert {result.asset for result in summary.built} == DECIDED - {"decisions", "decision_funnel"}
    assert runs() == 1


def test_a_threshold_that_comes_back_computes_nothing(built: Tiny) -> None:
    first, exported = built.state(), built.exports()
    built.change("decisions", min_words=40)
    changed = built.build()
    assert {result.asset for result in changed.built} == DECIDED
    assert built.exports() != exported
    data = files_of(built.warehouse / "data")
    built.change("decisions", min_words=8)
    back = built.build()
    assert back.built == []
    assert {result.asset for result in back.reused} == DECIDED
    assert built.state() == first
    assert built.exports() == exported
    assert files_of(built.warehouse / "data") == data


def test_source_content_that_comes_back_computes_nothing(built: Tiny) -> None:
    first, exported, rows = built.state(), built.exports(), built.rows["gamma"]
    built.rows["gamma"] = (*rows[:4], 77, *rows[6:])
    built.write()
    changed = built.build()
    assert {(r.asset, r.partition) for r in changed.built if r.partition} == {(asset, "gamma") for asset in BY_SOURCE}
    built.rows["gamma"] = rows
    built.write()
    back = built.build()
    assert back.built == []
    assert {result.asset for result in back.reused} == BY_SOURCE | WHOLE_SET | SAFETY
    assert built.state() == first
    assert built.exports() == exported


def test_rows_in_another_order_change_places_and_nothing_that_is_exported(built: Tiny) -> None:
    """Conversations know their rows and the corpus lists them; what is made of turns alone keeps its rows."""
    exported = built.exports()
    built.rows["alpha"] = built.rows["alpha"][::-1]
    built.write()
    brought = bring_up(built.project())
    computed = {step for step, _ in brought.computed}
    judged = {"redacted_corpus", "safety_scores", "safety_verdicts", "bias_report", "counterfactual_pairs"}
    named = {"quality_recommendations", "dataset_recommendations", "rejected_exports", "decision_funnel"}  # made along
    assert computed == {"raw_records", "conversations", "source_inventory", *judged, *WHOLE_SET} - named
    for name in ("safety_scores", "conversation_traits", "embeddings", "quality_readings", "minhash_signatures"):
        assert {asset.rows_computed for asset in brought.results[name, "_"].assets} == {0}
    assert built.exports() == exported


def test_one_more_row_computes_one_row(built: Tiny) -> None:
    built.rows["alpha"] = (*built.rows["alpha"], 99)
    built.write()
    results = bring_up(built.project()).results
    row_wise = ("corpus", "conversation_traits", "embeddings", "quality_readings")
    for step, partition in (("conversations", "alpha"), *((name, "_") for name in row_wise)):
        assert sum(asset.rows_computed for asset in results[step, partition].assets) == 1
    assert all(asset.reused for asset in results["raw_records", "beta"].assets)
