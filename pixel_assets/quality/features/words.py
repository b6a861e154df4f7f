"""The words of many texts as one column of hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Words:
    """Every word of some texts, in order."""

    hashes: npt.NDArray[np.uint64]
    marks: npt.NDArray[np.uint8]  # what stands behind each word, in the terms of ``kernels``
    starts: npt.NDArray[np.int64]  # (texts + 1,): the words of text i are those from starts[i] up to starts[i + 1]

    def __len__(self) -> int:
        return len(self.starts) - 1


def read_words(texts: pa.Array | pa.ChunkedArray) -> Words:
    """The words of a column of texts; a null is an empty text."""
    from pixel_assets.quality.features import kernels  # numba takes a while to import

    offsets, data = _buffers(texts)
    most = int(offsets[-1] - offsets[0]) // 2 + len(offsets)  # a word has a byte, and another one behind it
    hashes, marks = np.empty(most, np.uint64), np.empty(most, np.uint8)
    starts = np.empty(len(offsets), np.int64)
    kernels.read_words(data, offsets, hashes, marks, starts)
    return Words(hashes[: starts[-1]], marks[: starts[-1]], starts)


def _buffers(texts: pa.Array | pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Offsets, (texts + 1,), and bytes."""
    column: Any = texts.cast(pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.null_count:
        column = pc.fill_null(column, "")
    if not len(column):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    _, offsets, data = column.buffers()
    return np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1], np.frombuffer(data or b"", np.uint8)
