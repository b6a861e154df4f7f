"""The linear model that weighs what is found: a logistic regression whose coefficients are a small file.

It sees the features of a mention, and the static vector and n-grams of its sentence, in which one word stands for every group.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.crisis.wording import NAMES, Wording
from pixel_assets.safety.folding import fold
from pixel_assets.safety.hate.mention import ATTACKS, FEATURES, Mention
from pixel_assets.vectors.static import StaticVectors

FILE: Final = Path(__file__).parent / "data" / "model.json"
PRIOR_SENTENCES: Final = (2, 16)  # from how many sentences on a turn makes each less likely to be an attack, and up to how many
UNSUPPORTED: Final = 1.0  # log-odds; see doubts
LENGTH: Final = 4.0  # of a vector beside features of 0 and 1: how strongly the penalty lets it count


@dataclass(frozen=True)
class Model:
    """Weights of the features, in the order of ``FEATURES``, of the dimensions of the vector, and of n-grams."""

    intercept: float
    weights: npt.NDArray[np.float64]
    vector: npt.NDArray[np.float64]
    vectors: str  # version of the static vectors that it was fitted on
    grams: Wording
    unit: float  # log-odds of a score of ``grams``

    def probabilities(self, found: Sequence[Mention]) -> list[float]:
        """How likely each mention is hate, to six digits: summed exactly, so that neither batch nor machine shows in it."""
        named = dict(zip(FEATURES, self.weights.tolist(), strict=True))
        vector = self.vector.tolist()
        folded = fold([mention.wording for mention in found])
        begin = (priors(found) + doubts(found)).tolist()
        worded = self.grams.scores(folded, np.arange(len(found)))[:, NAMES.index("wording:turn")].tolist()
        return [
            round(_logistic(math.fsum([
                self.intercept, self.unit * said, prior,
                *(named[name] for name in mention.features),
                *(weight * value for weight, value in zip(vector, values, strict=True)),
            ])), 6)
            for mention, values, said, prior in zip(found, wordings(found).tolist(), worded, begin, strict=True)
        ]  # fmt: skip


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def wordings(found: Sequence[Mention]) -> npt.NDArray[np.float64]:
    """Static vectors of the sentences of mentions, shape (mentions, dimensions), of length ``LENGTH``."""
    return StaticVectors.load().encode([mention.wording for mention in found]).astype(np.float64) * LENGTH


def priors(found: Sequence[Mention]) -> npt.NDArray[np.float64]:
    """Log-odds that mentions begin with, shape (mentions,): that a turn is hateful is shared among its sentences."""
    fewest, most = PRIOR_SENTENCES
    sentences = np.array([mention.sentences for mention in found], np.float64)
    return np.round(-np.log(np.clip(sentences, fewest, most) / fewest), 6).astype(np.float64)


def doubts(found: Sequence[Mention]) -> npt.NDArray[np.float64]:
    """Log-odds taken off mentions, shape (mentions,), beside which nothing is known as an ill word: wording alone proves less.

    Not part of the fit, which would make up for it.
    """
    return np.array([0.0 if mention.attack or mention.features & _ILL else -UNSUPPORTED for mention in found])


_ILL: Final = frozenset({"ill_before", "ill_after", *(f"{part}_said" for part in ATTACKS)})


def matrix(found: Sequence[Mention]) -> npt.NDArray[np.float64]:
    """What the model sees of mentions beside n-grams, as numbers: shape (mentions, features and dimensions)."""
    flags = np.array([[name in mention.features for name in FEATURES] for mention in found], np.float64)
    return np.hstack([flags.reshape(-1, len(FEATURES)), wordings(found)])


@functools.cache
def model() -> Model:
    """The shipped model; raises :class:`KnowledgeError` if its features or its vectors are not those of the code."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    if set(content["weights"]) != set(FEATURES) or content["vectors"] != StaticVectors.load().version:
        raise KnowledgeError(
            "the model was fitted on other features or vectors", where=f"safety/hate/data/{FILE.name}",
            expected=f"{len(FEATURES)} named weights, and the static vectors of this version",
            hint="run python -m pixel_assets.safety.hate.fit --data DIR",
        )  # fmt: skip
    weights = np.array([content["weights"][name] for name in FEATURES])
    grams = Wording.unpacked(content["grams"])
    return Model(float(content["intercept"]), weights, np.array(content["vector"]), content["vectors"], grams, content["unit"])
