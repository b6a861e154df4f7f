"""Texts as words, and words as hashes: runs of n words that can be counted and compared millions at a time.

A word is what :func:`pixel_assets.quality.text.normalise` leaves of a text between spaces, so case and punctuation make no
difference; an emoji counts as one. Hashes have 64 bits: among 15 million runs the chance that any two differing ones are
taken for one is below one in 100,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.text import normalise

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Texts: TypeAlias = pa.StringArray | pa.LargeStringArray | pa.ChunkedArray

_BATCH: Final = 4096  # texts whose normal forms are held at once
_SPACE: Final = ord(" ")


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


@dataclass(frozen=True)
class Sets:
    """For each text its different runs of n words, ascending: ``members[starts[i]:starts[i + 1]]``."""

    members: Hashes
    starts: Numbers

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, places: Numbers) -> Sets:
        """Some of the sets, in this order."""
        taken = Words(self.members, self.starts).take(places)
        return Sets(taken.hashes, taken.starts)

    def keys(self) -> Hashes:
        """One hash for each set: equal where the sets are."""
        return Words(self.members, self.starts).keys()


def words_of(texts: Texts) -> Words:
    """The words of each text; a text that is null has none."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    found: list[Hashes] = [np.empty(0, np.uint64)]
    counts: list[Numbers] = [np.zeros(1, np.int64)]
    for batch in _batches(texts):
        forms = [normalise(text).form.encode() if text else b"" for text in batch]
        data = np.frombuffer(b"".join(forms), np.uint8)
        ends = np.cumsum(np.array([0, *map(len, forms)], np.int64))
        hashes = np.empty(int(np.count_nonzero(data == _SPACE)) + len(forms), np.uint64)
        numbers = np.empty(len(forms), np.int64)
        found.append(hashes[: kernels.hash_words(data, ends, hashes, numbers)].copy())
        counts.append(numbers)
    return Words(np.concatenate(found), np.cumsum(np.concatenate(counts)))


def _batches(texts: Texts) -> Iterator[list[str | None]]:
    for start in range(0, len(texts), _BATCH):
        yield texts.slice(start, _BATCH).to_pylist()


def runs(words: Words, length: int) -> Hashes:
    """Every run of ``length`` words, text after text; none reaches over the end of its text."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    counts = np.maximum(np.diff(words.starts) - length + 1, 0)
    found = np.empty(int(counts.sum()), np.uint64)
    kernels.hash_runs(words.hashes, words.starts, length, found)
    return found


def shingle_sets(words: Words, length: int) -> Sets:
    """The different runs of each text (Broder 1997); a text of fewer words is one run of all that it has."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    counts = np.diff(words.starts)
    most = np.where(counts >= length, counts - length + 1, np.minimum(counts, 1))
    members, starts = np.empty(int(most.sum()), np.uint64), np.zeros(len(words) + 1, np.int64)
    end = kernels.fill_sets(words.hashes, words.starts, length, members, starts)
    return Sets(members[:end], starts)
