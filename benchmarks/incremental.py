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
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import make_corpus

ROOT = Path(__file__).parents[1]
PIXEL = "from pixel_assets.cli import main; main()"
REWRITE = (
    "import duckdb, sys; duckdb.sql(f\"COPY (SELECT * FROM read_json('{sys.argv[1]}/*.jsonl', format='newline_delimited')) "
    "TO '{sys.argv[2]}' (FORMAT parquet)\")"
)


@dataclass(frozen=True)
class Usage:
    """One run of one process: seconds of the clock and of the processors, peak memory in MB, what it printed."""

    wall: float
    cpu: float
    memory: float
    output: str


def run(command: list[str], environment: dict[str, str], folder: Path) -> Usage:
    """Run a command and account for it; raises if it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, env=os.environ | environment, cwd=folder, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{command} failed:\n{errors.read().decode()[-3000:]}")
        return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.read().decode())


class Bench:
    """A copy of the package, a corpus and a warehouse in a scratch folder."""

    def __init__(self, scratch: Path, rows: int) -> None:
        self.folder, self.rows = scratch, rows
        self.code, self.corpus = scratch / "code", scratch / "corpus"
        shutil.copytree(ROOT / "pixel_assets", self.code / "pixel_assets", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "workspace.yaml", self.code)
        make_corpus.make(self.corpus, rows)
        self.environment = {
            "PYTHONPATH": str(self.code),
            "PIXEL_SOURCES_DIR": str(self.corpus),
            "PIXEL_WAREHOUSE": str(scratch / "warehouse"),
            "DAGSTER_HOME": str(scratch / "warehouse" / ".dagster"),
            "NUMBA_CACHE_DIR": str(scratch / "numba"),
            "OMP_NUM_THREADS": "1",
            "PYTHONWARNINGS": "ignore",
        }

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


def measure(rows: int, scratch: Path) -> list[dict[str, Any]]:
    """Run all scenarios in order and give a figure for each."""
    bench = Bench(scratch, rows)
    figures: list[dict[str, Any]] = []

    def add(name: str, value: float, unit: str, goal: float | None, peer: str, peer_value: float, **more: Any) -> None:
        ratio = value / peer_value
        met = None if goal is None else ratio <= goal
        figures.append(
            {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met, "peer": peer,
             "peer_value": round(peer_value, 3), "ratio": round(ratio, 3), "n": rows, "interval": None, **more}
        )  # fmt: skip

    rewrite = bench.rewrite()
    full = bench.build()
    add("full build, wall", full.wall, "s", 25, "duckdb rewrite", rewrite.wall, cpu=round(full.cpu, 2),
        memory_mb=round(full.memory), **counted(full))  # fmt: skip
    add("full build, peak memory", full.memory / 1024, "GB", 1, "4 GB", 4.0)
    validate = bench.validate()
    scenarios: list[tuple[str, Callable[[], None]]] = [
        ("no change", nothing), ("comment changed", bench.change_comment), ("1 % changed", bench.change_rows),
        ("threshold changed", bench.change_threshold),
    ]  # fmt: skip
    for name, change in scenarios:
        change()
        usage = bench.build()
        more = {"cpu": round(usage.cpu, 2), "memory_mb": round(usage.memory), **counted(usage)}
        if name in ("no change", "comment changed"):
            add(f"{name}, wall", usage.wall, "s", 0.5, "dagster definitions validate", validate.wall, **more)
        else:
            goal = 0.05 if name == "1 % changed" else None
            add(f"{name}, CPU", usage.cpu, "s", goal, "full build", full.cpu, wall=round(usage.wall, 2), **more)
    return figures


def show(figures: list[dict[str, Any]]) -> None:
    """Print the figures for a person."""
    for figure in figures:
        goal = "" if figure["goal"] is None else f"  goal <= {figure['goal']}: {'met' if figure['met'] else 'NOT met'}"
        print(f"{figure['name']:26} {figure['value']:9.2f} {figure['unit']:3} = {figure['ratio']:7.3f} x {figure['peer']}"
              f" ({figure['peer_value']:.2f}){goal}")  # fmt: skip
        if "computed" in figure:
            built = ", ".join(figure["built"]) or "nothing"
            print(f"{'':26} cpu {figure['cpu']} s, {figure['memory_mb']} MB, {figure['computed']:,} rows computed: {built}")


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
    print(json.dumps(figures)) if options.json else show(figures)


if __name__ == "__main__":
    main()
