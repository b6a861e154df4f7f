"""Sentence vectors of a transformer, which knows the order of words and negation; for the few texts that are worth its time.

The model is :mod:`~pixel_assets.vectors.minilm`, as it is or with layers that were tuned for a task. It reads some ten thousand
word pieces a second on one core, where :class:`~pixel_assets.vectors.static.StaticVectors` reads a hundred thousand texts.
The vector of a text does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.vectors import minilm
from pixel_assets.vectors.bert import Bert
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import Texts, WordPiece

DIMENSIONS: Final = 384
LONGEST: Final = 126  # word pieces that are read of a text; the model learned from texts of at most 128 with their two ends
_FIRST, _LAST = 101, 102  # [CLS] and [SEP] of BERT's uncased vocabulary
_UNUSED: Final = 999  # that vocabulary begins with so many entries which no text holds; the static vectors leave them out
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ContextualVectors:
    """A transformer and its word pieces."""

    wordpiece: WordPiece
    bert: Bert
    version: str
    changes: Path | None

    def __reduce__(self) -> tuple[Callable[[Path | None], ContextualVectors], tuple[Path | None]]:
        """Worker processes load it from its file: a loaded model cannot be sent to them."""
        return ContextualVectors.load, (self.changes,)

    @classmethod
    def load(cls, changes: Path | None = None) -> ContextualVectors:
        """The installed model, as it is or with a file of changes, once in a process.

        Raises ``PixelError`` if it is not there, is another one, or the changes are not of it.
        """
        version = minilm.read_changes(changes).version if changes else minilm.BASE_VERSION
        return cls(StaticVectors.load().wordpiece, minilm.load(changes), version, changes)

    def encode(self, texts: Texts) -> Vectors:
        """Vectors of texts, (n, 384), of length 1; zeros for a text without a known word. A null is an empty text.

        Of a text that is longer than 126 word pieces only those are read.
        """
        split = self.wordpiece.split(texts)
        found = self._means(split.pieces, split.starts[:-1], np.minimum(np.diff(split.starts), LONGEST))
        lengths = np.sqrt(np.square(found).sum(axis=1, keepdims=True))
        found /= np.where(lengths > 0, lengths, np.float32(1))
        return found

    def stretches(self, texts: Texts) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Vectors of all stretches of 126 word pieces that texts are made of, (m, 384), not scaled, and the text of each.

        A text without a known word has no stretch.
        """
        split = self.wordpiece.split(texts)
        lengths = np.diff(split.starts)
        many = -(-lengths // LONGEST)
        owner = np.repeat(np.arange(len(lengths)), many)
        first = np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
        starts = split.starts[owner] + first * LONGEST
        return self._means(split.pieces, starts, np.minimum(split.starts[owner + 1] - starts, LONGEST)), owner

    def _means(self, pieces: npt.NDArray[np.int32], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Vectors:
        """Means of the states of the pieces that begin at ``starts``, (n, 384); zeros for none."""
        found = np.zeros((len(starts), DIMENSIONS), np.float32)
        read = np.flatnonzero(lengths)
        ends = (starts + lengths)[read].tolist()
        texts = [_whole(pieces[first:last]) for first, last in zip(starts[read].tolist(), ends, strict=True)]
        for number, states in self.bert.states(texts):
            found[read[number]] = states.mean(axis=0)
        return found


def _whole(pieces: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Pieces of a text as the model's own, with those that begin and end it."""
    whole = np.empty(len(pieces) + 2, np.int32)
    whole[0], whole[-1] = _FIRST, _LAST
    whole[1:-1] = pieces + _UNUSED
    return whole
