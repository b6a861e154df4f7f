"""With how much restraint and patience a playlist is acquired."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlaylistLimits:
    """Restraint towards a site, and patience with it."""

    bytes_per_second: int | None = 2_000_000  # None is no limit
    sleep: float = 1.0  # seconds between two requests for pages, and before each item
    attempts: int = 4  # tries in a row without a byte more, before an item is given up
    max_wait: float = 60.0  # longest wait between two tries, in seconds; a site that asks for more is left
    timeout: float = 20.0  # seconds without an answer
