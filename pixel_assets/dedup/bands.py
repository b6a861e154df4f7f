"""Candidates for near-duplicates: rows whose MinHash digests agree in all values of at least one band.

Bands of r values each turn the similarity s of two sets into the probability 1 - (1 - s^r)^b that they become candidates (Indyk
and Motwani 1998; Leskovec, Rajaraman and Ullman 2020, section 3.4), an S-curve that :func:`bands_for` fits to a threshold. Equal
bands are found by sorting one 64-bit key a row and band, so the work is that of b sorts, whatever the rows have in common.

Of a run of more than :data:`LARGE` rows that agree in a band not all pairs are taken, of which there could be billions, but each
row with the first :data:`FIRST` rows of the run, in an order that the caller gives: there are at most FIRST x rows x bands pairs.
A caller that drops all rows but the best of a group gives the order of rank, so that the best of the run is paired with all
others, and when it is ruled out the next one is.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Digests = npt.NDArray[np.uint32]
Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

MISSED: Final = 0.005  # probability with which a pair at the threshold may be missed
LARGE: Final = 64  # rows of a run up to which all pairs of it are taken
FIRST: Final = 32  # rows of such a run that all others are paired with
MEMORY: Final = 1 << 30  # bytes of pairs that are held at once; more goes to files
_PARTS: Final = 64  # files for pairs, each with a range of rows


@dataclass(frozen=True)
class Bands:
    """How many bands a digest is cut into, and how many values each has."""

    bands: int
    rows: int

    def found(self, similarity: float) -> float:
        """Probability that two sets of this similarity become candidates."""
        return float(1.0 - (1.0 - similarity**self.rows) ** self.bands)


def bands_for(threshold: float, permutations: int = 128, missed: float = MISSED) -> Bands:
    """Bands that miss a pair at the threshold with probability ``missed`` at most, and give the fewest false candidates.

    False candidates are the mean of the S-curve over similarities below the threshold, each as likely as any other: most pairs
    lie lower, so it is an upper bound that no corpus has to be known for. Where no bands miss so few, those that miss fewest.
    """
    below = (np.arange(1000) + 0.5) / 1000 * threshold

    def false(bands: Bands) -> float:
        return float(np.mean(1.0 - (1.0 - below**bands.rows) ** bands.bands))

    every = [Bands(count, rows) for rows in range(1, permutations + 1) for count in range(1, permutations // rows + 1)]
    enough = [bands for bands in every if 1.0 - bands.found(threshold) <= missed]
    if enough:
        return min(enough, key=lambda bands: (false(bands), bands.bands))
    return max(every, key=lambda bands: (bands.found(threshold), -false(bands)))


def candidates(
    digests: Iterable[Digests],
    rows: int,
    bands: Bands,
    scratch: Path,
    *,
    places: Numbers | None = None,
    threads: int = 2,
    memory: int = MEMORY,
    large: int = LARGE,
) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs (left row, right row), left < right, each once; in blocks, all ascending.

    ``digests`` are batches (m, permutations) of ``rows`` rows in all, read once; the caller leaves out rows without words, which
    would all be alike. Runs of more than ``large`` rows give not all of their pairs; ``places`` (rows,) is the order of the rows
    in those, each place from 0 on once (by default, by number). The pairs depend neither on the order of the rows nor on the
    number of threads, given the places.

    Keys stand in files under ``scratch`` (8 bytes a row and band), and so do pairs beyond ``memory`` bytes; they are gone at the
    end. In memory are those of ``threads`` bands: 16 bytes a row each, and the places.
    """
    order = np.arange(rows, dtype=np.int64) if places is None else np.asarray(places, np.int64)
    row_at = np.empty(rows, np.int64)
    row_at[order] = np.arange(rows)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch, prefix="bands-")))
        files = [folder / f"keys-{band}" for band in range(bands.bands)]
        _write_keys(digests, rows, bands, files)
        pool = stack.enter_context(ThreadPoolExecutor(threads))
        pairs = _Pairs(rows, folder, memory)
        for start in range(0, bands.bands, threads):  # no more bands at once than there are threads: each takes memory
            for found in pool.map(lambda file: _pairs_of(file, order, row_at, large), files[start : start + threads]):
                pairs.add(found)
        for block in pairs.blocks():
            yield (block >> np.uint64(32)).astype(np.int64), (block & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _write_keys(digests: Iterable[Digests], rows: int, bands: Bands, files: list[Path]) -> None:
    """One file for each band with the keys of all rows: 8 bytes each."""
    from pixel_assets.dedup import band_kernels  # numba takes a while to import

    came = 0
    with ExitStack() as stack:
        ends = [stack.enter_context(file.open("wb")) for file in files]
        for batch in digests:
            keys = np.empty((bands.bands, len(batch)), np.uint64)
            band_kernels.fill_keys(batch, bands.rows, keys)
            for end, band in zip(ends, keys, strict=True):
                band.tofile(end)
            came += len(batch)
    if came != rows:
        raise ValueError(f"{came} digests came, expected {rows}")


def _pairs_of(file: Path, places: Numbers, row_at: Numbers, large: int) -> Hashes:
    """Ascending pairs of one band, whose file of keys is not needed any more."""
    from pixel_assets.dedup import band_kernels  # numba takes a while to import

    bits = max(len(places) - 1, 1).bit_length()
    tagged = np.fromfile(file, np.uint64)
    file.unlink()
    band_kernels.tag(tagged, places, bits)
    tagged.sort()
    pairs = np.empty(band_kernels.count_pairs(tagged, bits, large, FIRST), np.uint64)
    band_kernels.fill_pairs(tagged, bits, large, FIRST, row_at, pairs)
    pairs.sort()
    return pairs


class _Pairs:
    """The union of the pairs of all bands; in files by range of the left row, once they are too many."""

    def __init__(self, rows: int, folder: Path, memory: int) -> None:
        self._held: list[Hashes] = []
        self._bytes = 0
        self._memory = memory
        self._files = [folder / f"pairs-{part}" for part in range(_PARTS)]
        self._bounds = (np.arange(1, _PARTS, dtype=np.uint64) * np.uint64(max(rows, 1)) // np.uint64(_PARTS)) << np.uint64(32)
        self._spilled = False

    def add(self, pairs: Hashes) -> None:
        """Add ascending pairs."""
        self._held.append(pairs)
        self._bytes += pairs.nbytes
        if self._bytes > self._memory:
            self._held = [_distinct(self._held)]
            self._bytes = self._held[0].nbytes
            if self._bytes > self._memory // 2:
                self._spill()

    def blocks(self) -> Iterator[Hashes]:
        """The different pairs, ascending."""
        if not self._spilled:
            yield _distinct(self._held)
            return
        self._spill()
        for file in self._files:
            yield _distinct([np.fromfile(file, np.uint64)])

    def _spill(self) -> None:
        for held in self._held:
            for file, part in zip(self._files, np.split(held, np.searchsorted(held, self._bounds)), strict=True):
                with file.open("ab") as end:
                    part.tofile(end)
        self._held, self._bytes, self._spilled = [], 0, True


def _distinct(parts: list[Hashes]) -> Hashes:
    return np.unique(np.concatenate([np.empty(0, np.uint64), *parts]))
