"""Sources that no file brings: conversations that assets of the graph make, with what a registry entry says of any other."""

from __future__ import annotations

from typing import Final

from pixel_assets.sources.source import Source

MADE: Final[tuple[Source, ...]] = (
    Source(
        name="knowledge_conversations",
        made_by="knowledge_conversations",
        category="psychology",
        title="Conversations that were generated from the knowledge base and judged by its rules",
        licence="Apache-2.0",
        tier=3,
    ),
    Source(
        name="edge_case_conversations",
        made_by="edge_case_conversations",
        category="psychology",
        title="Conversations that were generated from edge cases, with what a safe reply must and must not say",
        licence="Apache-2.0",
        tier=3,
    ),
)
