"""Group release: the card of the dataset, and the report on how it came to be."""

from __future__ import annotations

from typing import Final

import duckdb

from pixel_assets.assets.release import CARD, ORIGIN_FIELDS, origins
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.release.card import DATASET_CARD, FILE, card, card_table
from pixel_assets.release.facts import Facts
from pixel_assets.release.gathering import REMOVED, example_ids, gather
from pixel_assets.release.report.files import DATASET_REPORT, report_table, write_report
from pixel_assets.release.report.recommendations import RECOMMENDATIONS, recommendations
from pixel_assets.selection.rules import DUPLICATES, RULES
from pixel_assets.store.query import to_batches
from pixel_assets.store.warehouse import WHOLE

_STAGES: Final = tuple(dict.fromkeys([*(rule.stage for rule in RULES), *(was.stage for was in DUPLICATES)]))
_TOLD: Final = (
    "source_inventory", "redacted_corpus", "pii_findings", "safety_verdicts", "quality_scores",
    "duplicate_pairs", "semantic_pairs", "duplicate_clusters", "contamination", "decisions", "training_mix", "dataset_splits",
    "augmented_train", "dataset_exports", "rejected_exports",
)  # fmt: skip


def dataset_card(run: StepRun) -> None:
    """Write the card from what every stage has left behind."""
    with run.query() as connection:
        facts = _facts(run, connection)
    contact = run.settings.card.contact
    text = card(facts, CARD, contact)
    folder = run.scratch / "card"
    folder.mkdir()
    (folder / FILE).write_text(text, encoding="utf-8", newline="")
    run.write(card_table(text, facts, contact))
    run.attach("dataset_card", folder)


def dataset_report(run: StepRun) -> None:
    """Write the report, with every conversation that was left out."""
    folder = run.scratch / "report"
    with run.query() as connection, run.query() as other:
        facts = _facts(run, connection)
        advice = recommendations(facts, lambda source, reason: example_ids(connection, source, reason))
        write_report(folder, facts, advice, to_batches(other, REMOVED, 10_000))
    run.write(report_table(facts), "dataset_report")
    run.write(advice, "dataset_recommendations")
    run.attach("dataset_report", folder)


def _facts(run: StepRun, connection: duckdb.DuckDBPyConnection) -> Facts:
    whole = {name: table for name, table in run.inputs.items() if table.partitions == (WHOLE,)}
    versions = {name: table.snapshots[0].data_version for name, table in whole.items()}
    mix = run.settings.mix
    return gather(connection, origins(run), mix.ratios, mix.target, versions, _STAGES)


DATASET_CARD_STEP = Step(
    group="release",
    assets=(
        Asset(
            "dataset_card",
            "The card of the dataset: sources and licences, funnel, ratios, scores, limits, intended use, contact.",
            DATASET_CARD,
            key=("file",),
            kinds=("markdown", "huggingface"),
            published_as="card",
        ),
    ),
    inputs=_TOLD,
    compute=dataset_card,
    settings=("card", "licences", "mix"),
    registry_fields=ORIGIN_FIELDS,
    data_files=("release/data/card.md.j2",),
    libraries=("jinja2", "pyyaml"),
)

DATASET_REPORT_STEP = Step(
    group="release",
    assets=(
        Asset(
            "dataset_report",
            "What each stage took of each source, with a page, and a list of every conversation that was left out.",
            DATASET_REPORT,
            key=("source", "stage", "reason"),
            kinds=("html", "csv"),
            published_as="report",
        ),
        Asset(
            "dataset_recommendations",
            "What the training set lacks, by how much, and how to get it, with ids of examples.",
            RECOMMENDATIONS,
            key=("kind", "subject"),
        ),
    ),
    inputs=_TOLD,
    compute=dataset_report,
    settings=("licences", "mix"),
    registry_fields=ORIGIN_FIELDS,
    data_files=("release/data/report.html.j2", "release/data/report.md.j2", "release/data/report.yaml"),
    libraries=("jinja2", "pyarrow"),
)
