"""The account of a mix: what each category was to give and gave, and how every bound is held."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import pyarrow as pa

from pixel_assets.selection.mix.rules import Bound, MixRules
from pixel_assets.selection.mix.traits import NOTHING, name
from pixel_assets.selection.query import count_by


@dataclass(frozen=True)
class CategoryShare:
    """What one category was to give to the mix, and what it gave."""

    category: str
    ratio: float
    quota: int  # wanted of it at the target
    available: int  # of at least the minimum quality
    taken: int

    @property
    def short_by(self) -> int:
        """Conversations that it lacks for its quota."""
        return max(0, self.quota - self.available)


@dataclass(frozen=True)
class Holding:
    """How many conversations of a mix have a value of a trait, and how many there may be."""

    trait: str
    value: str
    within: str | None  # the category that the share is of; none: the mix
    taken: int
    total: int
    least: Fraction | None
    most: Fraction | None

    @property
    def too_many(self) -> int:
        """Conversations above the upper bound."""
        return max(0, self.taken - at_most(self.most, self.total))

    @property
    def too_few(self) -> int:
        """Conversations that lack for the lower bound."""
        return max(0, at_least(self.least, self.total) - self.taken)

    def __str__(self) -> str:
        """The share, and the bound that it breaks with the number of conversations that it is off, in words."""
        place = f"{self.trait} {self.value}" + (f" in {self.within}" if self.within else "")
        text = f"{place} {self.taken / self.total if self.total else 0:.1%}"
        if self.most is not None and self.too_many:
            text += f" instead of at most {float(self.most):.1%}, {self.too_many:,} too many"
        if self.least is not None and self.too_few:
            text += f" instead of at least {float(self.least):.1%}, {self.too_few:,} short"
        return text


@dataclass(frozen=True)
class MixResult:
    """The mix (schema ``MIX``, ordered by id), the account of each category, largest ratio first, and of each bound."""

    table: pa.Table
    shares: tuple[CategoryShare, ...]
    holdings: tuple[Holding, ...] = ()
    below_minimum: Mapping[str, int] = field(default_factory=dict)  # conversations by category that the minimum quality left out

    @property
    def deviation(self) -> float:
        """How far the share that is furthest off is from its ratio; 1 for an empty mix."""
        total = self.table.num_rows
        return max(abs(share.taken / total - share.ratio) for share in self.shares) if total else 1.0

    @property
    def broken(self) -> tuple[Holding, ...]:
        """The bounds that do not hold."""
        return tuple(holding for holding in self.holdings if holding.too_many or holding.too_few)


def at_most(share: Fraction | None, total: int) -> int:
    """The most rows of so many that a share lets in; all where there is no bound."""
    return total if share is None else math.floor(share * total)


def at_least(share: Fraction | None, total: int) -> int:
    """The fewest rows of so many that a share asks for."""
    return 0 if share is None else math.ceil(share * total)


def bounds_of(rules: MixRules, trait: str, values: list[str]) -> dict[str, Bound]:
    """For each value of a trait the bound that holds for it.

    A bound of the value itself replaces one of the trait, which does not hold for values that say that nothing is known.
    """
    whole = {bound.value: bound for bound in rules.bounds if bound.trait == trait}
    found = {}
    for value in sorted({*values, *(named for named in whole if named is not None)}):
        bound = whole.get(value) or (None if value in NOTHING else whole.get(None))
        if bound:
            found[value] = bound
    return found


def holdings(mix: pa.Table, rules: MixRules) -> tuple[Holding, ...]:
    """How every bound of the rules is held, by trait and value; ``mix`` has ``category``, ``source`` and ``trait_…`` columns."""
    found = []
    for trait in dict.fromkeys(bound.trait for bound in rules.bounds):
        counts = count_by(mix, name(trait))
        for value, bound in bounds_of(rules, trait, list(counts)).items():
            found.append(Holding(trait, value, None, counts.get(value, 0), mix.num_rows, bound.at_least, bound.at_most))
    if rules.largest_of_source is not None:
        totals = count_by(mix, "category")
        counted = mix.group_by(["category", "source"]).aggregate([([], "count_all")])
        for row in sorted(counted.to_pylist(), key=lambda row: (row["category"], row["source"])):
            category = row["category"]
            most = rules.largest_of_source
            found.append(Holding("source", row["source"], category, row["count_all"], totals[category], None, most))
    return tuple(found)
