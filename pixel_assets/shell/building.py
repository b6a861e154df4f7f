"""Plans and builds in the terminal: reasons by asset, progress while it runs, and the closing table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

from rich.markup import escape
from rich.status import Status
from rich.table import Table

from pixel_assets.build.plan import Plan, Stale
from pixel_assets.build.project import Project
from pixel_assets.build.step import AssetResult
from pixel_assets.orchestration.waves import Reporter, Summary
from pixel_assets.shell.console import err, out
from pixel_assets.store.warehouse import WHOLE, bracket

MAX_PARTITIONS = 4  # of one asset, before they are counted instead of listed


def show_plan(plan: Plan) -> None:
    """Print what is stale and why; partitions that are stale for the same reason share a line."""
    if not plan.stale and not plan.held:
        out.print(f"[green]nothing to do[/]: {plan.fresh} assets and partitions are up to date")
        return
    for name, items in groupby(plan.stale, key=lambda item: ", ".join(asset.name for asset in item.step.assets)):
        by_reason: dict[tuple[str, ...], list[Stale]] = defaultdict(list)
        for item in items:
            by_reason[tuple(f"{reason.kind}: {reason.detail}" for reason in item.reasons)].append(item)
        for reasons, group in by_reason.items():
            parts = [item.partition for item in group if item.partition != WHOLE]
            where = ""
            if parts:
                shown = ", ".join(parts[:MAX_PARTITIONS])
                more = f" and {len(parts) - MAX_PARTITIONS} more" if len(parts) > MAX_PARTITIONS else ""
                where = f" \\[{shown}{more}]"
            known = "  [dim](known: nothing will be computed)[/]" if all(item.known for item in group) else ""
            out.print(f"[bold]{name}[/]{where}{known}")
            for reason in reasons:
                out.print(f"    {escape(reason)}")
    for held in plan.held:
        out.print(f"[red]held back[/] {held.step.name}: {held.by.check} on {held.by.asset} failed: {escape(held.by.description)}")
    out.print(f"{len(plan.stale)} to do, {plan.fresh} up to date" + (f", {len(plan.held)} held back" if plan.held else ""))


@contextmanager
def progress() -> Iterator[Reporter]:
    """A reporter that shows finished steps as lines and the running one with a spinner (on a terminal)."""
    with err.status("looking at the sources …") as status:
        yield _TerminalReporter(status)


class _TerminalReporter(Reporter):
    def __init__(self, status: Status) -> None:
        super().__init__(self._line)
        self._status = status

    def _line(self, text: str) -> None:
        if text.startswith("[dim]…"):
            self._status.update(text)
            if not err.is_terminal and "[/]  [dim]" in text:  # without a spinner, long steps still say how far they are
                err.print(text)
        else:
            err.print(text)


def show_summary(project: Project, summary: Summary) -> None:
    """Print the closing table: what was built of each asset, what the checks say, where the exports are."""
    if not (summary.built or summary.reused or summary.failed or summary.skipped):
        out.print(f"[green]up to date[/]: nothing was built  ({summary.seconds:.1f} s)")
    else:
        out.print(_asset_table(project, summary))
    for failure in summary.failed:
        out.print(f"[red]failed[/]   {failure.step.name}{escape(bracket(failure.partition))}: {escape(failure.error)}")
    for skipped in summary.skipped:
        out.print(f"[yellow]skipped[/]  {skipped.step.name}{escape(bracket(skipped.partition))}")
    counts = summary.to_json()["checks"]
    out.print(f"checks: {counts['passed']} passed, {counts['warned']} warned, {counts['failed']} failed")
    for check in summary.checks:
        if not check.passed:
            colour = "red" if check.blocking else "yellow"
            name = f"{check.asset}{escape(bracket(check.partition))}: {check.check}"
            out.print(f"  [{colour}]{check.severity.lower():5}[/] {name}: {escape(check.description)}")
    if project.warehouse.exports.exists():
        out.print(f"exports: {project.warehouse.exports}")
    out.print(f"[dim]{summary.seconds:.1f} s; explore with `pixel sql`, ask of a row with `pixel why ID`[/]")


def _asset_table(project: Project, summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("asset")
    for name in ("built", "reused", "failed", "rows", "computed", "seconds"):
        table.add_column(name, justify="right")
    by_asset: dict[str, list[AssetResult]] = defaultdict(list)
    for result in [*summary.built, *summary.reused]:
        by_asset[result.asset].append(result)
    failed: dict[str, int] = defaultdict(int)
    for failure in summary.failed:
        for asset in failure.step.assets:
            failed[asset.name] += 1
    for name in project.graph.assets:
        results = by_asset[name]
        if results or failed[name]:
            built = sum(not result.reused for result in results)
            table.add_row(
                name, str(built), str(len(results) - built), str(failed[name]) if failed[name] else "0",
                f"{sum(r.rows for r in results):,}", f"{sum(r.rows_computed for r in results):,}",
                f"{sum(r.seconds for r in results):.1f}",
            )  # fmt: skip
    return table
