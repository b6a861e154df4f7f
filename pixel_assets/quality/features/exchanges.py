"""Replies, what each answers, and what was replied before: numbers of texts, so that no text is copied or read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.features.words import Words, read_words

NONE = -1  # the number of a text that is not there
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Exchanges:
    """Every reply of some conversations, in order; arrays have one entry a reply, and hold numbers of texts."""

    texts: pa.Array  # of all turns, system turns included
    reply: Numbers
    prompt: Numbers  # the turn of the user before it; NONE where it answers nobody
    before: Numbers  # the reply before it in the same conversation; NONE for the first
    conversation: Numbers  # number of the conversation in the batch
    conversations: int  # how many there are, those without replies included
    begins: Numbers  # (conversations,): number of the first text that may be before a reply

    @classmethod
    def of(cls, turns: pa.ListArray | pa.ChunkedArray) -> Self:
        """From a column ``turns`` of the standard form."""
        column: Any = turns.combine_chunks() if isinstance(turns, pa.ChunkedArray) else turns
        flat = pc.list_flatten(column)
        parents = np.asarray(pc.list_parent_indices(column)).astype(np.int64)
        roles = pc.struct_field(flat, "role")
        said, asked = (np.asarray(pc.equal(roles, role)).astype(bool) for role in ("assistant", "user"))
        reply = np.flatnonzero(said).astype(np.int64)
        conversation = parents[reply]
        earlier = np.maximum(reply - 1, 0)
        answers = (reply > 0) & asked[earlier] & (parents[earlier] == conversation)
        before = np.concatenate([[NONE], reply[:-1]]).astype(np.int64)[: len(reply)]
        follows = np.concatenate([[NONE], conversation[:-1]])[: len(reply)] == conversation
        prompt = np.where(answers, earlier, NONE)
        lengths = np.asarray(pc.fill_null(pc.list_value_length(column), 0)).astype(np.int64)
        begins = np.cumsum(lengths) - lengths
        before = np.where(follows, before, NONE)
        return cls(pc.struct_field(flat, "content"), reply, prompt, before, conversation, len(column), begins)

    @classmethod
    def pairs(cls, prompts: Sequence[str], replies: Sequence[str]) -> Self:
        """From prompts and the one reply to each, as conversations of two turns."""
        number = np.arange(len(replies), dtype=np.int64)
        texts = pa.array([text for pair in zip(prompts, replies, strict=True) for text in pair], pa.large_string())
        return cls(texts, 2 * number + 1, 2 * number, np.full(len(replies), NONE, np.int64), number, len(replies), 2 * number)

    def __len__(self) -> int:
        return len(self.reply)

    @cached_property
    def first_turn(self) -> Numbers:
        """Number of the first text of each reply's conversation, where texts are turns in order."""
        return self.begins[self.conversation]

    @cached_property
    def words(self) -> Words:
        """The words of all texts, read once."""
        return read_words(self.texts)
