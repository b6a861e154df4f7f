"""Which kind of a family a conversation is, how strongly, and which it is besides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.traits.evidence import Evidence, Values
from pixel_assets.quality.traits.phrases import Family

DECIMALS: Final = 4  # of all shares


@dataclass(frozen=True)
class Chosen:
    """The kinds of some conversations; arrays have one entry each."""

    names: pa.Array  # the kind with the most points, or what the family says where nothing has more
    strength: Values  # its share of all points, those for nothing included; from 0 to 1
    there: npt.NDArray[np.bool_]  # (conversations, kinds): every kind that has more points than nothing
    all: pa.Array  # names of these, those with the most points first


def choose(evidence: Evidence, family: Family) -> Chosen:
    """Nothing is a kind like the others, whose points come from the length of what was read; of equals the first is chosen."""
    points, nothing = evidence.of(family), evidence.nothing(family)
    there = points > nothing[:, None]
    names = pa.array([*family.kinds, family.nothing], pa.string())
    best = np.where(there.any(1), points.argmax(1), len(family.kinds))
    most = np.maximum(points.max(1), nothing)
    return Chosen(
        names.take(pa.array(best)),
        np.round(most / (points.sum(1) + nothing), DECIMALS),
        there,
        _listed(points, there, names),
    )


def _listed(points: npt.NDArray[np.int64], there: npt.NDArray[np.bool_], names: pa.Array) -> pa.Array:
    rows, kinds = there.nonzero()
    order = np.lexsort((kinds, -points[rows, kinds], rows))
    starts = np.concatenate([np.zeros(1, np.int32), np.cumsum(there.sum(1), dtype=np.int32)])
    return pa.ListArray.from_arrays(pa.array(starts), names.take(pa.array(kinds[order])))
