"""The columns that heads read of replies and of their sentences: features, likeness to what was said before, vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pixel_assets.quality.heads.linear import Standard, Values
from pixel_assets.quality.likeness import COLUMNS as LIKENESS
from pixel_assets.quality.likeness import Whitening
from pixel_assets.quality.seen import Seen

VECTOR: Final = "vector"


@dataclass(frozen=True)
class Columns:
    """How the columns of a tier are made, the same for every head."""

    whitening: Whitening
    standard: Standard

    def of_replies(self, seen: Seen) -> Values:
        """(replies, all columns), standardised."""
        return self.standard(raw(seen, self.whitening))

    def of_sentences(self, seen: Seen) -> Values:
        """(sentences of replies, :attr:`for_sentences`), standardised by what is usual for replies."""
        return self.standard.some(self.for_sentences)(np.hstack([seen.sentence_features.values, seen.sentence_vectors]))

    @property
    def for_sentences(self) -> tuple[str, ...]:
        """Names of the columns that sentences have: all but likeness."""
        return tuple(name for name in self.standard.columns if name not in LIKENESS)

    @property
    def vectors(self) -> tuple[str, ...]:
        """Names of the dimensions of vectors."""
        return tuple(name for name in self.standard.columns if name.startswith(f"{VECTOR}:"))


def raw(seen: Seen, whitening: Whitening) -> Values:
    """Columns of replies as they are, (replies, :func:`names`)."""
    return np.hstack([seen.features.values, whitening.cosines(seen), seen.reply_vectors])


def names(seen: Seen) -> tuple[str, ...]:
    """Names of all columns of replies."""
    return (*seen.features.names, *LIKENESS, *(f"{VECTOR}:{number}" for number in range(seen.reply_vectors.shape[1])))
