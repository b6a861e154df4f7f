"""Fingerprints of conversations by winnowing, and the boilerplate that is learned from them.

Winnowing (Schleimer, Wilkerson and Aiken 2003) takes from every 8 runs of 8 words in a row the one with the smallest hash: two
conversations that share 15 words in a row on a side share a fingerprint. A fingerprint that stands in many conversations is that
of a template, which says nothing about whether two of them are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.dedup.slices import by_slices
from pixel_assets.dedup.words import Hashes, Numbers, RoleWords, forms_of_turns, words_of_turns
from pixel_assets.store.schema import column

TEXT_FINGERPRINTS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column(
            "fingerprints",
            pa.list_(pa.uint64()),
            "hashes of runs of 8 words, ascending: two conversations that share 15 words in a row share one",
        ),
    ]
)
BOILERPLATE = pa.schema(
    [
        column("fingerprint", pa.uint64(), "hash of a run of 8 words that stands in many conversations"),
        column("text", pa.string(), "the run of words, in normal form"),
    ]
)
_SLACK: Final = 1.25  # how far above what is asked for the bound may lie
_LANES: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03))


@dataclass(frozen=True, eq=False)
class Boilerplate:
    """Fingerprints of shared templates, ascending, and how many words a conversation must have besides."""

    fingerprints: Hashes
    min_rest: int

    @classmethod
    def of(cls, table: pa.Table, min_rest: int) -> Boilerplate:
        """From a table of BOILERPLATE, in any order."""
        return cls(np.sort(table["fingerprint"].to_numpy()), min_rest)


def fingerprints(table: pa.Table, threads: int = 1) -> pa.Table:
    """TEXT_FINGERPRINTS of each conversation, in order, from its columns ``conversation_id`` and ``turns``."""
    lists = pa.chunked_array(by_slices(lambda rows: _fingerprints(words_of_turns(rows["turns"])), table, threads))
    return pa.table([table["conversation_id"], lists], TEXT_FINGERPRINTS)


def _fingerprints(words: RoleWords) -> pa.ListArray[Any]:
    from pixel_assets.dedup import fingerprint_kernels as kernels  # numba takes a while to import

    found, starts = np.empty(len(words.hashes), np.uint64), np.zeros(len(words) + 1, np.int32)
    count = kernels.fill_fingerprints(words.hashes, words.turn_starts, words.speakers, words.starts, found, starts[1:])
    return pa.ListArray.from_arrays(pa.array(starts), pa.array(found[:count]))


def boilerplate(table: pa.Table, share: float, at_least: int) -> Hashes:
    """The fingerprints, ascending, that stand in at least max(``at_least``, ``share`` of the rows) rows of TEXT_FINGERPRINTS.

    So that a small change of the corpus moves none of them in or out, the bound is put into the widest gap, by ratio, between the
    counts that occur, from what is asked for up to a quarter more.
    """
    values = np.sort(_lists(table)[0])
    if not len(values):
        return values
    firsts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    counts = np.diff(np.append(firsts, len(values)))
    return values[firsts[counts >= _bound(counts, max(at_least, share * len(table)))]]


def _bound(counts: Numbers, asked: float) -> float:
    """The upper end of the widest gap between counts whose upper end is within what is allowed; of equals, the lowest."""
    most = asked * _SLACK
    within = np.unique(counts[(counts >= asked / _SLACK) & (counts <= most)])
    edges = np.concatenate(([asked / _SLACK], within, [most]))
    is_upper = edges[1:] >= asked
    return float(edges[1:][is_upper][np.argmax((edges[1:] / edges[:-1])[is_upper])])


def holders(table: pa.Table, found: Hashes) -> list[str]:
    """Ids of conversations, ascending, that have all of the fingerprints ``found`` between them, for :func:`examples`."""
    values, starts = _lists(table)
    places = _places(found, values)
    rows = np.repeat(np.arange(len(table)), np.diff(starts))[places >= 0]
    ranks = np.argsort(np.argsort(table["conversation_id"].to_numpy(zero_copy_only=False), kind="stable"))
    first = np.full(len(found), len(table))
    np.minimum.at(first, places[places >= 0], ranks[rows])
    order = np.argsort(ranks)
    return [table["conversation_id"][int(order[rank])].as_py() for rank in np.unique(first[first < len(table)])]


def examples(found: Hashes, conversations: pa.Table) -> pa.Table:
    """BOILERPLATE: the words of each fingerprint, found in conversations that have it (columns as for :func:`fingerprints`).

    Raises :class:`ValueError` where none of them has one.
    """
    from pixel_assets.dedup import fingerprint_kernels as kernels  # numba takes a while to import

    words = words_of_turns(conversations["turns"])
    places = np.empty((len(found), kernels.GRAM), np.int64)
    kernels.find_runs(words.hashes, words.turn_starts, words.speakers, words.starts, found, places)
    if (places < 0).any():
        raise ValueError(f"{int((places[:, 0] < 0).sum())} fingerprints stand in none of the conversations given")
    forms = forms_of_turns(conversations["turns"])
    texts = [" ".join(forms[place] for place in run) for run in places.tolist()]
    return pa.table([pa.array(found), pa.array(texts, pa.string())], BOILERPLATE)


def row_keys(table: pa.Table, known: Boilerplate) -> npt.NDArray[np.uint64]:
    """(rows, 2): for each row of TEXT_FINGERPRINTS a fold of those of its fingerprints that are boilerplate, 0 for none.

    With the key of the text, all that the signature of a conversation follows from.
    """
    from pixel_assets.dedup import minhash_kernels as kernels  # numba takes a while to import

    values, starts = _lists(table)
    keys = np.zeros((len(table), len(_LANES)), np.uint64)
    for lane, seed in enumerate(_LANES):
        kernels.fold_marked(values, starts, _places(known.fingerprints, values) >= 0, seed, keys[:, lane])
    return keys


def without_boilerplate(words: RoleWords, known: Boilerplate) -> tuple[RoleWords, Numbers]:
    """The words that are compared, and how many of each conversation are left out.

    Nothing is left out of a conversation that would keep fewer than ``known.min_rest`` words: it has nothing of its own, so
    whatever is equal to it is a copy.
    """
    from pixel_assets.dedup import fingerprint_kernels as kernels  # numba takes a while to import

    counts = np.zeros(len(words), np.int64)
    if not len(known.fingerprints):
        return words, counts
    covered = np.zeros(len(words.hashes), np.bool_)
    kernels.mark_covered(words.hashes, words.turn_starts, words.speakers, words.starts, known.fingerprints, covered)
    before = np.concatenate(([0], np.cumsum(covered)))
    sizes = np.diff(words.word_starts)
    counts = np.diff(before[words.word_starts])
    whole = sizes - counts < known.min_rest
    counts[whole] = 0
    if not counts.any():
        return words, counts
    kept = ~covered | np.repeat(whole, sizes)
    left = np.concatenate(([0], np.cumsum(kept)))
    return RoleWords(words.hashes[kept], left[words.turn_starts], words.speakers, words.starts), counts


def _lists(table: pa.Table) -> tuple[Hashes, Numbers]:
    """The fingerprints of all rows, and (rows + 1,) where those of each begin."""
    lists = table["fingerprints"].combine_chunks()
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    return lists.flatten().to_numpy(), np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))


def _places(sorted_values: Hashes, wanted: Hashes) -> Numbers:
    """Place of each wanted value among those that ascend, or -1."""
    if not len(sorted_values):
        return np.full(len(wanted), -1)
    at = np.minimum(np.searchsorted(sorted_values, wanted), len(sorted_values) - 1)
    return np.where(sorted_values[at] == wanted, at, -1)
