"""What each side of a conversation says, as one sequence of words: what contamination looks for runs in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.hashing import ASSISTANT
from pixel_assets.dedup.words import Hashes, Numbers, RoleWords, words_of_turns


@dataclass(frozen=True)
class Sides:
    """Words of n conversations as 2n streams ``hashes[starts[s]:starts[s + 1]]``.

    Stream 2c is all that the user of conversation c says, as if its turns were one text; stream 2c + 1 the same of the
    assistant.
    """

    hashes: Hashes
    starts: Numbers

    def __len__(self) -> int:
        return (len(self.starts) - 1) // 2

    def take(self, streams: Numbers) -> Sides:
        """Some of the streams, in this order; what is user and what assistant is then by place alone."""
        counts = np.diff(self.starts)[streams]
        starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        places = np.arange(starts[-1]) + np.repeat(self.starts[streams] - starts[:-1], counts)
        return Sides(self.hashes[places], starts)


def sides_of(turns: pa.ListArray[Any] | pa.ChunkedArray) -> Sides:
    """The sides of conversations, whose turns are structs of role and content; what the system says is left out."""
    return _sides(words_of_turns(turns))


def _sides(words: RoleWords) -> Sides:
    from pixel_assets.dedup import side_kernels as kernels  # numba takes a while to import

    hashes, starts = np.empty(len(words.hashes), np.uint64), np.zeros(2 * len(words) + 1, np.int64)
    kernels.fill_sides(words.hashes, words.turn_starts, words.speakers, words.starts, ASSISTANT, hashes, starts)
    return Sides(hashes, starts)


def runs_of(sides: Sides, length: int) -> tuple[Hashes, Numbers]:
    """The hash of every run of ``length`` words within one stream, and its stream."""
    from pixel_assets.dedup import side_kernels as kernels  # numba takes a while to import

    count = int(np.maximum(np.diff(sides.starts) - length + 1, 0).sum())
    runs, streams = np.empty(count, np.uint64), np.empty(count, np.int64)
    kernels.fill_runs(sides.hashes, sides.starts, length, runs, streams)
    return runs, streams
