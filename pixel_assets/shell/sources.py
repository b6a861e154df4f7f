"""``pixel sources``: every source with its state, its numbers and what its licence permits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.shell.console import err, out
from pixel_assets.sources.hub import resolve_revision
from pixel_assets.sources.licences import judge
from pixel_assets.sources.pinning import pin
from pixel_assets.store.ledger import Current, get_current
from pixel_assets.store.source_states import INVENTORY, VOICE, facts

LEAST_WIDTH: Final = 200
BUILT, STALE, FAILED, NEVER = "built", "stale", "failed", "never built"
_COLOURS: Final = {BUILT: "green", STALE: "yellow", FAILED: "red", NEVER: "dim"}


@dataclass(frozen=True)
class SourceState:
    """What is known of one source; numbers are None where nothing is built, and those of the last build where it is stale."""

    name: str
    title: str
    category: str
    purpose: str
    tier: int
    state: str
    error: str | None
    files: int | None
    bytes: int | None
    records: int | None
    conversations: int | None
    rejected: int | None
    licence: str
    constraints: tuple[str, ...]
    verdict: str
    permitted: bool
    changed_at: str | None


def source_states(project: Project) -> list[SourceState]:
    """Every source in force, in the order of the registry."""
    steps = [step for step in project.graph.steps if step.partitioned]
    assets = [asset.name for step in steps for asset in step.assets]
    problems: dict[str, list[tuple[str, str]]] = {}
    for item in make_plan(project, steps).stale:
        problems.setdefault(item.partition, []).extend((reason.kind, reason.detail) for reason in item.reasons)
    judged = judge(project.registry.sources, project.settings.licences)
    counts = _counts(project)
    found = []
    for source in project.registry:
        current = [now for name in assets if (now := get_current(project.warehouse, name, source.name))]
        state, error = _state(current, problems.get(source.name, []))
        judgement = judged[source.name]
        found.append(
            SourceState(
                source.name,
                source.title,
                source.category,
                source.purpose,
                source.tier,
                state,
                error,
                **counts.get(source.name, _NOTHING),
                licence=source.licence,
                constraints=source.constraints,
                verdict=judgement.verdict,
                permitted=judgement.permitted,
                changed_at=max((now.since for now in current), default=None),
            )
        )
    return found


def _state(current: Iterable[Current], problems: list[tuple[str, str]]) -> tuple[str, str | None]:
    """The state of a source, from what stands and what the plan has against it."""
    states = list(current)
    failed = next((detail for kind, detail in problems if kind == "failed"), None)
    failed = failed or next((state.error for state in states if state.error), None)
    if failed:
        return FAILED, failed
    if not any(state.snapshot for state in states):
        return NEVER, None
    return (STALE if problems else BUILT), None


_NOTHING: Final[dict[str, Any]] = dict.fromkeys(("files", "bytes", "records", "conversations", "rejected"))


def _counts(project: Project) -> dict[str, dict[str, Any]]:
    with project.connect() as connection:
        for name in (INVENTORY, *VOICE):
            if name in project.graph.assets:
                connection.execute(f"CREATE VIEW {name} AS {project.table(name).sql()}")
        columns = ", ".join(("source", *_NOTHING))
        rows = connection.sql(f"SELECT {columns} FROM ({facts(project.graph.assets)})").to_arrow_table().to_pylist()
    return {row.pop("source"): row for row in rows}


def sources_to_json(states: Iterable[SourceState]) -> list[dict[str, Any]]:
    """The documented form of ``pixel sources --json``."""
    return [asdict(state) for state in states]


def show_sources(states: list[SourceState]) -> None:
    """Print one line a source, then what is wrong with those that failed."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    numbers = ("tier", "records", "conversations", "rejected")
    names = ("source", "category", "for", "tier", "state", "records", "conversations", "rejected", "licence", "last change")
    for column in names:
        table.add_column(column, justify="right" if column in numbers else "left", no_wrap=True)
    for state in states:
        table.add_row(
            state.name, state.category, state.purpose, str(state.tier), f"[{_COLOURS[state.state]}]{state.state}[/]",
            _number(state.records), _number(state.conversations), _number(state.rejected),
            escape(state.licence) + _verdict(state), (state.changed_at or "")[:16].replace("T", " "),
        )  # fmt: skip
    Console(width=max(out.width, LEAST_WIDTH), highlight=False).print(table)  # a narrow terminal wraps it; nothing is cut off
    for state in states:
        if state.error:
            err.print(f"[red]{state.name}[/] {escape(state.error)}", soft_wrap=True)
    built = sum(state.state == BUILT for state in states)
    out.print(f"[dim]{built} of {len(states)} sources are built and up to date; `pixel sources check NAME` looks into one[/]")


def _verdict(state: SourceState) -> str:
    """What stands behind the licence: nothing where it allows all, red where this release may not hold it."""
    if state.verdict == "allow":
        return ""
    return f" [{'yellow' if state.permitted else 'red'}]{state.verdict}[/]"


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def pin_sources(project: Project, names: Iterable[str]) -> dict[str, str]:
    """Pin hub datasets to the commit that is newest now: the named sources, or all that have no commit yet.

    Gives the revision by source. Raises :class:`UsageError` for a name that is no hub source, and what asking the
    hub raises; those pinned before stay pinned.
    """
    chosen = [project.registry.select(name) for name in names]
    for source in chosen:
        if source.hub is None:
            raise UsageError(f"source {source.name!r} is no dataset of the hub", expected="a source with hub in the registry")
    found = {}
    for source in chosen or [source for source in project.registry if source.hub and source.hub.revision is None]:
        if source.hub:
            revision = resolve_revision(source.hub.dataset, "main", project.settings.hub)
            pin(project.settings.sources.registry_file, source.name, revision)
            found[source.name] = revision
    return found


def show_pinned(found: dict[str, str]) -> None:
    """Print what was pinned."""
    for name, revision in found.items():
        out.print(f"{name} is pinned to {revision}")
    if not found:
        out.print("every hub source is pinned; name one to move it to its newest commit")
