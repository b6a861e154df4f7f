"""Conversations as words by role, and words as hashes: what all comparisons word by word begin with.

A word is what :func:`pixel_assets.quality.text.normalise` leaves of a text between spaces, so case, width and punctuation make
no difference; an emoji counts as one. What the system says is left out. A shingle (Broder 1997) is a run of three words of one
side, as if its turns were one text, tagged with the role; a side of fewer words is one shingle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.characters import characters
from pixel_assets.dedup.hashing import NOBODY, ROLES, SYSTEM, TAGS
from pixel_assets.quality.text import normalise

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Speakers = npt.NDArray[np.int8]

_TAGS: Final = np.array(TAGS, np.uint64)


@dataclass(frozen=True)
class RoleWords:
    """Words of many conversations as 64-bit hashes, without those of the system.

    Turn t has the words ``hashes[turn_starts[t]:turn_starts[t + 1]]`` and is by ``speakers[t]`` (USER, ASSISTANT, or NOBODY in a
    plain document); conversation c has the turns from ``starts[c]`` up to ``starts[c + 1]``.
    """

    hashes: Hashes
    turn_starts: Numbers
    speakers: Speakers
    starts: Numbers

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def word_starts(self) -> Numbers:
        """(n + 1,): the first word of each conversation, and the end."""
        return self.turn_starts[self.starts]

    @property
    def roles(self) -> Speakers:
        """(words,): who says each word."""
        return np.repeat(self.speakers, np.diff(self.turn_starts))


@dataclass(frozen=True)
class Shingles:
    """Hashes of shingles by side: ``members[starts[2 * c]:starts[2 * c + 1]]`` of the user of conversation c (or of a plain
    document), from there up to ``starts[2 * c + 2]`` of its assistant."""

    members: Hashes
    starts: Numbers

    def __len__(self) -> int:
        return len(self.starts) // 2

    def distinct(self) -> Shingles:
        """The same as sets: every member once in each side, ascending."""
        from pixel_assets.dedup import set_kernels as kernels  # numba takes a while to import

        members, starts = np.empty(len(self.members), np.uint64), np.zeros(len(self.starts), np.int64)
        count = kernels.distinct(self.members, self.starts, members, starts[1:])
        return Shingles(members[:count].copy(), starts)

    def counts(self) -> Numbers:
        """(n, 2): different shingles of user and assistant."""
        from pixel_assets.dedup import set_kernels as kernels  # numba takes a while to import

        counts = np.empty(len(self.starts) - 1, np.int64)
        kernels.count_distinct(self.members, self.starts, counts)
        return counts.reshape(-1, 2)


def words_of_turns(turns: pa.ListArray[Any] | pa.ChunkedArray) -> RoleWords:
    """The words of conversations, whose turns are structs of role and content."""
    turns = _one(turns)
    items = turns.flatten()
    counts = pc.list_value_length(turns).fill_null(0).to_numpy(zero_copy_only=False)
    speakers = pc.index_in(pc.struct_field(items, "role"), pa.array(ROLES)).to_numpy(zero_copy_only=False).astype(np.int8)
    return _words(pc.struct_field(items, "content"), speakers, np.concatenate(([0], np.cumsum(counts, dtype=np.int64))))


def words_of_texts(texts: pa.Array | pa.ChunkedArray) -> RoleWords:
    """The words of plain documents, each one turn by nobody; a text that is null has none."""
    texts = _one(texts)
    return _words(texts, np.full(len(texts), NOBODY, np.int8), np.arange(len(texts) + 1))


def forms_of_turns(turns: pa.ListArray[Any] | pa.ChunkedArray) -> list[str]:
    """The words themselves, in the order of the hashes of :func:`words_of_turns`: slow, for a few conversations."""
    items = _one(turns).flatten()
    said = zip(pc.struct_field(items, "role").to_pylist(), pc.struct_field(items, "content").to_pylist(), strict=True)
    return [word for role, content in said if role != ROLES[SYSTEM] for word in normalise(content or "").form.split(" ") if word]


def shingles(words: RoleWords) -> Shingles:
    """The shingles of each side in order, with repetitions."""
    from pixel_assets.dedup import word_kernels as kernels  # numba takes a while to import

    members, starts = np.empty(len(words.hashes), np.uint64), np.zeros(2 * len(words) + 1, np.int64)
    count = kernels.fill_shingles(words.hashes, words.turn_starts, words.speakers, words.starts, _TAGS, members, starts[1:])
    return Shingles(members[:count], starts)


def _one(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _words(texts: Any, speakers: Speakers, starts: Numbers) -> RoleWords:
    from pixel_assets.dedup import word_kernels as kernels  # numba takes a while to import

    data, offsets = _buffers(texts)
    table = characters()
    # A word takes two bytes with what ends it; but for the last
    hashes = np.empty(int(offsets[-1] - offsets[0]) // 2 + len(texts), np.uint64)
    ends, hard = np.zeros(len(texts) + 1, np.int64), np.zeros(len(texts), np.bool_)
    count = kernels.hash_turns(
        data, offsets, speakers, table.kinds, table.places, table.pool, table.plain, table.lower, table.factors, table.terms,
        hashes, ends[1:], hard,
    )  # fmt: skip
    hashes = _with_hard(texts, hashes[:count], ends[1:], hard) if hard.any() else hashes[:count].copy()
    said = speakers != SYSTEM
    if said.all():
        return RoleWords(hashes, ends, speakers, starts)
    turns_before = np.concatenate(([0], np.cumsum(said)))
    return RoleWords(hashes, np.concatenate(([0], ends[1:][said])), speakers[said], turns_before[starts])


def _with_hard(texts: Any, hashes: Hashes, ends: Numbers, hard: npt.NDArray[np.bool_]) -> Hashes:
    """All words in order, where those of the texts in ``hard`` were missing; changes ``ends``."""
    from pixel_assets.dedup import word_kernels as kernels  # numba takes a while to import

    forms = [normalise(text).form.encode() for text in texts.filter(pa.array(hard)).to_pylist()]
    data, offsets = np.frombuffer(b"".join(forms), np.uint8), np.cumsum([0, *map(len, forms)])
    others, other_ends = np.empty(len(data) // 2 + len(forms), np.uint64), np.empty(len(forms), np.int64)
    count = kernels.hash_forms(data, offsets, others, other_ends)
    woven = np.empty(len(hashes) + count, np.uint64)
    kernels.weave(hashes, ends, hard, others, other_ends, woven)
    return woven


def _buffers(texts: Any) -> tuple[npt.NDArray[np.uint8], Numbers]:
    """The bytes of the texts, and (n + 1,) where each begins in them."""
    if texts.null_count:
        texts = texts.fill_null("")
    if not len(texts):
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    _, offsets, data = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    places = np.frombuffer(offsets, width)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data or b"", np.uint8), places.astype(np.int64)
