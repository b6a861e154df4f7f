"""Vectors of what each side of a conversation says, by which conversations are compared and found.

A side is the sum of the vectors of its word pieces (:mod:`pixel_assets.vectors.static`), brought to length 1: what is spoken of,
not in which order. They are kept as 16-bit floats, whose rounding moves a cosine by less than 0.001.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.store.schema import column
from pixel_assets.vectors.contextual import DIMENSIONS as CONTEXTUAL_DIMENSIONS
from pixel_assets.vectors.contextual import ContextualVectors
from pixel_assets.vectors.static import StaticVectors, unit
from pixel_assets.vectors.tables import DIMENSIONS

Contextual = Literal["none", "all"]
_BATCH: Final = 8192  # turns whose sums are held at once
VECTOR: Final = pa.list_(pa.float16(), DIMENSIONS)
CONTEXTUAL: Final = pa.list_(pa.float16(), CONTEXTUAL_DIMENSIONS)
EMBEDDINGS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("user", VECTOR, "vector of what the user says, of length 1; null without a known word", nullable=True),
        column("assistant", VECTOR, "the same of what the assistant says", nullable=True),
        column("whole", VECTOR, "the same of what both say", nullable=True),
        column(
            "contextual", CONTEXTUAL, "vector of what both say by a transformer; null unless embeddings.contextual asks for it",
            nullable=True,
        ),
    ]
)


def embeddings(table: pa.Table, model: StaticVectors, contextual: Contextual = "none") -> pa.Table:
    """Vectors of each conversation, in the order of the input, from its columns ``conversation_id`` and ``turns``.

    ``model`` has the vectors of word pieces; system turns count nowhere. ``contextual`` says of which conversations a transformer
    gives a vector besides, at about ten thousand word pieces a second and core.
    """
    turns = table["turns"].combine_chunks() if isinstance(table["turns"], pa.ChunkedArray) else table["turns"]
    flat, parents = pc.list_flatten(turns), np.asarray(pc.list_parent_indices(turns))
    roles = pc.struct_field(flat, "role")
    user, assistant = (
        _sums(model, pc.struct_field(flat, "content"), parents, np.asarray(pc.equal(roles, role)), len(turns))
        for role in ("user", "assistant")
    )
    columns = [_column(unit(each), VECTOR) for each in (user, assistant, user + assistant)]
    read = pa.nulls(len(turns), CONTEXTUAL)
    if contextual == "all":
        said = np.asarray(pc.not_equal(roles, "system"))
        read = _column(_read(pc.struct_field(flat, "content").filter(pa.array(said)), parents[said], len(turns)), CONTEXTUAL)
    return pa.table([table["conversation_id"], *columns, read], EMBEDDINGS)


def _read(contents: pa.Array, parents: npt.NDArray[np.int64], rows: int) -> npt.NDArray[np.float32]:
    """(rows, dimensions) of length 1: means over all stretches that the transformer reads of the contents of each row."""
    vectors, owner = ContextualVectors.load().stretches(contents)
    found = np.zeros((rows, CONTEXTUAL_DIMENSIONS))
    np.add.at(found, parents[owner], vectors)
    lengths = np.sqrt(np.square(found).sum(axis=1, keepdims=True))
    return np.asarray(found / np.where(lengths > 0, lengths, 1.0), np.float32)


def _sums(
    model: StaticVectors, contents: pa.Array, parents: npt.NDArray[np.int64], chosen: npt.NDArray[np.bool_], rows: int
) -> npt.NDArray[np.int64]:
    """(rows, dimensions): of the chosen contents of each row."""
    found = np.zeros((rows, DIMENSIONS), np.int64)
    places = np.flatnonzero(chosen)
    for some in np.split(places, range(_BATCH, len(places), _BATCH)):
        np.add.at(found, parents[some], model.sums(contents.take(pa.array(some))))
    return found


def _column(vectors: npt.NDArray[np.float32], kind: pa.DataType) -> pa.Array:
    empty = ~vectors.any(axis=1)
    return pa.FixedSizeListArray.from_arrays(pa.array(vectors.astype(np.float16).ravel()), type=kind, mask=pa.array(empty))
