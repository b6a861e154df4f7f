"""Decisions: every reason with its detail, the order of the rules, and who wins among duplicates."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds
from pixel_assets.quality.traits import TRAITS
from pixel_assets.selection.decisions import DECISIONS, FUNNEL, QUALITY, RULES, decide, funnel
from pixel_assets.settings import DecisionSettings

GOOD: dict[str, Any] = {
    "language": "en", "language_confidence": 0.9, "turns": 2, "user_turns": 1, "assistant_turns": 1,
    "words": 40, "user_words": 20, "assistant_words": 20, "characters": 200, "empty_turns": 0,
    "unreadable": 0.0,
}  # fmt: skip


def _row(name: str, **other: Any) -> dict[str, Any]:
    return {
        "conversation_id": name,
        **GOOD,
        "text_key": f"text of {name}",
        "group_key": f"group of {name}",
        **other,
    }


def _decide(
    *rows: dict[str, Any],
    tiers: dict[str, int | None] | None = None,
    settings: DecisionSettings | None = None,
) -> dict[str, tuple[Any, ...]]:
    corpus = pa.table(
        {"conversation_id": [row["conversation_id"] for row in rows], "category": ["voice"] * len(rows)}
    )
    if tiers is not None:
        order = [tiers[row["conversation_id"]] for row in rows]
        corpus = corpus.append_column("tier", pa.array(order, pa.int64()))
    traits = pa.Table.from_pylist(list(rows), schema=TRAITS)
    found = decide(corpus, traits, settings or DecisionSettings())
    assert found.schema.equals(DECISIONS, check_metadata=True)
    return {row["conversation_id"]: _told(row) for row in found.to_pylist()}


def _told(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("keep", "stage", "reason", "detail", "winner_id"))


def _dropped(stage: str, reason: str, detail: str, winner: str | None = None) -> tuple[Any, ...]:
    return (False, stage, reason, detail, winner)


KEPT = (True, "selected", "kept", "", None)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, KEPT),
        ({"words": 0}, _dropped("standard_form", "empty", "words 0 < 1")),
        ({"empty_turns": 1}, _dropped("standard_form", "empty_turn", "empty_turns 1 > 0")),
        ({"unreadable": 0.0412}, _dropped("standard_form", "unreadable", "unreadable 0.0412 > 0.02")),
        (
            {"language": "es", "language_confidence": 0.98},
            _dropped("language", "wrong_language", "language es at 0.980, not in en"),
        ),
        ({"words": 3}, _dropped("length", "too_short", "words 3 < 8")),
        ({"words": 20_001}, _dropped("length", "too_long", "words 20001 > 20000")),
        ({"turns": 401}, _dropped("length", "too_many_turns", "turns 401 > 400")),
        ({"assistant_words": 0}, _dropped("length", "no_reply", "assistant_words 0 < 1")),
    ],
)
def test_every_rule_gives_its_reason_with_value_and_bound(
    other: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert _decide(_row("a", **other)) == {"a": expected}


def test_values_at_the_bound_are_kept() -> None:
    row = _row("a", words=8, assistant_words=1, turns=400, unreadable=0.02)
    assert _decide(row, _row("b", words=20_000)) == {"a": KEPT, "b": KEPT}


def test_an_unsure_or_undetermined_language_is_kept() -> None:
    unsure, none = (
        _row("a", language="es", language_confidence=0.49),
        _row("b", language="und", language_confidence=0.0),
    )
    everything = DecisionSettings(language_confidence=0.0)
    assert _decide(unsure, none) == {"a": KEPT, "b": KEPT}
    assert _decide(none, settings=everything) == {"b": KEPT}


def test_what_no_licence_permits_is_dropped_before_anything_else_is_asked() -> None:
    rows = [_row("a", text_key="same"), _row("b", text_key="same", words=10), _row("c", words=0)]
    reasons = pa.array(["X is deny", None, "Y is deny"])
    corpus = pa.table({"conversation_id": ["a", "b", "c"], "unlicensed": reasons})
    found = decide(corpus, pa.Table.from_pylist(rows, schema=TRAITS), DecisionSettings())
    assert [_told(row) for row in found.to_pylist()] == [
        _dropped("licence", "licence_excluded", "X is deny"),
        KEPT,
        _dropped("licence", "licence_excluded", "Y is deny"),
    ]


def test_what_is_also_in_a_set_for_evaluation_is_not_trained_on() -> None:
    corpus = pa.table({"conversation_id": ["a", "b"], "held": ["bench is for evaluation", None]})
    traits = pa.Table.from_pylist([_row("a"), _row("b")], schema=TRAITS)
    found = decide(corpus, traits, DecisionSettings()).to_pylist()
    assert [_told(row) for row in found] == [
        _dropped("purpose", "not_for_training", "bench is for evaluation"),
        KEPT,
    ]


def test_what_refers_to_something_that_is_not_there_is_dropped() -> None:
    corpus = pa.table(
        {
            "conversation_id": ["a", "b", "c"],
            "flags": [["tool_turns_omitted", "media_omitted", "html_removed"], ["html_removed"], []],
        }
    )
    traits = pa.Table.from_pylist([_row("a"), _row("b"), _row("c")], schema=TRAITS)
    found = decide(corpus, traits, DecisionSettings()).to_pylist()
    assert [_told(row) for row in found] == [
        _dropped("standard_form", "incomplete", "media_omitted tool_turns_omitted"),
        KEPT,
        KEPT,
    ]
    assert all(row["keep"] for row in decide(corpus, traits, DecisionSettings(drop_flags=())).to_pylist())


def test_further_languages_can_be_allowed_and_none_allows_all() -> None:
    row = _row("a", language="es")
    assert _decide(row, settings=DecisionSettings(languages=("en", "es"))) == {"a": KEPT}
    assert _decide(row, settings=DecisionSettings(languages=())) == {"a": KEPT}


def test_the_first_rule_that_applies_decides() -> None:
    row = _row("a", words=0, unreadable=1.0, language="es", turns=999, assistant_words=0)
    reasons = [rule.reason for rule in RULES]
    assert reasons == [
        "not_for_training", "licence_excluded", "quarantined", "client_side_only", "awaits_review", "incomplete", "empty",
        "empty_turn", "unreadable", "wrong_language", "too_short", "too_long", "too_many_turns", "no_reply",
        *(f"{what}_{score}" for score in SCORES for what in ("low", "no")), "contaminated",
    ]  # fmt: skip
    assert _decide(row)["a"][2] == "empty"
    assert _decide({**row, "words": 3})["a"][2] == "unreadable"
    assert _decide({**row, "words": 3, "unreadable": 0.0})["a"][2] == "wrong_language"


def test_what_gives_away_an_evaluation_is_dropped_after_all_other_rules() -> None:
    assert judged(contaminated="13-gram 0.82 of bench 3f2a") == ("contamination", "contaminated", "13-gram 0.82 of bench 3f2a")
    assert judged(contaminated="13-gram 0.82 of bench 3f2a", verdict="quarantine", safety_reason="x")[0] == "safety"


def judged(*, unreviewed: str = "hold", **columns: object) -> tuple[str, str, str]:
    """Stage, reason and detail for one conversation that the safety gate has judged."""
    corpus = pa.table({"conversation_id": ["a"], **{name: [value] for name, value in columns.items()}})
    table = decide(corpus, pa.Table.from_pylist([_row("a")], schema=TRAITS), DecisionSettings(unreviewed=unreviewed))
    (row,) = table.to_pylist()
    return row["stage"], row["reason"], row["detail"]


def test_what_the_gate_keeps_back_is_dropped_with_its_reason() -> None:
    reason = {"safety_reason": "content:leaked_prompt"}
    assert judged(verdict="quarantine", **reason) == ("safety", "quarantined", "content:leaked_prompt")
    assert judged(verdict="review", **reason) == ("safety", "awaits_review", "content:leaked_prompt")
    assert judged(verdict="review", unreviewed="use", **reason)[1] == "kept"
    assert judged(verdict="redact", safety_reason="")[1] == "kept"
    assert judged(verdict="pass", safety_reason="", client_only=True)[1] == "client_side_only"


def test_of_duplicates_the_one_with_most_words_wins_then_the_smallest_id() -> None:
    rows = [_row(name, text_key="same") for name in "dcb"] + [_row("a", text_key="same", words=39)]
    tie = "a tie, won by the smaller conversation_id"
    assert _decide(*rows) == {
        "a": _dropped("exact_duplicates", "exact_duplicate", "words 39 < 40", "b"),
        "b": KEPT,
        "c": _dropped("exact_duplicates", "exact_duplicate", tie, "b"),
        "d": _dropped("exact_duplicates", "exact_duplicate", tie, "b"),
    }


def test_of_duplicates_the_lowest_tier_wins_before_all_and_no_tier_is_last() -> None:
    rows = [_row("a", text_key="same", words=99), _row("b", text_key="same"), _row("c", text_key="same")]
    assert _decide(*rows, tiers={"a": 2, "b": None, "c": 1}) == {
        "a": _dropped("exact_duplicates", "exact_duplicate", "tier 2 > 1", "c"),
        "b": _dropped("exact_duplicates", "exact_duplicate", "no tier, the winner has 1", "c"),
        "c": KEPT,
    }


def test_a_dropped_conversation_wins_over_nothing() -> None:
    rows = [_row("a", text_key="same", words=50, unreadable=0.5), _row("b", text_key="same")]
    assert _decide(*rows)["b"] == KEPT


@pytest.mark.parametrize(
    ("corpus", "traits", "message"),
    [
        (["a", "a"], ["a"], "corpus: 1 conversations stand there more than once"),
        (["a"], ["a", "a"], "traits: 1 conversations stand there more than once"),
        (["a", "b", "c"], ["a"], "traits: no row for 2 conversations of corpus"),
        (["a"], ["a", "b"], "corpus: no row for 1 conversations of traits"),
    ],
)
def test_corpus_and_traits_must_hold_the_same_conversations_once(
    corpus: list[str], traits: list[str], message: str
) -> None:
    table = pa.Table.from_pylist([_row(name) for name in traits], schema=TRAITS)
    with pytest.raises(ValueError, match=message):
        decide(
            pa.table({"conversation_id": corpus, "category": ["voice"] * len(corpus)}),
            table,
            DecisionSettings(),
        )


def test_the_funnel_counts_what_each_reason_took_and_left() -> None:
    rows = [
        _row("a", words=0),
        _row("b", words=2),
        _row("c", words=3),
        _row("d", text_key="x"),
        _row("e", text_key="x"),
    ]
    corpus = pa.table({"conversation_id": [row["conversation_id"] for row in rows]})
    found = funnel(decide(corpus, pa.Table.from_pylist(rows, schema=TRAITS), DecisionSettings()))
    assert found.schema.equals(FUNNEL, check_metadata=True)
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("purpose", "not_for_training", 0, 5),
        ("licence", "licence_excluded", 0, 5),
        ("safety", "quarantined", 0, 5),
        ("safety", "client_side_only", 0, 5),
        ("safety", "awaits_review", 0, 5),
        ("standard_form", "incomplete", 0, 5),
        ("standard_form", "empty", 1, 4),
        ("standard_form", "empty_turn", 0, 4),
        ("standard_form", "unreadable", 0, 4),
        ("language", "wrong_language", 0, 4),
        ("length", "too_short", 2, 2),
        ("length", "too_long", 0, 2),
        ("length", "too_many_turns", 0, 2),
        ("length", "no_reply", 0, 2),
        *(("quality", f"{what}_{score}", 0, 2) for score in SCORES for what in ("low", "no")),
        ("contamination", "contaminated", 0, 2),
        ("exact_duplicates", "exact_duplicate", 1, 1),
        ("near_duplicates", "near_duplicate", 0, 1),
        ("semantic_duplicates", "semantic_duplicate", 0, 1),
        ("selected", "kept", 1, 1),
    ]


_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "words": st.integers(0, 12),
            "assistant_words": st.integers(0, 3),
            "unreadable": st.sampled_from([0.0, 0.5]),
            "language": st.sampled_from(["en", "es", "und"]),
            "text_key": st.sampled_from("xyz"),
        }
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(_ROWS, st.randoms(use_true_random=False))
def test_every_conversation_has_one_decision_whatever_the_order_of_the_rows(
    rows: list[dict[str, Any]], random: Any
) -> None:
    named = [_row(f"{number:02d}", **row) for number, row in enumerate(rows)]
    decisions = _decide(*named)
    assert list(decisions) == [row["conversation_id"] for row in named]
    shuffled = list(named)
    random.shuffle(shuffled)
    assert _decide(*shuffled) == decisions
    kept = [row["text_key"] for row in named if decisions[row["conversation_id"]][0]]
    assert len(kept) == len(set(kept))
    for keep, _, reason, _, winner in decisions.values():
        assert (winner is not None) == (reason == "exact_duplicate")
        assert keep == (reason == "kept")
        assert winner is None or decisions[winner][0]


def scored(thresholds: Thresholds, *scores: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    """Stage, reason and detail for conversations with these scores."""
    names = [f"c{number}" for number in range(len(scores))]
    corpus = pa.table({"conversation_id": names, "quality": pa.array(list(scores), QUALITY)})
    made = decide(corpus, pa.Table.from_pylist([_row(name) for name in names], schema=TRAITS), DecisionSettings(), thresholds)
    return [(row["stage"], row["reason"], row["detail"]) for row in made.to_pylist()]


def test_a_conversation_falls_at_the_first_score_below_its_threshold() -> None:
    asked = Thresholds({"coherence": 0.9, "language": 0.5})
    assert scored(
        asked,
        {"coherence": 0.4129, "language": 0.1},
        {"coherence": 0.9, "language": 0.49999},
        {"coherence": 0.9, "language": 0.5, "empathy": 0.0},
    ) == [
        ("quality", "low_coherence", "coherence 0.412 < 0.9"),
        ("quality", "low_language", "language 0.499 < 0.5"),
        ("selected", "kept", ""),
    ]


def test_missing_scores_are_kept_or_dropped_with_the_reason_where_it_is_known() -> None:
    rows: list[dict[str, Any] | None] = [
        {"language": 1.0, "missing": ["empathy: no reply", "coherence: not English"]},
        {"language": 1.0},
        None,
        {"language": 1.0, "coherence": 1.0, "missing": ["persona_consistency: no voice"]},
    ]
    kept = ("selected", "kept", "")
    asked = {"coherence": 0.5, "language": 0.5, "persona_consistency": 0.5}
    assert scored(Thresholds(asked), *rows) == [kept] * 4
    assert scored(Thresholds(asked, "drop"), *rows) == [
        ("quality", "no_coherence", "no coherence: not English"),
        ("quality", "no_coherence", "no coherence"),
        ("quality", "no_coherence", "no coherence"),
        kept,
    ]


def test_without_scores_no_threshold_is_asked() -> None:
    corpus, traits = pa.table({"conversation_id": ["a"]}), pa.Table.from_pylist([_row("a")], schema=TRAITS)
    assert decide(corpus, traits, DecisionSettings(), Thresholds({"coherence": 1.0}, "drop"))["keep"].to_pylist() == [True]
