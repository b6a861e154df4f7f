"""Drift of scores: how far their distribution in a source moved between two reports, and whether it fell.

The population stability index of two distributions over the same bins is Σ (pᵢ − qᵢ) · ln(pᵢ / qᵢ) (Siddiqi 2006, Credit Risk
Scorecards). It is 0 for equal ones; by custom below 0.1 nothing has moved, from 0.1 to 0.25 something, above that a lot.
Of two samples of n and m from one distribution it is not 0 but about (1/n + 1/m) times a chi-squared variable with one degree of
freedom fewer than bins (Yurdakul and Naranjo 2020), so that small sources would alarm by chance: what is within that is no drift.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.report import ALL
from pixel_assets.quality.tables import SCORES

MOST_BINS: Final = 10
_SMOOTHING: Final = 0.5  # conversations of the smaller side
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DriftLimits:
    """When a score counts as moved; the settings ``drift`` say what each means."""

    most_index: float = 0.25
    most_fall: float = 0.05
    chance: float = 0.01
    least_rows: int = 50

    @classmethod
    def of(cls, settings: object) -> DriftLimits:
        """From settings with the same names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True)
class Moved:
    """One score of one source in two reports: its index and fall, each with what chance may give."""

    source: str
    score: str
    rows_before: int
    rows_after: int
    index: float
    index_by_chance: float
    mean_before: float | None  # None where no conversation has the score
    mean_after: float | None
    fall: float  # by how much the mean is lower than before; below 0 where it is higher
    fall_by_chance: float
    drifted: bool
    degraded: bool


def stability_index(before: Counts, after: Counts) -> float:
    """The population stability index of two histograms over the same bins; at least 0, and 0 where their shares are equal.

    Bins that are empty on both sides do not count. To each share is added what half a conversation is of the smaller side, so
    that no bin is empty and equal shares stay equal.
    """
    there = (before + after) > 0
    if there.sum() < 2 or not before.sum() or not after.sum():
        return 0.0
    sides = [side[there] / side.sum() for side in (before, after)]
    least = _SMOOTHING / min(before.sum(), after.sum())
    p, q = ((side + least) / (1 + least * len(side)) for side in sides)
    return float(((p - q) * np.log(p / q)).sum())


def merged(before: Counts, after: Counts, most: int = MOST_BINS) -> tuple[Counts, Counts]:
    """Two histograms over the same bins, neighbours put together until each holds its share of both: at most ``most`` bins.

    Both sides count alike, however many conversations they have.
    """
    both = before * max(after.sum(), 1) + after * max(before.sum(), 1)
    starts, held, share = [0], 0, both.sum() / most
    for place, count in enumerate(both):
        if held and held >= share and both[place:].sum() >= share:
            starts.append(place)
            held = 0
        held += count
    found = [np.add.reduceat(side, starts) for side in (before, after)]
    return found[0], found[1]


def drift(before: pa.Table, after: pa.Table, limits: DriftLimits) -> list[Moved]:
    """Every score of every source that both reports (``QUALITY_REPORT``) have, what moved most first.

    Conversations without the score are a bin of their own. Sources with fewer than ``limits.least_rows`` on either side are left
    out. ``limits.chance`` is the probability of one false alarm among all of them: each is held to an equal part (Bonferroni).
    """
    old, new = _by_place(before), _by_place(after)
    shared = [
        key for key in old.keys() & new.keys()
        if key[0] != ALL and min(old[key]["rows"], new[key]["rows"]) >= limits.least_rows
    ]  # fmt: skip
    found = [_moved(key, old[key], new[key], limits, limits.chance / len(shared)) for key in shared]
    return sorted(found, key=lambda each: (-each.index, each.source, SCORES.index(each.score)))


def _by_place(report: pa.Table) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["source"], row["score"]): row for row in report.to_pylist() if row["score"] in SCORES}


def _moved(key: tuple[str, str], old: Mapping[str, Any], new: Mapping[str, Any], limits: DriftLimits, chance: float) -> Moved:
    from scipy.stats import chi2, norm  # half a second to import, and only who compares pays it

    bins = [np.append(each, row["rows"] - row["scored"]) for each, row in zip(_bins(old, new), (old, new), strict=True)]
    index = stability_index(bins[0], bins[1])
    freedom = int(((bins[0] + bins[1]) > 0).sum()) - 1
    by_chance = float(chi2.isf(chance, freedom)) * _one_each((old["rows"], new["rows"])) if freedom else 0.0
    fall, spread = 0.0, 0.0
    if old["scored"] and new["scored"]:
        fall = old["mean"] - new["mean"]
        spread = sqrt(old["sd"] ** 2 / old["scored"] + new["sd"] ** 2 / new["scored"])
    fall_by_chance = float(norm.isf(chance)) * spread
    return Moved(
        *key, old["rows"], new["rows"], round(index, 6), round(by_chance, 6), old["mean"], new["mean"], round(fall, 6),
        round(fall_by_chance, 6), index > max(limits.most_index, by_chance), fall > max(limits.most_fall, fall_by_chance),
    )  # fmt: skip


def _bins(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Counts, Counts]:
    return merged(np.array(old["histogram"], np.int64), np.array(new["histogram"], np.int64))


def _one_each(sizes: Sequence[int]) -> float:
    return sum(1 / size for size in sizes)
