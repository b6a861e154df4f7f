"""The regression that makes one probability of the measures: that a reply is clean, fluent language.

Measures that a reply has by its nature are compared with what is usual among clean replies of its length, so that long and short
ones are judged alike; noise is taken as it is, and can only speak against a reply. The probability is under the prior that nine
of ten replies are clean.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import orjson

from pixel_assets.errors import PixelError
from pixel_assets.quality.fluency.measures import MEASURES, NONE_EXPECTED, USUAL, Measured

PACKAGED: Final = Path(__file__).parent / "data" / "model.json"
PRIOR: Final = 0.9  # share of clean replies
KNOTS: Final = tuple(2.0**power for power in range(11))  # words; between them what is usual is interpolated by the logarithm
FARTHEST: Final = 5.0  # spreads that a measure may lie from what is usual
DIGITS: Final = 4
_HINT: Final = "install the package again, or make the file with `python -m pixel_assets.quality.fluency.fit`"

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Usual:
    """What is usual at each length of ``KNOTS``: mean and spread of every measure of ``USUAL``."""

    mean: Values  # (knots, USUAL)
    spread: Values  # (knots, USUAL)

    @classmethod
    def of(cls, measured: Measured, least: Values) -> Self:
        """Of clean replies; a spread is at least what ``least`` says. A knot without replies near it is like its neighbour."""
        values, places = measured.values[:, : len(USUAL)], _places(measured.words)
        hat = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(len(KNOTS))))  # (replies, knots)
        weight = hat.sum(0)[:, None] + 1e-9
        mean = hat.T @ values / weight
        spread = np.sqrt(np.maximum(hat.T @ values**2 / weight - mean**2, 0))
        known = np.flatnonzero(weight[:, 0] >= 10)
        nearest = known[np.abs(np.arange(len(KNOTS))[:, None] - known).argmin(1)]
        return cls(mean[nearest].round(DIGITS), np.maximum(spread[nearest], least).round(DIGITS))

    def compared(self, measured: Measured) -> Values:
        """(replies, USUAL): how many spreads each measure lies from what is usual."""
        places = _places(measured.words)
        low = np.minimum(places.astype(np.int64), len(KNOTS) - 2)
        share = (places - low)[:, None]
        mean, spread = (each[low] * (1 - share) + each[low + 1] * share for each in (self.mean, self.spread))
        away: Values = (measured.values[:, : len(USUAL)] - mean) / spread
        return np.clip(away, -FARTHEST, FARTHEST)


@dataclass(frozen=True)
class Language:
    """Weights: one for each measure of ``USUAL`` below and above what is usual, and one for each of ``NONE_EXPECTED``."""

    intercept: float
    weights: Values  # (2 * USUAL + NONE_EXPECTED,)
    usual: Usual
    about: dict[str, Any]

    @classmethod
    def load(cls, path: Path = PACKAGED) -> Language:
        """Read a file that :meth:`save` wrote, once in a process. Raises ``PixelError`` if it is none."""
        return _load(path)

    def save(self, path: Path) -> None:
        """Write the file: weights by the names of measures, and how they came about."""
        both = 2 * len(USUAL)
        weights = {
            "below": dict(zip(USUAL, self.weights[0:both:2].tolist(), strict=True)),
            "above": dict(zip(USUAL, self.weights[1:both:2].tolist(), strict=True)),
            "noise": dict(zip(NONE_EXPECTED, self.weights[both:].tolist(), strict=True)),
        }
        usual = {"mean": dict(zip(USUAL, self.usual.mean.T.tolist(), strict=True)),
                 "spread": dict(zip(USUAL, self.usual.spread.T.tolist(), strict=True))}  # fmt: skip
        content = {"about": self.about, "intercept": self.intercept, "weights": weights, "words": KNOTS, "usual": usual}
        path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))

    def logits(self, measured: Measured) -> Values:
        """(replies,): log-odds that each is clean."""
        return self.intercept + columns(self.usual, measured) @ self.weights

    def contributions(self, measured: Measured) -> Values:
        """(replies, MEASURES): what each measure adds to the log-odds; 0 is what is usual."""
        parts, both = columns(self.usual, measured) * self.weights, 2 * len(USUAL)
        return np.hstack([parts[:, 0:both:2] + parts[:, 1:both:2], parts[:, both:]])


def columns(usual: Usual, measured: Measured) -> Values:
    """What the weights belong to: (replies, 2 * USUAL + NONE_EXPECTED)."""
    compared = usual.compared(measured)
    both = np.stack([np.maximum(-compared, 0), np.maximum(compared, 0)], 2).reshape(len(compared), 2 * compared.shape[1])
    return np.hstack([both, measured.values[:, len(USUAL) :]])


def _places(words: npt.NDArray[np.int64]) -> Values:
    """Where lengths lie among the knots, from 0 to the last one."""
    return np.clip(np.log2(np.maximum(words, 1)), 0, len(KNOTS) - 1)


@functools.cache
def _load(path: Path) -> Language:
    try:
        given = orjson.loads(path.read_bytes())
        below, above, noise = (given["weights"][name] for name in ("below", "above", "noise"))
        both = np.array([(below[name], above[name]) for name in USUAL], np.float64).ravel()
        weights = np.concatenate([both, np.array([noise[name] for name in NONE_EXPECTED], np.float64)])
        mean, spread = (np.array([given["usual"][name][each] for each in USUAL], np.float64).T for name in ("mean", "spread"))
        if mean.shape != (len(KNOTS), len(USUAL)) or spread.shape != mean.shape or (spread <= 0).any():
            raise ValueError
        return Language(float(given["intercept"]), weights, Usual(mean, spread), given["about"])
    except (OSError, KeyError, ValueError, TypeError) as error:
        expected = f"weights of {len(MEASURES)} measures, and what is usual at {len(KNOTS)} lengths"
        raise PixelError("the weights of language cannot be read", where=str(path), expected=expected, hint=_HINT) from error
