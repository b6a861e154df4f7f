"""The turns of many conversations as columns: what every detector of this room reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import TURNS
from pixel_assets.wording.folding import FoldedTexts, fold


@dataclass(frozen=True)
class Turns:
    """Every turn of some conversations, in order; all arrays have one entry a turn."""

    conversation: npt.NDArray[np.int32]  # number of the conversation in the batch
    turn: npt.NDArray[np.int32]  # number of the turn in its conversation, from 0
    role: npt.NDArray[np.str_]  # system, user or assistant
    content: pa.StringArray
    conversations: int  # how many there are, those without turns included

    @classmethod
    def of(cls, turns: pa.ListArray | pa.ChunkedArray | Iterable[Iterable[Mapping[str, str]]]) -> Turns:
        """From a column ``turns`` of the standard form, or the same as Python lists."""
        if isinstance(turns, pa.ChunkedArray):
            turns = turns.combine_chunks()
        column = turns if isinstance(turns, pa.Array) else pa.array([list(each) for each in turns], TURNS)
        flat = pc.list_flatten(column)
        parents = np.asarray(pc.list_parent_indices(column)).astype(np.int32)
        first = np.searchsorted(parents, np.arange(len(column), dtype=np.int32))
        numbers = (np.arange(len(parents)) - first[parents]).astype(np.int32)
        coded = pc.struct_field(flat, "role").dictionary_encode()
        roles = np.array([*coded.dictionary.to_pylist(), ""], np.str_)[np.asarray(coded.indices.fill_null(len(coded.dictionary)))]
        return cls(parents, numbers, roles, pc.struct_field(flat, "content"), len(column))

    def __len__(self) -> int:
        return len(self.conversation)

    @cached_property
    def folded(self) -> FoldedTexts:
        """All contents, folded once for all detectors."""
        return fold(self.content)
