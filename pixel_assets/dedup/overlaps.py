"""Which conversations have runs of 13 words of a reference, how many, and how long the longest common run is.

The rule of Brown et al. (2020) takes one common run of 13 words for contamination, and so finds every disclaimer and every
form's head. Here a run counts only where few references and few conversations have it, and what is asked is how much of a
reference's own runs a conversation has, and how many words in a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.references import RUN, SHORTEST, References
from pixel_assets.dedup.sides import Sides, sides_of
from pixel_assets.dedup.words import Hashes, Numbers

Rows: TypeAlias = pa.Table | pa.RecordBatch
_PRUNE_AT = 4_000_000  # hits that are held before those of runs which have become too common are let go


@dataclass(frozen=True)
class Overlaps:
    """What conversations and texts of references have in common: one place of each array for each pair, by row and text."""

    ids: pa.Array  # of the conversations that ``rows`` counts from 0
    rows: Numbers
    texts: Numbers
    overlap: npt.NDArray[np.float64]  # share of the text's own runs; 1 for a short text, which is there as a whole
    longest: Numbers  # words in a row
    boilerplate: Hashes  # runs of 13 words that too many references or conversations have, ascending
    own: Numbers  # (texts,): runs of each text that count; of a short one 1, or 0 where it is too common


@dataclass
class OverlapScan:
    """Conversations are read once, in any order, batch by batch; memory is bounded by the references.

    ``most`` is the number of conversations that may have a run; what more of them have is boilerplate.
    """

    index: References
    most: int
    _ids: list[pa.Array] = field(default_factory=list)
    _rows: int = 0
    _hits: list[npt.NDArray[np.int64]] = field(default_factory=list)  # (3, hits): row, place, run
    _short: list[npt.NDArray[np.int64]] = field(default_factory=list)  # (2, hits): row, text
    _held: int = 0

    def __post_init__(self) -> None:
        runs = len(self.index.runs.keys)
        self._frequency, self._last = np.zeros(runs, np.int64), np.full(runs, -1, np.int64)

    def read(self, batch: Rows) -> None:
        """Look through some conversations, with the columns ``conversation_id`` and ``turns``."""
        sides = sides_of(batch["turns"])
        self._hits.append(self._scan(sides))
        self._short.append(self._scan_short(sides))
        self._ids.append(batch["conversation_id"])
        self._rows += len(sides)
        self._held += self._hits[-1].shape[1]
        if self._held > _PRUNE_AT:
            self._hits = [hits[:, self._frequency[hits[2]] <= self.most] for hits in self._hits]
            self._held = sum(hits.shape[1] for hits in self._hits)

    def overlaps(self) -> Overlaps:
        """What was found; the order in which conversations were read makes no difference."""
        from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

        index, count = self.index, len(self.index.sizes)
        counted = self._frequency <= self.most
        own = index.runs.counts(counted, count)
        rows, places, runs = np.concatenate([np.empty((3, 0), np.int64), *self._hits], axis=1)
        found = kernels.tally(rows, places, runs, counted, index.runs.starts, index.runs.members, count)
        row, text, shared, longest = found
        short = np.unique(np.concatenate([np.empty((2, 0), np.int64), *self._short], axis=1), axis=1)
        rare = np.bincount(short[1], minlength=count) <= self.most
        short = short[:, rare[short[1]]]
        own[index.is_short] = rare[index.is_short]
        ids = pa.chunked_array([each for part in self._ids for each in _chunks(part)], pa.string()).combine_chunks()
        boilerplate = np.sort(np.concatenate((index.runs.left_out, index.runs.keys[~counted])))
        return Overlaps(
            ids, np.concatenate((row, short[0])), np.concatenate((text, short[1])),
            np.concatenate((shared / np.maximum(own[text], 1), np.ones(short.shape[1]))),
            np.concatenate((longest + RUN - 1, index.sizes[short[1]])), boilerplate, own,
        )  # fmt: skip

    def _scan(self, sides: Sides) -> npt.NDArray[np.int64]:
        from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

        runs = self.index.runs
        return np.stack(
            kernels.scan(
                sides.hashes, sides.starts, RUN, runs.keys, runs.slots, self._rows, self.most, self._frequency, self._last
            )
        )

    def _scan_short(self, sides: Sides) -> npt.NDArray[np.int64]:
        from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

        short, words = self.index.short, self.index.short_words
        return np.stack(
            kernels.scan_short(
                sides.hashes, sides.starts, SHORTEST, short.keys, short.slots, short.starts, short.members,
                words.hashes, words.starts, self._rows,
            )
        )  # fmt: skip


def scan(index: References, batches: Iterable[Rows], most: int) -> Overlaps:
    """What the conversations of ``batches`` have in common with the references; see :class:`OverlapScan`."""
    reading = OverlapScan(index, most)
    for batch in batches:
        reading.read(batch)
    return reading.overlaps()


def _chunks(column: pa.Array | pa.ChunkedArray) -> list[pa.Array]:
    return column.chunks if isinstance(column, pa.ChunkedArray) else [column]
