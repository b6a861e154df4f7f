"""``pixel forget``: withdrawal of a source, a conversation, a record or a recording; where it was given away; and the purge."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.markup import escape

from pixel_assets.build.checking import known_check
from pixel_assets.build.holding import Held, Holdings, Wanted, find_holdings
from pixel_assets.build.project import Project
from pixel_assets.build.withdrawing import Withdrawal, find_withdrawal
from pixel_assets.errors import UsageError
from pixel_assets.shell.console import out
from pixel_assets.sources.withdrawals import load_withdrawals, save_withdrawals
from pixel_assets.store.catalogue import publish
from pixel_assets.store.garbage import Freed
from pixel_assets.store.locks import lock
from pixel_assets.store.purging import purge
from pixel_assets.store.tags import delete_tag
from pixel_assets.store.warehouse import bracket

MAX_LISTED: Final = 20


@dataclass(frozen=True)
class Forgotten:
    """What was withdrawn, or would be; who has it; and what is left to do."""

    withdrawal: Withdrawal
    file: str  # of withdrawals
    written: bool  # whether the file was changed now
    dry_run: bool
    released: tuple[Held, ...]  # exports, adapters and the like that hold it
    snapshots: int  # that hold it in this warehouse
    current: int  # of these, how many stand until the next build
    tags: tuple[str, ...]  # that keep some of them
    originals: tuple[str, ...]  # where it still lies outside of the warehouse
    purged: Freed | None = None

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel forget --json``."""
        found = self.withdrawal
        return {
            "kind": found.kind,
            "name": found.name,
            "conversations": list(found.conversations),
            "places": [dict(place) for place in found.places],
            "along": list(found.along),
            "alike": list(found.alike),
            "file": self.file,
            "written": self.written,
            "dry_run": self.dry_run,
            "released": [asdict(one) for one in self.released],
            "snapshots": self.snapshots,
            "current": self.current,
            "tags": list(self.tags),
            "originals": list(self.originals),
            "purged": self.purged.to_json() if self.purged else None,
        }


def forget(
    project: Project, word: str, *, because: str = "", yes: bool = False, purging: bool = False, tags: bool = False
) -> Forgotten:
    """Withdraw what ``word`` names and list what holds it; without ``yes`` only look.

    ``purging`` removes every snapshot that holds it, once a build has replaced those that stand; ``tags`` forgets the tags that
    keep some. Doing any of it again changes nothing. Raises :class:`UsageError` as :func:`find_withdrawal`, and where current
    snapshots or tags are in the way of a purge.
    """
    found = find_withdrawal(project, word, because)
    file = project.settings.sources.withdrawals_file
    written = False
    if yes:
        with lock(project.warehouse.prepare().lock("withdrawals")):
            before = load_withdrawals(file)
            after = before | found.adds
            written = after != before
            if written:
                save_withdrawals(file, after)
    known = load_withdrawals(file) | found.adds
    wanted = Wanted(
        frozenset() if found.kind == "source" else frozenset(found.conversations),
        {source: frozenset(hashes) for source, hashes in known.records.items()} if found.kind != "source" else {},
        found.name if found.kind == "source" else None,
        frozenset((place["source"], place["file"]) for place in found.places) if found.kind == "recording" else frozenset(),
    )
    holdings = find_holdings(project, wanted)
    held = holdings if found.kind != "source" else _of_source(project, holdings, found)
    freed = _purge(project, held, wanted, dry_run=not yes, tags=tags) if purging else None
    return Forgotten(
        found, str(file), written, not yes, held.released, len(held.snapshots), len(held.current), held.tags,
        tuple(_originals(project, found)), freed,
    )  # fmt: skip


def _of_source(project: Project, holdings: Holdings, found: Withdrawal) -> Holdings:
    """The holdings of a source, with the releases that have one of its conversations."""
    return Holdings(
        holdings.snapshots,
        find_holdings(project, Wanted(frozenset(found.conversations))).released,
        holdings.current,
        holdings.tags,
    )


def _purge(project: Project, held: Holdings, wanted: Wanted, *, dry_run: bool, tags: bool) -> Freed:
    if held.current and not dry_run:
        asset, partition, _ = held.current[0]
        raise UsageError(
            f"{len(held.current)} current snapshots still hold it, such as {asset}{bracket(partition)}",
            hint="Run `pixel build`, then this again with --purge",
        )
    if held.tags and not tags and not dry_run:
        raise UsageError(
            f"tags keep it: {', '.join(held.tags)}",
            hint="`pixel tag NAME --delete` forgets one; --tags forgets all of these",
        )
    for name in held.tags if tags and not dry_run else ():
        delete_tag(project.warehouse, name)
    if not dry_run:
        publish(project.warehouse.prepare(), project.graph.assets, project.sources)
    known = (known_check(project, check, p) for check in project.graph.checks for p in project.partitions_of(check.asset))
    standing = {check.fingerprint for check in known if check}
    schemas = {name: asset.schema for name, asset in project.graph.assets.items()}
    freed = purge(project.warehouse, held.snapshots.keys(), schemas, partition=wanted.source, standing=standing, dry_run=dry_run)
    if not dry_run:
        publish(project.warehouse, project.graph.assets, project.sources)
        if wanted.source is not None:
            (project.warehouse.observed / f"{wanted.source}.json").unlink(missing_ok=True)
    return freed


def _originals(project: Project, found: Withdrawal) -> list[str]:
    """Where it lies outside of the warehouse: files, datasets and playlists that nobody but their owner can change."""
    if found.kind != "source":
        return [f"{place['source']}:{place['file']}" + "".join(f":{row}" for row in place["rows"]) for place in found.places]
    source = next((one for one in project.registry if one.name == found.name), None)
    if source is None:
        return []
    if source.hub:
        cache = project.settings.hub.cache or project.warehouse.root / "acquired"
        return [f"{source.hub.dataset}, of which {cache} may hold a copy"]
    if source.playlist:
        return [f"the playlist, of which {project.playlists} may hold a copy"]
    return [f"{project.settings.sources.dir / pattern}" for pattern in (*source.path, *source.recordings)]


def show_forgotten(done: Forgotten) -> None:
    """Print what was withdrawn, who has it, and what comes next."""
    found = done.withdrawal
    verb = "would be withdrawn" if done.dry_run and not found.standing else "is withdrawn"
    count = len(found.conversations)
    out.print(f"[bold]{found.kind} {escape(found.name)} {verb}[/]: {count:,} conversation{'' if count == 1 else 's'}")
    _listed("goes with it, for it stands in the same record", found.along)
    _listed("nearly the same, and stays until you name it", found.alike)
    if done.released:
        out.print(f"{len(done.released):,} exports and adapters have it; whoever got one has to be told:")
        for one in done.released[:MAX_LISTED]:
            stands = "  (current)" if one.current else ""
            tags = f"  tags {', '.join(one.tags)}" if one.tags else ""
            out.print(f"  {one.asset}  snapshot {one.snapshot}  {one.computed_at[:19]}{escape(tags)}{stands}", soft_wrap=True)
    else:
        out.print("no export and no adapter in this warehouse has it")
    _listed("lies outside of the warehouse, and is for its owner to remove", done.originals)
    _next(done)


def _next(done: Forgotten) -> None:
    if done.dry_run:
        out.print(f"[dim]nothing was changed; --yes writes it to {escape(done.file)}[/]")
        return
    out.print(f"{'written to' if done.written else 'stands in'} {escape(done.file)}; commit it with the registry")
    if done.purged is not None:
        out.print(f"purged: {done.purged.snapshots:,} snapshots, {done.purged.data_files:,} data files")
    elif done.current:
        out.print(f"`pixel build` replaces the {done.current:,} current snapshots that hold it")
    elif done.snapshots:
        kept = f", and tags keep some: {', '.join(done.tags)}" if done.tags else ""
        out.print(f"{done.snapshots:,} old snapshots hold it; --purge removes them{escape(kept)}")
    else:
        out.print("nothing in this warehouse holds it any more")


def _listed(label: str, names: tuple[str, ...]) -> None:
    for name in names[:MAX_LISTED]:
        out.print(f"  [dim]{label}:[/] {escape(name)}", soft_wrap=True)
    if len(names) > MAX_LISTED:
        out.print(f"  [dim]and {len(names) - MAX_LISTED:,} more; --json has all[/]")
