"""Strategies: each puts the conversations of one category in an order, from which the mix takes the first that its bounds let in.

All but ``iterative`` and ``hybrid`` decide without a look at how many are wanted, so that a larger mix only adds conversations.
Logarithms and powers are rounded before they are compared: their last digits differ between machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.selection.mix.coverage import Floats, Ints, coverage_gains
from pixel_assets.selection.mix.pool import Coded, Pool
from pixel_assets.selection.mix.rules import MixRules

_DECIMALS: Final = 9
_LEAST_WEIGHT: Final = 1e-9  # of a score of 0, which stands last
_BESIDE_NEED: Final = 0.001  # what a score counts for in rounds: of rows in equal need the best is taken

Vectors = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Order:
    """Rows of a pool, the first to be taken first, with what decided their places."""

    rows: Ints
    gain: Floats
    round: Ints


def order_of(pool: Pool, rows: Ints, quota: int, rules: MixRules, vectors: Vectors | None) -> Order:
    """The order of some rows of the pool, of which about ``quota`` are wanted, by the strategy of the rules.

    ``rows`` ascend; ``vectors`` (rows, dimensions) belong to them, and are asked for where ``rules.needs_vectors``.
    """
    if rules.strategy == "proportional":
        return Order(rows, pool.chance[rows], np.zeros(len(rows), np.int64))
    if rules.strategy == "quality_weighted":
        return _by_gain(rows, weighted_keys(pool.chance[rows], pool.score[rows], rules.quality_power))
    if rules.strategy == "iterative":
        return _iterative(pool, rows, quota, rules)
    if vectors is None:
        raise ValueError(f"mix: the strategy {rules.strategy} needs vectors")
    gains = coverage_gains(vectors)
    return _by_gain(rows, gains) if rules.strategy == "diverse" else _hybrid(pool, rows, quota, rules, gains)


def weighted_keys(chance: Floats, score: Floats, power: float) -> Floats:
    """Keys by which the largest are a sample without replacement, weighted by ``score ** power`` (Efraimidis and Spirakis 2006).

    They are the logarithms of ``chance ** (1 / weight)``. A key depends on its row alone, so that one row displaces one other.
    """
    weight = np.maximum(np.power(score, power), _LEAST_WEIGHT)
    return np.asarray(np.log(chance) / weight).round(_DECIMALS)


def _by_gain(rows: Ints, gain: Floats) -> Order:
    order = np.argsort(-gain, kind="stable")  # of equals, that which the seeded order puts first
    return Order(rows[order], gain[order], np.zeros(len(rows), np.int64))


def _iterative(pool: Pool, rows: Ints, quota: int, rules: MixRules) -> Order:
    """A part by score alone; then rounds, each of which brings the mix so far nearer to the shares that are wanted.

    Whatever the bounds leave over for others stands in the last round.
    """
    strata = Strata.of([pool.traits[trait] for trait in rules.balance_by], rows, pool.score[rows])
    best = np.argsort(-pool.score[rows], kind="stable")
    first = min(round(rules.quality_first * quota), len(rows))
    places, gains, rounds = [best[:first]], [pool.score[rows][best[:first]]], [np.zeros(first, np.int64)]
    counts, done = strata.counts(best[:first]), first
    left = np.ones(len(rows), np.bool_)
    left[best[:first]] = False
    ends = [first + (quota - first) * (number + 1) // rules.rounds for number in range(rules.rounds)]
    for number, end in enumerate([*ends[:-1], len(rows)]):
        size = min(end, len(rows)) - done
        if size <= 0:
            continue
        wanted = strata.wanted(rules.evenness, min(done + size, max(quota, 1)))
        found, gain = strata.ordered(left, pool.score[rows] * _BESIDE_NEED, wanted, counts, 1.0, size)
        places, gains, rounds = [*places, found], [*gains, gain], [*rounds, np.full(size, number + 1)]
        left[found] = False
        done += size
    return Order(rows[np.concatenate(places)], np.concatenate(gains).round(_DECIMALS), np.concatenate(rounds))


def _hybrid(pool: Pool, rows: Ints, quota: int, rules: MixRules, coverage: Floats) -> Order:
    """By the weighted sum of the ranks of score and coverage (0 to 1) and of what is added to the balance (-1 to 1)."""
    weights = {"quality": 0.0, "diversity": 0.0, "balance": 0.0} | dict(rules.weights)
    value = weights["quality"] * ranks(pool.score[rows]) + weights["diversity"] * ranks(coverage)
    strata = Strata.of([pool.traits[trait] for trait in rules.balance_by], rows, value)
    wanted = strata.wanted(rules.evenness, max(min(quota, len(rows)), 1))
    everything, none_yet = np.ones(len(rows), np.bool_), strata.counts(np.zeros(0, np.int64))
    places, gains = strata.ordered(everything, value, wanted, none_yet, weights["balance"], len(rows))
    return Order(rows[places], gains.round(_DECIMALS), np.zeros(len(rows), np.int64))


def ranks(values: Floats) -> Floats:
    """Ranks from 0 to 1, of equals their mean."""
    from scipy.stats import rankdata  # half a second to import

    return np.asarray((rankdata(values) - 0.5) / max(len(values), 1))


@dataclass(frozen=True)
class Strata:
    """Rows by the combination of values that they have in some traits; those of a stratum, the most valuable first."""

    rows: Ints  # of all strata, one after the other
    number: Ints  # (rows,): the stratum of each row
    codes: Ints  # (strata, traits): entries of the counts
    shares: tuple[Floats, ...]  # for each trait, the share of the rows that each value has

    @classmethod
    def of(cls, traits: Sequence[Coded], rows: Ints, value: Floats) -> Strata:
        """Of some rows of a pool and their values."""
        if not traits:
            return cls(np.lexsort((np.arange(len(rows)), -value)), np.zeros(len(rows), np.int64), np.zeros((1, 0), np.int64), ())
        sizes = np.cumsum([0, *(len(trait.values) for trait in traits)])
        columns = np.stack([trait.codes[rows] for trait in traits], axis=1)
        codes, number = np.unique(columns, axis=0, return_inverse=True)
        shares = tuple(
            np.bincount(column, minlength=len(trait.values)) / max(len(rows), 1)
            for trait, column in zip(traits, columns.T, strict=True)
        )
        return cls(np.lexsort((-value, number)), number.astype(np.int64), codes + sizes[:-1], shares)

    def counts(self, rows: Ints) -> Ints:
        """How many of some rows each value of each trait has."""
        size = sum(len(share) for share in self.shares)
        return np.bincount(self.codes[self.number[rows]].ravel(), minlength=size).astype(np.int64)

    def wanted(self, evenness: float, total: int) -> Floats:
        """How many of ``total`` rows each value is to have: by its share to the power of 1 - evenness, as languages are sampled
        for multilingual models (Arivazhagan and others 2019); 0 leaves the shares as they are, at 1 all are equal."""
        parts = []
        for share in self.shares:
            powered = np.where(share > 0, np.power(np.where(share > 0, share, 1.0), 1 - evenness).round(_DECIMALS), 0.0)
            parts.append(np.maximum(powered / max(powered.sum(), _LEAST_WEIGHT) * total, _LEAST_WEIGHT))
        return np.concatenate(parts) if parts else np.zeros(0)

    def ordered(
        self, left: npt.NDArray[np.bool_], value: Floats, wanted: Floats, counts: Ints, weight: float, size: int
    ) -> tuple[Ints, Floats]:
        """So many of the rows that are left, each the one that adds most, with what it adds; ``counts`` is brought up to date."""
        from pixel_assets.selection.mix import kernels  # numba takes a while to import

        some = self.rows[left[self.rows]]
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.number[some], minlength=len(self.codes)))])
        gains, places = np.zeros(size), np.zeros(size, np.int64)
        kernels.balanced(some, starts, value, self.codes, wanted, counts, float(weight), gains, places)
        return places, gains
