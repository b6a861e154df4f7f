"""Conversations of different sources that have the same client problem or the same answer."""

from __future__ import annotations

from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.store.query import to_table
from pixel_assets.store.schema import column

PROBLEM: Final = "problem"  # equal problem keys
ANSWER: Final = "answer"  # equal answer keys

LINKS = pa.schema(
    [
        column("kind", pa.string(), "what is the same: problem, the opening question; answer, the longest reply"),
        column("key", pa.string(), "its hash, equal within a group"),
        column("conversation_id", pa.string(), "a conversation of the group"),
        column("source", pa.string(), "its source"),
        column("size", pa.int32(), "conversations in the group"),
        column("sources", pa.list_(pa.string()), "sources in the group, two or more, in alphabetical order"),
    ]
)
_LINKS: Final = f"""
    WITH keyed AS (
        SELECT kind, key, conversation_id, source
        FROM (
            SELECT '{PROBLEM}' AS kind, problem_key AS key, conversation_id FROM conversation_traits
            UNION ALL SELECT '{ANSWER}', answer_key, conversation_id FROM conversation_traits
        ) JOIN redacted_corpus USING (conversation_id)
        WHERE key IS NOT NULL
    ), linked AS (
        SELECT kind, key, count(*)::INTEGER AS size, list_sort(list_distinct(list(source))) AS sources
        FROM keyed GROUP BY kind, key HAVING count(DISTINCT source) > 1
    )
    SELECT kind, key, conversation_id, source, size, sources FROM keyed JOIN linked USING (kind, key)
    ORDER BY kind, key, conversation_id
"""


def links(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Groups of conversations in the schema ``LINKS``, a row for each conversation of a group.

    ``connection`` has the tables ``conversation_traits`` with ``problem_key`` and ``answer_key``, and ``redacted_corpus`` with
    ``source``, both by ``conversation_id``.
    """
    return to_table(connection, _LINKS).cast(LINKS)
