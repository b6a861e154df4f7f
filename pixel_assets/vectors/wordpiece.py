"""Texts as word pieces (Wu et al. 2016), by greedy longest match over a vocabulary, many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.vectors.characters import read_as

Texts: TypeAlias = pa.StringArray | pa.LargeStringArray | pa.ChunkedArray | Sequence[str]

_FURTHER: Final = "##"  # begins a piece that goes on with a word


@dataclass(frozen=True)
class Pieces:
    """Word pieces of many texts; those of text i are ``pieces[starts[i]:starts[i + 1]]``."""

    pieces: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class _Trie:
    keys: npt.NDArray[np.int64]
    children: npt.NDArray[np.int32]
    piece_of: npt.NDArray[np.int32]


@dataclass(frozen=True)
class WordPiece:
    """A vocabulary; a piece's number is its place in it. Words that it cannot spell give no piece."""

    vocabulary: tuple[str, ...]

    def split(self, texts: Texts) -> Pieces:
        """The pieces of every text, in order; a null counts as an empty text. Linear in the length of the texts."""
        from pixel_assets.vectors import kernels  # numba takes a while to import

        data, ends = _bytes(texts)
        trie, seen = self._trie, np.zeros(kernels.CODES, np.uint8)
        seen[:128] = 1
        kernels.mark_codes(data, ends[0], ends[-1], seen)
        spans, read, most = _readings(np.flatnonzero(seen), kernels.CODES)
        pieces = np.empty(int(ends[-1] - ends[0]) * most, np.int32)
        starts = np.empty(len(ends), np.int64)
        kernels.tokenise(data, ends, spans, read, trie.keys, trie.children, trie.piece_of, pieces, starts)
        return Pieces(pieces[: starts[-1]], starts)

    @cached_property
    def _trie(self) -> _Trie:
        from pixel_assets.vectors import kernels

        further = np.array([piece.startswith(_FURTHER) and len(piece) > 2 for piece in self.vocabulary], bool)
        spelled = [(piece[2:] if more else piece).encode() for piece, more in zip(self.vocabulary, further, strict=True)]
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(piece) for piece in spelled], dtype=np.int64)])
        size = 1 << int(2 * starts[-1] + 2).bit_length()
        trie = _Trie(np.full(size, -1, np.int64), np.zeros(size, np.int32), np.zeros(int(starts[-1]) + 2, np.int32))
        data = np.frombuffer(b"".join(spelled), np.uint8)
        kernels.build_trie(data, starts, further, trie.keys, trie.children, trie.piece_of)
        return trie


def _bytes(texts: Texts) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The bytes of a column and where in them its texts begin and end."""
    column = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(list(texts), pa.large_string())
    column = column.cast(pa.large_string())
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    column = column.fill_null("") if column.null_count else column
    _, offsets, data = column.buffers()
    if not len(column):
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    ends = np.frombuffer(offsets, np.int64)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8), ends


def _readings(codes: npt.NDArray[np.int64], total: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8], int]:
    """What characters are read as: for each code where its bytes begin and end, the bytes, and the most characters of one."""
    read = [read_as(chr(code)) for code in codes.tolist()]
    spelled = [text.encode() for text in read]
    ends = np.cumsum([len(text) for text in spelled], dtype=np.int64)
    spans = np.zeros((total, 2), np.int32)
    spans[codes, 1] = ends
    spans[codes[1:], 0] = ends[:-1]
    return spans, np.frombuffer(b"".join(spelled), np.uint8), max([1, *map(len, read)])
