"""Heads as rows of a table, which anybody can read in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.errors import PixelError
from pixel_assets.quality.heads.linear import Head, Standard
from pixel_assets.store.schema import column
from pixel_assets.wording.outputs import Grams

QUALITY_MODEL: Final = pa.schema(
    [
        column("tier", pa.string(), "which vectors it is for: static or contextual; about for what it was made from"),
        column("head", pa.string(), "what it tells"),
        column("kind", pa.string(), "what the row holds: output, column, gram, number, or text"),
        column("name", pa.string(), "name of the output, the column, the number; of an n-gram its bucket"),
        column("mean", pa.float64(), "mean of the column", nullable=True),
        column("scale", pa.float64(), "standard deviation of the column", nullable=True),
        column("weights", pa.list_(pa.float64()), "weights by output; of an output its intercept", nullable=True),
        column("note", pa.string(), "text", nullable=True),
    ]
)
_HINT: Final = "fit it again: pixel build quality_model --force, or install the package again"
_DIGITS: Final = 6  # significant digits of weights

Row = dict[str, Any]


def rows_of(head: Head, tier: str, name: str) -> Iterator[Row]:
    """A head as rows of :data:`QUALITY_MODEL`."""
    common = {"tier": tier, "head": name}
    for output, intercept in zip(head.outputs, head.intercept.tolist(), strict=True):
        yield {**common, "kind": "output", "name": output, "weights": [_short(intercept)]}
    yield {**common, "kind": "number", "name": "sharpness", "weights": [head.sharpness]}
    yield {**common, "kind": "number", "name": "shares", "weights": [_short(share) for share in head.shares.tolist()]}
    for name_, weights in zip(head.columns, head.weights.tolist(), strict=True):
        yield {**common, "kind": "column", "name": name_, "weights": [_short(weight) for weight in weights]}
    if head.grams is not None:
        yield {**common, "kind": "number", "name": "units", "weights": [_short(unit) for unit in head.grams.units.tolist()]}
        for bucket, whole in zip(head.grams.buckets.tolist(), head.grams.weights.tolist(), strict=True):
            if any(whole):
                yield {**common, "kind": "gram", "name": str(bucket), "weights": [float(each) for each in whole]}


def rows_of_standard(standard: Standard, tier: str, name: str) -> Iterator[Row]:
    """How columns are standardised, as rows of :data:`QUALITY_MODEL`."""
    for column_, mean, scale in zip(standard.columns, standard.mean.tolist(), standard.scale.tolist(), strict=True):
        yield {"tier": tier, "head": name, "kind": "column", "name": column_, "mean": _short(mean), "scale": _short(scale)}


def standard_of(rows: Mapping[str, list[Row]], tier: str, name: str) -> Standard:
    """What :func:`rows_of_standard` wrote, from what :func:`rows_by_head` gave. Raises ``PixelError`` if it is not there."""
    found = rows.get(name)
    if not found:
        raise PixelError(f"the model of quality has no {name} ({tier})", where="quality_model", hint=_HINT)
    numbers = (_array([row[each] for row in found]) for each in ("mean", "scale"))
    return Standard(tuple(row["name"] for row in found), *numbers)


def rows_by_head(table: pa.Table, tier: str) -> Mapping[str, list[Row]]:
    """The rows of a tier by their head; each has the columns of :data:`QUALITY_MODEL`."""
    found: dict[str, list[Row]] = {}
    for row in table.filter(pc.equal(table["tier"], tier)).to_pylist():
        found.setdefault(row["head"], []).append(row)
    return found


def head_of(rows: Mapping[str, list[Row]], tier: str, name: str) -> Head:
    """A head from what :func:`rows_by_head` gave. Raises ``PixelError`` if it is incomplete."""
    kinds: dict[str, list[Row]] = {}
    for row in rows.get(name, []):
        kinds.setdefault(row["kind"], []).append(row)
    outputs, columns, grams = (kinds.get(kind, []) for kind in ("output", "column", "gram"))
    numbers = {row["name"]: row["weights"] for row in kinds.get("number", [])}
    incomplete = not outputs or not columns or not {"sharpness", "shares"} <= numbers.keys()
    if incomplete or any(len(row["weights"]) != len(outputs) for row in columns):
        raise PixelError(f"the model of quality has no usable head {name} ({tier})", where="quality_model", hint=_HINT)
    return Head(
        tuple(row["name"] for row in outputs), tuple(row["name"] for row in columns),
        _array([row["weights"] for row in columns]), _array([row["weights"][0] for row in outputs]),
        _grams(grams, numbers["units"]) if "units" in numbers else None, float(numbers["sharpness"][0]),
        _array(numbers["shares"]),
    )  # fmt: skip


def _grams(rows: list[Row], units: list[float]) -> Grams:
    rows = sorted(rows, key=lambda row: int(row["name"]))
    weights = np.array([row["weights"] for row in rows], np.int8).reshape(-1, len(units))
    return Grams(np.array([int(row["name"]) for row in rows], np.int32), weights, _array(units))


def _array(numbers: Any) -> Any:
    return np.array(numbers, np.float64)


def _short(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
