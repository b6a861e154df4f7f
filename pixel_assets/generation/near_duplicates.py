"""Which texts nearly repeat each other: found by MinHash (Broder 1997) in bands (:mod:`pixel_assets.dedup.bands`), and each pair
verified by the exact Jaccard coefficient of its sets of word 3-grams.

A pair at the threshold is found with probability 0.9995, a more similar one with more; what is found is never wrong.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.bands import bands_for, candidates
from pixel_assets.dedup.minhash import digests
from pixel_assets.dedup.verify import verify
from pixel_assets.dedup.words import Shingles
from pixel_assets.generation.shingles import Texts, keys_of, shingle_sets, taken, words_of
from pixel_assets.store.schema import column

ALIKE: Final = 0.8  # Jaccard coefficient from which two texts are near-duplicates
_MISSED: Final = 0.0005  # probability with which a pair at the threshold may be missed

PAIRS: Final = pa.schema(
    [
        column("i", pa.int64(), "number of the earlier text"),
        column("j", pa.int64(), "number of the later text"),
        column("jaccard", pa.float64(), "share of common word 3-grams among all of both"),
    ]
)


def near_duplicates(texts: Texts, alike: float = ALIKE) -> pa.Table:
    """Pairs of near-duplicates in the schema :data:`PAIRS`, by number of text.

    Texts with equal sets of 3-grams are each paired with the first of them only, and only that first one with others: so
    that a thousand copies give 999 pairs and not half a million. A text without words resembles nothing.
    """
    return near_duplicate_sets(shingle_sets(words_of(texts)), alike)


def near_duplicate_sets(sets: Shingles, alike: float = ALIKE) -> pa.Table:
    """As :func:`near_duplicates`, of sets that are there already."""
    named = np.flatnonzero(np.diff(sets.starts[::2]))
    _, first, group = np.unique(keys_of(sets)[named], return_index=True, return_inverse=True)
    firsts = named[first][group]  # for each text that has words, the first with an equal set
    copies = firsts != named
    found = [(firsts[copies], named[copies], np.ones(int(copies.sum())))]

    different = named[np.sort(first)]
    unlike, bands = taken(sets, different), bands_for(alike, missed=_MISSED)
    with TemporaryDirectory() as scratch:
        for left, right in candidates([digests(unlike)], len(unlike), bands, Path(scratch), large=len(unlike)):
            jaccard = verify(unlike, left, right).jaccard
            kept = jaccard >= alike
            found.append((different[left[kept]], different[right[kept]], jaccard[kept]))
    earlier, later, similarity = (np.concatenate(part) for part in zip(*found, strict=True))
    ordered = np.lexsort((later, earlier))
    return pa.table([earlier[ordered], later[ordered], similarity[ordered]], schema=PAIRS)
