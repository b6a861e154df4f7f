"""The traits by which a mix can be balanced, and where each is found among the assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_CONSISTENCY: Final = "quality_scores.persona_consistency"
_OF_TRAITS: Final = (
    "topic", "modality", "population", "emotion", "culture", "reasoning_style", "stage", "outcome", "language",
)  # fmt: skip
# SQL over the views conversation_traits, quality_scores and training_mix or redacted_corpus (as ``rows``)
EXPRESSIONS: Final[Mapping[str, str]] = {
    **{name: f"conversation_traits.{name}" for name in _OF_TRAITS},
    "source": "rows.source",
    # How well the assistant fits the profile of its voice: a distance of up to one spread is high, from two on low
    "persona": f"CASE WHEN {_CONSISTENCY} >= 0.44 THEN 'high' WHEN {_CONSISTENCY} >= 0.0001 THEN 'middle'"
    f" WHEN {_CONSISTENCY} IS NULL THEN 'none' ELSE 'low' END",
}
NOTHING: Final = frozenset({"none", "unspecified", "unknown", "und"})  # values that say that nothing is known


def columns(traits: Sequence[str]) -> str:
    """The traits as columns of a SELECT, each with a comma before it; null becomes ``none``."""
    return "".join(f", coalesce({EXPRESSIONS[trait]}, 'none') AS {name(trait)}" for trait in traits)


def name(trait: str) -> str:
    """The column of a pool that holds a trait."""
    return f"trait_{trait}"
