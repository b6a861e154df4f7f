"""Decisions: for every conversation of the corpus exactly one row that says whether it is kept, and why.

Corpus, traits and scores go in. The rules stand in one table, ``RULES``; the first that applies decides, and
whatever passes them all meets exact duplicates, of which one is kept.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import pyarrow as pa

from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds
from pixel_assets.selection.query import count_by, query, require_known, require_once
from pixel_assets.settings import DecisionSettings
from pixel_assets.store.schema import column

DECISIONS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation that is decided on"),
        column("keep", pa.bool_(), "whether it may be used for training"),
        column(
            "stage",
            pa.string(),
            "stage that decided: purpose, licence, safety, standard_form, language, length, quality, exact_duplicates, selected",
        ),
        column("reason", pa.string(), "reason code, such as too_short; kept where it is kept"),
        column("detail", pa.string(), "the value against the bound, such as words 3 < 8; never any text"),
        column("winner_id", pa.string(), "of duplicates, the conversation that is used instead", nullable=True),
    ]
)

FUNNEL = pa.schema(
    [
        column("stage", pa.string(), "stage that decided"),
        column("reason", pa.string(), "reason code"),
        column("rows", pa.int64(), "conversations with this reason"),
        column("left", pa.int64(), "conversations still in play after it"),
    ]
)


class Outcome(NamedTuple):
    """What a decision can be."""

    stage: str
    reason: str


class Rule(NamedTuple):
    """An outcome, when it applies, and what to say then; the last two in SQL over traits and settings."""

    stage: str
    reason: str
    when: str
    detail: str


def _score_rules(score: str) -> tuple[Rule, Rule]:
    """A score below its threshold, and a score that is asked for and not there; a threshold that is null asks for nothing."""
    bound = f"$at_least_{score}::DOUBLE"
    why = f"list_filter(quality.missing, lambda said: starts_with(said, '{score}: '))[1]"
    below = f"format('{score} {{:.3f}} < {{}}', floor(quality.{score} * 1000) / 1000, {bound})"  # 0.8996 is not 0.900
    lacks = f"'no {score}' || coalesce(substr({why}, {len(score) + 1}), '')"
    return (
        Rule("quality", f"low_{score}", f"quality.{score} < {bound}", below),
        Rule("quality", f"no_{score}", f"quality.{score} IS NULL AND list_contains($needed::VARCHAR[], '{score}')", lacks),
    )


RULES: Final = (
    Rule("purpose", "not_for_training", "held IS NOT NULL", "held"),
    Rule("licence", "licence_excluded", "unlicensed IS NOT NULL", "unlicensed"),
    Rule("safety", "quarantined", "verdict = 'quarantine'", "safety_reason"),
    Rule("safety", "client_side_only", "client_only", "'its source is read on the side of the client alone'"),
    Rule("safety", "awaits_review", "verdict = 'review' AND $unreviewed = 'hold'", "safety_reason"),
    Rule(
        "standard_form",
        "incomplete",
        "list_has_any(flags, $drop_flags::VARCHAR[])",
        "array_to_string(list_sort(list_intersect(flags, $drop_flags::VARCHAR[])), ' ')",
    ),
    Rule("standard_form", "empty", "words = 0", "'words 0 < 1'"),
    Rule("standard_form", "empty_turn", "empty_turns > 0", "format('empty_turns {} > 0', empty_turns)"),
    Rule(
        "standard_form",
        "unreadable",
        "unreadable > $max_unreadable",
        "format('unreadable {:.4f} > {}', unreadable, $max_unreadable)",
    ),
    Rule(
        "language",
        "wrong_language",
        "language <> 'und' AND language_confidence >= $language_confidence"
        " AND len($languages::VARCHAR[]) > 0 AND NOT list_contains($languages::VARCHAR[], language)",
        "format('language {} at {:.3f}, not in {}', language, language_confidence, array_to_string($languages::VARCHAR[], ' '))",
    ),
    Rule("length", "too_short", "words < $min_words", "format('words {} < {}', words, $min_words)"),
    Rule("length", "too_long", "words > $max_words", "format('words {} > {}', words, $max_words)"),
    Rule("length", "too_many_turns", "turns > $max_turns", "format('turns {} > {}', turns, $max_turns)"),
    Rule(
        "length",
        "no_reply",
        "assistant_words < $min_reply_words",
        "format('assistant_words {} < {}', assistant_words, $min_reply_words)",
    ),
    *(rule for score in SCORES for rule in _score_rules(score)),
)
DUPLICATE: Final = Outcome("exact_duplicates", "exact_duplicate")
KEPT: Final = Outcome("selected", "kept")


QUALITY: Final = pa.struct([*((score, pa.float64()) for score in SCORES), ("missing", pa.list_(pa.string()))])

# Columns that ``corpus`` may have
_OPTIONAL: Final = {
    "tier": pa.int64(), "held": pa.string(), "unlicensed": pa.string(), "flags": pa.list_(pa.string()),
    "verdict": pa.string(), "safety_reason": pa.string(), "client_only": pa.bool_(), "quality": QUALITY,
}  # fmt: skip
_NO_TIER: Final = 2**63 - 1  # stands after every tier
_VERDICT: Final = " ".join(
    f"WHEN {rule.when} THEN {{'stage': '{rule.stage}', 'reason': '{rule.reason}', 'detail': {rule.detail}}}" for rule in RULES
)
_SQL: Final = f"""
WITH judged AS (
    SELECT
        conversation_id, words, text_key, coalesce(tier, {_NO_TIER}) AS tier, CASE {_VERDICT} END AS verdict
    FROM traits JOIN corpus USING (conversation_id)
),
shared AS (
    SELECT text_key FROM judged WHERE verdict IS NULL GROUP BY text_key HAVING count(*) > 1
),
ranked AS (
    SELECT *, first({{'id': conversation_id, 'tier': tier, 'words': words}}) OVER (
        PARTITION BY text_key ORDER BY tier, words DESC, conversation_id
    ) AS winner
    FROM judged SEMI JOIN shared USING (text_key) WHERE verdict IS NULL
)
SELECT conversation_id, false AS keep, verdict.stage, verdict.reason, verdict.detail, NULL AS winner_id
FROM judged WHERE verdict IS NOT NULL
UNION ALL
SELECT conversation_id, true, '{KEPT.stage}', '{KEPT.reason}', '', NULL
FROM judged ANTI JOIN shared USING (text_key) WHERE verdict IS NULL
UNION ALL
SELECT conversation_id, true, '{KEPT.stage}', '{KEPT.reason}', '', NULL
FROM ranked WHERE conversation_id = winner.id
UNION ALL
SELECT conversation_id, false, '{DUPLICATE.stage}', '{DUPLICATE.reason}', CASE
    WHEN tier > winner.tier AND tier = {_NO_TIER} THEN format('no tier, the winner has {{}}', winner.tier)
    WHEN tier > winner.tier THEN format('tier {{}} > {{}}', tier, winner.tier)
    WHEN words < winner.words THEN format('words {{}} < {{}}', words, winner.words)
    ELSE 'a tie, won by the smaller conversation_id' END, winner.id
FROM ranked WHERE conversation_id <> winner.id
ORDER BY conversation_id
"""


def decide(corpus: pa.Table, traits: pa.Table, settings: DecisionSettings, thresholds: Thresholds | None = None) -> pa.Table:
    """One decision for each conversation of ``corpus``, in the order of their ids.

    ``corpus`` has ``conversation_id`` and may have ``tier`` (int64; of two duplicates the lower tier is
    used, and a null stands last), ``held`` (what else than training one of its sources is for), ``unlicensed``
    (why its licence excludes it; both null where they do not apply), ``flags``, and of the safety gate ``verdict``,
    ``safety_reason`` and ``client_only``, and ``quality`` (``QUALITY``: the scores, and of those that are missing the reason),
    without which no threshold is asked; ``traits`` has the schema ``TRAITS``. Of the conversations that no rule drops and that
    share a ``text_key``, one is kept: lowest tier, then most words, then smallest id. Raises ``ValueError`` unless both tables
    hold the same conversations, each once.
    """
    require_once(corpus=corpus, traits=traits)
    require_known(corpus=corpus, traits=traits)
    require_known(traits=traits, corpus=corpus)
    asked = (thresholds if "quality" in corpus.column_names else None) or Thresholds()
    for name, kind in _OPTIONAL.items():
        if name not in corpus.column_names:
            corpus = corpus.append_column(name, pa.nulls(corpus.num_rows, kind))
    tables = {"traits": traits, "corpus": corpus.select(["conversation_id", *_OPTIONAL])}
    lists = {"languages": list(settings.languages), "drop_flags": list(settings.drop_flags), "needed": list(asked.needed)}
    bounds = {f"at_least_{score}": asked.at_least.get(score) for score in SCORES}
    return query(_SQL, tables, DECISIONS, settings.model_dump() | lists | bounds)


def funnel(decisions: pa.Table) -> pa.Table:
    """How many conversations each reason took, and how many were left after it, in the order of the rules.

    Takes ``DECISIONS``, gives ``FUNNEL``, one row for every reason there is; the last is ``kept``.
    """
    counts = count_by(decisions, "reason")
    left, rows = decisions.num_rows, []
    outcomes: tuple[Outcome | Rule, ...] = (*RULES, DUPLICATE, KEPT)
    for outcome in outcomes:
        taken = counts.get(outcome.reason, 0)
        left -= taken if outcome is not KEPT else 0
        rows.append({"stage": outcome.stage, "reason": outcome.reason, "rows": taken, "left": left})
    return pa.Table.from_pylist(rows, schema=FUNNEL)
