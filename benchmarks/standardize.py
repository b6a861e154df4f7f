"""What it takes to bring raw records into the standard form, and whether all of them arrive.

    python benchmarks/standardize.py --rows 100000
    python benchmarks/standardize.py --rows 608458 --json
    python benchmarks/standardize.py --rows 100000 --mixed     # records of many shapes in one file

The corpus is the planted one of ``make_corpus.py``. It is read, its format detected and its records converted by the
functions that a build uses, in one process and without Dagster; then once more by ``pixel build conversations``. The peer is
DuckDB, which rewrites the same JSON Lines as Parquet, in the same run: the clock of a whole process against that of
another, in turns, so that a machine that is busy is busy for both. Of the ratios the median is printed, with the lowest
and the highest as the interval. The goal of 25 is that of a whole build; the rest of the graph needs its share of it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import make_corpus
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from figures import Figure, Peer, figure, show
from planted.corpus import FILE, TRUTH_FILE, Recipe, write_corpus
from planted.plan import Rates
from processes import PIXEL, Usage, environment, run

from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.conversation.table_builder import Standardized
from pixel_assets.sources.readers import read_file

ROOT: Final = Path(__file__).parents[1]
GOAL: Final = 25
MESSAGES: Final = "columns={messages: 'STRUCT(role VARCHAR, content VARCHAR)[]'}, records=true"
ANYTHING: Final = "columns={json: 'JSON'}, records=false"  # no columns fit records of many shapes
REWRITE: Final = (
    "import duckdb, sys; duckdb.sql(f\"COPY (SELECT * FROM read_json('{sys.argv[1]}', format='newline_delimited', {sys.argv[3]}, "
    "ignore_errors=true)) TO '{sys.argv[2]}' (FORMAT parquet)\")"
)


def convert(file: Path, outcomes: Path) -> dict[str, float]:
    """Convert a file in this process; gives the seconds that reading took and those that all took.

    ``outcomes`` becomes a table with a row for each record and what became of it: the id of a conversation or the reason
    of a rejection.
    """
    reading = 0.0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal reading
        source = read_file(file, file.name, "merged_dataset")
        while True:
            started = time.perf_counter()
            batch = next(source, None)
            reading += time.perf_counter() - started
            if batch is None:
                return
            yield batch

    started = time.perf_counter()
    found = list(standardize_file(batches(), SourceHints("merged_dataset", "mental_health")))
    everything = time.perf_counter() - started
    pq.write_table(pa.concat_tables(table for part in found for table in _outcomes(part)), outcomes)
    return {"reading": reading, "everything": everything}


def _outcomes(part: Standardized) -> tuple[pa.Table, pa.Table]:
    rows = part.conversations["rows"]
    ids = part.conversations["conversation_id"].take(pc.list_parent_indices(rows))
    converted = pa.table({"row": pc.list_flatten(rows), "id": ids, "reason": pa.nulls(len(ids), pa.string())})
    rejected = part.rejected
    nothing = pa.nulls(rejected.num_rows, pa.string())
    return converted, pa.table({"row": rejected["row"], "id": nothing, "reason": rejected["reason"]})


class Bench:
    """A planted corpus in a scratch folder, and the processes that work on it."""

    def __init__(self, scratch: Path, recipe: Recipe) -> None:
        self.scratch, self.sources = scratch, scratch / "sources"
        self.file, self.outcomes = self.sources / FILE, scratch / "outcomes.parquet"
        self.mixed = recipe.mixed
        write_corpus(self.sources, recipe, min(make_corpus.MOST_PROCESSES, os.cpu_count() or 1))
        self.environment = environment(ROOT, self.sources, scratch)

    def rewrite(self) -> Usage:
        """DuckDB: the same JSON Lines as Parquet; what it cannot read is left out."""
        columns = ANYTHING if self.mixed else MESSAGES
        command = [sys.executable, "-c", REWRITE, str(self.file), str(self.scratch / "rewrite.parquet"), columns]
        return run(command, {}, self.scratch)

    def convert(self) -> Usage:
        """:func:`convert` in a process of its own."""
        command = [sys.executable, __file__, "--convert", str(self.file), "--outcomes", str(self.outcomes)]
        return run(command, self.environment, self.scratch)

    def build(self) -> Usage:
        """``pixel build conversations``, from nothing."""
        shutil.rmtree(self.scratch / "warehouse", ignore_errors=True)
        return run([sys.executable, "-c", PIXEL, "build", "conversations", "--json"], self.environment, self.scratch)


def measure(recipe: Recipe, repeats: int, scratch: Path) -> list[Figure]:
    """All figures of one corpus."""
    bench, n = Bench(scratch, recipe), recipe.rows
    rewritten, converted, built = [], [], []
    for _ in range(repeats):
        rewritten.append(bench.rewrite())
        converted.append(bench.convert())
        built.append(bench.build())
    stages: list[dict[str, float]] = [json.loads(usage.output) for usage in converted]
    return [
        compared("raw to conversations, one process", converted, rewritten, n),
        *(shared(stages, name, n) for name in ("reading", "converting")),
        compared("pixel build conversations", built, rewritten, n, GOAL),
        *judged(bench, n),
    ]


def compared(name: str, usages: list[Usage], peers: list[Usage], n: int, goal: float | None = None) -> Figure:
    """Seconds against those of DuckDB: the median of the ratios of each turn, and how far they spread."""
    ratios = sorted(usage.wall / peer.wall for usage, peer in zip(usages, peers, strict=True))
    middle = statistics.median(ratios)
    wall = statistics.median(usage.wall for usage in usages)
    cpu = round(statistics.median(usage.cpu for usage in usages), 2)
    made = figure(name, wall, "s", n, Peer("duckdb rewrite", wall / middle), goal, cpu=cpu, memory_mb=round(usages[-1].memory))
    return made | {"interval": [round(ratios[0], 3), round(ratios[-1], 3)]}


def shared(stages: list[dict[str, float]], name: str, n: int) -> Figure:
    """Microseconds a record of one stage, and its share of the whole."""
    for stage in stages:
        stage["converting"] = stage["everything"] - stage["reading"]
    value = statistics.median(stage[name] for stage in stages)
    whole = statistics.median(stage["everything"] for stage in stages)
    return figure(f"  {name}", 1e6 * value / n, "µs/row", n, Peer("both", 1e6 * whole / n))


def judged(bench: Bench, n: int) -> list[Figure]:
    """Whether every record arrived, and what was planted was found."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW outcome AS FROM '{bench.outcomes}'")
        connection.execute(f"CREATE VIEW truth AS FROM '{bench.sources / TRUTH_FILE}'")

        def ask(query: str) -> tuple[Any, ...]:
            return connection.execute(query).fetchone() or ()

        rows = connection.execute("SELECT row FROM outcome").fetchnumpy()["row"]
        bad, right = ask(
            "SELECT count(*), count_if(outcome.reason = truth.reason) FROM truth LEFT JOIN outcome USING (row) "
            "WHERE kind = 'malformed'"
        )
        (lost,) = ask(
            "SELECT count(*) FROM outcome WHERE id IS NULL AND row NOT IN (SELECT row FROM truth WHERE kind = 'malformed')"
        )
        clusters, whole = ask(
            "SELECT count(*), count_if(ids = 1) FROM (SELECT count(DISTINCT id) AS ids FROM truth JOIN outcome USING (row) "
            "WHERE kind = 'exact_duplicate' GROUP BY cluster)"
        )
    wrong = int((np.bincount(rows, minlength=n + 1)[1:] != 1).sum())
    return [
        figure("records without exactly one outcome", wrong, "records", n, goal=0),
        found("malformed rows rejected for their reason", right, bad),
        figure("sound rows rejected", lost, "records", n - bad, goal=0),
        found("exact duplicates with one id", whole, clusters),
    ]


def found(name: str, right: int, planted: int) -> Figure:
    """Share of the plants that were found; all of them where there are none."""
    return figure(name, right / planted if planted else 1.0, "share", planted, goal=1, at_least=True)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--mixed", action="store_true", help="records of many shapes instead of messages alone")
    parser.add_argument("--repeats", type=int, default=3, help="turns that each process has")
    parser.add_argument("--json", action="store_true", help="print a list of figures instead of text")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    parser.add_argument("--convert", type=Path, help="only convert this file, in this process, and print the seconds")
    parser.add_argument("--outcomes", type=Path, help="where --convert says what became of each record")
    options = parser.parse_args()
    if options.convert:
        print(json.dumps(convert(options.convert, options.outcomes)))
        return
    scratch = (options.keep or Path(tempfile.mkdtemp(prefix="pixel-standardize-"))).absolute()
    try:
        figures = measure(Recipe(options.rows, Rates(), make_corpus.SEED, options.mixed), options.repeats, scratch)
    finally:
        if options.keep is None:
            shutil.rmtree(scratch)
    show(figures, as_json=options.json)
    raise SystemExit(0 if all(item["met"] is not False for item in figures) else 1)


if __name__ == "__main__":
    main()
