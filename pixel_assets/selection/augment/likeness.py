"""Which variants are too like a held-out conversation, though what they were made of is not.

That a parent is tied to nothing held out says little of its variant: with the groups exchanged it may come nearer to a third one.
So every variant is compared with every held-out conversation, by digests and then exactly.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.bands import bands_for, candidates
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.minhash import digests
from pixel_assets.dedup.signatures import compared_words
from pixel_assets.dedup.verify import verify
from pixel_assets.dedup.words import shingles

CONTAINED: Final = 0.9  # share of the shorter side's shingles that the longer has, as among duplicates


def near_held_out(
    variants: pa.Table, held_out: pa.Table, boilerplate: Boilerplate, near: float, scratch: Path
) -> npt.NDArray[np.bool_]:
    """(n,): whether a variant nearly repeats a held-out conversation, or gives a long reply that one of them gives.

    Both tables have ``turns``; ``near`` is the Jaccard coefficient of word 3-grams. Conversations without words are like none.
    """
    turns = pa.chunked_array([*variants["turns"].chunks, *held_out["turns"].chunks], type=variants["turns"].type)
    sets = shingles(compared_words(pa.table({"turns": turns}), boilerplate)).distinct()
    worded = np.flatnonzero(np.diff(sets.starts).reshape(-1, 2).any(axis=1))
    found = np.zeros(variants.num_rows, bool)
    if not len(worded):
        return found
    digest = digests(sets)[worded]
    for left, right in candidates([digest], len(worded), bands_for(near), scratch):
        ours, theirs = worded[left], worded[right]
        across = (ours < variants.num_rows) & (theirs >= variants.num_rows)
        ours, theirs = ours[across], theirs[across]
        alike = verify(sets, ours, theirs)
        found[ours[alike.related(near) | alike.duplicate(near, CONTAINED)]] = True
    return found
