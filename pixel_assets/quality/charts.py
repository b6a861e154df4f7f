"""Pictures of scores: how each is distributed with its threshold, and its range in every source."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.report import ALL
from pixel_assets.quality.tables import SCORES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LEVELS: Final = " ▁▂▃▄▅▆▇█"
BLUE: Final = "#4f7cac"
GREY: Final = "#c9c9c9"
_RED: Final = "#b03a2e"
_MOST_SOURCES: Final = 60


@dataclass(frozen=True)
class Panel:
    """One score: counts of equal bins from 0 to 1, the threshold if there is one, and the share that reaches it."""

    score: str
    counts: Sequence[int]
    at_least: float | None = None
    kept: float | None = None


def histograms(panels: Sequence[Panel], title: str) -> bytes:
    """A PNG with a histogram a score; what falls below the threshold is grey. Equal panels give equal bytes."""
    from matplotlib.figure import Figure

    rows = (len(panels) + 3) // 4 or 1
    figure = Figure(figsize=(14, 0.9 + 2.6 * rows), dpi=110, layout="constrained")
    for number, panel in enumerate(panels):
        _bars(figure.add_subplot(rows, 4, number + 1), panel)
    figure.suptitle(title)
    return png(figure)


def _bars(axes: Axes, panel: Panel) -> None:
    width = 1 / max(len(panel.counts), 1)
    starts = [number * width for number in range(len(panel.counts))]
    bound = panel.at_least or 0.0
    colours = [GREY if start + width <= bound + 1e-9 else BLUE for start in starts]
    axes.bar(starts, list(panel.counts), width=width, align="edge", color=colours)
    said = panel.score.replace("_", " ")
    if panel.at_least is not None and panel.kept is not None:
        axes.axvline(panel.at_least, color=_RED, linewidth=1.2)
        said += f"\n≥ {panel.at_least:g} keeps {panel.kept:.1%}"
    axes.set_title(said, fontsize=9)
    axes.set_xlim(0, 1)
    axes.set_yticks([])
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)


def ranges(report: pa.Table) -> bytes:
    """A PNG of a ``QUALITY_REPORT``: for each score a line a source, from the 5th to the 95th percentile.

    It is thick where the middle half lies, with a dot at the median. The sources with most conversations are shown, at most 60.
    Equal reports give equal bytes.
    """
    from matplotlib.figure import Figure

    of_source = report.filter(pc.not_equal(report["source"], ALL)).to_pylist()
    by_place = {(row["source"], row["score"]): row for row in of_source}
    sizes = {row["source"]: row["rows"] for row in of_source}
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:_MOST_SOURCES]
    figure = Figure(figsize=(16, 1.4 + 0.26 * len(names)), dpi=110, layout="constrained")
    grid = figure.subplots(1, len(SCORES), sharey=True, squeeze=False)[0]
    for axes, score in zip(grid, SCORES, strict=True):
        for place, name in enumerate(names):
            _range(axes, place, by_place.get((name, score), {}))
        axes.set_title(score.replace("_", " "), fontsize=9)
        axes.set_xlim(0, 1)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    grid[0].set_yticks(range(len(names)), [f"{name} ({sizes[name]:,})" for name in names], fontsize=8)
    grid[0].set_ylim(max(len(names), 1) - 0.5, -0.5)
    return png(figure)


def _range(axes: Axes, place: int, row: Mapping[str, Any]) -> None:
    if row.get("p50") is None:
        return
    axes.hlines(place, row["p05"], row["p95"], color=BLUE, linewidth=1)
    axes.hlines(place, row["p25"], row["p75"], color=BLUE, linewidth=5)
    axes.plot([row["p50"]], [place], marker="o", markersize=4, color="white", markeredgecolor=BLUE)


def png(figure: Figure) -> bytes:
    """A figure as a PNG without the time or the version of what made it."""
    written = io.BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def histogram_text(counts: Sequence[int], at_least: float | None = None, width: int = 25) -> str:
    """A histogram in one line for a terminal, a ``|`` before the bin with which the threshold begins."""
    size = -(-len(counts) // width) or 1
    bins = [sum(counts[start : start + size]) for start in range(0, len(counts), size)]
    highest = max(bins, default=0) or 1
    marks = [_LEVELS[-(-count * (len(_LEVELS) - 1) // highest)] for count in bins]
    if at_least is not None:
        marks.insert(round(at_least * len(bins)), "|")
    return "".join(marks)
