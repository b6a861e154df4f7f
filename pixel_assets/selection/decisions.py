"""Decisions: for every conversation of the corpus exactly one row that says whether it is kept, and why.

Corpus, traits, scores and verified pairs go in. The rules stand in one table (:mod:`pixel_assets.selection.rules`); the first
that applies decides, and of those that pass them all and repeat each other one is used
(:mod:`pixel_assets.selection.duplicates`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds
from pixel_assets.selection.duplicates import PAIRS, create_lost
from pixel_assets.selection.query import count_by, opened, require_known, require_once, taken
from pixel_assets.selection.ranks import CRITERIA, Criterion, ranked, reason
from pixel_assets.selection.rules import DUPLICATES, EXACT, KEPT, NEAR, RULES, SEMANTIC, Outcome, Rule
from pixel_assets.settings import DecisionSettings
from pixel_assets.store.schema import column

DECISIONS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation that is decided on"),
        column("keep", pa.bool_(), "whether it may be used for training"),
        column(
            "stage",
            pa.string(),
            "stage that decided: purpose, licence, safety, standard_form, language, length, quality, contamination, "
            "exact_duplicates, near_duplicates, semantic_duplicates, selected",
        ),
        column("reason", pa.string(), "reason code, such as too_short; kept where it is kept"),
        column("detail", pa.string(), "the value against the bound, such as words 3 < 8; never any text"),
        column("winner_id", pa.string(), "of duplicates, the conversation that is used instead", nullable=True),
        column(
            "similarity", pa.float64(), nullable=True,
            description="how similar the winner is: 1 (same text), Jaccard coefficient (near) or cosine (semantic)",
        ),
        column("overall", pa.float64(), "its overall score of quality", nullable=True),
    ]
)  # fmt: skip

FUNNEL = pa.schema(
    [
        column("stage", pa.string(), "stage that decided"),
        column("reason", pa.string(), "reason code"),
        column("rows", pa.int64(), "conversations with this reason"),
        column("left", pa.int64(), "conversations still in play after it"),
    ]
)

QUALITY: Final = pa.struct([*((score, pa.float64()) for score in SCORES), ("missing", pa.list_(pa.string()))])

# Columns that ``corpus`` may have
_OPTIONAL: Final = {
    "tier": pa.int64(), "place": pa.int64(), "freedom": pa.int64(), "held": pa.string(), "unlicensed": pa.string(),
    "flags": pa.list_(pa.string()), "verdict": pa.string(), "safety_reason": pa.string(), "client_only": pa.bool_(),
    "quality": QUALITY, "contaminated": pa.string(),
}  # fmt: skip
_VERDICT: Final = " ".join(
    f"WHEN {rule.when} THEN {{'stage': '{rule.stage}', 'reason': '{rule.reason}', 'detail': {rule.detail}}}" for rule in RULES
)
_JUDGED: Final = f"""
    SELECT conversation_id, quality.overall AS overall, words, text_key, tier, place, freedom, verdict,
        CASE {_VERDICT} END AS outcome
    FROM traits JOIN corpus USING (conversation_id)
"""
_MEASURE: Final = {EXACT.reason: "''", NEAR.reason: "'jaccard '", SEMANTIC.reason: "'cosine '"}
_MEASURED: Final = f"""
    CASE reason {" ".join(f"WHEN '{was}' THEN {said}" for was, said in _MEASURE.items())} END
    || CASE WHEN reason = '{EXACT.reason}' THEN '' ELSE format('{{:.3f}}; ', floor(similarity * 1000) / 1000) END
"""
_STAGE: Final = " ".join(f"WHEN '{was.reason}' THEN '{was.stage}'" for was in DUPLICATES)
_DECIDED: Final = f"""
    SELECT conversation_id, false AS keep, outcome.stage, outcome.reason, outcome.detail,
        NULL AS winner_id, NULL AS similarity, overall
    FROM judged WHERE outcome IS NOT NULL
    UNION ALL
    SELECT conversation_id, true, '{KEPT.stage}', '{KEPT.reason}', '', NULL, NULL, overall
    FROM judged ANTI JOIN lost USING (conversation_id) WHERE outcome IS NULL
    UNION ALL
    SELECT conversation_id, false, CASE reason {_STAGE} END, reason, {_MEASURED} || why, winner_id, similarity, overall
    FROM explained JOIN judged USING (conversation_id)
    ORDER BY conversation_id
"""


def decide(
    corpus: pa.Table,
    traits: pa.Table,
    settings: DecisionSettings,
    thresholds: Thresholds | None = None,
    *,
    pairs: pa.Table | None = None,
    order: tuple[Criterion, ...] = CRITERIA,
) -> pa.Table:
    """One decision for each conversation of ``corpus``, in the order of their ids.

    ``corpus`` has ``conversation_id`` and may have ``tier`` and ``place`` (int64: of its source, the lower the better),
    ``freedom`` (int64: level of its licence), ``held`` (what else than training one of its sources is for), ``unlicensed`` (why
    its licence excludes it), ``contaminated`` (what of a set for evaluation it gives away; all three null where they do not
    apply), ``flags``, of the safety gate ``verdict``, ``safety_reason`` and ``client_only``, and ``quality`` (``QUALITY``: the
    scores, and of those that are missing the reason), without which no threshold is asked. ``traits`` has the schema ``TRAITS``;
    ``pairs`` (``duplicates.PAIRS``) are the verified ones of conversations that nearly repeat each other. Of those that no rule
    drops and that share a ``text_key`` or have a pair, the best by ``order`` is used. Raises ``ValueError`` unless both tables
    hold the same conversations, each once.
    """
    require_once(corpus=corpus, traits=traits)
    require_known(corpus=corpus, traits=traits)
    require_known(traits=traits, corpus=corpus)
    asked = (thresholds if "quality" in corpus.column_names else None) or Thresholds()
    for name, kind in _OPTIONAL.items():
        if name not in corpus.column_names:
            corpus = corpus.append_column(name, pa.nulls(corpus.num_rows, kind))
    tables = {
        "traits": traits, "corpus": corpus.select(["conversation_id", *_OPTIONAL]),
        "pairs": PAIRS.empty_table() if pairs is None else pairs,
    }  # fmt: skip
    lists = {"languages": list(settings.languages), "drop_flags": list(settings.drop_flags), "needed": list(asked.needed)}
    bounds = {f"at_least_{score}": asked.at_least.get(score) for score in SCORES}
    with opened(tables) as connection:
        connection.execute(f"CREATE TABLE judged AS {_JUDGED}", settings.model_dump() | lists | bounds)
        survivors = ranked("FROM judged WHERE outcome IS NULL", order, also=("text_key",))
        connection.execute(f"CREATE TABLE survivors AS {survivors}")
        create_lost(connection)
        connection.execute(f"CREATE VIEW explained AS {_explained(order)}")
        return taken(connection.sql(_DECIDED), DECISIONS)


def _explained(order: Iterable[Criterion]) -> str:
    """SQL for those that are lost, with why the winner stands before each."""
    return f"""
        SELECT *, {reason(order)} AS why FROM (
            SELECT lost.*, loser.keys AS l, winner.keys AS w
            FROM lost JOIN survivors AS loser USING (conversation_id)
                JOIN survivors AS winner ON winner_id = winner.conversation_id
        )
    """


def funnel(decisions: pa.Table) -> pa.Table:
    """How many conversations each reason took, and how many were left after it, in the order of the rules.

    Takes ``DECISIONS``, gives ``FUNNEL``, one row for every reason there is; the last is ``kept``.
    """
    counts = count_by(decisions, "reason")
    left, rows = decisions.num_rows, []
    outcomes: tuple[Outcome | Rule, ...] = (*RULES, *DUPLICATES, KEPT)
    for outcome in outcomes:
        taken_away = counts.get(outcome.reason, 0)
        left -= taken_away if outcome is not KEPT else 0
        rows.append({"stage": outcome.stage, "reason": outcome.reason, "rows": taken_away, "left": left})
    return pa.Table.from_pylist(rows, schema=FUNNEL)
