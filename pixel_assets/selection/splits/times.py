"""When a conversation took place, as far as the labels that came with it say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.store.query import to_table

TIMES: Final = pa.schema([pa.field("conversation_id", pa.string(), nullable=False), pa.field("time", pa.timestamp("us"))])
_MILLISECONDS: Final = 100_000_000_000  # counts of seconds are smaller until the year 5138
_YEARS: Final = "^(19|20)[0-9]{2}$"  # any other number is a count of seconds or milliseconds since 1970
_OFFSET: Final = ":[0-9.]+ ?[+-][0-9]{2}(:?[0-9]{2})?$"  # behind a time of day; without it the machine's own zone must not count
_READ: Final = f"""
    CASE
        WHEN regexp_matches(label, '{_YEARS}') THEN make_timestamp(label::BIGINT, 1, 1, 0, 0, 0)
        WHEN TRY_CAST(label AS DOUBLE) >= {_MILLISECONDS} THEN TRY(epoch_ms(TRY_CAST(label AS DOUBLE)::BIGINT))
        WHEN TRY_CAST(label AS DOUBLE) IS NOT NULL THEN TRY(make_timestamp((TRY_CAST(label AS DOUBLE) * 1000000)::BIGINT))
        WHEN regexp_matches(label, '{_OFFSET}') THEN make_timestamp(epoch_us(TRY_CAST(label AS TIMESTAMPTZ)))
        ELSE TRY_CAST(label AS TIMESTAMP)
    END
"""


def times(connection: duckdb.DuckDBPyConnection, labels: Sequence[str], table: str = "redacted_corpus") -> pa.Table:
    """When each conversation of a view with ``conversation_id`` and ``metadata`` took place, in UTC; null where nobody knows.

    ``labels`` are names of labels in ``metadata``; the first with a date that can be read counts: one as ISO 8601 writes it, a
    year of four digits (its first day counts), or seconds or milliseconds since 1970. In the order of the ids.
    """
    paths = ['$."' + label.replace('"', '\\"') + '"' for label in labels]
    sql = f"""
        SELECT conversation_id, list_filter(
            list_transform(json_extract_string(metadata, $paths::VARCHAR[]), lambda label: {_READ}), lambda time: time IS NOT NULL
        )[1] AS time
        FROM "{table}" ORDER BY conversation_id
    """
    if not labels:
        sql = f'SELECT conversation_id, NULL AS time FROM "{table}" ORDER BY conversation_id'
    return to_table(connection, sql, {"paths": paths} if labels else None).cast(TIMES)
