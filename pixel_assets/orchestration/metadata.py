"""What Dagster's UI shows of an asset: columns, counts, versions, lineage of columns, pictures."""

from __future__ import annotations

import base64
import inspect
import io
from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import pyarrow as pa

from pixel_assets.build.graph import Asset
from pixel_assets.build.step import AssetResult, StepResult
from pixel_assets.store.data_version import type_name
from pixel_assets.store.ledger import Current
from pixel_assets.store.schema import description
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import Warehouse

MAX_BARS = 24


def definition_metadata(asset: Asset, compute: Callable[..., Any]) -> dict[str, Any]:
    """Metadata that holds for every version of an asset, with a link to the function that computes it."""
    place = dg.LocalFileCodeReference(
        file_path=inspect.getfile(compute),
        line_number=compute.__code__.co_firstlineno,
        label=f"{compute.__module__}.{compute.__name__}",
    )
    found: dict[str, Any] = {
        "dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[place]),
        "dagster/column_schema": dg.TableSchema([_column(field, asset) for field in asset.schema]),
        "dagster/relation_identifier": asset.name,
    }
    return found | column_lineage(asset)


def column_lineage(asset: Asset) -> dict[str, dg.TableColumnLineage]:
    """Which columns of other assets each column derives from; the UI reads it from materializations."""
    if not asset.derived_from:
        return {}
    origins = {
        name: [dg.TableColumnDep(dg.AssetKey(source), column) for source, column in columns]
        for name, columns in asset.derived_from.items()
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(origins)}


def _column(field: pa.Field, asset: Asset) -> dg.TableColumn:
    tags = {"key": ""} if field.name in asset.key else None
    constraints = dg.TableColumnConstraints(nullable=field.nullable, unique=asset.key == (field.name,))
    return dg.TableColumn(field.name, type_name(field.type), description(field), constraints, tags)


def result_metadata(warehouse: Warehouse, asset: Asset, result: AssetResult, step: StepResult) -> dict[str, Any]:
    """Metadata of one materialization: numbers (which Dagster plots over time), versions and pictures."""
    found: dict[str, Any] = {
        "dagster/row_count": result.rows,
        "dagster/uri": warehouse.manifest(result.asset, result.partition or "_", result.snapshot).as_uri(),
        "reused": result.reused,
        "rows_computed": result.rows_computed,
        "rows_reused": result.rows_reused,
        "seconds": result.seconds,
        "data_version": result.data_version,
        "fingerprint": step.fingerprint.value,
    }
    for name, value in step.measures.items():
        if isinstance(value, Mapping):
            found[name] = dg.MetadataValue.json(dict(value))
            if value and all(isinstance(count, int | float) for count in value.values()):
                found[f"{name} (picture)"] = dg.MetadataValue.md(bar_chart(name.replace("_", " "), value))
        else:
            found[name] = value
    if asset.picture:
        table = Table(warehouse, asset.name, asset.schema, (step.manifests[asset.name],))
        found["picture"] = dg.MetadataValue.md(_image(asset.name, asset.picture(table.read())))
    return found


def bar_chart(title: str, values: Mapping[str, float]) -> str:
    """Horizontal bars as a Markdown image; the largest :data:`MAX_BARS` of them, in the order given."""
    from matplotlib.figure import Figure  # a second to import, and only a run that has a picture pays it

    largest = set(sorted(values, key=lambda name: -values[name])[:MAX_BARS])
    shown = {name: value for name, value in values.items() if name in largest}
    figure = Figure(figsize=(7, 0.8 + 0.3 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh(list(shown), list(shown.values()), color="#4f7cac")
    axes.bar_label(bars, labels=[f"{value:,.6g}" for value in shown.values()], padding=3)
    axes.invert_yaxis()
    axes.set_title(title)
    axes.margins(x=0.15)
    axes.spines[["top", "right"]].set_visible(False)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=110)
    return _image(title, image.getvalue())


def _image(title: str, png: bytes) -> str:
    return f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"


def known_metadata(warehouse: Warehouse, asset: str, partition: str, current: Current) -> dict[str, Any]:
    """Metadata of a snapshot that was made before Dagster heard of it."""
    return {
        "dagster/row_count": current.rows,
        "dagster/uri": warehouse.manifest(asset, partition, current.snapshot or "").as_uri(),
        "data_version": current.data_version,
        "fingerprint": current.fingerprint,
        "reported": "from the warehouse: Dagster did not know this snapshot",
    }
