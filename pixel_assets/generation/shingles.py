"""Texts as words and as sets of 3-grams (:mod:`pixel_assets.dedup.words`), and runs of n words that can be counted millions at a
time.

Hashes have 64 bits: among 15 million runs the chance that any two differing ones are taken for one is below one in 100,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.hashing import NOBODY
from pixel_assets.dedup.words import Hashes, Numbers, RoleWords, Shingles, shingles, words_of_texts

Texts: TypeAlias = pa.StringArray | pa.LargeStringArray | pa.ChunkedArray


@dataclass(frozen=True)
class Words:
    """Words of many texts as hashes; text i has ``hashes[starts[i]:starts[i + 1]]``."""

    hashes: Hashes
    starts: Numbers

    def __len__(self) -> int:
        return len(self.starts) - 1

    def keys(self) -> Hashes:
        """One hash for each text: equal where the words are, in their order."""
        from pixel_assets.generation import kernels  # numba takes a while to import

        keys = np.empty(len(self), np.uint64)
        kernels.fold(self.hashes, self.starts, keys)
        return keys

    def take(self, places: Numbers) -> Words:
        """Some of the texts, in this order."""
        counts = np.diff(self.starts)[places]
        parts = [self.hashes[self.starts[place] : self.starts[place + 1]] for place in places.tolist()]
        return Words(np.concatenate([np.empty(0, np.uint64), *parts]), np.concatenate(([0], np.cumsum(counts))))


def words_of(texts: Texts) -> Words:
    """The words of each text; a text that is null has none."""
    found = words_of_texts(texts)
    return Words(found.hashes, found.turn_starts)


def runs(words: Words, length: int) -> Hashes:
    """Every run of ``length`` words, text after text; none reaches over the end of its text."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    counts = np.maximum(np.diff(words.starts) - length + 1, 0)
    found = np.empty(int(counts.sum()), np.uint64)
    kernels.hash_runs(words.hashes, words.starts, length, found)
    return found


def shingle_sets(words: Words) -> Shingles:
    """The different runs of three words of each text (Broder 1997); a text of fewer words is one run of all that it has."""
    nobody = np.full(len(words), NOBODY, np.int8)
    return shingles(RoleWords(words.hashes, words.starts, nobody, np.arange(len(words) + 1))).distinct()


def keys_of(sets: Shingles) -> Hashes:
    """One hash for each set of a text: equal where the sets are."""
    return Words(sets.members, sets.starts[::2]).keys()


def taken(sets: Shingles, places: Numbers) -> Shingles:
    """The sets of some texts, in this order."""
    some = Words(sets.members, sets.starts[::2]).take(places)
    return Shingles(some.hashes, np.repeat(some.starts, 2)[1:])  # a text has no second side
