"""How fast duplicates are found beside other tools, on the same texts in the same run, and how right what is found is.

    python benchmarks/dedup.py
    python benchmarks/dedup.py --section digests --section near --json
    python benchmarks/dedup.py --section labelled --data FOLDER --all     # a kept-back half, on which nothing was fitted
    python benchmarks/dedup.py --section memory --memory 5000000          # takes some minutes

Sections: digests (MinHash from text), near (from text to clusters), semantic (the index of vectors), labelled (what is merged of
labelled pairs), memory (digests that are clustered out of core; only with --memory). Documents are made up, 830 characters each,
a tenth of them like another one. Peers run in the environment of ``make peers`` and on fewer rows where they are slow: their
rates are compared, and JSON says the rows (``peer_rows``). Without that environment they are left out.

Of mqp and sick the half is counted that no threshold was chosen on; see ``pixel_assets.labelled.split``.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is loaded: threads are counted by the product alone

from figures import Figure, figure, show
from truth.dedup import memory
from truth.dedup.bench import DedupBench

ROOT: Final = Path(__file__).parents[1]
PEERS: Final = ROOT / ".venv-peers-dedup" / "bin" / "python"
SECTIONS: Final = ("digests", "near", "semantic", "labelled", "memory")
MEMORY_GOAL: Final = 6.0  # GB for five million rows


def measure(name: str, bench: DedupBench, digests: int) -> list[Figure]:
    """The figures of one section, which is imported only if it is asked for."""
    if name == "memory":
        return _memory(digests) if digests else []
    figures: list[Figure] = importlib.import_module(f"truth.dedup.{name}").section(bench)
    return figures


def _memory(rows: int) -> list[Figure]:
    found = memory.measure(rows)
    return [
        figure("digests clustered, peak memory", found.peak_bytes / 1e9, "GB", rows, goal=MEMORY_GOAL),
        figure("digests clustered, without making them", rows / (found.seconds - found.making_seconds), "rows/s", rows),
        figure("planted copies found", found.owned / found.planted, "share", found.planted, goal=0.99, at_least=True),
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the labelled sets")
    parser.add_argument("--all", action="store_true", help="count all rows: only for data that nothing was fitted on")
    parser.add_argument("--rows", type=int, default=100_000, help="documents to make")
    parser.add_argument("--memory", type=int, default=0, metavar="ROWS", help="cluster so many made-up digests as well")
    parser.add_argument("--peers", type=Path, default=PEERS, help="Python of the peers' environment (see `make peers`)")
    parser.add_argument("--section", action="append", choices=SECTIONS, help="only this one; may be given several times")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    peers = options.peers if options.peers.exists() else None
    if peers is None:
        print(f"peers: left out, {options.peers} is not there; `make peers` makes it", file=sys.stderr)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        bench = DedupBench(options.data, options.all, options.rows, Path(scratch), peers)
        for name in SECTIONS:
            if options.section is None or name in options.section:
                figures += measure(name, bench, options.memory)
    show(figures, as_json=options.json)
    raise SystemExit(0 if all(each["met"] is not False for each in figures) else 1)


if __name__ == "__main__":
    main()
