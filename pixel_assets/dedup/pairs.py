"""Pairs of conversations that nearly repeat each other, word by word: found by their digests, verified on their words.

What is found is never wrong, for every pair is verified exactly; of the pairs at the threshold 0.5 % may be missed, of more
similar ones fewer. The result depends neither on the order of the rows nor on the number of threads or the memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.bands import Digests, bands_for, candidates
from pixel_assets.dedup.clusters import components
from pixel_assets.dedup.verify import Flags, Side, Similarities, verify
from pixel_assets.dedup.words import Numbers, Shingles
from pixel_assets.store.schema import column

DUPLICATE_PAIRS: Final = pa.schema(
    [
        column("left_id", pa.string(), "the conversation with the smaller id"),
        column("right_id", pa.string(), "the conversation with the greater id"),
        column("jaccard", pa.float64(), "share of common word 3-grams, by role, among all of both; without boilerplate"),
        column("user_jaccard", pa.float64(), "the same of what the users say; null if neither says anything", nullable=True),
        column("assistant_jaccard", pa.float64(), "the same of what the assistants say", nullable=True),
        column("user_containment", pa.float64(), "share of the 3-grams of the user who says less in the other", nullable=True),
        column("assistant_containment", pa.float64(), "the same of the assistants", nullable=True),
        column("duplicate", pa.bool_(), "whether both sides agree, so that one of the two is enough; else they are only related"),
    ]
)
SHINGLES_HELD: Final = 1 << 24  # in the sets that are compared at once: 128 MB of them, and their text
_DEVIATIONS: Final = 4.0  # standard deviations below the threshold from which digests rule a pair out: 1 in 30,000 at it

Read = Callable[[Numbers], Shingles]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Limits:
    """From which Jaccard coefficient a side agrees, and from which share of its shorter one in the longer it does as well."""

    threshold: float = 0.8
    containment: float = 0.9


def near_duplicate_pairs(
    signatures: pa.Table,
    read: Read,
    limits: Limits,
    scratch: Path,
    *,
    ranks: Numbers | None = None,
    threads: int = 2,
    held: int = SHINGLES_HELD,
    progress: Progress = lambda done, of: None,
) -> pa.Table:
    """Pairs in the schema :data:`DUPLICATE_PAIRS`, sorted by their ids: those that are duplicates, and those that are related.

    ``signatures`` has ``conversation_id`` (each once), ``digest`` and ``shingles``. ``read`` gives the distinct shingles of rows
    of that table, whose numbers come ascending (:func:`pixel_assets.dedup.verify.compared_shingles` makes them of turns). It is
    asked for rows that are in a candidate pair and for no others, for most of them once, and for so many at a time that they have
    ``held`` shingles in all. ``ranks`` (n,), no two equal, says which rows are better (lower): the best of a group of more than
    64 that agree in a band are paired with all of the group (see :mod:`pixel_assets.dedup.bands`); by default, those with the
    smaller ids. ``progress`` is told how many candidates of how many are done. ``scratch`` is a folder for files that are gone in
    the end.
    """
    ids = pa.chunked_array(signatures["conversation_id"]).combine_chunks()
    rows = np.flatnonzero(signatures["digest"].is_valid().to_numpy())  # those without a word resemble nothing
    order = _order(pc.rank(ids, tiebreaker="first").to_numpy() if ranks is None else ranks, rows)
    digests = _digests(signatures["digest"])
    sizes = signatures["shingles"].to_numpy()
    found = [DUPLICATE_PAIRS.empty_table()]
    for pair in candidates([digests], len(rows), bands_for(limits.threshold), scratch, places=order, threads=threads):
        left, right = _likely(digests, rows, *pair, limits.threshold)
        verified = _verified(left, right, sizes, read, limits, held, threads, progress)
        found += [_table(ids, *part) for part in verified]
    return pa.concat_tables(found).sort_by([("left_id", "ascending"), ("right_id", "ascending")])


def _order(ranks: Numbers, rows: Numbers) -> Numbers:
    """(len(rows),): the place of each of the rows among them, from 0 on."""
    places = np.empty(len(rows), np.int64)
    places[np.argsort(ranks[rows], kind="stable")] = np.arange(len(rows))
    return places


def _digests(digest: pa.ChunkedArray) -> Digests:
    """(rows that have one, permutations)."""
    chunks = [chunk.drop_null().flatten().to_numpy() for chunk in digest.chunks]
    width = digest.type.list_size
    return (chunks[0] if len(chunks) == 1 else np.concatenate([np.empty(0, np.uint32), *chunks])).reshape(-1, width)


def _likely(digests: Digests, rows: Numbers, left: Numbers, right: Numbers, threshold: float) -> tuple[Numbers, Numbers]:
    """Rows of the table of those pairs whose digests as wholes do not rule them out, as few agreements in a band do not."""
    from pixel_assets.dedup import band_kernels  # numba takes a while to import

    width = digests.shape[1]
    counts = np.empty(len(left), np.int64)
    band_kernels.count_equal(digests, left, right, counts)
    likely = counts >= width * threshold - _DEVIATIONS * math.sqrt(width * threshold * (1.0 - threshold))
    return rows[left[likely]], rows[right[likely]]


def _verified(
    left: Numbers, right: Numbers, sizes: Numbers, read: Read, limits: Limits, held: int, threads: int, progress: Progress
) -> Iterator[tuple[Numbers, Numbers, Similarities, Flags]]:
    """The pairs that are duplicates or related, block by block, with how similar they are and whether they are duplicates."""
    done = 0
    for one, two in _blocks(left, right, sizes, held):
        rows = np.unique(np.concatenate((one, two)))
        alike = verify(read(rows), np.searchsorted(rows, one), np.searchsorted(rows, two), threads)
        duplicate = alike.duplicate(limits.threshold, limits.containment)
        kept = duplicate | alike.related(limits.threshold)
        yield one[kept], two[kept], alike.take(kept), duplicate[kept]
        done += len(one)
        progress(done, len(left))


def _blocks(left: Numbers, right: Numbers, sizes: Numbers, held: int) -> Iterator[tuple[Numbers, Numbers]]:
    """The pairs in blocks whose rows have ``held`` shingles or fewer. What hangs together is in one block, if it fits."""
    from pixel_assets.dedup import verify_kernels  # numba takes a while to import

    groups = components(len(sizes), left, right)
    group_sizes = np.bincount(groups, weights=sizes, minlength=len(sizes)).astype(np.int64)
    order = np.lexsort((right, left, groups[left]))
    left, right, blocks = left[order], right[order], np.empty(len(left), np.int64)
    verify_kernels.cut_blocks(left, right, sizes, groups, group_sizes, held, blocks)
    cuts = np.flatnonzero(np.diff(blocks)) + 1
    for one, two in zip(np.split(left, cuts), np.split(right, cuts), strict=True):
        if len(one):
            yield one, two


def _table(ids: pa.Array, left: Numbers, right: Numbers, alike: Similarities, duplicate: Flags) -> pa.Table:
    one, two = ids.take(pa.array(left)), ids.take(pa.array(right))
    swapped = pc.greater(one, two)

    def nullable(values: npt.NDArray[np.float64]) -> pa.Array:
        return pa.array(values, from_pandas=True)  # NaN is null

    def sides(measure: Callable[[Side], npt.NDArray[np.float64]]) -> list[pa.Array]:
        return [nullable(measure(side)) for side in (alike.user, alike.assistant)]

    columns = [
        pc.if_else(swapped, two, one),
        pc.if_else(swapped, one, two),
        pa.array(alike.jaccard),
        *sides(lambda side: side.jaccard),
        *sides(lambda side: side.containment),
        pa.array(duplicate),
    ]
    return pa.table(columns, schema=DUPLICATE_PAIRS)
