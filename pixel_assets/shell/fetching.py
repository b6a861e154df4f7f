"""``pixel sources fetch``: look for new items of playlists, and say what came."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.markup import escape

from pixel_assets.build.playlists import Say, acquire_playlists
from pixel_assets.build.project import Project
from pixel_assets.errors import PixelError, UsageError
from pixel_assets.shell.console import err, out
from pixel_assets.sources.playlists.items import folder_of, known_items


@dataclass(frozen=True)
class Fetched:
    """What is there of a playlist: all its items, those that came now, those that could not be had and why; or its error."""

    source: str
    items: int = 0
    new: tuple[str, ...] = ()
    failed: dict[str, str] = field(default_factory=dict)  # id → reason
    version: str | None = None
    error: str | None = None


def fetch_playlists(project: Project, names: Iterable[str], say: Say = lambda source, message: None) -> list[Fetched]:
    """Acquire what is new in the named playlists, or in all; one that cannot be read leaves the others alone.

    Raises :class:`UsageError` for a name that is no playlist.
    """
    chosen = [project.registry.select(name) for name in names] or [entry for entry in project.registry if entry.playlist]
    for entry in chosen:
        if entry.playlist is None:
            raise UsageError(f"source {entry.name!r} is no playlist", expected="a source with playlist in the registry")
    playlists = {entry.name: entry.playlist for entry in chosen if entry.playlist}
    before = {name: known_items(folder_of(playlist, project.playlists)) for name, playlist in playlists.items()}
    found = []
    for name, there in acquire_playlists(project, playlists, say).items():
        if isinstance(there, PixelError):
            found.append(Fetched(name, error=str(there)))
            continue
        new = tuple(item.id for item in there.items if item.file is not None and item.id not in before[name])
        found.append(Fetched(name, len(there.items), new, {item.id: str(item.reason) for item in there.failed}, there.version))
    return found


def fetched_to_json(found: Iterable[Fetched]) -> list[dict[str, Any]]:
    """The documented form of ``pixel sources fetch --json``."""
    return [asdict(one) for one in found]


def show_fetched(found: list[Fetched]) -> None:
    """Print one line a playlist, then the items that could not be had."""
    for one in found:
        if one.error:
            err.print(f"[red]{one.source}[/] {escape(one.error)}", soft_wrap=True)
            continue
        out.print(f"{one.source}  {len(one.new):,} new of {one.items:,} items  [dim]version {one.version}[/]")
        for item, reason in one.failed.items():
            out.print(f"  [yellow]{reason}[/] {escape(item)}")
    if not found:
        out.print("no source is a playlist")
    elif any(one.new for one in found):
        out.print("[dim]`pixel plan` shows what follows from it; `pixel build` measures and transcribes what is new[/]")
