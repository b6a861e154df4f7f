"""How much each row adds to the coverage of all: facility location on vectors, in cells of near rows.

The value of a choice is the sum over all rows of their cosine with the nearest chosen row (facility location; Krause and Golovin
2014), which a greedy choice brings to at least 1 - 1/e of the best. Comparing all rows with each other costs their number
squared, so they are parted into cells around rows that the seeded order puts first, and rows of different cells count as not
near at all. That value is a sum over cells, so greedy orders of single cells, merged by gain, are the greedy order of all (the
partition of Mirzasoleiman and others 2013, without its second round, since nothing is shared between cells). Memory is bounded by
one cell. Gains do not depend on how many rows are wanted: a larger mix only adds rows.

Vectors are rounded to whole numbers small enough that 32-bit floats add their products exactly, in whatever order a linear
algebra library does: every machine finds the same choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Vectors = npt.NDArray[np.float32]

CELL: Final = 4096  # rows of a cell at most
SCALE: Final = 2048  # of whole numbers: the product of two vectors of length 1 stays below 2 ** 24
_ANCHORS: Final = 512  # cells that rows are parted into at once
_BATCH: Final = 8192  # rows that are compared with anchors at once


def coverage_gains(vectors: npt.NDArray[np.floating]) -> Floats:
    """What each of ``vectors`` (rows, dimensions) adds when the greedy choice comes to it, as a sum of cosines, (rows,).

    Rows are in the order by which ties are broken, and of length 1, or 0 for what is not known: such a row gains nothing.
    """
    whole = np.rint(np.asarray(vectors, np.float32) * SCALE)
    gains = np.zeros(len(whole), np.int64)
    known = np.flatnonzero(whole.any(axis=1))
    for rows in _cells(whole, known):
        gains[rows] = _of_cell(whole[rows])
    return gains / SCALE**2


def _cells(whole: Vectors, rows: Ints) -> Iterator[Ints]:
    """Parts of at most ``CELL`` rows, each in the order of ``rows``; rows that cannot be told apart are cut as they come."""
    waiting = [rows]
    while waiting:
        some = waiting.pop()
        if len(some) <= CELL:
            yield some
            continue
        # A power of two, so that growth seldom changes the number of anchors
        count = min(_ANCHORS, 1 << int(np.ceil(np.log2(4 * len(some) / CELL))))
        nearest = _nearest(whole, some, whole[some[:count]])
        parts = [some[nearest == anchor] for anchor in np.unique(nearest)]
        waiting += parts if len(parts) > 1 else np.split(some, range(CELL, len(some), CELL))


def _nearest(whole: Vectors, rows: Ints, anchors: Vectors) -> Ints:
    """The nearest anchor of each row; of equals the first."""
    found = [np.argmax(whole[some] @ anchors.T, axis=1) for some in np.split(rows, range(_BATCH, len(rows), _BATCH))]
    return np.concatenate(found)


def _of_cell(whole: Vectors) -> Ints:
    from pixel_assets.selection.mix import kernels  # numba takes a while to import

    gains = np.zeros(len(whole), np.int64)
    kernels.facility_location((whole @ whole.T).astype(np.int32), gains)
    return gains
