"""Keeping a warehouse: tags, garbage, verification, backups; what these commands do and print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.markup import escape
from rich.table import Table

from pixel_assets.build.checking import known_check
from pixel_assets.build.project import Project
from pixel_assets.shell.console import err, out
from pixel_assets.store.backup import Archive
from pixel_assets.store.catalogue import publish
from pixel_assets.store.garbage import Freed, collect
from pixel_assets.store.tags import Tag, create_tag, delete_tag, list_tags
from pixel_assets.store.verify import Problem

MAX_LISTED: Final = 100


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """A spinner on standard error, and a function that says how far the work is."""
    with err.status(what) as status:
        yield lambda message: status.update(f"{what}: {message}")


def tag_state(project: Project, name: str | None, *, delete: bool, force: bool) -> list[Tag]:
    """Name the current state, or forget a name, or (without one) list all; gives the tags it was about."""
    if name is None:
        return list_tags(project.warehouse)
    if delete:
        delete_tag(project.warehouse, name)
        return []
    assets = {asset: project.partitions_of(asset) for asset in project.graph.assets}
    return [create_tag(project.warehouse, name, assets, force=force)]


def collect_garbage(project: Project, keep: int | None, *, dry_run: bool) -> Freed:
    """Collect garbage, once the catalogue is up to date, for its views must not lose their files."""
    publish(project.warehouse.prepare(), project.graph.assets, project.sources)
    keep = project.settings.build.keep_snapshots if keep is None else keep
    known = (known_check(project, check, p) for check in project.graph.checks for p in project.partitions_of(check.asset))
    return collect(project.warehouse, keep, dry_run=dry_run, standing={check.fingerprint for check in known if check})


def tags_to_json(tags: Sequence[Tag]) -> list[dict[str, Any]]:
    """The documented form of ``pixel tag --json``."""
    return [{"name": tag.name, "created_at": tag.created_at, "snapshots": tag.snapshots} for tag in tags]


def show_tags(tags: Sequence[Tag], *, forgotten: str | None = None) -> None:
    """Print tags by name, or that one is forgotten."""
    if forgotten:
        out.print(f"tag {forgotten} is forgotten; `pixel gc` removes what only it kept")
        return
    if not tags:
        out.print("no tags; `pixel tag NAME` names the current state")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("tag", "created", "snapshots"):
        table.add_column(column, justify="right" if column == "snapshots" else "left")
    for tag in tags:
        table.add_row(tag.name, tag.created_at, f"{tag.size:,}")
    out.print(table)


def show_freed(freed: Freed) -> None:
    """Print what was removed, or would be."""
    verb = "would be removed" if freed.dry_run else "removed"
    if freed.nothing:
        out.print(f"[green]no garbage[/]: all {freed.kept_snapshots:,} snapshots are current, tagged or recent")
        return
    out.print(
        f"{_size(freed.bytes)} {verb}: {freed.snapshots:,} snapshots, {freed.data_files:,} data files, "
        f"{freed.ledger_entries:,} ledger entries, {freed.check_records:,} check results, "
        f"{freed.leftovers:,} leftovers"
    )
    out.print(f"[dim]{freed.kept_snapshots:,} snapshots are kept[/]")


def problems_to_json(problems: Sequence[Problem]) -> dict[str, Any]:
    """The documented form of ``pixel verify --json``."""
    found = [{"where": p.where, "what": p.what, "repairable": p.repairable, "repaired": p.repaired} for p in problems]
    return {"problems": found, "sound": not problems}


def show_problems(problems: Sequence[Problem]) -> None:
    """Print what is damaged, and what to do."""
    if not problems:
        out.print("[green]sound[/]: everything is what was written")
        return
    for problem in problems[:MAX_LISTED]:
        done = "[yellow]removed[/] " if problem.repaired else "[red]damaged[/] "
        out.print(f"{done}{escape(problem.where)}: {escape(problem.what)}")
    if len(problems) > MAX_LISTED:
        out.print(f"[dim]and {len(problems) - MAX_LISTED:,} more; --json has all[/]")
    if any(problem.repaired for problem in problems):
        out.print("`pixel build` computes what was removed again")
    elif any(problem.repairable for problem in problems):
        out.print("`pixel verify --repair` removes what is damaged, and `pixel build` computes it again")
    if not all(problem.repairable for problem in problems):
        out.print("a damaged tag cannot be computed again: restore a backup, or `pixel tag NAME --delete`")


def show_archive(verb: str, archive: Archive) -> None:
    """Print what a backup holds."""
    out.print(
        f"{verb} {escape(str(archive.path))}: {archive.snapshots:,} snapshots in {archive.files:,} files, "
        f"{_size(archive.bytes)}, saved {archive.created_at}"
    )


def _size(count: float) -> str:
    units = ["bytes", "KB", "MB", "GB", "TB"]
    while count >= 1000 and len(units) > 1:
        count /= 1000
        units.pop(0)
    return f"{count:,.0f} bytes" if units[0] == "bytes" else f"{count:,.1f} {units[0]}"
