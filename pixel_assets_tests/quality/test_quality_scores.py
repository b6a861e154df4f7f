"""Scores: what they are made of, what is missing and why, and what the overall score weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pixel_assets.generation.validate.any_row import CLINICAL_FINDINGS
from pixel_assets.quality.compliance import load_breaches
from pixel_assets.quality.scores import quality_scores
from pixel_assets.quality.tables import PARTS, QUALITY_READINGS, QUALITY_SCORES
from pixel_assets.safety.findings import FINDINGS

READ = {"coherence": 0.9, "empathy": 0.5, "therapeutic_accuracy": 0.7, "language": 0.8}
EQUAL = dict.fromkeys(PARTS, 1.0)


def scored(
    weights: Mapping[str, float] = EQUAL, *, read: Mapping[str, Any] = READ, traits: Mapping[str, Any] | None = None,
    rule: str | None = None, voice: float | None = None,
) -> dict[str, Any]:
    """The scores of one conversation."""
    reading = dict.fromkeys(QUALITY_READINGS.names) | {"conversation_id": "a", "deviations": [], **read}
    reading["moved"] = [{"score": "coherence", "what": "repeated", "amount": -1.0}]
    said = {"conversation_id": "a", "assistant_words": 9, "language": "en", "language_confidence": 0.9} | dict(traits or {})
    category, metadata = ("voice", f'{{"consistency": {voice}}}') if voice is not None else ("reasoning", "{}")
    broken = [{"conversation_id": "a", "turn": 1, "rule": rule, "detail": "d"}] if rule else []
    connection = duckdb.connect()
    for name, table in {
        "redacted_corpus": pa.table({"conversation_id": ["a"], "category": [category], "metadata": [metadata]}),
        "conversation_traits": pa.Table.from_pylist([said]),
        "quality_readings": pa.Table.from_pylist([reading], QUALITY_READINGS),
        "clinical_findings": pa.Table.from_pylist(broken, CLINICAL_FINDINGS),
        "safety_findings": FINDINGS.empty_table(),
        "voice_profile": pa.table({"scope": ["overall"]}),
    }.items():
        connection.register(name, table)
    table = quality_scores(connection, weights)
    assert table.schema.equals(QUALITY_SCORES)
    (row,) = table.to_pylist()
    return dict(row)


def test_the_overall_score_is_the_mean_of_the_parts_that_apply() -> None:
    row = scored()
    assert row["clinical_compliance"] == 1.0
    assert row["persona_consistency"] is None
    assert row["overall"] == pytest.approx((0.9 + 0.5 + 0.7 + 0.8 + 1.0) / 5)
    assert row["missing"] == ["persona_consistency: another category"]
    assert row["moved"] == [{"score": "coherence", "what": "repeated", "amount": -1.0}]


def test_weights_are_relative_to_each_other() -> None:
    assert scored({"coherence": 3.0, "empathy": 1.0})["overall"] == pytest.approx((3 * 0.9 + 0.5) / 4)
    assert scored({"coherence": 6.0, "empathy": 2.0})["overall"] == scored({"coherence": 3.0, "empathy": 1.0})["overall"]


def test_without_half_of_the_weight_there_is_no_overall_score() -> None:
    row = scored({"persona_consistency": 2.0, "coherence": 1.0})
    assert row["overall"] is None
    assert row["missing"][-1] == "overall: too few parts are known"


def test_a_broken_rule_lowers_compliance_and_is_named() -> None:
    row = scored(rule=_a_rule())
    assert row["clinical_compliance"] < 1
    (moved,) = [each for each in row["moved"] if each["score"] == "clinical_compliance"]
    assert moved["amount"] < 0


def _a_rule() -> str:
    return next(breach.clinical[0] for breach in load_breaches().values() if breach.clinical)


def test_without_a_reply_nothing_is_scored_and_the_reason_is_told() -> None:
    row = scored(read={}, traits={"assistant_words": 0})
    assert all(row[name] is None for name in PARTS)
    assert row["overall"] is None
    assert "coherence: no reply" in row["missing"]
    assert "clinical_compliance: no reply" in row["missing"]


def test_what_was_fitted_on_english_is_left_out_of_another_language_with_what_moved_it() -> None:
    row = scored(traits={"language": "de"})
    assert [row[name] for name in READ] == [None] * len(READ)
    assert "empathy: fitted on English, and this is de" in row["missing"]
    assert row["moved"] == []


def test_a_language_that_is_unsure_counts_as_english() -> None:
    assert scored(traits={"language": "de", "language_confidence": 0.3})["coherence"] == 0.9


def test_without_a_model_the_reason_is_told() -> None:
    assert "coherence: no model" in scored(read={"language": 0.8})["missing"]


def test_a_voice_is_compared_with_its_profile() -> None:
    near, far = scored(voice=0.9), scored(voice=0.3)
    assert near["persona_consistency"] > far["persona_consistency"]
    assert {each["score"] for each in far["moved"]} == {"coherence", "persona_consistency"}
