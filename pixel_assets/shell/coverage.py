"""``pixel coverage``: how many generated conversations each cell of disorder, modality and population has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.build.graph import asset
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.generation.coverage import empty_cells
from pixel_assets.generation.heat_map import heat_map, heat_map_text
from pixel_assets.shell.console import out

ASSET: Final = "generation_coverage"
MAX_LISTED: Final = 20


def read_coverage(project: Project) -> pa.Table:
    """The cells as they were built last, no population in particular first; raises :class:`UsageError` where they never were."""
    asset(project.graph, ASSET)
    table = project.table(ASSET)
    if not table.snapshots:
        raise UsageError(
            f"{ASSET} is not built yet",
            where=str(project.warehouse.root),
            hint=f"Run `pixel build {ASSET}`",
        )
    cells = table.read()
    order = [cells["disorder"], cells["modality"], pc.fill_null(cells["population"], "")]
    keys = pa.table(order, names=["disorder", "modality", "population"])  # a table is in no order
    return cells.take(pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]))


def write_picture(cells: pa.Table, file: Path) -> None:
    """Write the heat map as a PNG; raises :class:`UsageError` where the file cannot be written."""
    picture = heat_map(cells)
    try:
        file.write_bytes(picture)
    except OSError as error:
        raise UsageError(
            f"the picture cannot be written: {error.strerror or type(error).__name__}",
            where=str(file),
            hint="Name a file in a folder that exists",
        ) from error


def coverage_to_json(cells: pa.Table) -> list[dict[str, Any]]:
    """The documented form of ``pixel coverage --json``: every cell."""
    rows: list[dict[str, Any]] = cells.to_pylist()
    return rows


def show_coverage(cells: pa.Table) -> None:
    """Print the heat map and the required cells that are empty."""
    out.print(heat_map_text(cells), markup=False)
    empty = empty_cells(cells).to_pylist()
    required = sum(cells["required"].to_pylist())
    out.print(f"{required - len(empty):,} of {required:,} required cells have a conversation")
    for cell in empty[:MAX_LISTED]:
        place = " × ".join(cell[name] or "none in particular" for name in ("disorder", "modality", "population"))
        out.print(f"  empty  {place}: {cell['scenarios']:,} scenarios", markup=False)
    if len(empty) > MAX_LISTED:
        out.print(f"  and {len(empty) - MAX_LISTED:,} more; --json has all")
