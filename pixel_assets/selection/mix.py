"""The mix: so many conversations of each category that the ratios hold, taken in a seeded, stable order.

Kept conversations with their categories go in, the chosen ones come out, and an account of what each
category wanted, had and gave. The quotas are worked out in ``quotas``; here they are filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pixel_assets.selection.query import count_by, query, require_once
from pixel_assets.selection.quotas import Demand, fill, largest_remainder, shrink
from pixel_assets.settings import MixSettings
from pixel_assets.store.schema import column

MIX = pa.schema(
    [
        column("conversation_id", pa.string(), "a conversation of the mix"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("position", pa.int64(), "place in the seeded order of its category, from 0"),
    ]
)


@dataclass(frozen=True)
class CategoryShare:
    """What one category was to give to the mix, and what it gave."""

    category: str
    ratio: float
    quota: int  # wanted of it at the target
    available: int
    taken: int

    @property
    def short_by(self) -> int:
        """Conversations that it lacks for its quota."""
        return max(0, self.quota - self.available)


@dataclass(frozen=True)
class MixResult:
    """The mix (schema ``MIX``, ordered by id), and the account of each category, largest ratio first."""

    table: pa.Table
    shares: tuple[CategoryShare, ...]

    @property
    def deviation(self) -> float:
        """How far the share that is furthest off is from its ratio; 1 for an empty mix."""
        total = self.table.num_rows
        return max(abs(share.taken / total - share.ratio) for share in self.shares) if total else 1.0


def balance(kept: pa.Table, settings: MixSettings) -> MixResult:
    """Take from ``kept`` (``conversation_id``, ``category``) as many of each category as the ratios ask for.

    Quotas are apportioned by largest remainder and sum to the target exactly. Where a category is short,
    ``shortfall="fill"`` lets the others give more, in proportion to their ratios, up to the target or to
    all there is; ``"shrink"`` takes the largest total at which every category that has any rows fills its
    quota. A category with ratio 0 gives nothing, under either. Rows are taken in the order of a hash of
    seed and id, so a new row displaces one other at most. Raises ``ValueError`` where an id is repeated.
    """
    require_once(kept=kept)
    available = count_by(kept, "category")
    ratios = dict.fromkeys(available, 0.0) | {str(name): ratio for name, ratio in settings.ratios.items()}
    demands = [
        Demand(name, ratio, available.get(name, 0))
        for name, ratio in sorted(ratios.items(), key=lambda item: (-item[1], item[0]))
    ]
    wanted = largest_remainder(settings.target, demands)
    taken = (fill if settings.shortfall == "fill" else shrink)(settings.target, demands)
    shares = tuple(
        CategoryShare(d.name, d.ratio, wanted[d.name], d.available, taken[d.name]) for d in demands
    )
    return MixResult(_take(kept, taken, settings.seed), shares)


def _take(kept: pa.Table, taken: dict[str, int], seed: int) -> pa.Table:
    quotas = pa.table({"category": list(taken), "taken": list(taken.values())})
    sql = """
        SELECT conversation_id, category, position FROM (
            SELECT conversation_id, category, row_number() OVER (
                PARTITION BY category ORDER BY md5($seed || ':' || conversation_id), conversation_id
            ) - 1 AS position
            FROM kept
        ) JOIN quotas USING (category)
        WHERE position < taken
        ORDER BY conversation_id
    """
    tables = {"kept": kept.select(["conversation_id", "category"]), "quotas": quotas}
    return query(sql, tables, MIX, {"seed": str(seed)})
