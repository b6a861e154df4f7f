"""``pixel report``: the quality report that was built last, what moved since the accepted one, and the page that shows it all."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from pixel_assets.build.accepted import accepted
from pixel_assets.build.graph import asset
from pixel_assets.build.project import Project
from pixel_assets.checks.quality import ASSET, COMPARING
from pixel_assets.errors import UsageError
from pixel_assets.quality.drift import DriftLimits, Moved, drift
from pixel_assets.quality.report import ALL
from pixel_assets.quality.report_page import PAGE
from pixel_assets.quality.tables import SCORES
from pixel_assets.shell.console import out

RECOMMENDED: Final = "quality_recommendations"
MAX_LISTED: Final = 10


@dataclass(frozen=True)
class Report:
    """The report that stands: its page, scores of all conversations, what to look at, and what moved."""

    page: str
    conversations: int
    sources: int
    scores: tuple[Mapping[str, Any], ...]  # of all conversations: score, scored, mean, p50, weak
    recommendations: tuple[Mapping[str, Any], ...]
    compared_with: str | None  # a tag or the first digits of a snapshot; None where there is no earlier report
    moved: tuple[Moved, ...]  # scores of sources that drifted or fell

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel report --json``."""
        return asdict(self)


def read_report(project: Project) -> Report:
    """The report as it was built last; raises :class:`UsageError` where it never was, or where ``drift.reference`` is no tag."""
    asset(project.graph, ASSET)
    table = project.table(ASSET)
    if not table.snapshots:
        raise UsageError(f"{ASSET} is not built yet", where=str(project.warehouse.root), hint=f"Run `pixel build {ASSET}`")
    report = table.read()
    settings = project.settings.drift
    before = accepted(project, ASSET, COMPARING, settings.reference)
    moved = drift(before.table, report, DriftLimits.of(settings)) if before else []
    rows = sorted(report.to_pylist(), key=lambda row: (row["source"], SCORES.index(row["score"])))
    whole = [{name: row[name] for name in ("score", "scored", "mean", "p50", "weak")} for row in rows if row["source"] == ALL]
    found = project.table(RECOMMENDED).read().to_pylist()
    return Report(
        str(table.path(str(table.snapshots[0].folder)) / PAGE),
        max((row["rows"] for row in rows if row["source"] == ALL), default=0),
        len({row["source"] for row in rows} - {ALL}),
        tuple(whole),
        tuple(sorted(found, key=lambda row: (-row["rows"], row["source"], row["score"], row["kind"]))),
        before.word if before else None,
        tuple(each for each in moved if each.drifted or each.degraded),
    )


def show_page(page: Path) -> bool:
    """Open the page in a browser if there is a display; says whether it did."""
    has_display = sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return has_display and webbrowser.open(page.as_uri())


def show_report(found: Report) -> None:
    """Print a summary: the scores, what to look at, what moved, and where the page is."""
    out.print(f"[bold]{found.conversations:,} conversations of {found.sources:,} sources[/]")
    for row in found.scores:
        said = f"mean {row['mean']:.3f}, median {row['p50']:.3f}, {row['weak']:,} weak" if row["scored"] else "nothing has it"
        out.print(f"  {row['score']:<21} {row['scored']:>9,} scored  {said}")
    _show_moved(found)
    out.print("[bold]what to look at[/]" if found.recommendations else "no source stands out")
    for row in found.recommendations[:MAX_LISTED]:
        ids = f" Such as {', '.join(name[:12] for name in row['examples'])}." if row["examples"] else ""
        out.print(f"  {escape(row['says'])}{ids}")
    if len(found.recommendations) > MAX_LISTED:
        out.print(f"  [dim]and {len(found.recommendations) - MAX_LISTED:,} more in {RECOMMENDED}[/]")
    out.print(f"page: {escape(found.page)}")


def _show_moved(found: Report) -> None:
    if found.compared_with is None:
        out.print("there is no report before this one to compare with")
        return
    out.print(f"{len(found.moved):,} scores of sources moved since {escape(found.compared_with)}")
    for each in found.moved[:MAX_LISTED]:
        what = "[red]fell[/]" if each.degraded else "[yellow]drifted[/]"
        means = " to ".join("none" if mean is None else f"{mean:.3f}" for mean in (each.mean_before, each.mean_after))
        out.print(f"  {what} {escape(each.source)} {each.score}: index {each.index:.3f}, mean {means}")
