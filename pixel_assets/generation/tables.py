"""The forms of what is generated: conversations with where each comes from, and scenarios that gave none, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
import pyarrow as pa

from pixel_assets.conversation.standard import CONVERSATIONS, conversation_id
from pixel_assets.generation.composed import Composed
from pixel_assets.store.schema import column

_NAMES: Final = pa.list_(pa.field("item", pa.string(), nullable=False))
_STAGES: Final = pa.list_(pa.field("item", pa.string(), nullable=False))

GENERATED: Final = pa.schema(
    [
        *CONVERSATIONS,
        column("scenario_id", pa.string(), "the scenario, or case and seed, that it was made for"),
        column("backend", pa.string(), "composer, or the model behind the endpoint"),
        column("templates", _NAMES, "ids of what shaped it, such as therapy_session/cbt/arc"),
        column("entries", _NAMES, "entries of the knowledge base that it may use, sorted"),
        column("stages", _STAGES, "of each turn: engagement, exploration, formulation, intervention, closing, question, answer"),
    ]
)

REJECTED: Final = pa.schema(
    [
        column("scenario_id", pa.string(), "the scenario, or case and seed, that gave no conversation"),
        column("form", pa.string(), "what kind of conversation it was to be"),
        column("backend", pa.string(), "composer, or the model behind the endpoint"),
        column("rule", pa.string(), "id of the clinical rule that it broke, or why the backend gave nothing"),
        column("detail", pa.string(), "what was found against what was expected, without quoting the text"),
        column("turn", pa.int64(), "number of the turn that it was found in, from 1", nullable=True),
    ]
)
GENERATED_FLAG: Final = "generated"


def generated_row(
    composed: Composed, *, source: str, place: str, number: int, scenario_id: str, backend: str, entries: list[str],
    labels: Mapping[str, str | None],
) -> dict[str, object]:  # fmt: skip
    """One row of :data:`GENERATED`; ``labels`` go into its metadata, beside the marks that say that nobody said this."""
    turns = [{"role": turn.role, "content": turn.content} for turn in composed.turns]
    marks = {
        GENERATED_FLAG: True,
        "backend": backend,
        "scenario_id": scenario_id,
        "entries": entries,
        "templates": composed.templates,
    }
    metadata = {name: value for name, value in labels.items() if value is not None} | marks
    return {
        "conversation_id": conversation_id(turns, composed.reasoning),
        "source": source,
        "file": place,
        "rows": [number],
        "category": "psychology",
        "format": GENERATED_FLAG,
        "turns": turns,
        "reasoning": composed.reasoning,
        "flags": [GENERATED_FLAG],
        "metadata": orjson.dumps(metadata, option=orjson.OPT_SORT_KEYS).decode(),
        "scenario_id": scenario_id,
        "backend": backend,
        "templates": list(composed.templates),
        "entries": entries,
        "stages": [turn.stage for turn in composed.turns],
    }


DIVERSITY: Final = pa.schema(
    [
        column("texts", pa.int64(), "conversations"),
        column("words", pa.int64(), "words in all of them"),
        *(column(f"distinct_{n}", pa.float64(), f"share of different word {n}-grams among all") for n in (1, 2, 3, 4)),
        column("distinct_4_sampled", pa.float64(), "share of different ones among 100,000 4-grams of a sample", nullable=True),
        column("nearest_mean", pa.float64(), "mean Jaccard similarity of word 3-grams with the nearest one of 2,000"),
        column("nearest_p95", pa.float64(), "its 95th percentile"),
        column("pairwise_mean", pa.float64(), "mean similarity of all pairs of the sample"),
        column("near_duplicates", pa.int64(), "conversations that have another one at Jaccard 0.8 or more"),
        column("near_duplicate_share", pa.float64(), "their share"),
    ]
)
NEAR_DUPLICATES: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "a conversation"),
        column("other_id", pa.string(), "another one"),
        column("jaccard", pa.float64(), "Jaccard coefficient of their sets of word 3-grams"),
    ]
)
