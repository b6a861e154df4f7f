"""How much memory it takes to cluster many digests: those of invented rows, made batch by batch, in a process of its own.

``python benchmarks/truth/dedup/memory.py ROWS`` prints seconds and the peak of resident memory as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from pixel_assets.dedup.bands import Digests, bands_for, candidates
from pixel_assets.dedup.clusters import stars
from pixel_assets.dedup.minhash import PERMUTATIONS

BATCH: Final = 20_000
CLUSTER: Final = 4  # rows of each planted cluster
PLANTED: Final = 5  # one cluster in each so many times CLUSTER rows
CHANGED: Final = 0.05  # of the values of a digest, against that of its cluster


@dataclass(frozen=True)
class Clustered:
    """What clustering some digests took. ``planted`` rows repeat the first of their cluster, ``owned`` are those found to."""

    rows: int
    planted: int
    owned: int
    candidates: int
    seconds: float
    making_seconds: float  # of these, what it took to make the digests
    peak_bytes: int


def measure(rows: int) -> Clustered:
    """Cluster so many invented digests in a process of its own."""
    command = [sys.executable, str(Path(__file__)), str(rows)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Clustered(**json.loads(answer))


def batches(rows: int, seed: int = 7) -> Iterator[Digests]:
    """Digests (m, PERMUTATIONS) of ``rows`` rows in all, some of them in planted clusters of neighbours."""
    draw = np.random.default_rng(seed)
    for start in range(0, rows, BATCH):
        made = draw.integers(0, 1 << 32, (min(BATCH, rows - start), PERMUTATIONS), dtype=np.uint32)
        for first in range(0, len(made) - CLUSTER + 1, CLUSTER * PLANTED):
            copies = made[first + 1 : first + CLUSTER]
            copies[:] = np.where(draw.random(copies.shape) < CHANGED, copies, made[first])
        yield made


def cluster(rows: int) -> Clustered:
    """As :func:`measure`, in this process."""
    began, making = time.perf_counter(), 0.0

    def timed() -> Iterator[Digests]:
        nonlocal making
        source, since = batches(rows), time.perf_counter()
        for batch in source:
            making += time.perf_counter() - since
            yield batch
            since = time.perf_counter()

    with tempfile.TemporaryDirectory() as scratch:
        blocks = list(candidates(timed(), rows, bands_for(0.8), Path(scratch)))
    left, right = (np.concatenate(side) for side in zip(*blocks, strict=True))
    owners = stars(left, right, np.ones(len(left)), np.arange(rows)).owners
    seconds = time.perf_counter() - began
    planted = sum((min(BATCH, rows - start) - CLUSTER) // (CLUSTER * PLANTED) + 1 for start in range(0, rows, BATCH)) * (
        CLUSTER - 1
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Clustered(rows, planted, int((owners != np.arange(rows)).sum()), len(left), seconds, making, peak)


if __name__ == "__main__":
    print(json.dumps(asdict(cluster(int(sys.argv[1])))))
