"""Places in folded texts: as characters of the originals, and some of the texts by themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pixel_assets.wording.folding import FoldedTexts


def characters(
    texts: FoldedTexts, rows: Sequence[int], places: Sequence[tuple[int, int]]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """First characters in the original texts of places in folded ones, and those after the last; each has one entry a place."""
    bytes_ = texts.starts[np.array(rows, np.int64)][:, None] + np.array(places, np.int64).reshape(-1, 2)
    return texts.characters(bytes_[:, 0]), texts.characters(bytes_[:, 1] - 1) + 1


def rows_of(texts: FoldedTexts, rows: npt.NDArray[np.int32]) -> FoldedTexts:
    """Some of the texts, with bytes for characters."""
    parts = [texts.data[texts.starts[row] : texts.starts[row + 1]] for row in rows]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(part) for part in parts], dtype=np.int64)])
    data = np.concatenate(parts) if parts else np.zeros(0, np.uint8)
    return FoldedTexts(data, starts, np.full(len(rows), -1, np.int64), np.zeros(0, np.int32))
