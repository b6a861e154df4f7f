"""Apportionment: whole numbers of rows from ratios, exactly and without floating point.

Ratios and what is available go in, one quota for each name comes out. Nothing here knows what the rows are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Demand(NamedTuple):
    """Who asks, for which share, and how many rows there are to take."""

    name: str
    ratio: float
    available: int

    @property
    def weight(self) -> Fraction:
        """The ratio as it was written: 0.3 is 3/10, not the nearest binary number."""
        return Fraction(repr(self.ratio))


def largest_remainder(total: int, demands: Sequence[Demand]) -> dict[str, int]:
    """Shares of ``total`` in proportion to the ratios, in whole numbers that sum to it exactly.

    Each gets its share rounded down; what is left goes to the largest remainders, of equal ones to the
    name that comes first. All zero where no ratio is above zero. What is available is not looked at.
    """
    weights = {demand.name: demand.weight for demand in demands}
    whole = sum(weights.values())
    if not whole:
        return dict.fromkeys(weights, 0)
    exact = {name: total * weight / whole for name, weight in weights.items()}
    quotas = {name: math.floor(share) for name, share in exact.items()}
    by_remainder = sorted(quotas, key=lambda name: (quotas[name] - exact[name], name))
    for name in by_remainder[: total - sum(quotas.values())]:
        quotas[name] += 1
    return quotas


def fill(target: int, demands: Sequence[Demand]) -> dict[str, int]:
    """Quotas up to ``target`` of which none exceeds what is available, and that waste nothing.

    Who has less than his quota gives all, and the others share the rest by their ratios, until all fit:
    the sum is the target, or all that those with a ratio above zero have.
    """
    taken = {demand.name: 0 for demand in demands}
    open_ = [demand for demand in demands if demand.ratio > 0]
    left = min(target, sum(demand.available for demand in open_))
    while open_:
        quotas = largest_remainder(left, open_)
        short = [demand for demand in open_ if demand.available < quotas[demand.name]]
        if not short:
            return taken | quotas
        taken |= {demand.name: demand.available for demand in short}
        left -= sum(demand.available for demand in short)
        open_ = [demand for demand in open_ if demand not in short]
    return taken


def shrink(target: int, demands: Sequence[Demand]) -> dict[str, int]:
    """Quotas of the largest total up to ``target`` at which everyone who has any rows has enough.

    Who has none is left out, and his ratio is spread over the others.
    """
    taken = {demand.name: 0 for demand in demands}
    present = [demand for demand in demands if demand.ratio > 0 and demand.available]
    whole = sum(demand.weight for demand in present)
    # A quota is at least the share rounded down, so no total can work from (available + 1) / share on.
    bounds = [math.ceil((demand.available + 1) * whole / demand.weight) - 1 for demand in present]
    total = min([target, *bounds]) if present else 0
    quotas = largest_remainder(total, present)
    # The bound is loose by less than one row of the scarcest, so few totals are left to try.
    while any(quotas[demand.name] > demand.available for demand in present):
        total -= 1
        quotas = largest_remainder(total, present)
    return taken | quotas
