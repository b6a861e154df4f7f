"""Of conversations that repeat each other one is used: the best of them, among those that nothing else drops.

Conversations with equal text stand together. Of these groups the best comes first, stays, and takes every group that has a
verified pair with it; then the next best that is left, and so on. So every one that is lost resembles the very conversation that
is used instead of it, however long the chain of resemblances that it belongs to, and no two that stay resemble each other.
"""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pyarrow as pa

from pixel_assets.dedup.clusters import stars
from pixel_assets.selection.rules import EXACT, NEAR, SEMANTIC

RELATIONS: Final = {"near": NEAR, "semantic": SEMANTIC}  # the stronger first
PAIRS: Final = pa.schema(
    [
        pa.field("left_id", pa.string(), nullable=False),
        pa.field("right_id", pa.string(), nullable=False),
        pa.field("relation", pa.string(), nullable=False),  # one of RELATIONS
        pa.field("similarity", pa.float64(), nullable=False),
    ]
)

_NODES: Final = """
    CREATE TABLE nodes AS
    SELECT conversation_id, rank, min(rank) OVER (PARTITION BY text_key) AS node FROM survivors
"""
_EDGES: Final = """
    CREATE TABLE edges AS
    SELECT least(a.node, b.node) AS better, greatest(a.node, b.node) AS worse,
        arg_max({relation: relation, similarity: similarity}, {first: relation = 'near', similarity: similarity}) AS most
    FROM pairs JOIN nodes AS a ON left_id = a.conversation_id JOIN nodes AS b ON right_id = b.conversation_id
    WHERE a.node <> b.node
    GROUP BY ALL
"""
_LOST: Final = f"""
    SELECT lost.conversation_id, winner.conversation_id AS winner_id,
        coalesce(CASE most.relation {" ".join(f"WHEN '{name}' THEN '{was.reason}'" for name, was in RELATIONS.items())} END,
            '{EXACT.reason}') AS reason,
        coalesce(most.similarity, 1.0) AS similarity
    FROM nodes AS lost JOIN owners ON lost.node = owners.node JOIN nodes AS winner ON owner = winner.rank
        LEFT JOIN edges ON better = owner AND worse = lost.node
    WHERE lost.conversation_id <> winner.conversation_id
"""


def create_lost(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the view ``lost``: ``conversation_id``, ``winner_id``, ``reason`` and ``similarity`` of those that are not used.

    ``connection`` has ``survivors`` (``conversation_id``, ``text_key``, ``rank``: unique, lower is used) and ``pairs``
    (``PAIRS``), which may name conversations that are not among the survivors. A pair that has both relations counts as near.
    """
    connection.execute(_NODES)
    connection.execute(_EDGES)
    edges = connection.sql("SELECT better, worse, most.similarity FROM edges").fetchnumpy()
    ((count,),) = connection.execute("SELECT coalesce(max(rank) + 1, 0) FROM survivors").fetchall()
    nodes = np.arange(count)
    owner = stars(edges["better"], edges["worse"], edges["similarity"], nodes).owners
    connection.register("owners", pa.table({"node": nodes, "owner": owner}))
    connection.execute(f"CREATE VIEW lost AS {_LOST}")
