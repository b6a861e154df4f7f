"""The quality report as a page: what to look at, all scores at a glance, and pictures; ids of conversations, never their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from markdown_it import MarkdownIt

from pixel_assets.quality.charts import Panel, histograms, ranges
from pixel_assets.quality.report import ALL
from pixel_assets.quality.tables import SCORES
from pixel_assets.quality.thresholds import load_presets

PAGE: Final = "report.html"
MARKDOWN: Final = "report.md"
_PICTURES: Final = {"scores": "scores.png", "ranges": "sources.png"}
_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd;padding:.2em .7em;text-align:right}"
    "td:first-child,th:first-child{text-align:left}img{max-width:100%}code{background:#f3f3f3}"
)


def write_page(folder: Path, report: pa.Table, found: pa.Table) -> None:
    """Write the page as HTML and as Markdown, with its pictures, into a new folder.

    ``report`` has the schema ``QUALITY_REPORT``, ``found`` is its ``RECOMMENDATIONS``. Equal tables give equal text.
    """
    folder.mkdir(parents=True)
    rows = report.to_pylist()
    whole = {row["score"]: row for row in rows if row["source"] == ALL}
    panels = [Panel(score, whole[score]["histogram"]) for score in SCORES]
    (folder / _PICTURES["scores"]).write_bytes(histograms(panels, "All conversations"))
    (folder / _PICTURES["ranges"]).write_bytes(ranges(report))
    text = page_text(rows, found.to_pylist())
    (folder / MARKDOWN).write_text(text, encoding="utf-8", newline="")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    head = f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Quality</title><style>{_STYLE}</style></head>'
    (folder / PAGE).write_text(f"{head}\n<body>\n{body}</body></html>\n", encoding="utf-8", newline="")


def page_text(rows: Sequence[dict[str, Any]], found: Sequence[dict[str, Any]]) -> str:
    """The page in Markdown, from the rows of a report and of its recommendations."""
    whole = [row for row in rows if row["source"] == ALL]
    sources = sorted({row["source"] for row in rows} - {ALL})
    count = whole[0]["rows"] if whole else 0
    return "\n".join(
        [
            "# Quality", "", f"{count:,} conversations of {len(sources):,} sources.", "",
            "## What to look at", "", *_recommended(found), "",
            "## All conversations", "", *_table(_HEAD, (_line(row) for row in whole)), "",
            f"![Distribution of each score]({_PICTURES['scores']})", "", *_meanings(), "",
            "## Sources", "", "The median of each score.", "",
            *_table(("source", "conversations", *SCORES), _medians(rows, sources)), "",
            f"![Range of each score by source]({_PICTURES['ranges']})", "",
            "A line goes from the 5th to the 95th percentile; its thick part holds the middle half, the dot is the median.", "",
        ]
    )  # fmt: skip


_HEAD: Final = ("score", "conversations", "mean", "median", "middle half", "weak", "without")


def _recommended(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not found:
        yield "No source stands out."
    for number, row in enumerate(found, 1):
        ids = ", ".join(f"`{name}`" for name in row["examples"])
        yield f"{number}. {row['says']}" + (f" Such as {ids}." if ids else "")


def _meanings() -> Iterator[str]:
    for score, meaning in load_presets().scores.items():
        yield f"- **{score}**: {meaning}"


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    weak = f"{row['weak'] / row['scored']:.1%}" if row["scored"] else "–"
    half = f"{_number(row['p25'])} to {_number(row['p75'])}"
    without = f"{(row['rows'] - row['scored']) / row['rows']:.1%}" if row["rows"] else "–"
    return row["score"], f"{row['scored']:,}", _number(row["mean"]), _number(row["p50"]), half, weak, without


def _medians(rows: Sequence[dict[str, Any]], sources: Iterable[str]) -> Iterator[tuple[str, ...]]:
    by_place = {(row["source"], row["score"]): row for row in rows}
    for source in sources:
        yield source, f"{by_place[source, SCORES[0]]['rows']:,}", *(_number(by_place[source, score]["p50"]) for score in SCORES)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
