"""How many word pieces texts have. A word is split once, however often it is said: most of what is said are few words."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.vectors.wordpiece import WordPiece

_ROOM: Final = (1 << 8, 1 << 17)  # fewest and most places for words that are told apart


def count_pieces(texts: pa.StringArray, wordpiece: WordPiece) -> npt.NDArray[np.int64]:
    """As many as ``wordpiece.split`` finds in each text, (n,); a null counts as an empty text.

    Words are told apart by their bytes, and those of all texts are split together. A text that has other characters than ASCII
    and typographic signs is split whole.
    """
    from pixel_assets.quality.traits import token_kernels as kernels  # numba takes a while to import

    column: Any = texts.cast(pa.large_string())
    column = column.fill_null("") if column.null_count else column
    if not len(column):
        return np.zeros(0, np.int64)
    _, offsets, buffer = column.buffers()
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(buffer or b"", np.uint8)
    most = int(ends[-1] - ends[0])
    room = min(max(1 << most.bit_length() >> 3, _ROOM[0]), _ROOM[1])
    said, starts, spans = np.empty(most + 1, np.int32), np.empty(len(ends), np.int64), np.empty((most, 2), np.int64)
    many = kernels.tell_apart(data, ends, np.zeros((room, 3), np.uint64), spans, said, starts)
    words = _taken(data, spans[:many])
    found = np.empty(len(column), np.int64)
    kernels.add_up(said, starts, np.diff(wordpiece.split(words).starts), found)
    whole = found == kernels.OTHER
    if whole.any():
        found[whole] = np.diff(wordpiece.split(column.filter(pa.array(whole))).starts)
    return found


def _taken(data: npt.NDArray[np.uint8], spans: npt.NDArray[np.int64]) -> pa.LargeStringArray:
    """The words at some places as a column."""
    view = data.data
    return pa.array([bytes(view[start:end]) for start, end in spans.tolist()], pa.large_binary()).cast(pa.large_string())
