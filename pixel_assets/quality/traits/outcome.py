"""Whether the user goes better at the end than at the beginning, by the change of the user's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.traits.evidence import USER_FIRST, USER_LAST, USER_SECOND, Evidence, Points, Values
from pixel_assets.quality.traits.kinds import DECIMALS
from pixel_assets.quality.traits.phrases import Family

OUTCOMES: Final = ("improved", "unchanged", "worse", "unknown")
FEWEST_TURNS: Final = 3  # of the user: with two, one is the question and the other thanks for an answer
FEWEST_POINTS: Final = 4  # of feeling in all that the user says
CHANGE: Final = float(np.log(2))  # from which on it is one: relief has doubled against what hurts
_PRIOR: Final = 3  # points that each half has of either: one word in a short half says little


def outcome(evidence: Evidence, families: Sequence[Family]) -> tuple[pa.Array, Values]:
    """One of ``OUTCOMES`` and how strongly the words say so, from 0 to 1.

    Each half has points for what relieves and what hurts, by the tags of the families' kinds. The change is the logarithm of
    their ratio in the second half less that in the first. Its strength is ``1 - exp(-|change|)`` for a change, the rest of it for
    none, and for an unknown outcome the share of the needed words that are missing.
    """
    first = _sides(evidence, families, (USER_FIRST,))
    second = _sides(evidence, families, (USER_SECOND, USER_LAST))
    change = _balance(second) - _balance(first)
    said = first.sum(1) + second.sum(1)
    unknown = (evidence.turns[:, 0] < FEWEST_TURNS) | (said < FEWEST_POINTS)
    number = np.select([unknown, change > CHANGE, change < -CHANGE], [3, 0, 2], 1)
    moved = 1 - np.exp(-np.abs(change))
    lacking = np.maximum(1 - evidence.turns[:, 0] / FEWEST_TURNS, 1 - np.minimum(said / FEWEST_POINTS, 1))
    strength = np.select([number == 3, number == 1], [lacking, 1 - moved], moved)
    return pa.array(OUTCOMES, pa.string()).take(pa.array(number)), np.round(strength, DECIMALS)


def _sides(evidence: Evidence, families: Sequence[Family], parts: tuple[int, ...]) -> Points:
    """Points for what relieves and what hurts, (conversations, 2)."""
    found = np.zeros((len(evidence), 2), np.int64)
    for family in families:
        points = np.maximum(evidence.points[:, parts, family.columns].sum(1), 0)
        for side, tag in enumerate(("relieves", "hurts")):
            found[:, side] += points[:, family.tagged(tag)].sum(1)
    return found


def _balance(sides: Points) -> npt.NDArray[np.float64]:
    return np.log((sides[:, 0] + _PRIOR) / (sides[:, 1] + _PRIOR))
