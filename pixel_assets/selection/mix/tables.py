"""The table of the mix."""

from __future__ import annotations

import pyarrow as pa

from pixel_assets.store.schema import column

MIX = pa.schema(
    [
        column("conversation_id", pa.string(), "a conversation of the mix"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("source", pa.string(), "the source that it comes from"),
        column("score", pa.float64(), "its overall score; null where there is none", nullable=True),
        column("position", pa.int64(), "place among those of its category in the order of the strategy, from 0"),
        column(
            "gain", pa.float64(),
            "what decided its place, larger is earlier: by strategy a hash, the logarithm of a weighted hash, the coverage that"
            " it added, or a sum of what it adds to quality, diversity and balance",
        ),
        column("round", pa.int32(), "round in which the strategy iterative placed it, 0 by its score alone; else 0"),
    ]
)  # fmt: skip
