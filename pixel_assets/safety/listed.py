"""A column of lists in which most rows have nothing: the cost is that of what is listed, not of the rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pyarrow as pa

WORDS: Final = pa.list_(pa.field("item", pa.string(), nullable=False))


def distinct(pairs: Iterable[tuple[int, str]], rows: int) -> pa.ListArray:
    """(rows,): of pairs of a row and a word, the words of each row, sorted and each once; empty for a row without any."""
    ordered = sorted(set(pairs))
    of = np.fromiter((row for row, _ in ordered), np.int64, len(ordered))
    ends = np.cumsum(np.bincount(of, minlength=rows), dtype=np.int32)
    offsets = pa.array(np.concatenate([np.zeros(1, np.int32), ends]))
    return pa.ListArray.from_arrays(offsets, pa.array([word for _, word in ordered], pa.string()), type=WORDS)
