"""What of a conversation decides whether it is used in place of others that repeat it, for every step that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Final

import duckdb
import pyarrow as pa

from pixel_assets.selection.ranks import freedom, ranked
from pixel_assets.settings import Settings
from pixel_assets.sources.licences import judge
from pixel_assets.store.query import to_table

RANKED_BY: Final = ("redacted_corpus", "safety_verdicts", "conversation_traits", "quality_scores")  # assets
RANKING_SETTINGS: Final = ("representatives", "licences")
RANKING_FIELDS: Final = ("licence", "constraints", "tier")  # of the registry

# A conversation is as good as its best provenance.
RANKING_COLUMNS: Final = """
    list_min(list_transform(sources, lambda name: tiers[name])) AS tier,
    list_min(list_transform(sources, lambda name: places[name])) AS place,
    list_min(list_transform(sources, lambda name: freedoms[name])) AS freedom
"""
SOURCES: Final = "list_distinct(list_transform(provenances, lambda place: place.source)) AS sources"
KNOWN: Final = """
    SELECT map(list(source), list(tier)) AS tiers, map(list(source), list(place)) AS places,
        map(list(source), list(freedom)) AS freedoms
    FROM standing
"""
_STANDING: Final = f"""
    SELECT conversation_id, overall, verdict, words, {RANKING_COLUMNS}
    FROM (
        SELECT conversation_id, overall, verdict, words, {SOURCES}
        FROM redacted_corpus JOIN safety_verdicts USING (conversation_id) JOIN conversation_traits USING (conversation_id)
            LEFT JOIN quality_scores USING (conversation_id)
    ), ({KNOWN})
"""


def register_standing(
    connection: duckdb.DuckDBPyConnection, registry: Mapping[str, SimpleNamespace], settings: SimpleNamespace | Settings
) -> None:
    """Make the table ``standing``: of each source its tier, its place among those that the settings name, and its freedom."""
    judged = judge(registry, settings.licences)
    places = {name: place for place, name in enumerate(settings.representatives.sources)}
    table = pa.table(
        {
            "source": pa.array(registry, pa.string()),
            "tier": pa.array([source.tier for source in registry.values()], pa.int64()),
            "place": pa.array([places.get(name) for name in registry], pa.int64()),
            "freedom": pa.array([freedom(judged[name].verdict, registry[name].constraints) for name in registry], pa.int64()),
        }
    )
    connection.register("standing", table)


def best_first(
    connection: duckdb.DuckDBPyConnection, registry: Mapping[str, SimpleNamespace], settings: SimpleNamespace
) -> pa.Array:
    """Ids of all conversations, the best first, from views of ``RANKED_BY``."""
    register_standing(connection, registry, settings)
    sql = f"SELECT conversation_id FROM ({ranked(_STANDING, settings.representatives.order)}) ORDER BY rank"
    return to_table(connection, sql)["conversation_id"].combine_chunks()
