"""Static sentence vectors: a text is the sum of the vectors of its word pieces, brought to length 1.

The vectors are a distillation (Tulkens and van Dongen 2024, Model2Vec) of all-MiniLM-L6-v2; ``data/README.md`` tells where they
come from, how they were made and how near they are to it. They come with the package, and sums are made of whole numbers: every
machine computes the same bits.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import safetensors.numpy

from pixel_assets.errors import PixelError
from pixel_assets.vectors.wordpiece import Texts, WordPiece

PACKAGED: Final = Path(__file__).parent / "data" / "static.safetensors"
_BATCH: Final = 8192  # texts whose pieces are held at once
_HINT: Final = "install the package again, or make the file with `python -m pixel_assets.vectors.distil`"


@dataclass(frozen=True)
class StaticVectors:
    """One vector for every word piece of a vocabulary, in whole numbers; their common scale has no meaning."""

    wordpiece: WordPiece
    vectors: npt.NDArray[np.int8]  # (pieces, dimensions)
    version: str  # hash of both

    @classmethod
    def load(cls, path: Path = PACKAGED) -> StaticVectors:
        """Read a file that :mod:`pixel_assets.vectors.distil` wrote, once in a process.

        Raises ``PixelError`` if there is no such file or if it holds something else.
        """
        return _load(path)

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self.vectors.shape[1])

    def encode(self, texts: Texts) -> npt.NDArray[np.float32]:
        """Vectors of texts, (n, dimensions), of length 1; zeros for a text without a known word. A null is an empty text."""
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for first in range(0, len(texts), _BATCH):
            found[first : first + _BATCH] = unit(self.sums(texts[first : first + _BATCH]))
        return found

    def sums(self, texts: Texts) -> npt.NDArray[np.int64]:
        """Sums of the vectors of the word pieces of texts, (n, dimensions); those of parts add up to that of the whole."""
        from pixel_assets.vectors import kernels  # numba takes a while to import

        found = np.zeros((len(texts), self.dimensions), np.int64)
        split = self.wordpiece.split(texts)
        kernels.sums(split.pieces, split.starts, self.vectors, found)
        return found


def unit(sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Sums, (n, dimensions), brought to length 1; zeros stay."""
    from pixel_assets.vectors import kernels

    found = np.empty(sums.shape, np.float32)
    kernels.to_unit(sums, found)
    return found


def save(path: Path, vocabulary: tuple[str, ...], vectors: npt.NDArray[np.int8], about: str) -> None:
    """Write vectors, their vocabulary and a note on where they come from as one file; the same gives the same bytes."""
    tensors = {"vectors": np.ascontiguousarray(vectors), "vocabulary": np.frombuffer("\n".join(vocabulary).encode(), np.uint8)}
    path.write_bytes(safetensors.numpy.save(tensors, {"about": about}))


@functools.cache
def _load(path: Path) -> StaticVectors:
    try:
        tensors = safetensors.numpy.load(path.read_bytes())
        vocabulary = tuple(tensors["vocabulary"].tobytes().decode().split("\n"))
        vectors = tensors["vectors"]
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise PixelError(f"sentence vectors cannot be read: {error}", where=str(path), hint=_HINT) from error
    if vectors.dtype != np.int8 or vectors.ndim != 2 or len(vectors) != len(vocabulary):
        raise PixelError(
            f"sentence vectors of {vectors.dtype} and shape {vectors.shape} for {len(vocabulary)} word pieces",
            where=str(path), expected="int8, one row for each word piece", hint=_HINT,
        )  # fmt: skip
    return StaticVectors(
        WordPiece(vocabulary), vectors, hashlib.sha256(tensors["vocabulary"].tobytes() + vectors.tobytes()).hexdigest()[:16]
    )
