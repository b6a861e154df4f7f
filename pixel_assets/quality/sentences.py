"""Texts cut into sentences: where each begins in the bytes, so that none is copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Sentences:
    """The sentences of some texts, in order; an empty text has none."""

    texts: pa.LargeStringArray  # with the blanks that follow each
    owner: npt.NDArray[np.int64]  # number of the text that a sentence is of
    words: npt.NDArray[np.int64]  # words of each sentence


def split_sentences(texts: pa.Array | pa.ChunkedArray) -> Sentences:
    """Cut texts after stops, question and exclamation marks that a blank follows, and at line ends.

    What has fewer than three words, such as "Oh no!", belongs to what follows, or at the end to what comes before.
    """
    from pixel_assets.quality import sentence_kernels as kernels  # numba takes a while to import

    column: Any = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    column = pc.fill_null(column.cast(pa.large_string()), "")
    _, offsets, data = column.buffers()
    starts = np.zeros(1, np.int64)
    if len(column):
        starts = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    raw = np.frombuffer(data or b"", np.uint8)
    most = kernels.count_ends(raw, starts) + len(column)
    owner, begins, words = np.empty(most, np.int64), np.empty(most + 1, np.int64), np.empty(most, np.int64)
    count = kernels.list_sentences(raw, starts, owner, begins, words)
    begins[count] = starts[-1]
    found = pa.LargeStringArray.from_buffers(count, pa.py_buffer(begins[: count + 1]), data or pa.py_buffer(b""))
    return Sentences(found, owner[:count], words[:count])
