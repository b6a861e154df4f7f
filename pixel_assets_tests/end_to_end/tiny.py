"""A tiny project in a folder of its own: sources that a test edits, settings, builds, and states to compare.

Rows are numbers: each stands for one conversation (good, too short, in another language, or a record that
nobody can read), so that two projects with the same numbers in the same sources must give the same data.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from typer.testing import CliRunner

import pixel_assets
from pixel_assets.assets import GRAPH
from pixel_assets.build.graph import Graph
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step import StepResult, run_step
from pixel_assets.cli import app
from pixel_assets.errors import PixelError
from pixel_assets.orchestration.waves import Summary, build
from pixel_assets.store.ledger import get_current

PACKAGE: Final = Path(pixel_assets.__file__).parent
WORDS: Final = ("river", "stone", "garden", "window", "morning", "letter", "kitchen", "bridge", "winter", "harbour")
PARTS: Final = ("sleep", "eat", "work", "read", "rest", "drive", "cook", "study", "talk", "walk")

# name → (category, file); the suffix and the name say how rows are written
CATALOGUE: Final[Mapping[str, tuple[str, str]]] = {
    "alpha": ("psychology", "alpha.jsonl"),
    "beta": ("voice", "beta.csv"),
    "gamma": ("mental_health", "gamma/one.jsonl"),
    "delta": ("reasoning", "delta.tsv"),
}
START: Final[Mapping[str, tuple[int, ...]]] = {
    "alpha": tuple(range(1, 25)),
    "beta": tuple(range(20, 36)),  # 20 to 24 are copies of rows of alpha
    "gamma": tuple(range(40, 52)),
}


def question(n: int) -> str:
    """What the client of row ``n`` says."""
    if n % 11 == 7:
        return f"Hi {n}."
    if n % 13 == 5:
        return f"Desde hace semanas no puedo dormir y me siento muy cansado por la mañana, es la noche número {n}."
    return f"I keep thinking about the {WORDS[n % 10]} and the {WORDS[n // 10 % 10]} when I try to {PARTS[n % 7]}, day {n}."


def answer(n: int) -> str:
    """What the therapist of row ``n`` says."""
    if n % 11 == 7:
        return "Hello."
    if n % 13 == 5:
        return f"Parece que estas noches te pesan mucho; cuéntame qué ocurre justo antes de acostarte la noche {n}."
    more = " Take all the time that you need, there is no hurry here at all." if n % 3 else ""
    return f"It sounds as if the {WORDS[n % 10]} stays with you. What happens right before that, in case {n}?{more}"


def _json_lines(rows: tuple[int, ...], *, messages: bool) -> str:
    lines = []
    for n in rows:
        if n % 17 == 3:
            lines.append('{"broken": ')
        elif messages:
            turns = [{"role": "user", "content": question(n)}, {"role": "assistant", "content": answer(n)}]
            lines.append(json.dumps({"messages": turns}, ensure_ascii=False))
        else:
            lines.append(json.dumps({"question": question(n), "answer": answer(n)}, ensure_ascii=False))
    return "".join(line + "\n" for line in lines)


def _table(rows: tuple[int, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["prompt", "response"])
    for n in rows:
        writer.writerow(["ragged"] * 4 if n % 17 == 3 else [question(n), answer(n)])
    return text.getvalue()


def _utterances(rows: tuple[int, ...]) -> str:
    lines = ["dialogue_id\tturn\tspeaker\ttext"]
    for n in rows:
        lines += [f"d{n}\t0\tclient\t{question(n)}", f"d{n}\t1\ttherapist\t{answer(n)}"]
    return "".join(line + "\n" for line in lines)


def content(source: str, rows: tuple[int, ...]) -> bytes:
    """The bytes of a source's file."""
    if source == "beta":
        return _table(rows).encode()
    if source == "delta":
        return _utterances(rows).encode()
    return _json_lines(rows, messages=source == "alpha").encode()


State = dict[str, str | None]


@dataclass
class Tiny:
    """One project: ``sources/``, ``pixel.toml`` and ``warehouse/`` in ``root``."""

    root: Path
    rows: dict[str, tuple[int, ...]] = field(default_factory=lambda: dict(START))
    settings: dict[str, dict[str, Any]] = field(default_factory=lambda: {"mix": {"target": 40}})
    missing: set[str] = field(default_factory=set)  # sources whose file is not there
    package: Path = PACKAGE.parent  # folder that holds the package that commands run
    patience: float = 300  # seconds that a command may take

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    def file(self, source: str) -> Path:
        """The file of a source."""
        return self.sources / CATALOGUE[source][1]

    def write(self) -> Tiny:
        """Write sources and settings as they are to be now; files that are right already are left alone."""
        registry = ""
        for name in self.rows:
            category, file = CATALOGUE[name]
            registry += f"{name}:\n  path: {file}\n  category: {category}\n  title: Test\n  licence: Apache-2.0\n"
        _put(self.sources / "sources.yaml", registry.encode())
        for name, rows in self.rows.items():
            if name in self.missing:
                self.file(name).unlink(missing_ok=True)
            else:
                _put(self.file(name), content(name, rows))
        toml = "".join(
            f"[{stage}]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in values.items())
            for stage, values in self.settings.items()
        )
        _put(self.root / "pixel.toml", toml.encode())
        return self

    def change(self, stage: str, **values: Any) -> Tiny:
        """Change settings of a stage."""
        self.settings[stage] = self.settings.get(stage, {}) | values
        return self.write()

    def environment(self) -> dict[str, str]:
        """Environment in which commands work on this project."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIXEL_", "DAGSTER_"))}
        return kept | {
            "PIXEL_SOURCES_DIR": str(self.sources),
            "PIXEL_WAREHOUSE": str(self.warehouse),
            "PIXEL_SETTINGS": str(self.root / "pixel.toml"),
            "PIXEL_SCENARIOS_CONVERSATIONS": "0",  # test_generation.py has some
            "PIXEL_EDGECASES_CONVERSATIONS": "0",
            "PYTHONPATH": str(self.package),
            "COLUMNS": "200",
        }

    @contextmanager
    def active(self) -> Iterator[None]:
        """Within it, this process works on this project."""
        before = Path.cwd()
        with patch.dict(os.environ, self.environment(), clear=True):
            os.chdir(self.root)
            try:
                yield
            finally:
                os.chdir(before)

    def project(self, graph: Graph = GRAPH) -> Project:
        """The project as its settings describe it now."""
        with self.active():
            return open_project(graph)

    def build(self, **options: Any) -> Summary:
        """Build through Dagster, in this process."""
        with self.active():
            return build(open_project(GRAPH), **options)

    def command(self, *arguments: str) -> list[str]:
        """The ``pixel`` command of :attr:`package`."""
        return [sys.executable, "-c", "from pixel_assets.cli import main; main()", *arguments]

    def pixel(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``pixel`` as a person does, in a process of its own."""
        return subprocess.run(
            self.command(*arguments), env=self.environment() | variables, cwd=self.root, text=True, capture_output=True,
            check=False, timeout=self.patience,
        )  # fmt: skip

    def pixel_here(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``pixel`` in this process, which saves the start of one; what the command does not expect is raised."""
        with self.active(), patch.dict(os.environ, variables):
            done = CliRunner(catch_exceptions=False).invoke(app, list(arguments))
        return subprocess.CompletedProcess(["pixel", *arguments], done.exit_code, done.stdout, done.stderr)

    def pixel_json(self, *arguments: str) -> Any:
        """Run ``pixel … --json`` and parse what it prints; it must end with exit code 0."""
        run = self.pixel_here if self.package == PACKAGE.parent else self.pixel
        done = run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def state(self, graph: Graph = GRAPH) -> State:
        """Data version of every asset and partition that the project has; None after a failure."""
        return state(self.project(graph))

    def exports(self) -> dict[str, bytes]:
        """Every exported file."""
        return exports(self.warehouse)

    def copy(self, root: Path, *, warehouse: bool = True) -> Tiny:
        """The same project elsewhere, with its warehouse or without."""
        root.mkdir(parents=True, exist_ok=True)
        if warehouse and self.warehouse.exists():
            shutil.copytree(self.warehouse, root / "warehouse", symlinks=True)
        settings = {stage: dict(values) for stage, values in self.settings.items()}
        return Tiny(root, dict(self.rows), settings, set(self.missing), self.package).write()


def _put(path: Path, data: bytes) -> None:
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + " }"
    return json.dumps(value)


def state(project: Project) -> State:
    """Data version of every asset and partition of a project; None after a failure."""
    found: State = {}
    for asset in project.graph.assets:
        for partition in project.partitions_of(asset):
            current = get_current(project.warehouse, asset, partition)
            found[f"{asset}[{partition}]"] = current.data_version if current else None
    return found


def exports(warehouse: Path) -> dict[str, bytes]:
    """Every file of the newest exports, by relative name."""
    folder = warehouse / "exports"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@dataclass
class Brought:
    """What asking every step gave."""

    results: dict[tuple[str, str], StepResult] = field(default_factory=dict)
    errors: dict[tuple[str, str], PixelError] = field(default_factory=dict)

    @property
    def computed(self) -> set[tuple[str, str]]:
        """Steps (partitions) that were computed and not taken from the ledger."""
        return {key for key, result in self.results.items() if not all(asset.reused for asset in result.assets)}


def bring_up(project: Project) -> Brought:
    """Ask every step of the graph in order, without Dagster and without a plan."""
    brought = Brought()
    for step in project.graph.steps:
        for partition in project.partitions(step):
            try:
                brought.results[step.name, partition] = run_step(project, step, partition)
            except PixelError as error:
                brought.errors[step.name, partition] = error
    return brought


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of a folder with size and time of its last change, to see that nothing was written."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
