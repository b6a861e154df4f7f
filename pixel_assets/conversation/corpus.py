"""The corpus: one row a distinct conversation, with every place that it was found in."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from pixel_assets.conversation.standard import FLAGS, ROWS, TURNS
from pixel_assets.store.schema import column

PROVENANCE: Final = pa.struct(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("file", pa.string(), nullable=False),
        pa.field("rows", ROWS, nullable=False),
    ]
)

CORPUS = pa.schema(
    [
        column("conversation_id", pa.string(), "hash of turns and reasoning: equal content, equal id"),
        column("source", pa.string(), "source of the place that counts: the first by source, file and row"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("format", pa.string(), "format that was detected or given by the registry"),
        column("turns", TURNS, "what was said, in order: role (system, user, assistant) and content"),
        column("reasoning", pa.string(), "chain of thought that came with the last reply", nullable=True),
        column("flags", FLAGS, "repairs that were made; sorted"),
        column(
            "metadata",
            pa.string(),
            "labels that came with it, as a JSON object with sorted keys",
            nullable=True,
        ),
        column("copies", pa.int64(), "how many times this very conversation was found"),
        column(
            "provenances",
            pa.list_(pa.field("item", PROVENANCE, nullable=False)),
            "every place it was found in: source, file and rows",
        ),
    ]
)

# One row a distinct conversation, of narrow columns only: where it was found, and which row of
# ``conversations`` (by its hash) stands for all copies.
INDEX_SQL: Final = """
    SELECT conversation_id, count(*) AS copies,
        list({'source': source, 'file': file, 'rows': rows} ORDER BY source, file, rows) AS provenances,
        arg_min(_hash, {'source': source, 'file': file, 'rows': rows, 'hash': _hash}) AS chosen
    FROM conversations GROUP BY conversation_id
"""


def with_places(chosen: pa.Table, index: pa.Table) -> pa.Table:
    """Rows of the corpus from the chosen rows of ``conversations`` and, row by row, their line of the index."""
    columns = {name: chosen[name] for name in ("conversation_id", "source", "category", "format")}
    columns |= {name: chosen[name] for name in ("turns", "reasoning", "flags", "metadata")}
    columns |= {name: index[name] for name in ("copies", "provenances")}
    return pa.table(columns).select(CORPUS.names).cast(CORPUS)
