"""Duplicates: who wins and why, that nobody is lost to one that he does not resemble, and that no pair stays."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.quality.traits import TRAITS
from pixel_assets.selection.decisions import QUALITY, decide
from pixel_assets.selection.duplicates import PAIRS
from pixel_assets.selection.ranks import CRITERIA, KEYS, Criterion, freedom
from pixel_assets.settings import DecisionSettings, RepresentativeSettings

from .test_decisions import _row

Pair = tuple[str, str, str, float]


def decided(
    rows: dict[str, dict[str, Any]], pairs: list[Pair], order: tuple[Criterion, ...] = CRITERIA, **traits: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Decisions on rows of the corpus by id (columns by name); ``traits`` holds, by id, those that are not as usual."""
    corpus = pa.table(
        {
            "conversation_id": list(rows),
            "tier": pa.array([row.get("tier", 3) for row in rows.values()], pa.int64()),
            "place": pa.array([row.get("place") for row in rows.values()], pa.int64()),
            "freedom": pa.array([row.get("freedom", 0) for row in rows.values()], pa.int64()),
            "verdict": pa.array([row.get("verdict", "pass") for row in rows.values()], pa.string()),
            "quality": pa.array([{"overall": row.get("overall")} for row in rows.values()], QUALITY),
            "held": pa.array([row.get("held") for row in rows.values()], pa.string()),
        }
    )
    described = pa.Table.from_pylist([_row(name, **traits.get(name, {})) for name in rows], schema=TRAITS)
    columns = [dict(zip(PAIRS.names, pair, strict=True)) for pair in pairs]
    made = decide(corpus, described, DecisionSettings(), pairs=pa.Table.from_pylist(columns, schema=PAIRS), order=order)
    return {row["conversation_id"]: row for row in made.to_pylist()}


def near(left: str, right: str, similarity: float = 0.9) -> Pair:
    return left, right, "near", similarity


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        ({"overall": 0.84}, {"overall": 0.71}, "overall 0.71 < 0.84"),
        ({"overall": 0.2}, {}, "no overall score, the winner has 0.20"),
        ({}, {"verdict": "redact"}, "safety redact, the winner pass"),
        ({"freedom": 1}, {"freedom": 2}, "licence research-only, the winner allow, with constraints"),
        ({"tier": 1}, {"tier": 3}, "tier 3 > 1"),
        ({"tier": 3}, {"tier": None}, "no tier, the winner has 3"),
        ({"place": 0}, {"place": 4}, "its source stands later among those that the settings name"),
    ],
)
def test_the_first_criterion_in_which_they_differ_decides_and_is_told(
    better: dict[str, Any], worse: dict[str, Any], why: str
) -> None:
    made = decided({"a": worse, "b": better}, [near("a", "b", 0.8769)])
    assert made["b"]["keep"]
    assert (made["a"]["stage"], made["a"]["winner_id"]) == ("near_duplicates", "b")
    assert (made["a"]["detail"], made["a"]["similarity"]) == (f"jaccard 0.876; {why}", 0.8769)


def test_the_order_of_criteria_is_a_setting_and_scores_count_in_hundredths() -> None:
    rows = {"a": {"overall": 0.801, "tier": 5}, "b": {"overall": 0.799, "tier": 1}, "c": {"overall": 0.9, "tier": 5}}
    pairs = [near("a", "b"), near("a", "c"), near("b", "c")]
    assert decided({name: rows[name] for name in "ab"}, pairs)["b"]["keep"]
    assert decided(rows, pairs)["c"]["keep"]
    assert decided(rows, pairs, ("source", "quality"))["b"]["keep"]
    assert decided(rows, pairs, ())["a"]["keep"]
    assert decided(rows, pairs, ())["b"]["detail"] == "jaccard 0.900; a tie, won by the smaller conversation_id"


def test_paraphrases_are_told_apart_from_near_duplicates() -> None:
    made = decided({"a": {"overall": 0.9}, "b": {}, "c": {}}, [("a", "b", "semantic", 0.9612), near("a", "c"), near("b", "c")])
    assert (made["b"]["stage"], made["b"]["detail"][:13], made["c"]["stage"]) == (
        "semantic_duplicates", "cosine 0.961;", "near_duplicates",
    )  # fmt: skip
    both = decided({"a": {"overall": 0.9}, "b": {}}, [("a", "b", "semantic", 0.97), near("a", "b", 0.81)])
    assert (both["b"]["reason"], both["b"]["similarity"]) == ("near_duplicate", 0.81)


def test_a_chain_is_not_one_cluster() -> None:
    rows = {name: {"overall": 0.9 - number / 10} for number, name in enumerate("abcde")}
    made = decided(rows, [near(left, right) for left, right in ("ab", "bc", "cd", "de")])
    assert {name: row["winner_id"] for name, row in made.items()} == {"a": None, "b": "a", "c": None, "d": "c", "e": None}


def test_who_is_dropped_for_another_reason_takes_nobody_along() -> None:
    made = decided({"a": {"overall": 0.9, "held": "it is for evaluation"}, "b": {}, "c": {}}, [near("a", "b"), near("a", "c")])
    assert [row["keep"] for row in made.values()] == [False, True, True]


def test_copies_of_a_loser_lose_to_the_same_winner() -> None:
    rows = {"a": {"overall": 0.9}, "b": {}, "c": {}}
    made = decided(rows, [near("a", "b", 0.85)], b={"text_key": "same"}, c={"text_key": "same"})
    assert [(row["winner_id"], row["reason"]) for row in made.values()] == [
        (None, "kept"), ("a", "near_duplicate"), ("a", "near_duplicate"),
    ]  # fmt: skip


def test_the_usual_order_is_that_of_the_settings() -> None:
    assert RepresentativeSettings().order == CRITERIA


def test_levels_of_freedom() -> None:
    assert freedom("allow", ()) == 0
    assert freedom("allow", ("attribution",)) == 1
    assert freedom("research-only", ("non_commercial",)) == 2
    assert freedom("deny", ()) == 3


_NAMES = st.sampled_from([f"{number:02d}" for number in range(10)])
_PAIRS = st.lists(st.tuples(_NAMES, _NAMES, st.sampled_from(["near", "semantic"]), st.integers(80, 99)), max_size=25)
_ROWS = st.lists(
    st.fixed_dictionaries(
        {"overall": st.sampled_from([0.3, 0.6, None]), "tier": st.integers(1, 2), "text": st.sampled_from("xyzuvw")}
    ),
    min_size=10,
    max_size=10,
)


@settings(max_examples=40, deadline=None)
@given(_ROWS, _PAIRS, st.permutations(list(KEYS)), st.randoms(use_true_random=False))
def test_no_pair_stays_and_whoever_goes_resembles_who_stays(
    rows: list[dict[str, Any]], found: list[tuple[str, str, str, int]], order: list[Criterion], random: Any
) -> None:
    named = {f"{number:02d}": row for number, row in enumerate(rows)}
    text = {name: row["text"] for name, row in named.items()}
    pairs = [(min(a, b), max(a, b), relation, percent / 100) for a, b, relation, percent in found if a != b]
    traits = {name: {"text_key": text[name]} for name in named}
    made = decided(named, pairs, tuple(order), **traits)
    alike = {(text[a], text[b]) for a, b, _, _ in pairs} | {(text[b], text[a]) for a, b, _, _ in pairs}
    kept = [name for name, row in made.items() if row["keep"]]
    assert all(text[a] != text[b] and (text[a], text[b]) not in alike for a in kept for b in kept if a != b)
    for name, row in made.items():
        if not row["keep"]:
            winner = row["winner_id"]
            assert made[winner]["keep"]
            assert (row["reason"] == "exact_duplicate") == (text[name] == text[winner])
            assert text[name] == text[winner] or (text[name], text[winner]) in alike
    items = list(named.items())
    random.shuffle(items)
    random.shuffle(pairs)
    assert decided(dict(items), pairs, tuple(order), **traits) == made
