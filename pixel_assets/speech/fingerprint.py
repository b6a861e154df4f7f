"""A fingerprint of how a recording sounds: the same in every encoding, unlike that of any other recording.

After Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System" (ISMIR 2002): a row of 32 bits for each 1/16 s, in which a
bit says whether the difference of energy between two neighbouring bands grew since the last row. Encoders, sample rates
and volume flip few bits, other sounds flip half of them. Recordings are compared as a whole: an excerpt is no copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pixel_assets.speech.audio import SAMPLE_RATE, Samples

WINDOW: Final = 6_000  # samples, 0.375 s
HOP: Final = 1_000  # samples, 1/16 s
BANDS: Final = 33
LOWEST, HIGHEST = 150.0, 3_400.0  # Hz; what narrow-band copies of speech keep
SHIFTS: Final = 4  # rows: encoders put up to 0.1 s before the sound
SAME: Final = (
    0.25  # share of flipped bits; copies of all encodings tried have up to 0.22, other recordings from 0.37 (1.5 s) or 0.43 (3 s)
)
LEAST_ROWS: Final = 8  # half a second

Rows = NDArray[np.uint32]  # one number for each 1/16 s


def fingerprint(samples: Samples) -> bytes:
    """The fingerprint of 16 kHz mono ``samples``: four bytes for each 1/16 s."""
    padded = np.pad(samples, (0, max(0, WINDOW + HOP - len(samples))))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    energies = np.concatenate([_band_energies(windows[at : at + 256]) for at in range(0, len(windows), 256)])
    slopes = np.diff(np.log(energies + 1e-12), axis=1)
    return np.packbits(np.diff(slopes, axis=0) > 0, axis=1).tobytes()


def distance(one: bytes, other: bytes) -> float:
    """Share of differing bits where the two fit best, from 0 to 1; 1 where their lengths differ by more than encoders do."""
    return float(_distances(_rows(one), _rows(other)[None])[0])


def copies(fingerprints: Mapping[str, bytes]) -> dict[str, str]:
    """Which recordings sound as another one does: the name of each copy, with that of the one it is a copy of.

    The names given first are the originals. Each recording is compared with the originals of its own length, so that time
    grows with the square of how many there are of one length: 2,000 of 10 s take 8 s.
    """
    originals: dict[int, _Originals] = {}
    found: dict[str, str] = {}
    for name, mark in fingerprints.items():
        rows = _rows(mark)
        near = (originals[length] for length in range(len(rows) - SHIFTS, len(rows) + SHIFTS + 1) if length in originals)
        nearest, of = min((alike.nearest(rows) for alike in near), default=(1.0, ""))
        if nearest <= SAME:
            found[name] = of
        else:
            originals.setdefault(len(rows), _Originals(len(rows))).add(name, rows)
    return found


class _Originals:
    """The fingerprints of one length, in a matrix that doubles when it is full."""

    def __init__(self, rows: int) -> None:
        self.names: list[str] = []
        self.matrix = np.zeros((1, rows), np.uint32)

    def add(self, name: str, rows: Rows) -> None:
        if len(self.names) == len(self.matrix):
            self.matrix = np.concatenate([self.matrix, np.zeros_like(self.matrix)])
        self.matrix[len(self.names)] = rows
        self.names.append(name)

    def nearest(self, rows: Rows) -> tuple[float, str]:
        found = _distances(rows, self.matrix[: len(self.names)])
        at = int(np.argmin(found))
        return float(found[at]), self.names[at]


def _band_energies(windows: Samples) -> NDArray[np.float64]:
    spectra = np.square(np.abs(np.fft.rfft(windows * np.hanning(WINDOW), axis=1)))
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * WINDOW / SAMPLE_RATE
    energies: NDArray[np.float64] = np.add.reduceat(spectra, edges.astype(int), axis=1)[:, :BANDS]
    return energies


def _rows(mark: bytes) -> Rows:
    return np.frombuffer(mark, np.uint32)


def _distances(one: Rows, others: NDArray[np.uint32]) -> NDArray[np.float64]:
    """The distance of ``one`` from each of ``others`` (a matrix with a fingerprint in each row), in the best of the shifts."""
    if abs(len(one) - others.shape[1]) > SHIFTS:
        return np.ones(len(others))
    found: NDArray[np.float64] = np.min([_flipped(one, others, shift) for shift in range(-SHIFTS, SHIFTS + 1)], axis=0)
    return found


def _flipped(one: Rows, others: NDArray[np.uint32], shift: int) -> NDArray[np.float64]:
    one, others = one[max(0, shift) :], others[:, max(0, -shift) :]
    rows = min(len(one), others.shape[1])
    one, others = one[:rows], others[:, :rows]
    sounding = np.count_nonzero(one | others, axis=1)  # digital silence, all zeros, makes no two recordings alike
    flipped: NDArray[np.int64] = np.bitwise_count(one ^ others).sum(axis=1, dtype=np.int64)
    return np.where(sounding < LEAST_ROWS, 1.0, flipped / np.maximum(1, sounding * (BANDS - 1)))
