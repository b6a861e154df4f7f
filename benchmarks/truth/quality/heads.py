"""What is claimed to be a probability, with rows that say what is so: for calibration, and for whether length is rewarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from truth.judged import Bools
from truth.quality.bag_of_words import BagOfWords, Text
from truth.quality.bench import Floats

YES: Final = "yes"
NO: Final = "no"
Prior = Mapping[str, float]


def prior_of(share: float) -> Prior:
    """Of rows without kinds: the share of those that are so."""
    return {YES: share, NO: 1 - share}


@dataclass(frozen=True)
class Learned:
    """Rows of the fit half, for the bag of words."""

    texts: Sequence[Text]
    truth: Bools
    kinds: Sequence[str] | None = None  # as of the head

    def weight(self, prior: Prior | None) -> Floats:
        """Of each row, see :attr:`Head.weight`."""
        return _weight(self.truth, self.kinds, prior)


@dataclass(frozen=True)
class Head:
    """A probability of each of some rows; arrays have one entry a row."""

    name: str
    groups: Sequence[str]
    texts: Sequence[Text]
    truth: Bools
    probability: Floats
    learned: Learned
    prior: Prior | None = None  # how often each kind comes up as the product states it; as rows come if not given
    kinds: Sequence[str] | None = None  # of rows: names of the prior; yes and no if not given

    @property
    def weight(self) -> Floats:
        """Of each row, so that the rows of every kind come as often as the prior says."""
        return _weight(self.truth, self.kinds, self.prior)

    @property
    def length(self) -> Floats:
        """Logarithm of the number of words that are judged."""
        return np.log1p([len(text.reply.split()) for text in self.texts])

    @cached_property
    def bag_of_words(self) -> BagOfWords | None:
        """Fitted under the same prior, so that its probabilities mean the same."""
        return BagOfWords.fitted(self.learned.texts, self.learned.truth, self.learned.weight(self.prior))

    @property
    def usual(self) -> float:
        """Share of rows of the fit half that are so, under the prior: what is said of every row by who knows nothing else."""
        return float(np.average(self.learned.truth, weights=self.learned.weight(self.prior)))


def _weight(truth: Bools, kinds: Sequence[str] | None, prior: Prior | None) -> Floats:
    if prior is None:
        return np.ones(len(truth))
    named = np.where(truth, YES, NO) if kinds is None else np.asarray(kinds, np.str_)
    found = np.zeros(len(truth))
    for kind, share in prior.items():
        mine = named == kind
        found[mine] = share / max(int(mine.sum()), 1)
    return np.asarray(found * len(truth))
