"""Group selection: one decision a conversation, the mix in its ratios, splits that do not leak."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds
from pixel_assets.selection.decisions import DECISIONS, decide, funnel
from pixel_assets.selection.mix import MIX, balance
from pixel_assets.selection.splits import SPLITS, split
from pixel_assets.settings import LicenceSettings
from pixel_assets.sources.licences import UNLICENSED, judge, permitted
from pixel_assets.store.query import to_table

SCORED_BY: Final = "quality_scores"
# A conversation is as good as its best provenance, and kept from training by any that is for something else
_JUDGED: Final = f"""
    WITH known AS (
        SELECT map(list(source), list(tier)) AS tiers, map(list(source), list(detail)) AS details,
            map(list(source), list(purpose)) AS purposes
        FROM registry
    ), placed AS (
        SELECT conversation_id, flags, source, provenances, verdict, reason, client_only,
            list_distinct(list_transform(provenances, lambda place: place.source)) AS sources
        FROM redacted_corpus JOIN safety_verdicts USING (conversation_id)
    )
    SELECT conversation_id, flags, verdict, reason AS safety_reason, client_only,
        list_min(list_transform(sources, lambda name: tiers[name])) AS tier,
        CASE WHEN $drop AND {UNLICENSED} THEN details[source] END AS unlicensed,
        list_sort(list_transform(
            list_filter(sources, lambda name: purposes[name] <> 'training'), lambda name: name || ' is for ' || purposes[name]
        ))[1] AS held
    FROM placed, known
"""
_SCORED: Final = f"""
    SELECT judged.*, {{{", ".join(f"{name}: {SCORED_BY}.{name}" for name in (*SCORES, "missing"))}}} AS quality
    FROM ({_JUDGED}) AS judged LEFT JOIN {SCORED_BY} USING (conversation_id)
"""


def decisions(run: StepRun) -> None:
    """Decide on every conversation."""
    with run.query() as connection:
        corpus = to_decide(connection, run.registry, run.settings.licences)
    asked = run.settings.thresholds
    thresholds = Thresholds.of(asked.preset, asked.instead, asked.missing)
    table = decide(corpus, run.inputs["conversation_traits"].read(), run.settings.decisions, thresholds)
    run.write(table)
    run.measures["by_reason"] = {row["reason"]: row["rows"] for row in funnel(table).to_pylist() if row["rows"]}


def to_decide(
    connection: duckdb.DuckDBPyConnection, registry: Mapping[str, SimpleNamespace], licences: LicenceSettings
) -> pa.Table:
    """What :func:`decide` asks of the corpus, from views of the inputs of decisions and the registry fields that it declares."""
    judged = judge(registry, licences)
    known = pa.table(
        {
            "source": pa.array(registry, pa.string()),
            "tier": pa.array([source.tier for source in registry.values()], pa.int64()),
            "purpose": pa.array([source.purpose for source in registry.values()], pa.string()),
            "detail": pa.array([judgement.detail for judgement in judged.values()], pa.string()),
        }
    )
    connection.register("registry", known)
    asked: dict[str, object] = {"drop": licences.excluded == "drop", "permitted": permitted(judged)}
    return to_table(connection, _SCORED, asked)


def training_mix(run: StepRun) -> None:
    """Take kept conversations in the ratios of the settings."""
    with run.query() as connection:
        kept = to_table(
            connection, "SELECT conversation_id, category FROM decisions JOIN redacted_corpus USING (conversation_id) WHERE keep"
        )
    result = balance(kept, run.settings.mix)
    run.write(result.table)
    run.measures["by_category"] = {share.category: share.taken for share in result.shares}
    run.measures["short_by"] = {share.category: share.short_by for share in result.shares}


def dataset_splits(run: StepRun) -> None:
    """Assign whole groups to splits."""
    mix = run.inputs["training_mix"].read(["conversation_id"])
    groups = run.inputs["conversation_traits"].read(["conversation_id", "group_key"])
    table = split(mix, groups, run.settings.splits)
    run.write(table)
    run.measures["by_split"] = {row["values"]: row["counts"] for row in table["split"].value_counts().to_pylist()}


DECISIONS_STEP = Step(
    group="selection",
    assets=(
        Asset(
            "decisions",
            "Keep or drop, exactly one row a conversation of the corpus, with the stage, the reason and the winner.",
            DECISIONS,
            key=("conversation_id",),
            derived_from={
                "conversation_id": (("redacted_corpus", "conversation_id"),),
                "keep": (("redacted_corpus", "provenances"), ("redacted_corpus", "flags"),
                         ("safety_verdicts", "verdict"), ("conversation_traits", "words"),
                         ("conversation_traits", "language"), ("conversation_traits", "unreadable"),
                         ("conversation_traits", "text_key")),
                "winner_id": (("conversation_traits", "text_key"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "safety_verdicts", "conversation_traits", "quality_scores"),
    compute=decisions,
    settings=("decisions", "licences", "thresholds"),
    data_files=("quality/data/thresholds.yaml",),
    registry_fields=("licence", "constraints", "tier", "purpose"),
)  # fmt: skip

TRAINING_MIX_STEP = Step(
    group="selection",
    assets=(
        Asset(
            "training_mix",
            "The conversations that are used, in the ratios of the categories.",
            MIX,
            key=("conversation_id",),
            derived_from={
                "conversation_id": (("decisions", "conversation_id"),),
                "category": (("redacted_corpus", "category"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "decisions"),
    compute=training_mix,
    settings=("mix",),
)

DATASET_SPLITS_STEP = Step(
    group="selection",
    assets=(
        Asset(
            "dataset_splits",
            "Train, validation or test for each conversation of the mix; whole groups stay on one side.",
            SPLITS,
            key=("conversation_id",),
            derived_from={
                "conversation_id": (("training_mix", "conversation_id"),),
                "group_key": (("conversation_traits", "group_key"),),
                "split": (("conversation_traits", "group_key"),),
            },
        ),
    ),
    inputs=("conversation_traits", "training_mix"),
    compute=dataset_splits,
    settings=("splits",),
)
