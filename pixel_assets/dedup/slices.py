"""Rows in slices, some at once: for compiled loops, which let other threads run meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import pyarrow as pa

T = TypeVar("T")
ROWS: Final = 1024  # whose words fit into the cache of a core


def by_slices(compute: Callable[[pa.Table], T], table: pa.Table, threads: int) -> list[T]:
    """What ``compute`` gives for each slice, in order; at least one, which may be without rows."""
    return by_ranges(lambda start, end: compute(table.slice(start, end - start)), len(table), threads)


def by_ranges(compute: Callable[[int, int], T], rows: int, threads: int) -> list[T]:
    """The same by the first row of each slice and the one after its last: for results that have their place already."""
    starts = range(0, max(rows, 1), ROWS)
    ends = [min(start + ROWS, rows) for start in starts]
    if threads < 2 or len(starts) < 2:
        return list(map(compute, starts, ends))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(compute, starts, ends))
