"""What the scores of quality are worth on labelled sets, with 95 % intervals, and how fast they are.

    python benchmarks/quality.py
    python benchmarks/quality.py --section empathy --section calibration --json
    python benchmarks/quality.py --reader all             # with the vectors of the contextual reader
    python benchmarks/quality.py --data FOLDER --all      # a kept-back half, on which nothing was fitted

Every set is split by group (post, video, conversation …) into a half that is fitted and tuned on and one that is reported; see
``pixel_assets.labelled.split``. Only the latter is counted here, and judged by models that are fitted on the former: in this run,
which takes a minute with static vectors and a quarter of an hour with contextual ones, or before (``python -m
pixel_assets.quality.fitting --half fit --out FILE``, then ``--model FILE``; likewise ``--language``). The shipped models are no
judge there, since they are fitted on both halves.

The kept-back halves of the sets have the same file names in another folder: there nothing was fitted, so ``--all`` counts every
row, and the shipped models judge. It is not the default for another folder, since a copy of the shared half is one, too.

Beside every figure stand what is known of others, and two plain baselines of the same run on the same rows: the majority, and a
bag of words with logistic regression, fitted on the fit half of ``--learned`` alone. Intervals are drawn over groups, not rows.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal, get_args

from figures import Figure, show
from truth.quality.bench import QualityBench
from truth.quality.judge import FITTED, Judge, fit_heads, fit_language, shipped

from pixel_assets.errors import PixelError
from pixel_assets.labelled.rows import Half
from pixel_assets.quality.seen import Tier

ROOT: Final = Path(__file__).parents[1]
SHARED: Final = ROOT.parent / "shared" / "data"
SECTIONS: Final = ("empathy", "counselling", "coherence", "language", "traits", "calibration", "length", "speed")
NEED_HEADS: Final = {"empathy", "counselling", "coherence", "calibration", "length"}
NEED_LANGUAGE: Final = {"language", "calibration", "length"}
DETAILS: Final = ("baselines", "difference")  # the others only as JSON: nobody is to tune on the reported rows

Reader = Literal["none", "all"]
TIERS: Final[dict[Reader, Tier]] = {"none": "static", "all": "contextual"}


def measure(name: str, bench: QualityBench) -> list[Figure]:
    """The figures of one section, which is imported only if it is asked for."""
    figures: list[Figure] = importlib.import_module(f"truth.quality.{name}").section(bench)
    return [figure | {"judge": bench.judge.told} for figure in figures]


def judge_of(options: argparse.Namespace, sections: set[str], folder: Path) -> Judge:
    """The models that never saw what is counted; those that no section needs are not fitted. ``folder`` takes what is."""
    tier = TIERS[options.reader]
    ready = shipped(tier)
    if options.all and not (options.model or options.language):
        return ready
    model, language = options.model or ready.model, options.language or ready.language
    given = [f"from {path}" for path in (options.model, options.language) if path]
    if not options.all:
        if not options.model and sections & NEED_HEADS:
            model = fit_heads(options.data, tier, folder, _say)
        if not options.language and sections & NEED_LANGUAGE:
            language = fit_language(options.data, folder, _say)
    rest = [] if options.model and options.language else ["shipped"] if options.all else [f"{FITTED} in this run"]
    return Judge(model, language, tier, ", else ".join([*given, *rest]))


def _say(line: str) -> None:
    print(f"fitting on the fit half: {line}", file=sys.stderr)


def bench_of(options: argparse.Namespace, judge: Judge) -> QualityBench:
    """What the options ask for; a folder that is counted as a whole has no rows left to fit baselines on."""
    counted = options.all and options.learned.resolve() == options.data.resolve()
    if counted:
        print("baselines: left out, since every row of the folder to fit them on is counted; see --learned", file=sys.stderr)
    half: Half = "all" if options.all else "report"
    return QualityBench(options.data, half, options.rows, None, None if counted else options.learned, judge)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the labelled sets")
    parser.add_argument("--all", action="store_true", help="count all rows: only for data that nothing was fitted on")
    parser.add_argument(
        "--learned", type=Path, help="folder whose fit half baselines learn from (default: --data; with --all, shared)"
    )
    parser.add_argument("--model", type=Path, help="file of heads that judge; without --all it must be fitted on the fit half")
    parser.add_argument("--language", type=Path, help="folder with the weights of language; likewise")
    parser.add_argument("--rows", type=int, default=20_000, help="conversations of the made-up corpus of the section speed")
    parser.add_argument("--section", action="append", choices=SECTIONS, help="only this one; may be given several times")
    parser.add_argument("--reader", choices=get_args(Reader), default="none", help="which replies the contextual reader reads")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    options = parser.parse_args()
    options.learned = options.learned or (SHARED if options.all else options.data)
    chosen = [name for name in SECTIONS if name in (options.section or SECTIONS)]
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory() as folder:
            judge = judge_of(options, set(chosen), Path(folder))
            print(f"judged by models {judge.told}; {judge.tier} vectors", file=sys.stderr if options.json else sys.stdout)
            bench = bench_of(options, judge)
            for name in chosen:
                figures += measure(name, bench)
    except PixelError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    show(figures, as_json=options.json, details=DETAILS)
    raise SystemExit(0 if all(each["met"] is not False for each in figures) else 1)


if __name__ == "__main__":
    main()
