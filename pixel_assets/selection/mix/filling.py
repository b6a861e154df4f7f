"""Filling quotas from orders, under bounds.

Quotas of categories are met exactly: the ratio comes first. Lower bounds are filled before anything else, the scarcest first,
with the rows that come first in the orders. Upper bounds are kept as long as all quotas can be filled under them; where not,
all of them give way alike, by a twentieth at a time, until they can. Then, in each category, rows above a bound are swapped for
rows that fit. To keep many bounds at once wherever it is possible is a problem without a fast solution; this is a good one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.selection.mix.account import at_least, at_most, bounds_of
from pixel_assets.selection.mix.orders import Order
from pixel_assets.selection.mix.pool import Ints, Pool
from pixel_assets.selection.mix.rules import MixRules

_STEP: Final = Fraction(21, 20)


@dataclass(frozen=True)
class _Limit:
    """One bound as numbers of rows: those that have ``code`` in ``column``."""

    column: int
    code: int
    label: str
    most: Fraction | None
    of: int  # rows that the shares are of
    least: int


def fill_quotas(pool: Pool, orders: Mapping[str, Order], quotas: Mapping[str, int], rules: MixRules) -> npt.NDArray[np.bool_]:
    """Which rows of the pool are taken: of each category exactly its quota, which it has rows for."""
    columns, limits = _limits(pool, quotas, rules)
    if limits:
        return _Filling.of(pool, orders, quotas, columns, limits).taken
    taken = np.zeros(pool.rows, np.bool_)
    for category, order in orders.items():
        taken[order.rows[: quotas[category]]] = True
    return taken


@dataclass(frozen=True)
class _Filling:
    """What is taken and what is left; an entry stands for one value of one bounded column."""

    order: Ints  # rows of all categories
    category: Ints  # (rows,)
    bounded: Ints  # (rows, columns): the entries of each row
    limits: Mapping[int, _Limit]  # by entry
    quota: Ints  # what each category still lacks
    used: Ints  # rows taken of each entry
    taken: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, pool: Pool, orders: Mapping[str, Order], quotas: Mapping[str, int], columns: Sequence[Ints], limits: Sequence[_Limit]
    ) -> _Filling:
        """Filled: lower bounds, then what fits, then what does not, then swapped for what does."""
        from pixel_assets.selection.mix import kernels  # numba takes a while to import

        starts = np.cumsum([0, *(int(column.max(initial=0)) + 1 for column in columns)])
        quota = np.array([quotas.get(name, 0) for name in pool.category.values], np.int64)
        filling = cls(
            _merged(orders, quotas), pool.category.codes, np.stack(columns, axis=1) + starts[:-1],
            {int(starts[limit.column]) + limit.code: limit for limit in limits},
            quota, np.zeros(int(starts[-1]), np.int64), np.zeros(pool.rows, np.bool_),
        )  # fmt: skip
        filling.take_least()
        filling.take_most()
        least, most = np.zeros(len(filling.used), np.int64), filling.allowed(Fraction(1))
        for entry, limit in filling.limits.items():
            least[entry] = limit.least
        for category in sorted(orders):
            kernels.swap(orders[category].rows, filling.bounded, filling.used, least, most, filling.taken)
        return filling

    def allowed(self, stretch: Fraction | None) -> Ints:
        """The most rows of each entry if upper bounds are stretched by a factor, or (None) do not count."""
        found = np.full(len(self.used), len(self.taken), np.int64)
        for entry, limit in self.limits.items():
            if stretch is not None and limit.most is not None:
                found[entry] = at_most(min(limit.most * stretch, Fraction(1)), limit.of)
        return found

    def take(self, stretch: Fraction | None, only: int = -1, rows: int | None = None) -> None:
        """Take what fits, in order: only rows of one entry, or of any (-1), and at most so many."""
        from pixel_assets.selection.mix import kernels  # numba takes a while to import

        before = self.allowed(stretch) - self.used
        room, most = before.copy(), len(self.taken) if rows is None else rows
        kernels.take(self.order, self.category, self.bounded, self.quota, room, only, most, self.taken)
        self.used[:] += before - room

    def take_least(self) -> None:
        """Fill lower bounds, the scarcest first."""
        there = np.bincount(self.bounded.ravel(), minlength=len(self.used)).tolist()
        floors = [
            (Fraction(there[entry], limit.least), limit.label, entry) for entry, limit in self.limits.items() if limit.least
        ]
        for _, _, entry in sorted(floors):
            self.take(Fraction(1), entry, max(0, self.limits[entry].least - int(self.used[entry])))

    def take_most(self) -> None:
        """Fill the quotas under upper bounds that give way as far as they must; one of zero gives way last."""
        widest = max((1 / limit.most for limit in self.limits.values() if limit.most), default=Fraction(1))
        stretch = Fraction(1)
        self.take(stretch)
        while self.quota.any() and stretch < widest:
            stretch *= _STEP
            self.take(stretch)
        if self.quota.any():
            self.take(None)


def _limits(pool: Pool, quotas: Mapping[str, int], rules: MixRules) -> tuple[list[Ints], list[_Limit]]:
    """Columns of codes that are bounded, and the bounds on them."""
    total = sum(quotas.values())
    columns: list[Ints] = []
    limits: list[_Limit] = []
    for trait in dict.fromkeys(bound.trait for bound in rules.bounds):
        coded = pool.traits[trait]
        known = set(coded.values)
        for value, bound in bounds_of(rules, trait, coded.values).items():
            if value in known:
                least = at_least(bound.at_least, total)
                code = coded.values.index(value)
                limits.append(_Limit(len(columns), code, f"{trait}:{value}", bound.at_most, total, least))
        columns.append(coded.codes)
    if rules.largest_of_source is not None:
        sources, categories = pool.source.values, pool.category.values
        joint = pool.category.codes * len(sources) + pool.source.codes
        for code in np.unique(joint).tolist():
            category, source = categories[code // len(sources)], sources[code % len(sources)]
            of = quotas.get(category, 0)
            limits.append(_Limit(len(columns), code, f"{category}:{source}", rules.largest_of_source, of, 0))
        columns.append(joint)
    return columns, limits


def _merged(orders: Mapping[str, Order], quotas: Mapping[str, int]) -> Ints:
    """The orders of all categories as one, in which each is at the same part of its quota."""
    wanted = [category for category in sorted(orders) if quotas[category]]
    if not wanted:
        return np.zeros(0, np.int64)
    rows = np.concatenate([orders[category].rows for category in wanted])
    part = np.concatenate([(np.arange(len(orders[category].rows)) + 0.5) / quotas[category] for category in wanted])
    return rows[np.lexsort((rows, part))]
