"""A linear model on standardised columns, and on n-grams of what is said: log-odds of a few outputs that exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.outputs import Grams, Said

CLIPPED: Final = 4.0  # standard deviations beyond which a value counts as no further away
_SMALLEST: Final = 1e-6

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Standard:
    """How columns are brought to one scale: by the mean and the spread that they had in a reference, the same for all heads."""

    columns: tuple[str, ...]
    mean: Values  # (columns,)
    scale: Values  # (columns,)

    @classmethod
    def of(cls, columns: tuple[str, ...], dense: Values) -> Self:
        """Learnt from a reference, (rows, columns)."""
        return cls(columns, dense.mean(axis=0), dense.std(axis=0) + _SMALLEST)

    def __call__(self, dense: Values) -> Values:
        """(rows, columns), standardised."""
        found = dense - self.mean
        found /= self.scale
        return np.clip(found, -CLIPPED, CLIPPED, out=found)

    def some(self, columns: tuple[str, ...]) -> Standard:
        """For some of the columns."""
        place = [self.columns.index(column) for column in columns]
        return Standard(columns, self.mean[place], self.scale[place])


@dataclass(frozen=True)
class Head:
    """Weights; log-odds are ``(standardised columns @ weights + n-grams + intercept) * sharpness``."""

    outputs: tuple[str, ...]
    columns: tuple[str, ...]
    weights: Values  # (columns, outputs)
    intercept: Values  # (outputs,)
    grams: Grams | None
    sharpness: float  # below 1 where the fit was too sure of itself
    shares: Values  # (outputs,): of the labels that it was fitted on

    def logits(self, standardised: Values, said: Said | None = None) -> Values:
        """(rows, outputs) of log-odds, up to what is common to all outputs of a row."""
        found = standardised @ self.weights + self.intercept
        if self.grams is not None and said is not None:
            found += self.grams.logits(said)
        return np.asarray(found * self.sharpness)

    def probabilities(self, standardised: Values, said: Said | None = None) -> Values:
        """(rows, outputs), each row adding up to 1."""
        return softmax(self.logits(standardised, said))

    def towards(self, outputs: Values) -> Values:
        """By how much each standardised column moves the log-odds of a mixture of outputs, (columns,).

        ``outputs`` has one number an output, such as 1 for the one asked about and -1 for the other.
        """
        return np.asarray(self.weights @ outputs * self.sharpness)


def decided(probabilities: Values, shares: Values) -> npt.NDArray[np.int64]:
    """Number of the output that is decided for, along the last axis: the largest of probabilities by the roots of shares.

    Half way between the most probable one, which is nearly always the most frequent, and the one that gains most.
    """
    return np.asarray((probabilities / np.sqrt(shares)).argmax(axis=-1))


def softmax(logits: Values) -> Values:
    """Probabilities of outputs that exclude each other, along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def logistic(logits: Values) -> Values:
    """Probabilities from log-odds."""
    return np.asarray(0.5 * (1 + np.tanh(logits / 2)))
