"""Fit all heads and write the model beside the code.

DIR holds the labelled sets. ``--half fit`` reads only groups that may be fitted on while the others are for reporting,
``--half all`` reads every one, as for the shipped model; the figures are those of held-out folds.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pixel_assets.quality.fitting.fit import fit_model
from pixel_assets.quality.model import PACKAGED, write_model
from pixel_assets.quality.seen import TIERS


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--half", choices=("fit", "all"), default="all", help="groups that are read")
    parser.add_argument("--out", type=Path, default=PACKAGED, help="file to write")
    options = parser.parse_args()
    fitted = fit_model(options.data, TIERS, options.half, _say)
    write_model(fitted.table, options.out)
    sys.stdout.write(json.dumps(fitted.told, indent=1) + "\n")


if __name__ == "__main__":
    main()
