"""The index of what is used for evaluation: its runs of 13 words, and the short prompts that have none.

A *reference* is a conversation or a prompt of a set for evaluation. Each of its sides is a text of its own, so that a prompt is
found whatever was answered; equal texts are indexed once. A run of words that many different texts have is a template of the
set (instructions, a form's head), says nothing about one of them, and is not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.sides import Sides, runs_of, sides_of
from pixel_assets.dedup.words import Hashes, Numbers

RUN: Final = 13  # words, as in Brown et al. 2020, appendix C
SHORTEST: Final = 5  # words of a prompt that can be looked for at all
OWN_RUNS: Final = 13  # runs that a reply needs to be evidence: what everybody says in 24 words is no answer given away


@dataclass(frozen=True)
class Groups:
    """Keys with an open-addressing table of them, and for each key the texts that have it.

    Key k, whose number ``slots`` gives, has the texts ``members[starts[k]:starts[k + 1]]``.
    """

    keys: Hashes
    slots: npt.NDArray[np.int32]
    starts: Numbers
    members: Numbers
    left_out: Hashes  # keys of too many texts

    @classmethod
    def of(cls, keys: Hashes, texts: Numbers, most: int) -> Groups:
        """Groups of pairs of key and text, each pair once; keys that more than ``most`` texts have are left out."""
        from pixel_assets.dedup import contamination_kernels as kernels  # numba takes a while to import

        order = np.lexsort((texts, keys))
        keys, texts = keys[order], texts[order]
        new = np.ones(len(keys), np.bool_)
        new[1:] = (keys[1:] != keys[:-1]) | (texts[1:] != texts[:-1])
        keys, texts = keys[new], texts[new]
        found, counts = np.unique(keys, return_counts=True)
        few = counts <= most
        members = texts[np.repeat(few, counts)]
        slots = np.empty(1 << max(4, int(2 * few.sum() + 1).bit_length()), np.int32)
        kernels.fill_slots(found[few], slots)
        return cls(found[few], slots, np.concatenate(([0], np.cumsum(counts[few]))), members, found[~few])

    def counts(self, counted: npt.NDArray[np.bool_], texts: int) -> Numbers:
        """(texts,): how many of the keys that are ``counted`` each text has."""
        return np.bincount(self.members[np.repeat(counted, np.diff(self.starts))], minlength=texts)


@dataclass(frozen=True)
class References:
    """What is looked for. Text t is the side ``2 * r + side`` of reference r for every place of ``streams`` where ``texts``
    is t.
    """

    names: pa.Array  # of each reference
    sources: pa.Array
    sides: Sides
    texts: Numbers  # of those streams that are looked for, ascending
    streams: Numbers
    sizes: Numbers  # words of each text
    runs: Groups  # of 13 words, of texts that have as many
    short: Groups  # first words of users' texts that have fewer
    short_words: Sides  # the words of every text that is short; others are empty

    def __len__(self) -> int:
        return len(self.names)

    @property
    def is_short(self) -> npt.NDArray[np.bool_]:
        """(texts,): whether a text is looked for as a whole."""
        return self.sizes < RUN


def references(table: pa.Table, templates: int) -> References:
    """The index of ``table``, with the columns ``conversation_id`` (name), ``source`` and ``turns``.

    ``templates`` is the most different texts that may have a run which is looked for. The order of the rows makes no
    difference.
    """
    table = table.sort_by("conversation_id").combine_chunks()
    sides = sides_of(table["turns"])
    sizes = np.diff(sides.starts)
    user = np.arange(len(sizes)) % 2 == 0
    streams = np.flatnonzero(np.where(user, sizes >= SHORTEST, sizes >= RUN + OWN_RUNS - 1))
    chosen = sides.take(streams)
    _, first, texts = np.unique(_keys(chosen), return_index=True, return_inverse=True)
    words = chosen.take(first)
    lengths = np.diff(words.starts)
    runs, owners = runs_of(words, RUN)
    short_words = _only(words, lengths < RUN)
    starts, short_owners = runs_of(_heads(short_words), SHORTEST)
    order = np.argsort(texts, kind="stable")
    return References(
        table["conversation_id"].combine_chunks(), table["source"].combine_chunks(), sides, texts[order], streams[order], lengths,
        Groups.of(runs, owners, templates), Groups.of(starts, short_owners, len(lengths)), short_words,
    )  # fmt: skip


def _keys(sides: Sides) -> Hashes:
    """One hash for each stream, equal where the words are."""
    from pixel_assets.dedup import side_kernels as kernels  # numba takes a while to import

    keys = np.empty(len(sides.starts) - 1, np.uint64)
    kernels.fill_keys(sides.hashes, sides.starts, keys)
    return keys


def _only(sides: Sides, chosen: npt.NDArray[np.bool_]) -> Sides:
    """The same streams, empty but for the chosen ones."""
    counts = np.diff(sides.starts)
    starts = np.concatenate(([0], np.cumsum(np.where(chosen, counts, 0))))
    return Sides(sides.hashes[np.repeat(chosen, counts)], starts)


def _heads(sides: Sides) -> Sides:
    """The first words of each stream, as many as a prompt has at least."""
    counts = np.diff(sides.starts)
    places = np.arange(len(sides.hashes)) - np.repeat(sides.starts[:-1], counts)
    return Sides(sides.hashes[places < SHORTEST], np.concatenate(([0], np.cumsum(np.minimum(counts, SHORTEST)))))
