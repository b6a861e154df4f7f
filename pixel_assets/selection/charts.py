"""A picture of the funnel: what each reason took, and how many conversations were left after it."""

from __future__ import annotations

import pyarrow as pa

from pixel_assets.quality.charts import BLUE, GREY, png


def funnel_bars(funnel: pa.Table) -> bytes:
    """A PNG of a ``FUNNEL``: a bar a reason that took anything, in order; blue is left, grey is what it took.

    Equal funnels give equal bytes.
    """
    from matplotlib.figure import Figure

    rows = funnel.to_pylist()
    whole = rows[0]["rows"] + rows[0]["left"] if rows else 0
    shown = [row for row in rows[:-1] if row["rows"]]
    names = ["all", *(f"{row['stage'].replace('_', ' ')}: {row['reason'].replace('_', ' ')}" for row in shown)]
    left = [whole, *(row["left"] for row in shown)]
    took = [0, *(row["rows"] for row in shown)]
    figure = Figure(figsize=(11, 1.2 + 0.36 * len(names)), dpi=110, layout="constrained")
    axes = figure.subplots()
    axes.barh(names, left, color=BLUE)
    axes.barh(names, took, left=left, color=GREY)
    for place, (stays, goes) in enumerate(zip(left, took, strict=True)):
        axes.text(stays + goes, place, f" {stays:,}" + (f" (−{goes:,})" if goes else ""), va="center", fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xticks([])
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.set_title("Conversations left after each reason")
    return png(figure)
