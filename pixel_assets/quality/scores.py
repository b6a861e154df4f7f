"""The scores of conversations, from what was read of them and what was found in them, and the overall score of all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.compliance import compliance_scores
from pixel_assets.quality.persona import persona_scores
from pixel_assets.quality.tables import (
    ACCURACY,
    COHERENCE,
    COMPLIANCE,
    EMPATHY,
    LANGUAGE,
    OVERALL,
    PARTS,
    PERSONA,
    QUALITY_SCORES,
)
from pixel_assets.store.query import to_table

ENGLISH: Final = (COHERENCE, EMPATHY, ACCURACY, LANGUAGE)  # scores that were fitted on English
LEAST_WEIGHT: Final = 0.5  # share of the weights that must be known for an overall score
_SURE: Final = 0.5  # confidence from which on a language counts as known
_DIGITS: Final = 4
_MOVED: Final = "{'score': $NAME, 'what': m.what, 'amount': m.amount}"


def quality_scores(connection: duckdb.DuckDBPyConnection, weights: Mapping[str, float]) -> pa.Table:
    """One row of ``QUALITY_SCORES`` for each conversation of ``redacted_corpus``, by id.

    ``connection`` has the tables ``redacted_corpus``, ``conversation_traits``, ``quality_readings``, ``clinical_findings``,
    ``safety_findings`` and ``voice_profile``; ``weights`` are those of the parts of the overall score, relative to each other.
    """
    rows = to_table(
        connection,
        "SELECT conversation_id, category, metadata, assistant_words FROM redacted_corpus JOIN conversation_traits"
        " USING (conversation_id) ORDER BY conversation_id",
    )
    findings = to_table(connection, "SELECT conversation_id, area, rule, level, speaker FROM safety_findings")
    breaches = to_table(connection, "SELECT conversation_id, rule FROM clinical_findings")
    profiled = bool(to_table(connection, "SELECT 1 FROM voice_profile WHERE scope = 'overall'").num_rows)
    replied = pc.greater(rows["assistant_words"], 0)
    connection.register("compliance", compliance_scores(rows["conversation_id"], findings, breaches, replied))
    connection.register("persona", persona_scores(rows, profiled))
    return to_table(connection, _sql(weights)).cast(QUALITY_SCORES)


def _sql(weights: Mapping[str, float]) -> str:
    used = {name: weights[name] for name in PARTS if weights.get(name)}
    known = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE {weight} END" for name, weight in used.items())
    total = " + ".join(f"coalesce({name}, 0) * {weight}" for name, weight in used.items())
    learned = ", ".join(f"CASE WHEN english AND assistant_words > 0 THEN r.{name} END AS {name}" for name in ENGLISH)
    missing = ", ".join(f"CASE WHEN {name} IS NULL THEN '{name}: ' || {_reason(name)} END" for name in PARTS)
    return f"""
        WITH judged AS (
            SELECT r.conversation_id, {learned},
                round(c.{COMPLIANCE}, {_DIGITS}) AS {COMPLIANCE},
                round(p.{PERSONA}, {_DIGITS}) AS {PERSONA}, p.reason, english, language_of, assistant_words,
                list_concat(
                    list_filter(r.moved, lambda m: english),
                    list_concat(
                        list_transform(c.moved, lambda m: {_MOVED.replace("$NAME", f"'{COMPLIANCE}'")}),
                        list_transform(p.moved, lambda m: {_MOVED.replace("$NAME", f"'{PERSONA}'")})
                    )
                ) AS moved
            FROM quality_readings AS r JOIN compliance AS c USING (conversation_id) JOIN persona AS p USING (conversation_id)
            JOIN (
                SELECT conversation_id, assistant_words, language AS language_of,
                    language IN ('en', 'und') OR language_confidence < {_SURE} AS english
                FROM conversation_traits
            ) USING (conversation_id)
        ), weighed AS (
            SELECT *, ({known}) AS known, {sum(used.values())} AS whole, {total} AS total FROM judged
        )
        SELECT conversation_id, {", ".join(PARTS)},
            CASE WHEN known >= {LEAST_WEIGHT} * whole THEN round(total / known, {_DIGITS}) END AS {OVERALL},
            list_filter([{missing},
                CASE WHEN known < {LEAST_WEIGHT} * whole THEN '{OVERALL}: too few parts are known' END
            ], lambda said: said IS NOT NULL) AS missing,
            moved
        FROM weighed ORDER BY conversation_id
    """


def _reason(name: str) -> str:
    """SQL that says why a part is missing."""
    no_reply = "CASE WHEN assistant_words = 0 THEN 'no reply' "
    if name == PERSONA:
        return "coalesce(reason, 'unknown')"
    if name in ENGLISH:
        return no_reply + "WHEN NOT english THEN 'fitted on English, and this is ' || language_of ELSE 'no model' END"
    return no_reply + "ELSE 'unknown' END"
