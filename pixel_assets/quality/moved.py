"""What moved a score: the few columns that added most to its log-odds or took most from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.fluency.score import strongest
from pixel_assets.quality.heads.linear import Values
from pixel_assets.quality.tables import MOVED

_TOGETHER: Final = {"vector": "what is said", "alike": "likeness to what was said before"}  # of columns that mean little alone


@dataclass(frozen=True)
class Moves:
    """By how much each column moved the log-odds of a score."""

    columns: tuple[str, ...]
    values: Values  # (conversations, columns)

    def told(self) -> tuple[tuple[str, ...], Values]:
        """Names that say something, and (conversations, names)."""
        names = [_TOGETHER.get(column.partition(":")[0], column) for column in self.columns]
        told = tuple(dict.fromkeys(names))
        place = np.array([told.index(name) for name in names])
        order = np.argsort(place, kind="stable")
        starts = np.searchsorted(place[order], np.arange(len(told)))
        return told, np.add.reduceat(self.values[:, order], starts, axis=1)


def moved(moves: Mapping[str, Moves], others: Mapping[str, pa.ListArray]) -> pa.ListArray:
    """The list of each conversation, score by score, the strongest first; ``others`` are lists that are already made."""
    lists = {score: strongest(*each.told()) for score, each in moves.items()} | dict(others)
    rows = [np.asarray(pc.list_parent_indices(each)) for each in lists.values()]
    which = np.concatenate([np.full(len(each), number) for number, each in enumerate(rows)])
    order = np.lexsort((np.arange(len(which)), which, np.concatenate(rows)))
    flat: Any = pa.chunked_array([pc.list_flatten(each) for each in lists.values()]).combine_chunks().take(pa.array(order))
    owner = np.concatenate(rows)[order]
    count = len(next(iter(lists.values())))
    starts = np.searchsorted(owner, np.arange(count + 1)).astype(np.int32)
    scores = pa.array(list(lists)).take(pa.array(which[order]))
    struct: Any = MOVED.value_type
    parts = [scores, pc.struct_field(flat, "what"), pc.struct_field(flat, "amount")]
    return pa.ListArray.from_arrays(pa.array(starts), pa.StructArray.from_arrays(parts, fields=list(struct))).cast(MOVED)
