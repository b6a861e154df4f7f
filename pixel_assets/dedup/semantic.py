"""Pairs of conversations that say the same in other words: found by their vectors, held against their words.

They are a relation of their own, never mixed up with near-duplicates. Of two that are spoken of the same, one may stand for both
only if both sides agree: what the users say and what the assistants say, in vectors and in wording
(:mod:`pixel_assets.dedup.wording`). All others that are near as a whole are related, which keeps them on one side of the splits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.nearest import Grid, common_part, neighbours, on_grid
from pixel_assets.dedup.wording import Wording, worded
from pixel_assets.store.schema import column

SEMANTIC_PAIRS: Final = pa.schema(
    [
        column("left_id", pa.string(), "the conversation with the smaller id"),
        column("right_id", pa.string(), "the conversation with the greater id"),
        column("cosine", pa.float64(), "of the vectors of what both sides say, less what all conversations have in common"),
        column("user_cosine", pa.float64(), "the same of what the users say; null if one of them says nothing", nullable=True),
        column("assistant_cosine", pa.float64(), "the same of what the assistants say", nullable=True),
        column("duplicate", pa.bool_(), "whether both sides agree, so that one of the two is enough; else they are only related"),
    ]
)
_BLOCK: Final = 1 << 16  # pairs whose words are held at once

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
TurnsOf = Callable[[pa.Array], "pa.ListArray[Any]"]


@dataclass(frozen=True)
class SemanticLimits:
    """Cosines from which the users agree, the assistants agree, and two conversations are related."""

    user: float
    assistant: float
    related: float


def semantic_pairs(
    vectors: pa.Table, turns_of: TurnsOf, limits: SemanticLimits, *, ranks: Numbers | None = None, threads: int = 2
) -> pa.Table:
    """Pairs in the schema :data:`SEMANTIC_PAIRS`, sorted by their ids.

    ``vectors`` has ``conversation_id`` (each once) and the vectors ``user``, ``assistant`` and ``whole``, null where nothing is
    said. ``turns_of`` gives the turns of conversations by their ids, in this order; it is asked for those alone whose vectors
    agree on both sides. A conversation is paired with at most 32 near it, those with the lowest of ``ranks`` (n,; no two equal)
    or else with the smallest ids; so where thousands are alike, the best of them has a pair with each. Depends on neither the
    order of the rows nor ``threads``.
    """
    ids = pa.chunked_array(vectors["conversation_id"]).combine_chunks()
    order = pc.sort_indices(ids).to_numpy() if ranks is None else np.argsort(ranks, kind="stable")
    ids = ids.take(pa.array(order))
    whole = _grid(vectors["whole"], order)
    left, right = neighbours(whole, limits.related, threads=threads)
    cosine = whole.cosines(left, right)
    del whole
    sides: list[Floats] = []
    agree = np.ones(len(left), np.bool_)
    for name, least in (("user", limits.user), ("assistant", limits.assistant)):
        side = _grid(vectors[name], order)
        sides.append(side.cosines(left, right))
        agree &= (sides[-1] >= least) | ((side.norms[left] == 0) & (side.norms[right] == 0))
    agree[agree] = _same_wording(ids, left[agree], right[agree], turns_of)
    one, two = ids.take(pa.array(left)), ids.take(pa.array(right))
    low, high = pc.min_element_wise(one, two), pc.max_element_wise(one, two)
    user, assistant = (pa.array(each, mask=np.isnan(each)) for each in sides)
    table = pa.table([low, high, pa.array(cosine), user, assistant, pa.array(agree)], SEMANTIC_PAIRS)
    return table.sort_by([("left_id", "ascending"), ("right_id", "ascending")])


def _grid(vectors: pa.ChunkedArray, order: Numbers) -> Grid:
    """Vectors in this order, less their common part; zeros for null."""
    chunks = vectors.combine_chunks()
    said = np.asarray(chunks.is_valid())
    dense = np.zeros((len(chunks), chunks.type.list_size), np.float16)
    dense[said] = np.asarray(chunks.flatten()).reshape(-1, dense.shape[1])
    common = common_part(dense)
    return on_grid(dense[order], common)


def _same_wording(ids: pa.Array, left: Numbers, right: Numbers, turns_of: TurnsOf) -> Flags:
    """Whether both sides of each pair are worded so that they may say the same."""
    wording = Wording.load()
    found = np.zeros(len(left), np.bool_)
    for some in _blocks(len(left)):
        rows, inverse = np.unique(np.concatenate((left[some], right[some])), return_inverse=True)
        texts = worded(turns_of(ids.take(pa.array(rows))), wording)
        one, two = np.split(2 * inverse.reshape(-1).astype(np.int64), 2)
        found[some] = texts.agree(one, two) & texts.agree(one + 1, two + 1)
    return found


def _blocks(pairs: int) -> Iterator[slice]:
    return (slice(first, first + _BLOCK) for first in range(0, pairs, _BLOCK))
