"""Small tables as assets of a project, and a check run on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pixel_assets.assets import GRAPH
from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check, declared
from pixel_assets.build.project import Project, open_project
from pixel_assets.settings import Settings, load_settings
from pixel_assets.sources.registry import Source
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE
from pixel_assets.store.writer import SnapshotWriter

Rows = list[dict[str, Any]]
SOURCE = Source(name="s", path=("s.jsonl",), category="voice", title="S", licence="MIT")


def default(kind: pa.DataType) -> Any:
    """A value of a type, for columns that a test does not care for."""
    if pa.types.is_list(kind):
        return []
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return 0
    return ""


def complete(asset: str, rows: Rows) -> pa.Table:
    """Rows of an asset with every column that they do not give filled in."""
    schema = GRAPH.assets[asset].schema
    filler = {field.name: None if field.nullable else default(field.type) for field in schema}
    return pa.Table.from_pylist([filler | row for row in rows], schema=schema)


def find(asset: str, name: str) -> Check:
    """A declared check."""
    (found,) = [check for check in GRAPH.checks if (check.asset, check.name) == (asset, name)]
    return found


def judge(
    folder: Path, check: Check, tables: Mapping[str, Rows], *, partition: str = WHOLE, missing: tuple[str, ...] = (),
    attachments: Path | None = None, settings: Settings | None = None, source: Source = SOURCE, registry: Sequence[Source] = (),
) -> Verdict:  # fmt: skip
    """The verdict of a check on tables that are written as snapshots and read as it reads them in a build."""
    settings = (settings or load_settings()).model_copy(update={"warehouse": folder / "warehouse"})
    project = open_project(GRAPH, settings)
    written = {
        name: _write(project, name, partition, rows, attachments if name == check.asset else None)
        for name, rows in tables.items()
    }
    assert set(written) == {check.asset, *check.reads}
    run = CheckRun(
        GRAPH.assets[check.asset], written, declared(settings, check.settings), partition, missing, project,
        declared(source, check.source_fields), {other.name: declared(other, check.registry_fields) for other in registry},
    )  # fmt: skip
    return check.run(run)


def _write(project: Project, asset: str, partition: str, rows: Rows, attachments: Path | None) -> Table:
    table = complete(asset, rows)
    warehouse = project.warehouse.prepare()
    with SnapshotWriter(warehouse, asset, partition, table.schema) as writer:
        if table.num_rows:
            writer.write(table)
        manifest = writer.finish(attachments).manifest
    return Table(warehouse, asset, table.schema, (manifest,))
