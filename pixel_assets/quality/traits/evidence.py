"""Points that speak for every kind of every family, by part of the conversation: whose turns, and how late."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.features.words import read_words
from pixel_assets.quality.traits.phrases import Family, Phrases
from pixel_assets.quality.traits.tokens import count_pieces

# Parts of a conversation; of an odd number of turns, the one in the middle belongs to the first half
USER_FIRST: Final = 0  # turns of the user in the first half
USER_SECOND: Final = 1  # those in the second half, without the last
USER_LAST: Final = 2  # the last turn of the user, if it is not the first
ASSISTANT: Final = 3  # turns of the assistant, without the last
ASSISTANT_LAST: Final = 4
PARTS: Final = 5
USER_PARTS: Final = slice(USER_FIRST, USER_LAST + 1)
ASSISTANT_PARTS: Final = slice(ASSISTANT, ASSISTANT_LAST + 1)
_WORDS, _SENTENCES, _GENERAL = 0, 1, 3  # columns of ``phrase_kernels.weigh``

Points = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What was found in the parts of some conversations."""

    points: Counts  # (conversations, PARTS, kinds of all families)
    words: Counts  # (conversations, PARTS)
    sentences: Counts  # (conversations, PARTS)
    turns: Points  # (conversations, 2): of the user, of the assistant
    tokens: Points  # (conversations, 2): word pieces of each

    def __len__(self) -> int:
        return len(self.words)

    def of(self, family: Family) -> Points:
        """Points of the kinds of a family, (conversations, kinds), each side with its weight; none is below 0."""
        user, assistant, first = (points[:, family.columns] for points in (*self._sides, self.points[:, USER_FIRST]))
        weighed = family.user * user + family.opening * first + family.assistant * assistant
        return np.asarray(np.maximum(weighed, 0), np.int64)

    def nothing(self, family: Family) -> Values:
        """Points that speak for no kind of a family, (conversations,)."""
        read = sum(
            (side for side, weight in zip(self._read, (family.user, family.assistant), strict=True) if weight), np.int32(0)
        )
        return np.broadcast_to(family.points + family.points_per_word * read, len(self)).astype(np.float64)

    @cached_property
    def _sides(self) -> tuple[Counts, Counts]:
        """Points of user and assistant, (conversations, kinds of all families)."""
        return _sum(self.points[:, USER_PARTS]), _sum(self.points[:, ASSISTANT_PARTS])

    @cached_property
    def _read(self) -> tuple[Counts, Counts]:
        """Words of user and assistant, (conversations,)."""
        return _sum(self.words[:, USER_PARTS]), _sum(self.words[:, ASSISTANT_PARTS])


def _sum(parts: Counts) -> Counts:
    """The parts together, which are in the second dimension: added one by one, several times as fast as a reduction."""
    total = parts[:, 0].copy()
    for part in range(1, parts.shape[1]):
        total += parts[:, part]
    return total


def find_evidence(turns: pa.ListArray[Any], phrases: Phrases) -> Evidence:
    """Read all turns of some conversations once; turns of the system are left out."""
    from pixel_assets.quality.traits import phrase_kernels  # numba takes a while to import
    from pixel_assets.vectors.static import StaticVectors

    flat = pc.list_flatten(turns)
    texts = pc.struct_field(flat, "content")
    owner = np.asarray(pc.list_parent_indices(turns)).astype(np.int64)
    roles = pc.struct_field(flat, "role")
    sides = [np.asarray(pc.equal(roles, role)).astype(bool) for role in ("user", "assistant")]
    many = np.stack([np.bincount(owner[side], minlength=len(turns)) for side in sides], 1).astype(np.int64)
    rows = np.full(len(flat), -1, np.int64)
    for side, part in zip(sides, (_user_part, _assistant_part), strict=True):
        mine = owner[side]
        count = np.bincount(mine, minlength=len(turns))
        place = np.arange(len(mine)) - (np.cumsum(count) - count)[mine]
        rows[side] = mine * PARTS + part(place, count[mine])
    words = read_words(texts)
    found = np.zeros((len(turns) * PARTS, _GENERAL + phrases.many), np.int32)
    phrase_kernels.weigh(
        words.hashes, words.marks, words.starts, rows, PARTS, phrases.words, phrases.states, phrases.pairs, phrases.keys,
        phrases.steps, phrases.firsts, phrases.kinds, phrases.points, phrases.deniable, found,
    )  # fmt: skip
    pieces = count_pieces(texts, StaticVectors.load().wordpiece)
    tokens = [np.bincount(owner[side], pieces[side], len(turns)) for side in sides]
    parts = found.reshape(len(turns), PARTS, _GENERAL + phrases.many)
    return Evidence(
        parts[:, :, _GENERAL:], parts[:, :, _WORDS], parts[:, :, _SENTENCES], many, np.stack(tokens, 1).astype(np.int64)
    )


def _user_part(place: Points, many: Points) -> Points:
    last = (place == many - 1) & (place > 0)
    return np.where(last, USER_LAST, np.where(2 * place >= many, USER_SECOND, USER_FIRST))


def _assistant_part(place: Points, many: Points) -> Points:
    return np.where(place == many - 1, ASSISTANT_LAST, ASSISTANT)
