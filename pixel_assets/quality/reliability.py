"""The reliability curves of the model of quality, from what its table tells of its fit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.charts import BLUE, GREY, png
from pixel_assets.quality.model import ABOUT
from pixel_assets.quality.seen import TIERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CURVE: Final = "curve"
_ERROR: Final = "calibration_error"


def curves(model: pa.Table) -> dict[str, Mapping[str, Any]]:
    """By tier and head the reliability curve and the calibration error of held-out predictions."""
    about = model.filter(pc.equal(model["tier"], ABOUT)).to_pylist()
    told = {row["name"]: json.loads(row["note"]) for row in about}
    return {
        f"{tier} {name}": each for tier in TIERS if tier in told for name, each in _curves(told[tier])
    }  # fmt: skip


def calibration_errors(model: pa.Table) -> dict[str, float]:
    """By tier and head."""
    return {name: each[_ERROR] for name, each in curves(model).items()}


def reliability_picture(model: pa.Table) -> bytes:
    """A PNG with a panel a head: what was said, and how often it was so. Equal models give equal bytes."""
    from matplotlib.figure import Figure

    shown = curves(model)
    rows = -(-len(shown) // 4) or 1
    figure = Figure(figsize=(12, 0.6 + 2.8 * rows), dpi=110, layout="constrained")
    for number, (name, each) in enumerate(shown.items()):
        _panel(figure.add_subplot(rows, 4, number + 1), name, each)
    figure.suptitle("Held-out predictions: probability said, and share that it was so")
    return png(figure)


def _panel(axes: Axes, name: str, each: Mapping[str, Any]) -> None:
    said, true = zip(*each[_CURVE], strict=True)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1)
    axes.plot(said, true, color=BLUE, marker="o", markersize=3, linewidth=1)
    axes.set_title(f"{name}\ncalibration error {each[_ERROR]:.3f}", fontsize=8)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.tick_params(labelsize=7)


def _curves(told: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    if _CURVE in told:
        yield above, told
    for name, each in told.items():
        if isinstance(each, dict):
            yield from _curves(each, f"{above} {name}".strip())
