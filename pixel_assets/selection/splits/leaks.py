"""What stands on more than one side, found by joining keys and pairs with the splits: how the splits were made is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from pixel_assets.selection.query import query, require_known, require_once
from pixel_assets.selection.splits.tables import LEAKAGE

_PAIRS: Final = pa.schema([(name, pa.string()) for name in ("kind", "left_id", "right_id")])


def leakage(splits: pa.Table, traits: pa.Table, pairs: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """Keys and pairs that occur in more than one split, as ``LEAKAGE``; no rows where the splits are clean.

    ``splits`` has ``conversation_id``, ``split`` and ``group_key``; ``traits`` has ``conversation_id`` and ``text_key``, and may
    hold more rows; ``pairs`` has tables with ``left_id`` and ``right_id`` by the name of what their rows share, of any
    conversations. Raises ``ValueError`` where a conversation has no traits, as its leaks could not be seen.
    """
    splits, traits = splits.select(["conversation_id", "split", "group_key"]), traits.select(["conversation_id", "text_key"])
    require_once(splits=splits, traits=traits)
    require_known(splits=splits, traits=traits)
    named = [_named(kind, table) for kind, table in sorted((pairs or {}).items())]
    sql = """
        WITH shared AS (
            SELECT 'group_key' AS kind, group_key AS key, split FROM splits
            UNION ALL
            SELECT 'text_key', text_key, split FROM splits JOIN traits USING (conversation_id)
            UNION ALL
            SELECT kind, left_id || '+' || right_id, unnest([a.split, b.split])
            FROM pairs JOIN splits AS a ON a.conversation_id = left_id JOIN splits AS b ON b.conversation_id = right_id
            WHERE a.split <> b.split
        )
        SELECT kind, key, rows, concat_ws('+',
            CASE WHEN train THEN 'train' END,
            CASE WHEN validation THEN 'validation' END,
            CASE WHEN test THEN 'test' END
        ) AS splits
        FROM (
            SELECT kind, key, count(*) AS rows, bool_or(split = 'train') AS train,
                bool_or(split = 'validation') AS validation, bool_or(split = 'test') AS test
            FROM shared GROUP BY kind, key
        )
        WHERE train::INT + validation::INT + test::INT > 1
        ORDER BY kind, key
    """
    return query(sql, {"splits": splits, "traits": traits, "pairs": pa.concat_tables([_PAIRS.empty_table(), *named])}, LEAKAGE)


def _named(kind: str, pairs: pa.Table) -> pa.Table:
    """The ids of pairs, and what they share."""
    ids = pairs.select(["left_id", "right_id"]).cast(pa.schema([_PAIRS.field(name) for name in ("left_id", "right_id")]))
    return ids.add_column(0, "kind", pa.repeat(pa.scalar(kind), pairs.num_rows))
