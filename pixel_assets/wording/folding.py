"""Texts as they are searched: look-alike characters resolved, accents and invisible characters gone, every place kept.

A column of texts goes in; one buffer of bytes comes out that a matcher can scan in one go, and for every byte of it the
character of the original text that it comes from. Case is kept: names need it, and patterns say whether they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.wording.characters import folding_table

SEPARATOR: Final = 10  # the line end after each text; there is none inside, so that ``^`` and ``$`` of a pattern mean a text's


@dataclass(frozen=True)
class FoldedTexts:
    """Folded texts, each followed by one separator.

    Most texts are ASCII, of which byte and character are one. Only of the others is it kept which character a byte comes from.
    """

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]  # (n + 1,): text i is data[starts[i] : starts[i + 1] - 1]
    kept: npt.NDArray[np.int64]  # (n,): where in ``kept_origin`` those of the bytes of text i begin; -1 if byte is character
    kept_origin: npt.NDArray[np.int32]  # the character of its original text for every byte; for the separator, its length

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, row: int) -> str:
        """One folded text."""
        return self.data[self.starts[row] : self.starts[row + 1] - 1].tobytes().decode("utf-8", "replace")

    def take(self, rows: npt.NDArray[np.int64]) -> FoldedTexts:
        """Some of the texts, for a second look at a few."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        starts = _running_sum(lengths)
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], lengths)
        return FoldedTexts(self.data[places], starts, starts[:-1], self.characters(places))

    def rows(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The texts to which some bytes of ``data`` belong."""
        return np.searchsorted(self.starts, places, side="right") - 1

    def characters(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """The characters of their original texts from which some bytes of ``data`` come; of a separator, the text's length."""
        rows = self.rows(places)
        inside, kept = places - self.starts[rows], self.kept[rows]
        if len(self.kept_origin):
            inside = np.where(kept < 0, inside, self.kept_origin[np.where(kept < 0, 0, kept + inside)])
        return inside.astype(np.int32)

    @cached_property
    def origin(self) -> npt.NDArray[np.int32]:
        """``characters`` of every byte of ``data``: four bytes for each; ask for the few that are needed if that will do."""
        return self.characters(np.arange(len(self.data)))


def fold(texts: pa.Array | pa.ChunkedArray | Iterable[str | None]) -> FoldedTexts:
    """Fold every text of a column; a null counts as an empty text.

    White space and controls become a blank, typographic quotes and dashes plain ones, digits of any script ASCII digits,
    styled and accented Latin letters the plain letter, and invisible characters and combining marks nothing. A text in ASCII
    keeps its length.

    A letter of another script that looks like a Latin one becomes that letter in a word that also holds a Latin letter or a
    digit. A word of nothing but such letters is read as Latin too, unless the text also holds a word of other letters that are
    no look-alikes: a sentence in Russian or Greek stays what it is.
    """
    offsets, data = _buffers(texts)
    from pixel_assets.wording import folding_kernels as kernels  # numba takes a while to import

    lengths = np.empty(len(offsets) - 1, np.int64)
    table = folding_table()
    kernels.folded_lengths(data, offsets, table.flags, table.lookalikes, table.places, table.pool, lengths)
    foreign = lengths < 0
    lengths = np.where(foreign, ~lengths, lengths) + 1
    starts, kept_starts = _running_sum(lengths), _running_sum(np.where(foreign, lengths, 0))
    kept = np.where(foreign, kept_starts[:-1], -1)
    folded, origin = np.empty(starts[-1], np.uint8), np.empty(kept_starts[-1], np.int32)
    kernels.fold_all(data, offsets, table.flags, table.lookalikes, table.places, table.pool, starts, kept, folded, origin)
    return FoldedTexts(folded, starts, kept, origin)


def _running_sum(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])


def fold_text(text: str) -> str:
    """One text as it is searched: for words and names that shall be found in folded texts."""
    return fold([text]).text(0)


def _buffers(texts: pa.Array | pa.ChunkedArray | Iterable[str | None]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Offsets, shape (n + 1,), and bytes of a column of texts without nulls."""
    column: Any = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(list(texts), pa.large_string())
    column = column.cast(pa.large_string())  # of which one array holds any number of bytes
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.null_count:
        column = pc.fill_null(column, "")
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1] if len(column) else _NONE
    return places, np.frombuffer(data or b"", np.uint8)


_NONE: Final = np.zeros(1, np.int64)
