"""MinHash digests of sets of shingles (Broder 1997), the same bit for bit as datasketch 2.0 makes them.

The scheme is ``affine32``: a 32-bit hash is mixed by MurmurHash3's finaliser, then permuted by a * h + b modulo 2 ** 32 with
odd a; the digest has the smallest value under each of 128 permutations, whose parameters come from the seed. So a digest made
here can be given to ``datasketch.MinHash(hashvalues=..., scheme="affine32")`` and to its indexes, and the share of values in
which two digests are alike estimates the Jaccard coefficient of the sets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.dedup.hashing import run_hash
from pixel_assets.dedup.slices import by_ranges
from pixel_assets.dedup.words import Shingles, shingles, words_of_texts

Digests = npt.NDArray[np.uint32]
HashName = Literal["shingle", "sha1"]
PERMUTATIONS: Final = 128
SEED: Final = 1  # of datasketch, by default
SCHEME: Final = "affine32"
EMPTY: Final = 0xFFFFFFFF  # every value of the digest of an empty set


@cache
def permutations(seed: int = SEED) -> tuple[Digests, Digests]:
    """Factors and terms, (PERMUTATIONS,) each, drawn in the order in which datasketch draws them."""
    draw = np.random.RandomState(seed)
    factors = draw.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, draw.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)


def digests(sets: Shingles) -> Digests:
    """(n, PERMUTATIONS): the digest of the shingles of both sides of each conversation; repetitions make no difference."""
    return digests_of_members(sets.members, sets.starts[::2])


def digests_of_texts(texts: pa.Array | pa.ChunkedArray, threads: int = 1) -> Digests:
    """(n, PERMUTATIONS): of plain documents, whose shingles have no role."""
    found = np.empty((len(texts), PERMUTATIONS), np.uint32)

    def fill(start: int, end: int) -> None:
        said = shingles(words_of_texts(texts.slice(start, end - start)))
        _fill(said.members, said.starts[::2], found[start:end])

    by_ranges(fill, len(texts), threads)
    return found


def digests_of_members(members: npt.NDArray[np.uint64], starts: npt.NDArray[np.int64]) -> Digests:
    """(n, PERMUTATIONS): set i has the 64-bit hashes ``members[starts[i]:starts[i + 1]]``, of which the upper half counts."""
    found = np.empty((len(starts) - 1, PERMUTATIONS), np.uint32)
    _fill(members, starts, found)
    return found


def _fill(members: npt.NDArray[np.uint64], starts: npt.NDArray[np.int64], found: Digests) -> None:
    from pixel_assets.dedup import minhash_kernels  # numba takes a while to import

    minhash_kernels.fill_digests(members, starts, *permutations(), found)


def digests_of(sets: Iterable[Iterable[bytes]], hashfunc: HashName = "shingle") -> Digests:
    """(n, PERMUTATIONS): of shingles as bytes, one by one in Python: for few, and for exchange with others.

    With ``sha1`` a digest is that of a plain ``datasketch.MinHash(num_perm=128)``.
    """
    hashed = [[_HASHES[hashfunc](each) for each in one] for one in sets]
    starts = np.cumsum([0, *map(len, hashed)], dtype=np.int64)
    members = np.array([value for one in hashed for value in one], np.uint64) << np.uint64(32)
    return digests_of_members(members, starts)


def shingle_hash(data: bytes) -> int:
    """The 32-bit hash of a shingle, for datasketch's ``hashfunc``: "role:word word word" in UTF-8, words in normal form.

    A shingle of a plain document has neither the role nor the colon, which no normal form has.
    """
    role, colon, words = data.rpartition(b":")
    return run_hash((words if colon else data).split(b" "), role.decode()) >> 32


def _sha1(data: bytes) -> int:
    """As ``datasketch.hashfunc.sha1_hash32``."""
    return int.from_bytes(hashlib.sha1(data, usedforsecurity=False).digest()[:4], "little")


_HASHES: Final[dict[HashName, Callable[[bytes], int]]] = {"shingle": shingle_hash, "sha1": _sha1}
