"""``pixel_sources``: a view of the catalogue that tells of every source whether it is built, when, and what it holds.

It joins the current states with the asset ``source_inventory`` and, for sources of recordings, with the assets of voice; times
come from the states, for no data has a clock in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

INVENTORY: Final = "source_inventory"
VOICE: Final = ("audio_files", "voice_recordings", "voice_transcripts", "voice_conversations", "rejected_passages")
VIEW: Final = "pixel_sources"
DESCRIPTION: Final = "State of every source in force."
COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "source": ("VARCHAR", "name of the source"),
    "state": ("VARCHAR", "built, failed or never built; `pixel sources` also tells what is stale"),
    "error": ("VARCHAR", "why it failed"),
    "changed_at": ("VARCHAR", "when something of it last changed (UTC)"),
    "files": ("BIGINT", "files that it has"),
    "bytes": ("BIGINT", "size of them"),
    "records": ("BIGINT", "records in them; of recordings, each file is one"),
    "conversations": ("BIGINT", "conversations that were made of them"),
    "rejected": ("BIGINT", "records that gave none"),
    "category": ("VARCHAR", "category of its conversations"),
    "tier": ("BIGINT", "1 is curated by experts, 5 is raw"),
    "licence": ("VARCHAR", "licence that it stands under"),
}

_WRITTEN: Final = f"""
    SELECT source, count(*) FILTER (bytes IS NOT NULL) AS files, sum(bytes)::BIGINT AS bytes, sum(records)::BIGINT AS records,
        sum(conversations)::BIGINT AS conversations, sum(rejected)::BIGINT AS rejected, min(category) AS category,
        min(tier) AS tier, min(licence) AS licence
    FROM {INVENTORY} GROUP BY source
"""
# A file is rejected where something says so: one that is not judged or transcribed yet is not
_SPOKEN: Final = """
    SELECT source, count(sha256) AS files, sum(bytes)::BIGINT AS bytes, count(*) AS records,
        coalesce(sum(made), 0)::BIGINT AS conversations, count(*) FILTER (made IS NULL AND dropped) AS rejected,
        NULL AS category, NULL AS tier, NULL AS licence
    FROM audio_files
    LEFT JOIN (SELECT source, file, count(*) AS made FROM voice_conversations GROUP BY ALL) USING (source, file)
    LEFT JOIN (
        SELECT source, file, true AS dropped FROM voice_recordings WHERE NOT accepted
        UNION SELECT source, file, true FROM voice_transcripts WHERE reason IS NOT NULL
        UNION SELECT source, file, true FROM rejected_passages
    ) USING (source, file)
    GROUP BY source
"""
_STATES: Final = """
    SELECT partition AS source, min(error) AS error, max(since) AS changed_at,
        CASE WHEN count(error) > 0 THEN 'failed' ELSE 'built' END AS state
    FROM pixel_snapshots WHERE partition IS NOT NULL GROUP BY partition
"""


def facts(assets: Iterable[str]) -> str:
    """The query of numbers and terms by source, over views of the assets of a graph."""
    return f"{_WRITTEN} UNION ALL {_SPOKEN}" if {*VOICE} <= {*assets} else _WRITTEN


def statements(assets: Iterable[str], sources: Iterable[str]) -> Iterator[tuple[str, list[object]]]:
    """What makes the view; nothing for a graph without the inventory."""
    assets = tuple(assets)
    if INVENTORY not in assets:
        return
    names = ", ".join(f"('{name}')" for name in sources)
    known = f"(VALUES {names}) AS known(source)" if names else "(SELECT NULL::VARCHAR AS source WHERE false) AS known"
    columns = ", ".join("coalesce(state, 'never built') AS state" if name == "state" else f'"{name}"' for name in COLUMNS)
    yield (
        f"CREATE VIEW {VIEW} AS SELECT {columns} FROM {known} "
        f"LEFT JOIN ({_STATES}) USING (source) LEFT JOIN ({facts(assets)}) USING (source) ORDER BY source",
        [],
    )
