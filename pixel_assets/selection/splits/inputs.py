"""What splits are made from, as queries over the assets that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.store.query import to_table

PLACES: Final = pa.schema([pa.field("conversation_id", pa.string(), nullable=False), pa.field("place_key", pa.int64())])
STRATA: Final = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("conversation_id", "stratum")])
LINKS: Final = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("left_id", "right_id")])
_OF: Final = {"category": "redacted_corpus", "source": "redacted_corpus"}  # where a kind of stratum stands; else in the traits
# An opening that is too short to group conversations ("hi") would place thousands of strangers alike: the whole counts instead.
# Its minima under two permutations are as good a min-wise hash as that of an opening.
_PLACES: Final = """
    SELECT conversation_id, CASE
        WHEN group_key = text_key THEN digest[1]::BIGINT * 2147483648 + digest[2]::BIGINT // 2 ELSE nullif(place_key, 0)
    END AS place_key
    FROM minhash_signatures JOIN conversation_traits USING (conversation_id) ORDER BY conversation_id
"""
_LINKS: Final = "SELECT left_id, right_id FROM duplicate_pairs UNION SELECT left_id, right_id FROM semantic_pairs"


def places(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``place_key`` of each conversation, from views of minhash_signatures and conversation_traits; null for one without words.

    Equal for equal openings, mostly equal for near-equal ones; where the opening is too short to say anything, the same of all
    that is said.
    """
    return to_table(connection, _PLACES).cast(PLACES)


def links(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``left_id`` and ``right_id`` of every pair in views of duplicate_pairs and semantic_pairs, merging or not."""
    return to_table(connection, f"{_LINKS} ORDER BY ALL").cast(LINKS)


def strata(connection: duckdb.DuckDBPyConnection, kinds: Sequence[str]) -> pa.Table:
    """``stratum`` of each conversation, from views of redacted_corpus and conversation_traits, such as "voice × sleep".

    ``kinds`` are columns of these, at least one: category or source of the corpus, any other of the traits.
    """
    columns = ", ".join(f'{_OF.get(kind, "conversation_traits")}."{kind}"' for kind in kinds)
    sql = f"""
        SELECT conversation_id, concat_ws(' × ', {columns}) AS stratum
        FROM redacted_corpus JOIN conversation_traits USING (conversation_id) ORDER BY conversation_id
    """
    return to_table(connection, sql).cast(STRATA)
