"""The front door of the shell: ``pixel …``. Each command calls one function and shows what it gives."""

from __future__ import annotations

from typing import Annotated

import typer

from pixel_assets import __version__
from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import Project, open_project
from pixel_assets.errors import UsageError
from pixel_assets.orchestration.waves import build as run_build
from pixel_assets.shell.building import progress, show_plan, show_summary
from pixel_assets.shell.console import exits, out, print_json
from pixel_assets.shell.queries import open_catalogue, prompt, run_query

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Build, explore and explain a training set. Every command has `--json`; `docs/commands.md` tells all.",
    epilog="Exit codes: 0 done, 1 a blocking check failed, 2 wrong use or unreadable settings, 3 a source failed.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Selection = Annotated[
    list[str] | None,
    typer.Argument(help="Assets or `group:NAME`; everything they need comes with them. Default: the whole graph."),
]
Sources = Annotated[str | None, typer.Option("--sources", help="Only these sources, separated by commas.")]


def _sources(project: Project, names: str | None) -> list[str] | None:
    if names is None:
        return None
    chosen = [name.strip() for name in names.split(",") if name.strip()]
    for name in chosen:
        project.registry.select(name)
    return chosen


@app.callback(invoke_without_command=True)
def pixel(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """A data build system for therapeutic-conversation training sets."""
    if version:
        out.print(f"pixel {__version__}")
        raise typer.Exit


@app.command(epilog="Example: `pixel plan dataset_exports`")
@exits
def plan(selection: Selection = None, sources: Sources = None, as_json: Json = False) -> None:
    """Show what would be rebuilt, and why; nothing is run."""
    project = open_project(GRAPH)
    steps = GRAPH.select(selection) if selection else None
    found = make_plan(project, steps, _sources(project, sources), row_counts=True)
    if as_json:
        print_json(found.to_json())
    else:
        show_plan(found)


@app.command(epilog="Example: `pixel build corpus --sources esconv,annomi`")
@exits
def build(
    selection: Selection = None,
    sources: Sources = None,
    force: Annotated[bool, typer.Option("--force", help="Recompute what is named, and fail if it comes out differently.")] = False,
    as_json: Json = False,
) -> int:
    """Bring the graph up to date: only what changed is computed."""
    project = open_project(GRAPH)
    steps = GRAPH.select(selection) if selection else None
    chosen = _sources(project, sources)
    forced = GRAPH.named(selection) if force and selection else list(GRAPH.steps) if force else []
    with progress() as reporter:
        summary = run_build(project, steps=steps, sources=chosen, force=forced, reporter=reporter)
    if as_json:
        print_json(summary.to_json())
    else:
        show_summary(project, summary)
    return summary.exit_code


@app.command(epilog='Example: `pixel sql "SELECT reason, count(*) FROM decisions GROUP BY reason"`')
@exits
def sql(
    query: Annotated[str | None, typer.Argument(help="A query; without one, queries are read from standard input.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Look at the snapshots of this tag.")] = None,
    as_json: Json = False,
) -> None:
    """Explore the warehouse in SQL (DuckDB); every asset is a view."""
    project = open_project(GRAPH)
    if query is None and as_json:
        raise UsageError("--json needs a query", hint='Try `pixel sql "SHOW TABLES" --json`')
    with open_catalogue(project, as_of) as connection:
        if query is None:
            prompt(connection)
        else:
            run_query(connection, query, as_json=as_json)


@app.command(epilog="Example: `pixel ui --port 3001`")
@exits
def ui(
    port: Annotated[int, typer.Option(help="Port of the web page.")] = 3000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> int:
    """Open Dagster's UI on this warehouse, its state under the project and its telemetry off."""
    from pixel_assets.orchestration.ui import run_ui  # Dagster is imported only here

    return run_ui(open_project(GRAPH), host, port)


def main() -> None:
    """Entry point of the ``pixel`` command."""
    app()
