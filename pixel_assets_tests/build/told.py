"""A graph whose steps write the rows that a test gives, so that what is told of them can be seen alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from pixel_assets.assets import GRAPH
from pixel_assets.assets.sources import SOURCE_FILES
from pixel_assets.build.graph import Graph, Step
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.step_run import StepRun
from pixel_assets.settings import load_settings

from ..end_to_end.tiny import bring_up

Rows = Mapping[str, Sequence[Mapping[str, Any]]]  # by asset


def told_graph(rows: Rows) -> Graph:
    """The steps of the shipped graph that make some of these assets, each writing the rows that are given."""
    steps = [step for step in GRAPH.steps if any(asset.name in rows for asset in step.assets)]
    made = {asset.name for step in steps for asset in step.assets} | {SOURCE_FILES.name}
    return Graph((SOURCE_FILES,), tuple(_writing(step, rows, made) for step in steps))


def _writing(step: Step, rows: Rows, made: set[str]) -> Step:
    def write(run: StepRun) -> None:
        for asset in step.assets:
            given = [row for row in rows.get(asset.name, ()) if not step.partitioned or row["source"] == run.partition]
            run.write(pa.Table.from_pylist([{name: row.get(name) for name in asset.schema.names} for row in given], asset.schema),
                      asset.name)  # fmt: skip

    inputs = tuple(name for name in step.inputs if name in made)
    return replace(
        step, compute=write, inputs=inputs, settings=(), source_fields=(), data_files=(), libraries=(), models=None, files=None,
        foresee=None,
    )


def told_project(folder: Path, rows: Rows, registry: str = "{}") -> Project:
    """A project in a folder that holds these rows, with the registry in its folder of sources."""
    sources = folder / "sources"
    sources.mkdir(exist_ok=True)
    (sources / "sources.yaml").write_text(registry, encoding="utf-8")
    places = {"dir": sources, "registry": sources / "sources.yaml"}
    project = open_project(told_graph(rows), load_settings(warehouse=folder / "warehouse", sources=places))
    brought = bring_up(project)
    assert brought.errors == {}
    return project
