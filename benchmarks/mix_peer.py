"""Facility location by submodlib, run by benchmarks/mix.py in an environment where it is installed.

    PYTHON benchmarks/mix_peer.py VECTORS.npy CHOSEN_ROWS

Prints the seconds that it took, with the matrix of similarities, and the rows that it chose.
"""  # fmt: skip

from __future__ import annotations

import json
import sys
import time

import numpy as np
from submodlib import FacilityLocationFunction


def main() -> None:
    """Command line."""
    vectors, count = np.load(sys.argv[1]).astype(np.float32), int(sys.argv[2])
    started = time.perf_counter()
    near = np.maximum(vectors @ vectors.T, 0)
    function = FacilityLocationFunction(n=len(vectors), mode="dense", sijs=near, separate_rep=False)
    found = function.maximize(budget=count, optimizer="LazyGreedy", show_progress=False)
    print(json.dumps({"seconds": time.perf_counter() - started, "rows": [int(row) for row, _ in found]}))


if __name__ == "__main__":
    main()
