"""The model that weighs what is found: two logistic regressions whose coefficients are a small file.

Both see the features of a mention, and the vector and n-grams of its sentence, in which one word stands for every group. The
first has static vectors, which know no order of words; where it is in doubt, the second decides, with those of a transformer.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.hate.mention import ATTACKS, FEATURES, Mention
from pixel_assets.vectors.contextual import ContextualVectors
from pixel_assets.vectors.minilm import BASE_VERSION
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.wording.folding import fold
from pixel_assets.wording.ngrams import NAMES, Wording

FILE: Final = Path(__file__).parent / "data" / "model.json"
PRIOR_SENTENCES: Final = (2, 16)  # from how many sentences on a turn makes each less likely to be an attack, and up to how many
UNSUPPORTED: Final = 1.0  # log-odds; see doubts
LENGTH: Final = 4.0  # of a vector beside features of 0 and 1: how strongly the penalty lets it count
OPEN: Final = (0.35, 0.9)  # probabilities of the first stage between which the second is asked

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """A logistic regression: weights of the features, in the order of ``FEATURES``, of a vector, and of n-grams."""

    intercept: float
    weights: Floats
    vector: Floats
    grams: Wording
    unit: float  # log-odds of a score of ``grams``

    def probabilities(self, found: Sequence[Mention], vectors: Floats) -> list[float]:
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
            for mention, values, said, prior in zip(found, vectors.tolist(), worded, begin, strict=True)
        ]  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Two stages: static vectors for every mention, contextual ones for those that the first stage leaves open."""

    first: Stage
    second: Stage

    def probabilities(self, found: Sequence[Mention]) -> list[float]:
        """How likely each mention is hate; what lies in :data:`OPEN` after the first stage is for the second to say."""
        scores = self.first.probabilities(found, static([mention.wording for mention in found]))
        asked = np.flatnonzero(is_open(np.array(scores))).tolist()
        if asked:
            some = [found[number] for number in asked]
            judged = self.second.probabilities(some, contextual([mention.wording for mention in some]))
            for number, score in zip(asked, judged, strict=True):
                scores[number] = score
        return scores


def is_open(probabilities: Floats) -> npt.NDArray[np.bool_]:
    """Which mentions the first stage leaves to the second."""
    lowest, highest = OPEN
    return (probabilities >= lowest) & (probabilities <= highest)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def static(wordings: Sequence[str]) -> Floats:
    """Static vectors of the sentences of mentions, shape (mentions, dimensions), of length ``LENGTH``."""
    return StaticVectors.load().encode(wordings).astype(np.float64) * LENGTH


def contextual(wordings: Sequence[str]) -> Floats:
    """Contextual vectors of the sentences of mentions, shape (mentions, dimensions), of length ``LENGTH``."""
    return ContextualVectors.load().encode(wordings).astype(np.float64) * LENGTH


def priors(found: Sequence[Mention]) -> Floats:
    """Log-odds that mentions begin with, shape (mentions,): that a turn is hateful is shared among its sentences."""
    fewest, most = PRIOR_SENTENCES
    sentences = np.array([mention.sentences for mention in found], np.float64)
    return np.round(-np.log(np.clip(sentences, fewest, most) / fewest), 6).astype(np.float64)


def doubts(found: Sequence[Mention]) -> Floats:
    """Log-odds taken off mentions, shape (mentions,), beside which nothing is known as an ill word: wording alone proves less.

    Not part of the fit, which would make up for it.
    """
    return np.array([0.0 if mention.attack or mention.features & _ILL else -UNSUPPORTED for mention in found])


_ILL: Final = frozenset({"ill_before", "ill_after", *(f"{part}_said" for part in ATTACKS)})


def flags(found: Sequence[Mention]) -> Floats:
    """The features of mentions as numbers, shape (mentions, features)."""
    return np.array([[name in mention.features for name in FEATURES] for mention in found], np.float64).reshape(-1, len(FEATURES))


@functools.cache
def model() -> Model:
    """The shipped model; raises :class:`KnowledgeError` if its features or its vectors are not those of the code."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    versions = {"first": StaticVectors.load().version, "second": BASE_VERSION}
    if any(
        set(content[stage]["weights"]) != set(FEATURES) or content[stage]["vectors"] != version
        for stage, version in versions.items()
    ):
        raise KnowledgeError(
            "the model was fitted on other features or vectors", where=f"safety/hate/data/{FILE.name}",
            expected=f"{len(FEATURES)} named weights, and the vectors of this version",
            hint="run python -m pixel_assets.safety.hate.fit --data DIR",
        )  # fmt: skip
    return Model(_stage(content["first"]), _stage(content["second"]))


def _stage(content: Mapping[str, Any]) -> Stage:
    return Stage(
        float(content["intercept"]), np.array([content["weights"][name] for name in FEATURES]), np.array(content["vector"]),
        Wording.unpacked(content["grams"]), float(content["unit"]),
    )  # fmt: skip
