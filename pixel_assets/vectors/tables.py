"""Static vectors as a table: a row for each word piece."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.errors import PixelError
from pixel_assets.store.schema import column
from pixel_assets.vectors.static import StaticVectors
from pixel_assets.vectors.wordpiece import WordPiece

DIMENSIONS: Final = 128
SHIPPED: Final = "shipped"
DISTILLED: Final = "distilled"
STATIC_VECTORS: Final = pa.schema(
    [
        column("number", pa.int32(), "number of the word piece in the vocabulary"),
        column("piece", pa.string(), "the word piece; ## begins one that goes on with a word"),
        column("vector", pa.list_(pa.int8(), DIMENSIONS), "its vector, in whole numbers from -127 to 127 on one scale"),
    ]
)


def static_vectors(model: str) -> pa.Table:
    """Rows of :data:`STATIC_VECTORS`: those that are shipped, those of a file, or distilled here and now.

    Raises ``PixelError`` if the file cannot be read, its vectors have another length, or what distilling needs is not installed.
    """
    found = _distilled() if model == DISTILLED else StaticVectors.load() if model == SHIPPED else StaticVectors.load(Path(model))
    if found.dimensions != DIMENSIONS:
        hint = f"python -m pixel_assets.vectors.distil --dimensions {DIMENSIONS} --out FILE"
        raise PixelError(f"static vectors of length {found.dimensions}", where=model, expected=f"{DIMENSIONS} numbers", hint=hint)
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(found.vectors.ravel()), DIMENSIONS)
    numbers, pieces = pa.array(range(len(found.vectors)), pa.int32()), pa.array(found.wordpiece.vocabulary, pa.string())
    return pa.table([numbers, pieces, vectors], STATIC_VECTORS)


def from_table(table: pa.Table, version: str) -> StaticVectors:
    """The model from rows of :data:`STATIC_VECTORS`, in any order."""
    table = table.sort_by("number").combine_chunks()
    vectors = np.asarray(table["vector"].combine_chunks().flatten()).astype(np.int8).reshape(-1, DIMENSIONS)
    return StaticVectors(WordPiece(tuple(table["piece"].to_pylist())), vectors, version)


def version_of(model: str) -> str:
    """The version of a file of vectors; the name of a model that is none. Raises as :func:`static_vectors`."""
    return model if model in (SHIPPED, DISTILLED) else StaticVectors.load(Path(model)).version


def _distilled() -> StaticVectors:
    try:
        from pixel_assets.vectors.distil import distil, to_bytes

        vocabulary, vectors = distil(DIMENSIONS)
    except ImportError as error:
        hint = "pip install 'pixel-assets[distil]', or set embeddings.model to shipped"
        raise PixelError(f"distilling needs {error.name}", where="embeddings.model", hint=hint) from error
    return StaticVectors(WordPiece(vocabulary), to_bytes(vectors), DISTILLED)
