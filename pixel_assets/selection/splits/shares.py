"""How the splits are filled: the largest clusters, and the shares within each stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pixel_assets.selection.query import query, require_known
from pixel_assets.selection.splits.tables import CLUSTER_SIZES, SPLIT_NAMES, STRATUM_SHARES

if TYPE_CHECKING:
    from pixel_assets.settings import SplitSettings


def cluster_sizes(splits: pa.Table, most: int = 10) -> pa.Table:
    """The largest clusters of ``splits`` (schema ``SPLITS``) as ``CLUSTER_SIZES``, the largest first, at most so many."""
    sql = """
        SELECT cluster_key, min(split) AS split, count(*) AS rows, count(*) / (SELECT count(*) FROM splits) AS share
        FROM splits GROUP BY cluster_key ORDER BY rows DESC, cluster_key LIMIT $most
    """
    return query(sql, {"splits": splits}, CLUSTER_SIZES, {"most": most})


def stratum_shares(splits: pa.Table, strata: pa.Table, settings: SplitSettings) -> pa.Table:
    """The shares of the splits within each stratum as ``STRATUM_SHARES``: three rows a stratum, the largest stratum first.

    ``splits`` has the schema ``SPLITS``; ``strata`` has ``conversation_id`` and ``stratum`` and may hold more. Raises
    ``ValueError`` where a conversation has no stratum.
    """
    require_known(splits=splits, strata=strata)
    asked = pa.table(
        {"number": [0, 1, 2], "split": list(SPLIT_NAMES), "asked": [settings.train, settings.validation, settings.test]}
    )
    sql = """
        WITH members AS (SELECT stratum, split, cluster_key FROM splits JOIN strata USING (conversation_id)),
        clusters AS (SELECT stratum, cluster_key, count(*) AS size FROM members GROUP BY ALL),
        sizes AS (
            SELECT stratum, sum(size)::BIGINT AS total, sum(size)::DOUBLE ** 2 / sum(size ** 2) AS clusters
            FROM clusters GROUP BY stratum
        ),
        counted AS (SELECT stratum, split, count(*) AS found FROM members GROUP BY ALL)
        SELECT stratum, clusters, split, coalesce(found, 0) AS rows, coalesce(found, 0) / total AS share, asked,
            abs(coalesce(found, 0) / total - asked) AS off
        FROM sizes CROSS JOIN asked LEFT JOIN counted USING (stratum, split)
        ORDER BY total DESC, stratum, number
    """
    tables = {"splits": splits, "strata": strata.select(["conversation_id", "stratum"]), "asked": asked}
    return query(sql, tables, STRATUM_SHARES)
