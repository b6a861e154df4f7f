"""Splits: train, validation and test, of which a row never leaves the one it is in while data grows.

The split is a function of the hash of seed and group key alone; nothing is remembered, nothing counted.
Conversations with their groups go in, their splits come out, and a list of what leaks between them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import pyarrow as pa

from pixel_assets.selection.query import query, require_known, require_once
from pixel_assets.settings import SplitSettings
from pixel_assets.store.schema import column

SPLIT_NAMES: Final = ("train", "validation", "test")

SPLITS = pa.schema(
    [
        column("conversation_id", pa.string(), "a conversation of the mix"),
        column("split", pa.string(), "train, validation or test"),
        column("group_key", pa.string(), "group that it belongs to; a group is never divided"),
    ]
)

LEAKAGE = pa.schema(
    [
        column("kind", pa.string(), "what is shared: group_key or text_key"),
        column("key", pa.string(), "the key that occurs in more than one split"),
        column("splits", pa.string(), "splits it occurs in, such as train+test"),
        column("rows", pa.int64(), "conversations with this key"),
    ]
)


def split(mix: pa.Table, groups: pa.Table, settings: SplitSettings) -> pa.Table:
    """The split of each conversation of ``mix``, in the order of their ids.

    ``mix`` has ``conversation_id``; ``groups`` has ``conversation_id`` and ``group_key``, and may hold
    more than the mix. Raises ``ValueError`` where a conversation is repeated or has no group.
    """
    mix, groups = mix.select(["conversation_id"]), groups.select(["conversation_id", "group_key"])
    require_once(mix=mix, groups=groups)
    require_known(mix=mix, groups=groups)
    sql = """
        SELECT conversation_id, group_key, CASE
            WHEN place < $train_ends THEN 'train' WHEN place < $validation_ends THEN 'validation' ELSE 'test'
        END AS split
        FROM (
            SELECT *, md5($seed || ':' || group_key)[:16] AS place
            FROM mix JOIN groups USING (conversation_id)
        )
        ORDER BY conversation_id
    """
    parameters = {
        "seed": str(settings.seed),
        "train_ends": _bound(settings.train),
        "validation_ends": _bound(settings.train, settings.validation),
    }
    return query(sql, {"mix": mix, "groups": groups}, SPLITS, parameters)


def leakage(splits: pa.Table, traits: pa.Table) -> pa.Table:
    """Keys that occur in more than one split; no rows where the splits are clean.

    ``splits`` has the schema ``SPLITS``; ``traits`` has ``conversation_id`` and ``text_key``, and may hold
    more. Raises ``ValueError`` where a conversation has no traits, as its leaks could not be seen.
    """
    traits = traits.select(["conversation_id", "text_key"])
    require_once(splits=splits, traits=traits)
    require_known(splits=splits, traits=traits)
    sql = """
        SELECT kind, key, rows, concat_ws('+',
            CASE WHEN train THEN 'train' END,
            CASE WHEN validation THEN 'validation' END,
            CASE WHEN test THEN 'test' END
        ) AS splits
        FROM (
            SELECT kind, key, count(*) AS rows, bool_or(split = 'train') AS train,
                bool_or(split = 'validation') AS validation, bool_or(split = 'test') AS test
            FROM (
                SELECT 'group_key' AS kind, group_key AS key, split FROM splits
                UNION ALL
                SELECT 'text_key', text_key, split FROM splits JOIN traits USING (conversation_id)
            )
            GROUP BY kind, key
        )
        WHERE train::INT + validation::INT + test::INT > 1
        ORDER BY kind, key
    """
    return query(sql, {"splits": splits, "traits": traits}, LEAKAGE)


def _bound(*shares: float) -> str:
    """Where on the circle of 16 hex digits the splits up to here end, to compare digits with as text."""
    part = sum(Fraction(repr(share)) for share in shares)
    return "g" if part >= 1 else f"{int(part * 2**64):016x}"  # g stands after every digit
