"""Variants for the train split: of train alone, new, verified, bounded, and the same whatever the order of what is given."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.conversation.standard import conversation_id
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.quality.traits.lengths import describe_each
from pixel_assets.selection.augment import AUGMENTED, KINDS, Material, augment, material, scenario_ids
from pixel_assets.selection.augment.contexts import contexts, with_context
from pixel_assets.selection.augment.inputs import HELD_OUT, KEYED, PARENTS, SCENARIOS, SWAPPED
from pixel_assets.selection.augment.paraphrases import paraphrases
from pixel_assets.selection.augment.variant import Kind, Parent
from pixel_assets.settings import AugmentationSettings
from pixel_assets.vectors.static import StaticVectors

Row = dict[str, Any]
MODEL = StaticVectors.load()
NOTHING_SHARED = Boilerplate(np.empty(0, np.uint64), 12)
TOPICS = (
    "a choir",
    "the night shift",
    "my garden",
    "an exam",
    "the new flat",
    "our dog",
    "the long drive",
    "a letter",
    "swimming",
)


def turns(*said: str) -> list[Row]:
    return [{"role": "user" if at % 2 == 0 else "assistant", "content": text} for at, text in enumerate(said)]


def parent(said: list[Row], **more: Any) -> Row:
    row: Row = {
        "category": "mental_health", "source": "chats", "turns": said, "reasoning": None, "language": "en",
        "danger": False, "population": "student", "population_strength": 0.5, "modality": "none",
        "modality_strength": 0.5, "stage": "exploration", "stage_strength": 0.8,
    }  # fmt: skip
    row |= more
    return row | {"conversation_id": conversation_id(said, row["reasoning"])}


def keyed(rows: list[Row], schema: pa.Schema) -> pa.Table:
    plain = pa.Table.from_pylist(
        [{"conversation_id": row["conversation_id"], "turns": row["turns"]} for row in rows], PARENTS_TURNS
    )
    if not rows:
        return schema.empty_table()
    (batch,) = plain.combine_chunks().to_batches()
    found = pa.Table.from_batches([describe_each(batch)])
    columns = {"conversation_id": found["conversation_id"], "turns": plain["turns"]}
    return pa.table(
        [columns.get(name, found[name] if name in found.column_names else None) for name in schema.names], schema=schema
    )


PARENTS_TURNS = pa.schema([PARENTS.field("conversation_id"), PARENTS.field("turns")])


def many(count: int = 60) -> list[Row]:
    said = "I do not know what to do about {0} and number {1}, and I am not sure that someone would listen to me at the moment."
    return [
        parent(
            turns(said.format(TOPICS[n % len(TOPICS)], n), f"Thank you for telling me of {TOPICS[n % len(TOPICS)]}. What of {n}?")
        )
        for n in range(count)
    ]


def given(
    rows: list[Row], held: list[Row] | None = None, swapped: list[Row] | None = None, scenarios: list[Row] | None = None
) -> Material:
    return Material(
        pa.Table.from_pylist(rows, PARENTS),
        pa.Table.from_pylist(swapped or [], SWAPPED),
        pa.Table.from_pylist(scenarios or [], SCENARIOS),
        keyed(held or [], HELD_OUT),
        keyed([*rows, *(held or [])], KEYED),
    )


def made(stuff: Material, tmp_path: Path, **chosen: Any) -> pa.Table:
    settings = AugmentationSettings.model_validate({"share": 1.0} | chosen)
    found = augment(stuff, settings, MODEL, NOTHING_SHARED, tmp_path)
    assert found.schema.equals(AUGMENTED, check_metadata=True)
    assert found["conversation_id"].to_pylist() == sorted(found["conversation_id"].to_pylist())
    for row in found.to_pylist():
        assert row["conversation_id"] == conversation_id(row["turns"], row["reasoning"])
    return found


def test_variants_are_bounded_each_kind_gives_its_part_and_every_parent_is_known(tmp_path: Path) -> None:
    rows = many()
    found = made(given(rows), tmp_path, share=0.5, near=1.0)
    assert Counter(found["kind"].to_pylist()) == {"context": 8, "paraphrase": 7}  # a quarter of 30 each; the others have nothing
    assert set(found["parent_id"].to_pylist()) <= {row["conversation_id"] for row in rows}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_that_is_not_asked_for_is_not_made(kind: str, tmp_path: Path) -> None:
    found = made(given(many(20)), tmp_path, kinds=[name for name in KINDS if name != kind])
    assert kind not in found["kind"].to_pylist()


def test_nothing_is_made_where_nothing_is_asked_for(tmp_path: Path) -> None:
    assert made(given(many(20)), tmp_path, kinds=[]).num_rows == 0
    assert made(given(many(20)), tmp_path, share=0.0).num_rows == 0
    assert made(given([]), tmp_path).num_rows == 0


def test_the_order_of_what_is_given_makes_no_difference_and_the_seed_does(tmp_path: Path) -> None:
    rows = many()
    first = made(given(rows), tmp_path, share=0.3)
    assert first.equals(made(given(rows[::-1]), tmp_path, share=0.3))
    assert not first.equals(made(given(rows), tmp_path, share=0.3, seed=5))


def test_a_parent_more_changes_few_variants(tmp_path: Path) -> None:
    before, after = (set(made(given(many(count)), tmp_path, share=0.4)["conversation_id"].to_pylist()) for count in (60, 61))
    assert len(before - after) <= 2


def test_no_variant_has_the_text_or_the_opening_of_what_is_held_out(tmp_path: Path) -> None:
    rows = many(12)
    free = made(given(rows), tmp_path, kinds=["paraphrase"]).to_pylist()
    text, opening = free[0]["turns"], [free[1]["turns"][0], {"role": "assistant", "content": "Something quite different, then."}]
    held = [parent(text), parent(opening)]
    left = made(given(rows, held), tmp_path, kinds=["paraphrase"], near=1.0)["conversation_id"].to_pylist()
    assert sorted(left) == sorted(row["conversation_id"] for row in free[2:])


def test_no_variant_nearly_repeats_what_is_held_out_though_its_parent_does_not(tmp_path: Path) -> None:
    told = (
        "My sister says that she would come on Sunday, and that the house by the river is hers until the leaves have gone. " * 3
    )
    twin = told.replace("sister", "brother").replace("she", "he").replace("hers", "his")
    row = parent(turns(told, "What would you like to tell her?"))
    swap = {"pair_id": "p", "conversation_id": row["conversation_id"], "detail": "gender: female → male"}
    pair = swap | {"turns": turns(twin, "What would you like to tell him?")}
    stuff = given([row], swapped=[pair])
    assert made(stuff, tmp_path, kinds=["counterfactual"])["detail"].to_pylist() == ["gender: female → male"]
    like = parent(turns("Hello. " + twin, "What would you like to tell him?"))
    assert made(given([row], [like], [pair]), tmp_path, kinds=["counterfactual"]).num_rows == 0


def test_a_variant_that_is_in_the_corpus_already_is_not_made(tmp_path: Path) -> None:
    rows = many(12)
    free = made(given(rows), tmp_path, kinds=["paraphrase"]).to_pylist()
    there = [*rows, parent(free[0]["turns"])]
    stuff = replace(given(rows), known=keyed(there, KEYED))
    assert free[0]["conversation_id"] not in made(stuff, tmp_path, kinds=["paraphrase"])["conversation_id"].to_pylist()


def test_scenarios_come_as_they_are_and_without_a_parent(tmp_path: Path) -> None:
    said = turns("I need help with something that frightens me.", "I'm glad that you tell me. Are you safe now?")
    scenario = {"category": "psychology", "source": "cases", "detail": "severity: high", "turns": said, "reasoning": None}
    scenario["conversation_id"] = conversation_id(said)
    (row,) = made(given(many(8), scenarios=[scenario]), tmp_path, kinds=["crisis"]).to_pylist()
    assert (row["parent_id"], row["kind"], row["conversation_id"]) == (None, "crisis", scenario["conversation_id"])


def _parent(**more: Any) -> Parent:
    return Parent.of(parent(turns("I do not sleep, and I am not well.", "Since when?"), **more))


def test_a_context_speaks_of_strong_traits_and_leaves_the_rest_as_it_was() -> None:
    one = _parent()
    found = with_context(one, 7)
    assert found is not None
    system, *rest = found.turns
    assert rest == one.turns
    assert system["role"] == "system"
    assert any(sentence in system["content"] for sentence in contexts().population["student"])
    assert "population/student" in found.detail
    weak = with_context(replace(one, population=Kind("student", 0.2)), 7)
    assert weak is not None
    assert "population" not in weak.detail


def test_where_there_is_danger_a_context_says_that_safety_comes_first_and_nothing_of_methods_or_lives() -> None:
    for seed in range(8):
        found = with_context(replace(_parent(), danger=True), seed)
        assert found is not None
        stem, limit = found.detail.split()
        assert limit == "limits/danger"
        assert found.turns[0]["content"] == f"{contexts().stems[stem].text} {contexts().limits['danger']}"


def test_a_conversation_with_a_system_prompt_or_without_a_stem_gets_none() -> None:
    assert with_context(replace(_parent(), turns=[{"role": "system", "content": "Be kind."}]), 7) is None
    assert with_context(replace(_parent(), category="personality"), 7) is None


@pytest.mark.parametrize(
    "more",
    [
        {"danger": True},
        {"language": "de"},
        {"category": "reasoning", "reasoning": "First, I look at what was said."},
        {"turns": turns("I do not sleep.", "Since when?")},
        {"turns": turns('I do not know. I say "I am fine" always.', 'You say "I am fine". Who hears it?')},
    ],
    ids=["a sign of danger", "another language", "lives by its reasoning", "too little changes", "a reply quotes"],
)
def test_what_has_no_paraphrase(more: Row) -> None:
    row = parent(more.pop("turns", turns("I do not sleep, and I am not well.", "Since when?")), **more)
    quoted = "I am fine" in str(row["turns"])
    for seed in range(6):  # of both directions
        (found,) = paraphrases([Parent.of(row)], seed, MODEL, 0.5)
        assert found is None or (quoted and '"I am fine"' in str(found.turns))


def test_a_paraphrase_below_the_cosine_is_not_used() -> None:
    seeds = [seed for seed in range(6) if paraphrases([_parent()], seed, MODEL, 0.5) != [None]]
    assert seeds
    assert all(paraphrases([_parent()], seed, MODEL, 1.1) == [None] for seed in seeds)


def test_material_is_read_from_train_and_scenarios_whose_cluster_is_held_out_are_left_alone() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE TABLE redacted_corpus AS
                SELECT id AS conversation_id, 's' AS source, 'psychology' AS category,
                    [{'role': 'user', 'content': 'said ' || id}] AS turns, NULL::VARCHAR AS reasoning,
                    CASE WHEN id LIKE 'e%' THEN '{"form": "edge_case", "severity": "high"}' END AS metadata
                FROM (VALUES ('t'), ('v'), ('e1'), ('e2'), ('e3'), ('e4')) AS rows(id);
            CREATE TABLE conversation_traits AS
                SELECT conversation_id, 'text' || conversation_id AS text_key, 'group' || conversation_id AS group_key,
                    1 AS turns, 'en' AS language, 'student' AS population, 0.5 AS population_strength, 'none' AS modality,
                    0.5 AS modality_strength, 'closing' AS stage, 0.5 AS stage_strength
                FROM redacted_corpus;
            CREATE TABLE safety_verdicts AS SELECT conversation_id, 'none' AS crisis_level FROM redacted_corpus;
            CREATE TABLE decisions AS SELECT conversation_id, conversation_id <> 'e4' AS keep FROM redacted_corpus;
            CREATE TABLE dataset_splits AS
                SELECT * FROM (VALUES ('t', 'train', 'groupt'), ('v', 'test', 'groupv'), ('e3', 'train', 'groupe3'))
                    AS rows(conversation_id, split, group_key);
            CREATE TABLE counterfactual_pairs AS
                SELECT conversation_id, 'p' || conversation_id AS pair_id, 'gender' AS axis, 'female' AS from_group,
                    'male' AS to_group, turns FROM redacted_corpus;
            """
        )
        assert scenario_ids(connection)["conversation_id"].to_pylist() == ["e1", "e2"]
        found = material(connection, pa.table({"conversation_id": ["e1", "e2"], "split": ["train", "test"]}))
    assert found.parents["conversation_id"].to_pylist() == ["e3", "t"]
    assert found.parents["danger"].to_pylist() == [True, False]  # e3 was written about danger that the gate did not find
    assert found.swapped["pair_id"].to_pylist() == ["pe3", "pt"]
    assert found.scenarios["conversation_id"].to_pylist() == ["e1"]
    assert found.scenarios["detail"].to_pylist() == ["severity: high"]
    assert found.held_out["conversation_id"].to_pylist() == ["v"]
    assert found.known.num_rows == 6
