"""Which texts nearly repeat each other: found by MinHash (Broder 1997) in bands (Leskovec, Rajaraman and Ullman 2020, ch. 3),
and each pair verified by the exact Jaccard coefficient of its sets of word 3-grams.

With 20 bands of 5 rows a pair at the threshold of 0.8 is found with probability 1 - (1 - 0.8 ** 5) ** 20 = 0.9996, a more
similar one with more; what is found is never wrong.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.generation.shingles import Hashes, Numbers, Sets, Texts, shingle_sets, words_of
from pixel_assets.store.schema import column

SHINGLE: Final = 3  # words
ALIKE: Final = 0.8  # Jaccard coefficient from which two texts are near-duplicates
_BANDS: Final = 20
_ROWS: Final = 5

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
    return near_duplicate_sets(shingle_sets(words_of(texts), SHINGLE), alike)


def near_duplicate_sets(sets: Sets, alike: float = ALIKE) -> pa.Table:
    """As :func:`near_duplicates`, of sets that are there already."""
    from pixel_assets.generation import kernels  # numba takes a while to import

    named = np.flatnonzero(np.diff(sets.starts))
    _, first, group = np.unique(sets.keys()[named], return_index=True, return_inverse=True)
    firsts = named[first][group]  # for each text that has words, the first with an equal set
    copies = firsts != named
    found = [(firsts[copies], named[copies], np.ones(int(copies.sum())))]

    different = named[np.sort(first)]
    keys = _band_keys(sets, different)
    for band in range(_BANDS):
        order = np.argsort(keys[:, band], kind="stable")
        found.append(kernels.pairs_in_band(sets.members, sets.starts, different, keys, band, order, alike))
    earlier, later, jaccard = (np.concatenate(part) for part in zip(*found, strict=True))
    ordered = np.lexsort((later, earlier))
    return pa.table([earlier[ordered], later[ordered], jaccard[ordered]], schema=PAIRS)


def _band_keys(sets: Sets, places: Numbers) -> Hashes:
    from pixel_assets.generation import kernels  # numba takes a while to import

    multipliers = kernels.mix(np.arange(1, _BANDS * _ROWS + 1, dtype=np.uint64)) | np.uint64(1)  # odd: one to one
    keys = np.empty((len(places), _BANDS), np.uint64)
    kernels.fill_band_keys(sets.members, sets.starts, places, multipliers, keys)
    return keys
