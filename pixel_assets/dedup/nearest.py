"""Which vectors are near one another: an inverted file (Sivic and Zisserman 2003) that computes with whole numbers alone.

What all vectors have in common is taken from each first (Mu and Viswanath 2018, "All-but-the-Top"): sums over long texts
resemble one another in their frequent words, so that half of all pairs of unrelated conversations have a cosine of 0.95; without
the common part 1 in 1,700 has one of 0.8. Then vectors are brought to a length at which the product of two of them is a whole
number that 32-bit floats hold exactly, in whatever order it is summed: any linear-algebra library on any processor, with any
number of threads, finds the same. Rows are kept in lists; each is compared with its nearest lists by products of matrices, which
is faster than an index that compares row by row (``benchmarks/dedup.py --section semantic`` prints both).
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NORM: Final = (
    4080  # of vectors on the grid: rounding makes it 4,086 at most with 128 dimensions, and 4,086 squared is below 2 ** 24
)
SHRINK: Final = 32  # vectors of zeros among which the common part is sought, so that of a few vectors little is taken
PROBES: Final = 8  # lists that a row is compared with
MOST: Final = 32  # others that a row is paired with
_FEW: Final = 4096  # rows that are compared with each other without lists
_SAMPLE: Final = 64  # rows for each list, in which lists are sought
_ROUNDS: Final = 2  # of moving lists to the middle of their rows (Lloyd 1982)
_BLOCK: Final = 1 << 22  # scores held at once by one thread: 16 MB
_HALF_STEPS: Final = 2.0**24  # smallest steps of a 16-bit float in one


@dataclass(frozen=True)
class Grid:
    """Vectors of whole numbers (n, dimensions) of length ``NORM``, and their exact lengths (n,); zeros for a row without one."""

    vectors: npt.NDArray[np.int16]
    norms: Floats

    def cosines(self, left: Numbers, right: Numbers) -> Floats:
        """Of pairs of rows; NaN where one has no vector, exactly 1 for equal vectors."""
        from pixel_assets.dedup import semantic_kernels as kernels  # numba takes a while to import

        found = np.empty(len(left), np.float64)
        kernels.cosines(self.vectors, self.norms, left, right, found)
        return found


def common_part(vectors: npt.NDArray[np.float16]) -> Floats:
    """(dimensions,): the mean of vectors (n, dimensions), rows of zeros left out, shrunk by ``SHRINK``.

    Exact, so that it does not depend on the order of the rows: 16-bit floats are multiples of 2 ** -24.
    """
    total = np.zeros(vectors.shape[1], np.int64)
    for first in range(0, len(vectors), 1 << 16):
        total += (vectors[first : first + (1 << 16)].astype(np.float64) * _HALF_STEPS).astype(np.int64).sum(axis=0)
    return total / ((int(vectors.any(axis=1).sum()) + SHRINK) * _HALF_STEPS)


def on_grid(vectors: npt.NDArray[Any], common: Floats) -> Grid:
    """Vectors (n, dimensions) less their common part."""
    from pixel_assets.dedup import semantic_kernels as kernels  # numba takes a while to import

    found = np.empty(vectors.shape, np.int16)
    for first in range(0, len(vectors), 1 << 16):
        kernels.to_grid(
            vectors[first : first + (1 << 16)].astype(np.float64), common, float(NORM), found[first : first + (1 << 16)]
        )
    norms = np.empty(len(found), np.float64)
    kernels.lengths(found, norms)
    return Grid(found, norms)


def neighbours(grid: Grid, cosine: float, *, most: int = MOST, threads: int = 2) -> tuple[Numbers, Numbers]:
    """Pairs (left, right) of rows with at least this cosine, each once, left < right, ascending.

    A row is paired with at most ``most`` of those that are near it, the first in order: where thousands are alike, all are paired
    with the same few. So the better rows come first. Rows with equal vectors are compared with others as one; each of them is
    paired with the first ``most`` of them, and with the first rows of the groups near theirs, about ``most`` in all.
    """
    firsts, group_of = _groups(grid)
    distinct = Grid(grid.vectors[firsts], grid.norms[firsts])
    left, right = _limited(*_chosen(distinct, cosine, most, threads), len(firsts), most)
    members = np.argsort(group_of, kind="stable")  # of each group in order
    starts = np.searchsorted(group_of[members], np.arange(len(firsts) + 1))
    room = most // np.bincount(left, minlength=len(firsts))[left]  # rows of each group near by that are taken
    taken = np.minimum(np.diff(starts)[right], np.maximum(room, 1))
    others = members[_stretches(starts[right], taken)]
    pairs = [_spread(np.repeat(left, taken), others, members, starts)]
    for place in range(most):  # the first, the second … of each group, with all of it
        at = starts[:-1] + place
        groups = np.flatnonzero((at < starts[1:]) & (np.diff(starts) > 1))
        if not len(groups):
            break
        one, two = _spread(groups, members[at[groups]], members, starts)
        pairs.append((one, two))
    one, two = (np.concatenate(each) for each in zip(*pairs, strict=True))
    return _once(one, two, len(grid.norms), grid.norms)


def _groups(grid: Grid) -> tuple[Numbers, Numbers]:
    """The first row of each group of rows with equal vectors, ascending, and the number of the group of each row (n,)."""
    from pixel_assets.dedup import semantic_kernels as kernels  # numba takes a while to import

    folded = np.empty(len(grid.vectors), np.uint64)
    kernels.fold(grid.vectors, folded)
    _, firsts, inverse = np.unique(folded, return_index=True, return_inverse=True)
    order = np.argsort(firsts, kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return firsts[order].astype(np.int64), places[inverse.reshape(-1)]


def _spread(groups: Numbers, others: Numbers, members: Numbers, starts: Numbers) -> tuple[Numbers, Numbers]:
    """Every member of each of the groups with its other."""
    counts = starts[groups + 1] - starts[groups]
    return members[_stretches(starts[groups], counts)], np.repeat(others, counts)


def _stretches(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers from each start on, as many as its count, one stretch after the other."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts))


def _once(left: Numbers, right: Numbers, rows: int, norms: Floats) -> tuple[Numbers, Numbers]:
    low, high = np.minimum(left, right), np.maximum(left, right)
    kept = (low < high) & (norms[low] > 0)
    keys = np.unique(low[kept] * rows + high[kept])
    return keys // max(rows, 1), keys % max(rows, 1)


def _limited(left: Numbers, right: Numbers, rows: int, most: int) -> tuple[Numbers, Numbers]:
    """The first ``most`` of each left row, each pair once."""
    keys = np.unique(left * rows + right)
    left, right = keys // max(rows, 1), keys % max(rows, 1)
    place = np.arange(len(left)) - np.searchsorted(left, left)
    return left[place < most], right[place < most]


def _chosen(grid: Grid, cosine: float, most: int, threads: int) -> tuple[Numbers, Numbers]:
    """For each row the first ``most`` near it of each list that it is compared with; pairs may come twice."""
    said = np.flatnonzero(grid.norms > 0)
    vectors = grid.vectors.astype(np.float32)
    if len(said) <= _FEW:
        return _compare(grid, vectors, said, said, cosine, most)
    lists = _lists(vectors[said])
    probed = np.empty((len(said), PROBES), np.int64)
    step = max(_BLOCK // len(lists), 1)
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda at: _probe(vectors, lists, said[at : at + step], probed[at : at + step]), range(0, len(said), step)))
        home = np.argsort(probed[:, 0], kind="stable")
        starts = np.searchsorted(probed[home, 0], np.arange(len(lists) + 1))
        asked = np.argsort(probed, axis=None, kind="stable")
        ends = np.searchsorted(probed.ravel()[asked], np.arange(len(lists) + 1))

        def found_in(number: int) -> tuple[Numbers, Numbers]:
            queries, members = asked[ends[number] : ends[number + 1]] // PROBES, home[starts[number] : starts[number + 1]]
            return _compare(grid, vectors, said[queries], said[members], cosine, most)

        found = list(pool.map(found_in, range(len(lists))))
    left, right = (np.concatenate(each) for each in zip(*found, strict=True))
    return left, right


def _compare(
    grid: Grid, vectors: npt.NDArray[np.float32], queries: Numbers, members: Numbers, cosine: float, most: int
) -> tuple[Numbers, Numbers]:
    from pixel_assets.dedup import semantic_kernels as kernels  # numba takes a while to import

    found: list[tuple[Numbers, Numbers]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    if not len(members):
        return found[0]
    those = vectors[members].T
    step = max(_BLOCK // len(members), 1)
    for at in range(0, len(queries), step):
        some = queries[at : at + step]
        left, right = (
            np.empty(len(some) * min(most, len(members)), np.int64),
            np.empty(len(some) * min(most, len(members)), np.int64),
        )
        count = kernels.first_above(vectors[some] @ those, some, members, grid.norms, cosine, most, left, right)
        found.append((left[:count].copy(), right[:count].copy()))
    left, right = (np.concatenate(each) for each in zip(*found, strict=True))
    return left, right


def _probe(vectors: npt.NDArray[np.float32], lists: npt.NDArray[np.float32], rows: Numbers, out: Numbers) -> None:
    from pixel_assets.dedup import semantic_kernels as kernels  # numba takes a while to import

    kernels.nearest_lists(vectors[rows] @ lists.T, out)


def _lists(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Middles of lists, (lists, dimensions) on the grid: rows at equal steps, moved to the middle of the rows next to them."""
    count = round(math.sqrt(PROBES * len(vectors)))
    middles = vectors[np.linspace(0, len(vectors) - 1, count).astype(np.int64)]
    sample = vectors[:: max(len(vectors) // (_SAMPLE * count), 1)]
    nothing = np.zeros(vectors.shape[1])
    for _ in range(_ROUNDS):
        nearest = np.empty((len(sample), 1), np.int64)
        for at in range(0, len(sample), _BLOCK // count + 1):
            rows = np.arange(at, min(at + _BLOCK // count + 1, len(sample)))
            _probe(sample, middles, rows, nearest[rows[0] : rows[-1] + 1])
        order = np.argsort(nearest[:, 0], kind="stable")
        full, begins = np.unique(nearest[order, 0], return_index=True)
        middles = middles.copy()
        middles[full] = on_grid(np.add.reduceat(sample[order].astype(np.float64), begins, axis=0), nothing).vectors
    return middles
