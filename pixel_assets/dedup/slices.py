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
    slices = [table.slice(start, ROWS) for start in range(0, max(len(table), 1), ROWS)]
    if threads < 2 or len(slices) < 2:
        return [compute(each) for each in slices]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(compute, slices))
