"""The form of what is added to the train split."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.store.schema import column

KINDS: Final = ("context", "paraphrase", "counterfactual", "crisis")

AUGMENTED: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "hash of turns and reasoning, as in the corpus"),
        column(
            "parent_id",
            pa.string(),
            "conversation of the train split that it is a variant of; null for a crisis scenario",
            nullable=True,
        ),
        column("kind", pa.string(), "context, paraphrase, counterfactual or crisis"),
        column("detail", pa.string(), "what was done: ids of templates or rules, groups that were exchanged, or the case"),
        column("category", pa.string(), "category of the parent"),
        column("source", pa.string(), "source of the parent"),
        column("turns", TURNS, "what is said, in order"),
        column("reasoning", pa.string(), "chain of thought of the parent, where what it is about did not change", nullable=True),
        column("text_key", pa.string(), "hash of what is said, as in conversation_traits"),
        column("group_key", pa.string(), "hash of the opening question, as in conversation_traits"),
    ]
)
