"""Compiled loops from digests to keys of bands, and from sorted keys to pairs of rows.

Importing this loads numba, so it is imported late.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np

from pixel_assets.dedup.word_kernels import mix

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_32: Final = np.uint64(32)
_ONE: Final = np.uint64(1)

_jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@_jit
def fill_keys(digests: Any, rows: Any, keys: Any) -> None:
    """Fill ``keys`` (bands, n) with a hash of the number of the band and the ``rows`` values that a digest has in it."""
    for at in range(len(digests)):
        for band in range(len(keys)):
            key = mix(np.uint64(band) + _GOLDEN)
            for place in range(band * rows, (band + 1) * rows):
                key = mix(key ^ (np.uint64(digests[at, place]) + _GOLDEN))
            keys[band, at] = key


@_jit
def tag(keys: Any, places: Any, bits: Any) -> None:
    """Put the place of each row into the lowest ``bits`` of its key: sorted, equal keys stand together in order of place."""
    low = (_ONE << np.uint64(bits)) - _ONE
    for row in range(len(keys)):
        keys[row] = (keys[row] & ~low) | np.uint64(places[row])


@_jit
def _run(tagged: Any, begin: Any, bits: Any) -> Any:
    """The end of the run of equal keys that begins here."""
    end = begin + 1
    while end < len(tagged) and (tagged[end] ^ tagged[begin]) >> np.uint64(bits) == 0:
        end += 1
    return end


@_jit
def count_pairs(tagged: Any, bits: Any, large: Any, first: Any) -> Any:
    """How many pairs :func:`fill_pairs` gives."""
    pairs, begin = 0, 0
    while begin < len(tagged):
        end = _run(tagged, begin, bits)
        size = end - begin
        hubs = size if size <= large else first
        pairs += hubs * (hubs - 1) // 2 + hubs * (size - hubs)
        begin = end
    return pairs


@_jit
def fill_pairs(tagged: Any, bits: Any, large: Any, first: Any, row_at: Any, pairs: Any) -> None:
    """Fill ``pairs`` with (lower row, higher row) as high and low 32 bits: within each run, or with the first of a large one.

    ``row_at`` has the row at each place.
    """
    low = (_ONE << np.uint64(bits)) - _ONE
    at, begin = 0, 0
    while begin < len(tagged):
        end = _run(tagged, begin, bits)
        hubs = end if end - begin <= large else begin + first
        for one in range(begin, hubs):
            a = np.uint64(row_at[np.int64(tagged[one] & low)])
            for two in range(one + 1, end):
                b = np.uint64(row_at[np.int64(tagged[two] & low)])
                pairs[at] = (min(a, b) << _32) | max(a, b)
                at += 1
        begin = end


@_jit
def count_equal(digests: Any, left: Any, right: Any, counts: Any) -> None:
    """Fill ``counts`` with the number of equal values of the digests of each pair."""
    for pair in range(len(left)):
        one, two = digests[left[pair]], digests[right[pair]]
        count = 0
        for place in range(len(one)):
            count += one[place] == two[place]
        counts[pair] = count
