"""Texts as they are searched: look-alike characters resolved, accents and invisible characters gone, every place kept.

A column of texts goes in; one buffer of bytes comes out that a matcher can scan in one go, and for every byte of it the
character of the original text that it comes from. Case is kept: names need it, and patterns say whether they do.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SEPARATOR: Final = 0  # the byte after each text: no pattern matches it, so that no match runs from one text into the next


@dataclass(frozen=True)
class FoldedTexts:
    """Folded texts, each followed by one separator."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]  # (n + 1,): text i is data[starts[i] : starts[i + 1] - 1]
    origin: npt.NDArray[np.int32]  # for every byte of ``data``, the character of its original text; at a separator, its length

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, row: int) -> str:
        """One folded text."""
        return self.data[self.starts[row] : self.starts[row + 1] - 1].tobytes().decode("utf-8", "replace")


def fold(texts: pa.StringArray | pa.ChunkedArray | Iterable[str]) -> FoldedTexts:
    """Fold every text of a column; a null counts as an empty text.

    White space becomes a blank, typographic quotes and dashes plain ones, look-alikes and accented letters the plain letter,
    and invisible characters nothing. A plain ASCII text keeps its length.
    """
    column = texts.to_pylist() if isinstance(texts, pa.Array | pa.ChunkedArray) else list(texts)
    parts: list[bytes] = []
    origins: list[npt.NDArray[np.int32]] = []
    for text in column:
        folded, origin = _fold_one(text or "")
        parts += (folded, bytes([SEPARATOR]))
        origins.append(origin)
    lengths = np.fromiter((len(part) + 1 for part in parts[::2]), np.int64, len(column))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    data = np.frombuffer(b"".join(parts), np.uint8)
    return FoldedTexts(data, starts, np.concatenate(origins) if origins else np.zeros(0, np.int32))


def _fold_one(text: str) -> tuple[bytes, npt.NDArray[np.int32]]:
    if text.isascii():
        data = text.translate(_BLANKS).encode("ascii")
        return data, np.arange(len(data) + 1, dtype=np.int32)
    pieces = [_fold_character(character).encode("utf-8") for character in text]
    lengths = [len(piece) for piece in pieces]
    origin = np.repeat(np.arange(len(text), dtype=np.int32), lengths)
    return b"".join(pieces), np.append(origin, np.int32(len(text)))


@functools.lru_cache(1 << 16)
def _fold_character(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    if unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me"):
        return " " if character.isspace() else ""
    if character.isspace():
        return " "
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))


_BLANKS: Final = {code: " " for code in (*range(1, 32), 127)} | {0: " "}
_PLAIN: Final = {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "…": "...", "ß": "ss"}
