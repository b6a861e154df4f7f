"""What a change costs: full build, no change, 1 % changed, a comment changed, a threshold changed.

    python benchmarks/incremental.py --rows 60846
    python benchmarks/incremental.py --rows 608458 --json

Every figure is of a whole process, as the operating system accounts for it. The peers stand beside them, in
the same run on the same corpus: ``dagster definitions validate`` (what loading the graph alone costs), and
DuckDB rewriting the same JSON Lines as Parquet. Machines are noisy, so only ratios count.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import make_corpus
from figures import Figure, Peer, figure, line, show
from processes import PIXEL, Usage, environment, run

ROOT = Path(__file__).parents[1]
REWRITE = (
    "import duckdb, sys; duckdb.sql(f\"COPY (SELECT * FROM read_json('{sys.argv[1]}/*.jsonl', format='newline_delimited')) "
    "TO '{sys.argv[2]}' (FORMAT parquet)\")"
)


class Bench:
    """A copy of the package, a corpus and a warehouse in a scratch folder."""

    def __init__(self, scratch: Path, rows: int) -> None:
        self.folder, self.rows = scratch, rows
        self.code, self.corpus = scratch / "code", scratch / "corpus"
        shutil.copytree(ROOT / "pixel_assets", self.code / "pixel_assets", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "workspace.yaml", self.code)
        make_corpus.make(self.corpus, rows)
        self.environment = environment(self.code, self.corpus, scratch)

    def build(self) -> Usage:
        """``pixel build --json``."""
        return run([sys.executable, "-c", PIXEL, "build", "--json"], self.environment, self.code)

    def rewrite(self) -> Usage:
        """DuckDB: the same JSON Lines as Parquet."""
        command = [sys.executable, "-c", REWRITE, str(self.corpus), str(self.folder / "rewrite.parquet")]
        return run(command, {}, self.folder)

    def validate(self) -> Usage:
        """``dagster definitions validate``."""
        dagster = str(Path(sys.executable).with_name("dagster"))
        return run([dagster, "definitions", "validate", "-w", "workspace.yaml"], self.environment, self.code)

    def change_rows(self) -> None:
        """1 % of the records, anywhere in the files."""
        make_corpus.change(self.corpus, 0.01)

    def change_comment(self) -> None:
        """A comment in a row-wise stage."""
        path = self.code / "pixel_assets" / "quality" / "traits.py"
        path.write_text(path.read_text() + "\n# A remark that changes nothing.\n")

    def change_threshold(self) -> None:
        """One threshold of the decisions."""
        self.environment["PIXEL_DECISIONS_MIN_WORDS"] = "40"


def nothing() -> None:
    """No change at all."""


def counted(usage: Usage) -> dict[str, Any]:
    """What the build said it did."""
    summary = json.loads(usage.output)
    return {
        "built": sorted({item["asset"] for item in summary["built"]}),
        "reused": len(summary["reused"]),
        "computed": sum(item["rows_computed"] for item in summary["built"]),
        "failed": summary["checks"]["failed"],
    }


def measure(rows: int, scratch: Path) -> list[Figure]:
    """Run all scenarios in order and give a figure for each."""
    bench = Bench(scratch, rows)
    figures: list[Figure] = []

    rewrite = Peer("duckdb rewrite", bench.rewrite().wall)
    full = bench.build()
    more = {"cpu": round(full.cpu, 2), "memory_mb": round(full.memory), **counted(full)}
    figures.append(figure("full build, wall", full.wall, "s", rows, rewrite, 25, **more))
    figures.append(figure("full build, peak memory", full.memory / 1024, "GB", rows, Peer("4 GB", 4.0), 1))
    validate = Peer("dagster definitions validate", bench.validate().wall)
    scenarios: list[tuple[str, Callable[[], None]]] = [
        ("no change", nothing), ("comment changed", bench.change_comment), ("1 % changed", bench.change_rows),
        ("threshold changed", bench.change_threshold),
    ]  # fmt: skip
    for name, change in scenarios:
        change()
        usage = bench.build()
        more = {"cpu": round(usage.cpu, 2), "memory_mb": round(usage.memory), **counted(usage)}
        if name in ("no change", "comment changed"):
            figures.append(figure(f"{name}, wall", usage.wall, "s", rows, validate, 0.5, **more))
        else:
            goal = 0.05 if name == "1 % changed" else None
            peer = Peer("full build", full.cpu)
            figures.append(figure(f"{name}, CPU", usage.cpu, "s", rows, peer, goal, wall=round(usage.wall, 2), **more))
    return figures


def show_work(figures: list[Figure]) -> None:
    """Print the figures for a person, and under each what was built."""
    for shown in figures:
        print(line(shown))
        if "computed" in shown:
            built = ", ".join(shown["built"]) or "nothing"
            print(f"{'':44} cpu {shown['cpu']} s, {shown['memory_mb']} MB, {shown['computed']:,} rows computed: {built}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=60_846)
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args()
    scratch = options.keep or Path(tempfile.mkdtemp(prefix="pixel-incremental-"))
    try:
        figures = measure(options.rows, scratch)
    finally:
        if options.keep is None:
            shutil.rmtree(scratch)
    show(figures, as_json=True) if options.json else show_work(figures)


if __name__ == "__main__":
    main()
