"""``pixel report --dataset``: the report of the training set that was built last, in the terminal, and its page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.markup import escape

from pixel_assets.build.graph import asset
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.release.report.files import JSON, PAGE
from pixel_assets.shell.console import out
from pixel_assets.store.warehouse import read_json

ASSET: Final = "dataset_report"
MAX_LISTED: Final = 15
_WIDTH: Final = 40
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class DatasetReport:
    """The report that stands: where its page is, and what it says, as in ``report.json``."""

    page: str
    content: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel report --dataset --json``."""
        return {"page": self.page, **self.content}


def read_dataset_report(project: Project) -> DatasetReport:
    """The report as it was built last; raises :class:`UsageError` where it never was."""
    asset(project.graph, ASSET)
    table = project.table(ASSET)
    if not table.snapshots:
        raise UsageError(f"{ASSET} is not built yet", where=str(project.warehouse.root), hint=f"Run `pixel build {ASSET}`")
    folder = table.path(str(table.snapshots[0].folder))
    return DatasetReport(str(folder / PAGE), read_json(Path(folder / JSON)))


def show_dataset_report(found: DatasetReport) -> None:
    """Print the funnel, the ratios, the splits and what to do, with bars."""
    said = found.content
    out.print(f"[bold]{said['mix']:,} of {said['target']:,} conversations are in the mix[/]")
    whole = max(said["conversations"], 1)
    out.print(f"  {'conversations':<36} {'':>10} {whole:>10,}  {bar(1.0)}")
    for step in said["steps"]:
        name = f"{step['stage']}: {step['reason']}".replace("_", " ")
        out.print(f"  {escape(name):<36} {-step['rows']:>10,} {step['left']:>10,}  {bar(step['left'] / whole)}")
    out.print("[bold]categories[/]")
    for row in said["categories"]:
        short = f"  [yellow]short by {max(0, row['wanted'] - row['kept']):,}[/]" if row["kept"] < row["wanted"] else ""
        shares = f"{row['share']:>6.1%} for {row['ratio']:>6.1%}"
        out.print(f"  {row['category']:<36} {row['taken']:>10,} {shares}  {bar(row['share'])}{short}")
    out.print("[bold]splits[/]")
    for row in said["splits"]:
        out.print(f"  {row['name']:<36} {row['rows']:>10,}  {bar(row['rows'] / max(said['mix'], 1))}")
    advice = said["recommendations"]
    out.print("[bold]what to do[/]" if advice else "nothing is short, and no source stands out")
    for row in advice[:MAX_LISTED]:
        ids = f" Such as {', '.join(name[:12] for name in row['examples'])}." if row["examples"] else ""
        out.print(f"  {escape(row['says'])}{ids}")
    if len(advice) > MAX_LISTED:
        out.print(f"  [dim]and {len(advice) - MAX_LISTED:,} more in the page[/]")
    out.print(f"page: {escape(found.page)}")


def bar(share: float) -> str:
    """A bar of up to 40 characters, to an eighth of one."""
    eighths = round(min(max(share, 0.0), 1.0) * _WIDTH * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest - 1] if rest else "")
