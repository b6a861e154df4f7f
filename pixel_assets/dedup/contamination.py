"""Contamination: conversations for training that give away what is used for evaluation, by words and by vectors.

Three ways, of which the first that holds is told: runs of 13 words (Brown et al. 2020) of a reference's own, without
boilerplate; a short prompt that the user says as a whole; and, where neither does, what users say in other words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.overlaps import Overlaps, Rows, scan
from pixel_assets.dedup.paraphrases import Fetch, Likenesses, likenesses
from pixel_assets.dedup.references import References, references
from pixel_assets.dedup.words import Numbers
from pixel_assets.store.schema import column

BY_RUNS, WHOLE, BY_VECTORS = "13-gram", "whole", "vectors"
MOST: Final = 5  # references that are told of one conversation

CONTAMINATION: Final = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation for training"),
        column("reference", pa.string(), "what it gives away: a conversation for evaluation, or file:row of a prompt"),
        column("reference_source", pa.string(), "source of the reference, or the file of the prompt"),
        column(
            "overlap",
            pa.float64(),
            "share of the runs of 13 words of one side of the reference, without boilerplate, that it has",
        ),
        column("longest_run", pa.int64(), "words in a row that both have, without boilerplate"),
        column("cosine", pa.float64(), "cosine of what the users say; null below the bound", nullable=True),
        column("contaminated", pa.bool_(), "whether that is enough to be left out of training"),
        column("how", pa.string(), "what was found: 13-gram, whole (a short prompt as a whole) or vectors"),
    ]
)


@dataclass(frozen=True)
class Limits:
    """From when on a conversation is contaminated, and what is boilerplate.

    ``templates``: different texts of references that may have a run of words; ``share`` and ``at_least``: share of the
    conversations for training that may have it, and how many however few there are.
    """

    overlap: float = 0.5
    longest_run: int = 50
    cosine: float = 0.9
    templates: int = 20
    share: float = 0.01
    at_least: int = 50

    def most(self, rows: int) -> int:
        """Conversations for training, of so many, that may have a run of words."""
        return max(self.at_least, int(self.share * rows))


@dataclass(frozen=True)
class Contamination:
    """What was found, by conversation, worst first; and how many references could be looked for, and how many had no words
    for it.
    """

    table: pa.Table  # CONTAMINATION
    searched: int
    not_searched: int  # too short, or nothing but boilerplate


@dataclass(frozen=True)
class Vectors:
    """What is compared by vectors: ``references`` with ``conversation_id`` and ``user``, and batches of the same for training.

    ``fetch`` gives the turns of the few conversations that are near a reference.
    """

    references: pa.Table
    training: Iterable[Rows]
    fetch: Fetch


def contamination(
    table: pa.Table, training: Iterable[Rows], rows: int, limits: Limits, vectors: Vectors | None = None
) -> Contamination:
    """What conversations for training have of the references in ``table``.

    ``table`` has ``conversation_id`` (the name of the reference), ``source`` and ``turns``; ``training`` are the conversations,
    with ``conversation_id`` and ``turns``, which are read once, ``rows`` in all. Neither order makes a difference. Raises
    ``ValueError`` where two references have one name.
    """
    if len(table["conversation_id"].unique()) < table.num_rows:
        raise ValueError("two references have one name (expected each once)")
    index = references(table, limits.templates)
    overlaps = scan(index, training, limits.most(rows))
    known = index.streams[overlaps.own[index.texts] > 0] // 2
    searched = len(np.unique(known))
    found = _by_reference(index, overlaps, limits)
    if vectors is not None:
        found = pa.concat_tables([found, _by_vectors(index, overlaps, vectors, limits)])
    return Contamination(_merged(found), searched, len(index) - searched)


def _by_reference(index: References, overlaps: Overlaps, limits: Limits) -> pa.Table:
    """One row for each conversation and side of a reference that have something in common."""
    first = np.searchsorted(index.texts, overlaps.texts, "left")
    counts = np.searchsorted(index.texts, overlaps.texts, "right") - first
    pairs = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(len(pairs)) - np.repeat(np.cumsum(counts) - counts, counts) + first[pairs]
    streams = index.streams[places]
    short = index.is_short[overlaps.texts[pairs]]
    overlap, longest = overlaps.overlap[pairs], overlaps.longest[pairs]
    bad = (overlap >= limits.overlap) | (longest >= limits.longest_run) | short
    names = np.where(short, WHOLE, BY_RUNS)
    return _rows(index, overlaps.ids.take(pa.array(overlaps.rows[pairs])), streams // 2, overlap, longest, None, bad, names)


def _by_vectors(index: References, overlaps: Overlaps, vectors: Vectors, limits: Limits) -> pa.Table:
    given = vectors.references.combine_chunks()
    order = pc.index_in(index.names, given["conversation_id"])
    column = given["user"].combine_chunks() if isinstance(given["user"], pa.ChunkedArray) else given["user"]
    found: Likenesses = likenesses(
        index, column.take(order), vectors.training, vectors.fetch, limits.cosine, overlaps.boilerplate, limits.templates
    )
    count = len(found.ids)
    zeros, names = np.zeros(count), np.full(count, BY_VECTORS)
    bad = np.ones(count, np.bool_)
    return _rows(index, found.ids, found.references, zeros, zeros.astype(np.int64), found.cosines, bad, names)


def _rows(
    index: References, ids: pa.Array, numbers: Numbers, overlap: npt.NDArray[np.float64], longest: Numbers,
    cosines: npt.NDArray[np.float64] | None, bad: npt.NDArray[np.bool_], how: npt.NDArray[np.str_],
) -> pa.Table:  # fmt: skip
    at = pa.array(numbers)
    cosine = pa.nulls(len(ids), pa.float64()) if cosines is None else pa.array(cosines)
    columns = [
        ids,
        index.names.take(at),
        index.sources.take(at),
        pa.array(overlap),
        pa.array(longest),
        cosine,
        pa.array(bad),
        pa.array(how, pa.string()),
    ]
    return pa.table(columns, CONTAMINATION)


def _merged(found: pa.Table) -> pa.Table:
    """The best of each pair of conversation and reference, and of each conversation the worst references."""
    order = pc.index_in(found["how"], pa.array([BY_RUNS, WHOLE, BY_VECTORS]))
    found = found.append_column("order", pc.if_else(found["contaminated"], order, 3))
    best = [("overlap", "max"), ("longest_run", "max"), ("cosine", "max"), ("contaminated", "max"), ("order", "min")]
    pairs = found.group_by(["conversation_id", "reference", "reference_source"]).aggregate(best)
    pairs = pairs.rename_columns(["conversation_id", "reference", "reference_source", *(name for name, _ in best)])
    keys = [("conversation_id", "ascending"), ("order", "ascending"), ("overlap", "descending"), ("longest_run", "descending")]
    pairs = pairs.sort_by([*keys, ("cosine", "descending"), ("reference", "ascending")]).combine_chunks()
    how = pa.array([BY_RUNS, WHOLE, BY_VECTORS, BY_RUNS]).take(pairs["order"])
    ids = pairs["conversation_id"].to_numpy(zero_copy_only=False)
    new = np.ones(len(ids), np.bool_)
    new[1:] = ids[1:] != ids[:-1]
    starts = np.maximum.accumulate(np.where(new, np.arange(len(ids)), 0))
    told = pa.array(np.arange(len(ids)) - starts < MOST)
    return pairs.append_column("how", how).select(CONTAMINATION.names).filter(told).cast(CONTAMINATION)
