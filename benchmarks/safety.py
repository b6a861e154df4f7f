"""What the safety detectors find on labelled sets, with 95 % intervals, and how fast they are.

    python benchmarks/safety.py
    python benchmarks/safety.py --section crisis --section hate --json
    python benchmarks/safety.py --data FOLDER --all      # a kept-back half, on which nothing was fitted

Every set is split by group (user, persona, template …) into a half that was fitted and tuned on and one that is reported; see
``pixel_assets.labelled.split``. Only the latter is counted here. The kept-back halves of the sets have the same file names
in another folder: there nothing was fitted, so ``--all`` counts every row. It is not the default for another folder, since a copy
of the shared half is one, too. The hard cases come with the code and are always split.

Intervals are drawn over groups, not rows. Presidio runs in the environment of ``make peers``, on the rows that are counted; the
sections that compare with it need it unless it is switched off.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Final

from figures import Figure, show
from truth.judged import Bench

from pixel_assets.errors import PixelError

ROOT: Final = Path(__file__).parents[1]
SECTIONS: Final = ("crisis", "identifiers", "hate", "bias", "content", "redaction", "speed")
DETAILS: Final = ("confusion", "by_rule", "plainly_written")  # by category only as JSON: nobody is to tune on the reported rows
COMPARED: Final = ("identifiers", "speed")


def measure(name: str, bench: Bench) -> list[Figure]:
    """The figures of one section; none, with a word on standard error, while its detector is not there."""
    try:
        module = importlib.import_module(f"truth.{name}")
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("pixel_assets.safety"):
            raise
        print(f"{name}: not there yet ({error.name})", file=sys.stderr)
        return []
    figures: list[Figure] = module.section(bench)
    return figures


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the labelled sets")
    parser.add_argument("--all", action="store_true", help="count all rows: only for data that nothing was fitted on")
    parser.add_argument("--rows", type=int, default=20_000, help="conversations of the made-up corpus of the section speed")
    parser.add_argument("--section", action="append", choices=SECTIONS, help="only this one; may be given several times")
    parser.add_argument("--peers", choices=("on", "off"), default="on", help="whether Presidio runs as well")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    sections = [name for name in SECTIONS if name in (options.section or SECTIONS)]
    python = ROOT / ".venv-peers" / "bin" / "python"
    peers = python if options.peers == "on" and set(COMPARED) & set(sections) else None
    if peers and not peers.exists():
        raise SystemExit("error: Presidio is not installed; install it with `make peers`, or leave it out with --peers off")
    bench = Bench(options.data, "all" if options.all else "report", options.rows, peers)
    figures: list[Figure] = []
    try:
        for name in sections:
            figures += measure(name, bench)
    except PixelError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    show(figures, as_json=options.json, details=DETAILS)
    raise SystemExit(0 if all(each["met"] is not False for each in figures) else 1)


if __name__ == "__main__":
    main()
