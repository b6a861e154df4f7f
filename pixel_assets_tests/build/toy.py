"""A small graph of every kind of step, over JSON Lines files, and a build of it without any orchestration.

files → lines [P] → words, bad_lines [P] → pool → lengths → picked → summary
                                             └────────────────↗
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from pixel_assets.build.graph import Asset, Check, External, Graph, Step
from pixel_assets.build.plan import Plan, make_plan
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step import StepResult, run_step
from pixel_assets.build.step_run import StepRun, keys_of
from pixel_assets.settings import load_settings
from pixel_assets.store import ledger
from pixel_assets.store.schema import column
from pixel_assets.store.warehouse import WHOLE, Warehouse

BROKEN = "BROKEN"  # a line that the reader fails on

LINES = pa.schema([column("source", pa.string(), ""), column("id", pa.int64(), ""), column("text", pa.string(), "")])
WORDS = pa.schema([*LINES, column("category", pa.string(), "")])
POOL = pa.schema([column("text", pa.string(), ""), column("sources", pa.list_(pa.string()), ""), column("n", pa.int64(), "")])
LENGTHS = pa.schema([column("text", pa.string(), ""), column("length", pa.int64(), "")])
PICKED = pa.schema([column("text", pa.string(), "")])
SUMMARY = pa.schema([column("texts", pa.int64(), ""), column("letters", pa.int64(), "")])


def lines(run: StepRun) -> None:
    """Read the files of a source."""
    for file in run.source_files():
        rows = [json.loads(line) for line in file.path.read_text().splitlines()]
        if any(row["text"] == BROKEN for row in rows):
            raise ValueError(f"{file.name} is broken")
        run.write(pa.Table.from_pylist([{"source": run.partition, **row} for row in rows], LINES))


def words(run: StepRun) -> None:
    """Row-wise into two outputs: lines with text, and those without."""
    table = run.inputs["lines"]
    keys = table.hashes()
    for batch, positions in table.matching(run.reuse(keys).compute, LINES.names):
        rows = pa.Table.from_batches([batch])
        good = pc.greater(pc.utf8_length(rows["text"]), 0)
        mask = good.to_numpy(zero_copy_only=False) if isinstance(good, pa.Array) else good.to_numpy()
        categories = pa.array([run.source.category] * rows.num_rows)
        run.write(rows.append_column("category", categories).filter(good), "words", keys[positions[mask]])
        run.write(rows.filter(pc.invert(good)), "bad_lines", keys[positions[~mask]])


def pool(run: StepRun) -> None:
    """Every distinct text once."""
    query = "SELECT text, list(DISTINCT source ORDER BY source) AS sources, count(*) AS n FROM words GROUP BY text"
    with run.query() as connection:
        run.write(connection.sql(query).to_arrow_table())


def lengths(run: StepRun) -> None:
    """Row-wise on texts."""
    table = run.inputs["pool"]

    def measured(rows: pa.Table) -> pa.Table:
        return rows.append_column("length", pc.cast(pc.utf8_length(rows["text"]), pa.int64()))

    run.each_row(table, keys_of(table.read(["text"])["text"]), ["text"], measured)


def picked(run: StepRun) -> None:
    """Texts that are long enough."""
    with run.query() as connection:
        least = run.settings.decisions.min_words
        run.write(connection.sql(f"SELECT text FROM pool JOIN lengths USING (text) WHERE length >= {least}").to_arrow_table())


def summary(run: StepRun) -> None:
    """One row about all that was picked."""
    texts = run.inputs["picked"].read()["text"].to_pylist()
    run.write(pa.table({"texts": [len(texts)], "letters": [sum(map(len, texts))]}))


def _asset(name: str, schema: pa.Schema) -> Asset:
    return Asset(name, f"All {name}.", schema, (schema.names[0],))


STEPS = (
    Step("in", (_asset("lines", LINES),), ("files",), lines, partitioned=True, source_fields=("path",)),
    Step(
        "in", (_asset("words", WORDS), _asset("bad_lines", LINES)), ("lines",), words,
        partitioned=True, source_fields=("category",),
    ),
    Step("out", (_asset("pool", POOL),), ("words",), pool),
    Step("out", (_asset("lengths", LENGTHS),), ("pool",), lengths),
    Step("out", (_asset("picked", PICKED),), ("pool", "lengths"), picked, settings=("decisions",)),
    Step("out", (_asset("summary", SUMMARY),), ("picked",), summary),
)  # fmt: skip
FILES = External("files", "in", "What lies upstream.")


def graph(checks: tuple[Check, ...] = (), **changes: Mapping[str, Any]) -> Graph:
    """The graph with some steps changed: ``graph(pool={"libraries": ("numpy",)})``."""
    return Graph((FILES,), tuple(replace(step, **changes.get(step.name, {})) for step in STEPS), checks)


@dataclass
class World:
    """Sources in a folder and a warehouse beside it; ``project()`` looks at them anew, as each process does."""

    root: Path
    graph: Graph = field(default_factory=graph)
    settings: dict[str, Any] = field(default_factory=dict)
    warehouse: str = "warehouse"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "sources.yaml").exists():
            self.register({"a": {}, "b": {}})

    @property
    def folder(self) -> Path:
        """Where the sources lie."""
        return self.root / "sources"

    def register(self, sources: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the registry: source → what differs from the defaults."""
        plain = {"category": "psychology", "title": "T", "licence": "CC0-1.0"}
        entries = {name: {"path": f"{name}/*.jsonl", **plain, **entry} for name, entry in sources.items()}
        (self.folder / "sources.yaml").write_text(yaml.safe_dump(entries))

    def put(self, source: str, *texts: str, file: str = "1") -> None:
        """Write a file of a source, one text a line; ids are numbers that no other file has."""
        path = self.folder / source / f"{file}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps({"id": i, "text": text}) + "\n" for i, text in enumerate(texts, 1000 * int(file))))

    def set(self, **stages: Mapping[str, Any]) -> None:
        """Change settings: ``set(decisions={"min_words": 3})``."""
        self.settings |= stages

    def project(self) -> Project:
        """The project as it stands now."""
        sources = {"dir": self.folder, "registry": self.folder / "sources.yaml"}
        settings = {"decisions": {"min_words": 2}, "build": {"threads": 1}, **self.settings}
        return open_project(self.graph, load_settings(warehouse=self.root / self.warehouse, sources=sources, **settings))

    def plan(self, **options: Any) -> Plan:
        """What would be rebuilt."""
        return make_plan(self.project(), **options)

    def reasons(self, **options: Any) -> dict[str, list[tuple[str, str]]]:
        """Why each step is stale: label → (kind, detail)."""
        return {
            label(item.step, item.partition): [(reason.kind, reason.detail) for reason in item.reasons]
            for item in self.plan(**options).stale
        }

    def run(self, name: str, partition: str = WHOLE, *, force: bool = False) -> StepResult:
        """Run one step."""
        project = self.project()
        return run_step(project, project.graph.maker[name], partition, force=force)

    def build(self, force: Collection[tuple[str, str]] = ()) -> dict[str, str]:
        """Run all that is stale, as a build does; gives what was done: label → built, reused or the error."""
        project = self.project()
        given_up: set[tuple[str, str]] = set()
        forced, done = set(force), dict[str, str]()
        while True:
            plan = make_plan(project, force=forced, given_up=given_up)
            todo = [item for item in plan.stale if label(item.step, item.partition) not in done]
            if not todo:
                return done
            step, partition = todo[0].step, todo[0].partition
            try:
                result = run_step(project, step, partition, force=(step.name, partition) in forced)
                done[label(step, partition)] = "reused" if result.assets[0].reused else "built"
            except Exception as error:  # noqa: BLE001 — whatever it was, the rest is built
                done[label(step, partition)] = str(error)
                given_up.add((step.name, partition))
            forced.discard((step.name, partition))

    def version(self, asset: str, partition: str = WHOLE) -> str | None:
        """Data version of what stands now."""
        current = ledger.get_current(Warehouse(self.root / self.warehouse), asset, partition)
        return current.data_version if current else None

    def versions(self) -> dict[str, str | None]:
        """Data versions of everything that stands now, of the sources that are registered."""
        project = self.project()
        return {
            f"{name}[{partition}]": self.version(name, partition)
            for name in self.graph.assets
            for partition in project.partitions_of(name)
        }

    def rows(self, asset: str) -> list[dict[str, Any]]:
        """The rows that stand now."""
        found: list[dict[str, Any]] = self.project().table(asset).read().to_pylist()
        return found


def label(step: Step, partition: str) -> str:
    """``words[a]``, or ``pool``."""
    return step.name if partition == WHOLE else f"{step.name}[{partition}]"


def small(root: Path, **options: Any) -> World:
    """A world with two sources of a few lines."""
    world = World(root, **options)
    world.put("a", "one", "two", "", "three")
    world.put("b", "two", "four", "x")
    return world


def like(function: Callable[[StepRun], None], module: str, name: str) -> Callable[[StepRun], None]:
    """The function under the name of one in a module of the package, for its code version."""

    def stand_in(run: StepRun) -> None:
        function(run)

    stand_in.__module__, stand_in.__qualname__ = module, name
    return stand_in
