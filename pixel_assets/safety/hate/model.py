"""The linear model that weighs what structure finds: a logistic regression whose coefficients are a small file."""

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
from pixel_assets.safety.hate.mention import FEATURES

FILE: Final = Path(__file__).parent / "data" / "model.json"


@dataclass(frozen=True)
class Model:
    """Weights of the features, in the order of ``FEATURES``."""

    intercept: float
    weights: npt.NDArray[np.float64]

    def probability(self, features: frozenset[str]) -> float:
        """How likely a mention is hate, to six digits: summed exactly, so that neither batch nor machine shows in it."""
        weights = [weight for name, weight in zip(FEATURES, self.weights.tolist(), strict=True) if name in features]
        return round(1 / (1 + math.exp(-math.fsum([self.intercept, *weights]))), 6)


def matrix(found: Sequence[frozenset[str]]) -> npt.NDArray[np.float64]:
    """Features as numbers, shape (mentions, features)."""
    return np.array([[name in features for name in FEATURES] for features in found], np.float64).reshape(-1, len(FEATURES))


@functools.cache
def model() -> Model:
    """The shipped model; raises :class:`KnowledgeError` if its features are not those of the code."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    if set(content["weights"]) != set(FEATURES):
        raise KnowledgeError(
            "the model was fitted on other features", where=f"safety/hate/data/{FILE.name}",
            expected=f"{len(FEATURES)} named weights", hint="run python -m pixel_assets.safety.hate.fit --data DIR",
        )  # fmt: skip
    return Model(float(content["intercept"]), np.array([content["weights"][name] for name in FEATURES]))


def fitted(features: npt.NDArray[np.float64], labels: npt.NDArray[np.float64], ridge: float) -> Model:
    """Penalised logistic regression by Newton's method (iteratively reweighted least squares); classes weigh the same."""
    design = np.column_stack([np.ones(len(features)), features])
    share = labels.mean()
    weight = np.where(labels > 0, 0.5 / share, 0.5 / (1 - share))
    penalty = np.diag([1e-6, *[ridge] * features.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (likely - labels)) + penalty @ beta
        hessian = (design.T * (weight * likely * (1 - likely))) @ design + penalty
        beta = beta - np.linalg.solve(hessian, gradient)
    return Model(float(beta[0]), beta[1:])


_STEPS: Final = 25
