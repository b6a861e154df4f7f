"""Drift of bias: what two reports say differently, such as those of the last snapshot and of this one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.safety.bias.report import ALL

MOST_DISTANCE: Final = 0.1
_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Drift:
    """One value that moved; the group is empty for an axis as a whole, whose value is the distance of its shares."""

    axis: str
    group: str
    measure: str
    outcome: str
    before: float
    after: float
    disjoint: bool  # whether the 95 % intervals have nothing in common
    alert: bool


def drift(before: pa.Table, after: pa.Table, most_distance: float = MOST_DISTANCE) -> list[Drift]:
    """What moved between two tables of the form ``BIAS_REPORT``, ordered by axis, group, measure and outcome.

    Only what is measured in all conversations is compared: within one source a shift is what the source brought.
    For each axis there is the total-variation distance of its shares, from 0 to 1, which is an alert above ``most_distance``.
    For each value that both reports have, a row stands here if its intervals are disjoint; it is an alert if it is an
    association that one of the reports flags. A group that only one report has counts with a share of 0 in the other.
    """
    old, new = _by_key(before), _by_key(after)
    found = [
        Drift(*key, old[key]["value"], new[key]["value"], True, bool(key[3] and (old[key]["flagged"] or new[key]["flagged"])))
        for key in old.keys() & new.keys() if _disjoint(old[key], new[key])
    ]  # fmt: skip
    for axis, distance in _distances(old, new).items():
        found.append(Drift(axis, "", "total_variation", "", 0.0, distance, False, distance > most_distance))
    return sorted(found, key=lambda each: (each.axis, each.group, each.measure, each.outcome))


def _by_key(report: pa.Table) -> dict[_Key, dict[str, float]]:
    whole = report.filter(pc.equal(report["scope"], ALL)).to_pylist()
    return {(row["axis"], row["group"], row["measure"], row["outcome"]): row for row in whole}


def _disjoint(one: dict[str, float], other: dict[str, float]) -> bool:
    return one["high"] < other["low"] or other["high"] < one["low"]


def _distances(old: dict[_Key, dict[str, float]], new: dict[_Key, dict[str, float]]) -> dict[str, float]:
    moved: dict[str, list[float]] = defaultdict(list)
    for key in sorted(key for key in old.keys() | new.keys() if key[2] == "share"):
        shares = [report[key]["value"] if key in report else 0.0 for report in (old, new)]
        moved[key[0]].append(abs(shares[0] - shares[1]))
    return {axis: round(sum(each) / 2, 6) for axis, each in moved.items()}
