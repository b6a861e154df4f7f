"""Words of folded texts as arrays: where each stands, what it may be, how it is written and what stands before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.safety.identifiers.gazetteers import WordTable
from pixel_assets.wording.folding import FoldedTexts

# The shape of a word, one bit each
CAPITAL: Final = 1  # begins with a capital
UPPER: Final = 2  # two or more letters, all capitals
DIGIT: Final = 4  # holds a digit
NUMBER: Final = 8  # nothing but digits
LETTER: Final = 16  # one letter
OTHER_SCRIPT: Final = 32  # holds characters that did not fold to ASCII
POSSESSIVE: Final = 64  # "'s" follows

# What stands between a word and the one before it: the first that holds
START, LINE, SENTENCE, COMMA, COLON, QUOTE, HYPHEN, INITIAL, MARK, BLANK = range(10)


@dataclass(frozen=True)
class Tokens:
    """The words of folded texts, in order; all arrays have one entry a word."""

    row: npt.NDArray[np.int32]
    start: npt.NDArray[np.int64]  # place in the buffer of the folded texts, as is end
    end: npt.NDArray[np.int64]
    bits: npt.NDArray[np.uint32]  # classes of the word (``gazetteers.CLASSES``)
    shape: npt.NDArray[np.uint8]
    gap: npt.NDArray[np.uint8]  # what stands before it

    def __len__(self) -> int:
        return len(self.row)


def line_breaks(content: pa.Array, texts: FoldedTexts) -> npt.NDArray[np.bool_]:
    """For every byte of the folded texts, whether it was a line break: an address or a signature ends with its line.

    Folding makes a blank of a line break, so the original column of texts is looked at.
    """
    found = np.zeros(len(texts.data), bool)
    column = pc.fill_null(content, "").cast(pa.large_string())
    if len(column):
        _, offsets, data = column.buffers()
        places = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
        from pixel_assets.safety.identifiers.kernels import words  # numba takes a while to import

        words.mark_breaks(np.frombuffer(data or b"", np.uint8), places, texts.starts, texts.kept, texts.kept_origin, found)
    return found


def tokenise(texts: FoldedTexts, breaks: npt.NDArray[np.bool_], table: WordTable) -> Tokens:
    """The words of all texts; ``breaks`` as :func:`line_breaks` says them."""
    from pixel_assets.safety.identifiers.kernels import words  # numba takes a while to import

    count = words.count(texts.data)
    row, start, end = np.empty(count, np.int32), np.empty(count, np.int64), np.empty(count, np.int64)
    bits, shape, gap = np.zeros(count, np.uint32), np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    hashes = np.empty(count, np.uint64)
    words.fill(texts.data, texts.starts, breaks, table.keys, table.bits, row, start, end, bits, shape, gap, hashes)
    words.mark_phrases(hashes, row, gap, table.phrases, table.phrase_bits, bits)
    return Tokens(row, start, end, bits, shape, gap)
