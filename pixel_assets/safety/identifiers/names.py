"""Names of people, places and organisations: runs of words judged by a small linear model over classes of words.

The model is a softmax regression over the features of :mod:`kernels.features`; its coefficients are in ``data/names.csv`` (see
:mod:`fitting`, which fits them). It reads no text: all it knows of a word is which lists it stands in.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.tokens import Tokens
from pixel_assets.wording.folding import FoldedTexts

KINDS: Final = ("none", "name", "location", "organisation")
MODEL: Final = Path(__file__).parent / "data" / "names.csv"


@dataclass(frozen=True)
class Runs:
    """Runs of words that may be a name; all arrays have one entry a run."""

    first: npt.NDArray[np.int64]  # number of its first word
    stop: npt.NDArray[np.int64]  # number of the word after its last
    cued: npt.NDArray[np.bool_]  # "my name is", "called" or the like stands before it
    probability: npt.NDArray[np.float64]  # (n, len(KINDS))

    def __len__(self) -> int:
        return len(self.first)


def find_runs(texts: FoldedTexts, tokens: Tokens, weights: npt.NDArray[np.float32] | None = None) -> Runs:
    """Every run of words that may be a name, with its probabilities; ``tokens`` are those of :func:`tokens.tokenise`."""
    from pixel_assets.safety.identifiers.kernels import features, runs  # numba takes a while to import

    weights = model() if weights is None else weights
    columns = (texts.data, tokens.row, tokens.start, tokens.end, tokens.bits, tokens.shape, tokens.gap)
    found = np.empty((len(tokens), 3), np.int64)
    found = found[: runs.candidates(*columns, found)]
    probability = np.empty((len(found), len(KINDS)))
    features.score(found, weights, *columns, probability)
    return Runs(found[:, 0], found[:, 1], found[:, 2] != 0, probability)


@functools.cache
def model() -> npt.NDArray[np.float32]:
    """The shipped coefficients, shape (features, kinds); raises :class:`KnowledgeError` if they are for other features."""
    from pixel_assets.safety.identifiers.kernels import features

    lines = [line.split(",") for line in MODEL.read_text().splitlines()[1:]]
    if [line[0] for line in lines] != features.names():
        raise KnowledgeError(
            "the coefficients are not those of the features that there are", where=str(MODEL),
            expected=f"{features.FEATURES} features in their order",
            hint="Fit them anew: python -m pixel_assets.safety.identifiers.fitting --data DIR",
        )  # fmt: skip
    return np.array([line[1:] for line in lines], np.float32)


def write_model(weights: npt.NDArray[np.float32]) -> None:
    """Write coefficients, shape (features, kinds), to where :func:`model` reads them."""
    from pixel_assets.safety.identifiers.kernels import features

    rows = zip(features.names(), weights.tolist(), strict=True)
    lines = [",".join(("feature", *KINDS)), *(",".join((name, *(f"{value:.3f}" for value in row))) for name, row in rows)]
    MODEL.write_text("\n".join(lines) + "\n")
