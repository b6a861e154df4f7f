"""The front door of the shell: ``pixel …``. Each command calls one function and shows what it gives."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pixel_assets import __version__
from pixel_assets.alerts.tick import look, tick, tick_after
from pixel_assets.assets import GRAPH
from pixel_assets.build.plan import make_plan
from pixel_assets.build.project import Project, open_project
from pixel_assets.build.why import why as tell_life
from pixel_assets.errors import UsageError
from pixel_assets.orchestration.waves import build as run_build
from pixel_assets.shell.alerting import incidents_to_json, need_targets, send_trial, show_incidents, show_tick, show_trial
from pixel_assets.shell.auditing import audit as read_audit
from pixel_assets.shell.auditing import show_audited
from pixel_assets.shell.building import progress, show_plan, show_summary
from pixel_assets.shell.comparing import CURRENT, PREVIOUS, compare, show_comparison
from pixel_assets.shell.console import err, exits, out, print_json
from pixel_assets.shell.coverage import coverage_to_json, read_coverage, show_coverage, write_picture
from pixel_assets.shell.dataset_report import read_dataset_report, show_dataset_report
from pixel_assets.shell.explaining import show_life
from pixel_assets.shell.fetching import fetch_playlists, fetched_to_json, show_fetched
from pixel_assets.shell.forgetting import forget as withdraw
from pixel_assets.shell.forgetting import show_forgotten
from pixel_assets.shell.keeping import (
    collect_garbage,
    problems_to_json,
    show_archive,
    show_freed,
    show_problems,
    show_tags,
    tag_state,
    tags_to_json,
    working,
)
from pixel_assets.shell.listening import hear_source, heard_to_json, show_heard
from pixel_assets.shell.queries import open_catalogue, prompt, run_query
from pixel_assets.shell.reporting import read_report, show_page, show_report
from pixel_assets.shell.sampling import sample_source, sample_to_json, show_sample
from pixel_assets.shell.similar import Side, find_similar, show_similar
from pixel_assets.shell.sources import pin_sources, show_pinned, show_sources, source_states, sources_to_json
from pixel_assets.shell.thresholds import By, foresee, show_foreseen
from pixel_assets.shell.thresholds import write_picture as write_histograms
from pixel_assets.store.backup import backup as save_archive
from pixel_assets.store.restore import restore as restore_archive
from pixel_assets.store.verify import verify as inspect

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="Build, explore and explain a training set. Every command but `ui` has `--json`; `docs/commands.md` tells all.",
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
    force: Annotated[
        bool, typer.Option("--force", help="Recompute what is named, and fail if it comes out differently.")
    ] = False,
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
    for problem in tick_after(project, [(failure.step.name, failure.partition) for failure in summary.failed]):
        err.print(f"[yellow]alerts[/] {escape(problem)}", soft_wrap=True)
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


@app.command(epilog="Example: `pixel why 3f2a91bc`, or `pixel why esconv:17` for record 17, or `pixel why talks:one.wav`")
@exits
def why(
    word: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An id of a conversation, scenario or recording, its first 6 digits or more; `source:file:row` of a record; "
            "or `source:file` of a recording.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Tell the whole life of a conversation: where it came from, and why it is (not) in the training set."""
    life = tell_life(open_project(GRAPH), word)
    if as_json:
        print_json(life.to_json())
    else:
        show_life(life)


@app.command(epilog='Example: `pixel similar "I cannot sleep before exams"`, or with `--role assistant --top 3`')
@exits
def similar(
    text: Annotated[str, typer.Argument(help="What somebody says, in quotes.")],
    role: Annotated[Side, typer.Option(help="The side of conversations that it is compared with.")] = "both",
    top: Annotated[int, typer.Option(metavar="N", help="Matches to show.", min=1)] = 10,
    as_json: Json = False,
) -> None:
    """Find the conversations that have something like a text: by MinHash, then by their exact Jaccard coefficient."""
    found = find_similar(open_project(GRAPH), text, role, top)
    if as_json:
        print_json(found.to_json())
    else:
        show_similar(found)


@app.command(epilog="Example: `pixel audit`, or `pixel audit --since 2026-11-01 --output audit.csv`")
@exits
def audit(
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="Only decisions recorded from then on (UTC)."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every decision there, as .csv, .jsonl or .parquet.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
    as_json: Json = False,
) -> None:
    """Show how the safety gate has decided under each policy; or write the whole audit trail to a file."""
    found = read_audit(open_project(GRAPH), since, output, force=force)
    if as_json:
        print_json(found.to_json())
    else:
        show_audited(found)


@app.command(epilog="Example: `pixel coverage`, or `pixel coverage --png coverage.png`")
@exits
def coverage(
    png: Annotated[Path | None, typer.Option("--png", metavar="FILE", help="Write the heat map as a picture too.")] = None,
    as_json: Json = False,
) -> None:
    """Show how many generated conversations each cell of disorder, modality and population has, and which are empty."""
    cells = read_coverage(open_project(GRAPH))
    if png is not None:
        write_picture(cells, png)
    if as_json:
        print_json(coverage_to_json(cells))
    else:
        show_coverage(cells)


@app.command(
    epilog="Example: `pixel thresholds --preset mission`, or "
    "`pixel thresholds --set coherence=0.85 --set empathy=0 --by category --image scores.png`"
)
@exits
def thresholds(
    preset: Annotated[
        str | None, typer.Option(help="mission, balanced, lenient or off, instead of what the settings say.")
    ] = None,
    instead: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Another threshold for one score; may be given again.")
    ] = None,
    by: Annotated[By, typer.Option(help="What to count by.")] = "source",
    image: Annotated[Path | None, typer.Option(metavar="FILE", help="Write histograms of the scores as a PNG too.")] = None,
    as_json: Json = False,
) -> None:
    """Show what thresholds on scores would keep, each alone and all together, before anything is rebuilt."""
    found = foresee(open_project(GRAPH), preset, instead or (), by)
    if image is not None:
        write_histograms(found, image)
    if as_json:
        print_json(found.to_json())
    else:
        show_foreseen(found)


@app.command(epilog="Example: `pixel report`, `pixel report --dataset`, or `pixel report --no-browser` without a display")
@exits
def report(
    dataset: Annotated[bool, typer.Option("--dataset", help="The report of the training set, not of the scores.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page if there is a display.")] = True,
    as_json: Json = False,
) -> None:
    """Show the quality report: scores by source, what to look at, what moved; or that of the training set; and open its page."""
    if dataset:
        told = read_dataset_report(open_project(GRAPH))
        if as_json:
            print_json(told.to_json())
            return
        show_dataset_report(told)
        if browser:
            show_page(Path(told.page))
        return
    found = read_report(open_project(GRAPH))
    if as_json:
        print_json(found.to_json())
        return
    show_report(found)
    if browser:
        show_page(Path(found.page))


@app.command(epilog="Example: `pixel diff decisions before-threshold current`")
@exits
def diff(
    asset: Annotated[str, typer.Argument(help="Name of one asset.")],
    old: Annotated[str, typer.Argument(help="A tag, 4 or more digits of a snapshot or data version, or `previous`.")] = PREVIOUS,
    new: Annotated[str, typer.Argument(help="The same, or `current`.")] = CURRENT,
    sources: Sources = None,
    as_json: Json = False,
) -> None:
    """Show which rows came, went and changed between two states of an asset."""
    project = open_project(GRAPH)
    found = compare(project, asset, old, new, _sources(project, sources))
    if as_json:
        print_json(found.to_json())
    else:
        show_comparison(found)


@app.command(epilog="Example: `pixel tag before-threshold`, then `pixel sql --as-of before-threshold`")
@exits
def tag(
    name: Annotated[str | None, typer.Argument(help="Name for the current state; without one, tags are listed.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Forget this name.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Move a name that exists to the current state.")] = False,
    as_json: Json = False,
) -> None:
    """Name the current state, so that it is kept and can be looked at; or list the names."""
    tags = tag_state(open_project(GRAPH), name, delete=delete, force=force)
    if as_json:
        print_json(tags_to_json(tags))
    else:
        show_tags(tags, forgotten=name if delete else None)


@app.command(epilog="Example: `pixel gc --dry-run --keep 1`")
@exits
def gc(
    keep: Annotated[int | None, typer.Option(help="Results of each step to keep; by default build.keep_snapshots.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: Json = False,
) -> None:
    """Remove old snapshots that are neither current, tagged nor among the newest."""
    freed = collect_garbage(open_project(GRAPH), keep, dry_run=dry_run)
    if as_json:
        print_json(freed.to_json())
    else:
        show_freed(freed)


@app.command(epilog="Example: `pixel forget 3f2a91bc --yes`, then `pixel build`, then `pixel forget 3f2a91bc --yes --purge`")
@exits
def forget(
    word: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE|ID",
            help="A source; the id of a conversation or of its export; `source:file:row` of a record; or `source:file` of a "
            "recording.",
        ),
    ],
    because: Annotated[str, typer.Option(help="Why, in a few words without names and dates; kept in the file.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only told what would happen.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="Remove every old snapshot and export that holds it, too.")] = False,
    tags: Annotated[bool, typer.Option("--tags", help="With --purge: forget the tags that keep some of them.")] = False,
    as_json: Json = False,
) -> None:
    """Withdraw what somebody asked to take out: gone from every later build; and list the exports and adapters that have it."""
    done = withdraw(open_project(GRAPH), word, because=because, yes=yes, purging=purge, tags=tags)
    if as_json:
        print_json(done.to_json())
    else:
        show_forgotten(done)


@app.command(epilog="Example: `pixel verify --repair`, then `pixel build`")
@exits
def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Remove what is damaged; the next build computes it again.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Checksums of files only, not the hash of every row.")] = False,
    as_json: Json = False,
) -> int:
    """Check that everything in the warehouse is what was written; exit code 1 if it is not."""
    with working("verifying") as progress:
        problems = inspect(open_project(GRAPH).warehouse, repair=repair, deep=not quick, progress=progress)
    if as_json:
        print_json(problems_to_json(problems))
    else:
        show_problems(problems)
    return 0 if all(problem.repaired for problem in problems) else 1


@app.command(epilog="Example: `pixel backup pixel-2026-11-22.tar`")
@exits
def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, a .tar file.")],
    tag: Annotated[str | None, typer.Option(help="Save the state of this tag only.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
    as_json: Json = False,
) -> None:
    """Save the current state and all tags as one archive, each file with its checksum."""
    with working("saving") as progress:
        archive = save_archive(open_project(GRAPH).warehouse, file, tag=tag, force=force, progress=progress)
    if as_json:
        print_json(archive.to_json())
    else:
        show_archive("saved", archive)


@app.command(epilog="Example: `PIXEL_WAREHOUSE=/data/restored pixel restore pixel-2026-11-22.tar`")
@exits
def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `pixel backup` wrote.")],
    as_json: Json = False,
) -> None:
    """Bring a backup back into an empty warehouse, after all of it has been verified."""
    with working("restoring") as progress:
        archive = restore_archive(file, open_project(GRAPH).warehouse, progress=progress)
    if as_json:
        print_json(archive.to_json())
    else:
        show_archive("restored", archive)


sources_app = typer.Typer()
app.add_typer(sources_app, name="sources")


@sources_app.callback(invoke_without_command=True, epilog="Example: `pixel sources`, or `pixel sources check esconv`")
def sources(context: typer.Context, as_json: Json = False) -> None:
    """List every source with its state, rows, licence and last change; or look into one, or pin or fetch what lies elsewhere."""
    if context.invoked_subcommand is None:
        _list_sources(as_json)


@exits
def _list_sources(as_json: bool) -> None:
    states = source_states(open_project(GRAPH))
    if as_json:
        print_json(sources_to_json(states))
    else:
        show_sources(states)


@sources_app.command("check", epilog="Example: `pixel sources check esconv --rows 20`")
@exits
def check_source(
    name: Annotated[str, typer.Argument(help="Name of a source.")],
    rows: Annotated[int, typer.Option(help="Records of each file to read.", min=1)] = 100,
    as_json: Json = False,
) -> None:
    """Read the first records of a source and show its format and conversations; or measure its recordings and judge them."""
    project = open_project(GRAPH)
    source = project.registry.select(name)
    if source.is_spoken:
        with working("measuring") as progress:
            heard = hear_source(project, source, progress)
        if as_json:
            print_json(heard_to_json(heard))
        else:
            show_heard(heard)
        return
    samples = sample_source(project, name, rows)
    if as_json:
        print_json(sample_to_json(samples))
    else:
        show_sample(samples)


@sources_app.command("pin", epilog="Example: `pixel sources pin psych8k`")
@exits
def pin_source(
    names: Annotated[list[str] | None, typer.Argument(help="Sources of the hub; default: those that have no commit.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the hub for the newest commit of datasets and write it into the registry file, whose comments stay."""
    found = pin_sources(open_project(GRAPH), names or [])
    if as_json:
        print_json(found)
    else:
        show_pinned(found)


@sources_app.command("fetch", epilog="Example: `pixel sources fetch talks`, then `pixel plan`")
@exits
def fetch_source(
    names: Annotated[list[str] | None, typer.Argument(help="Sources that are playlists; default: all of them.")] = None,
    as_json: Json = False,
) -> int:
    """Look for new items of playlists and fetch those alone; builds ask only for playlists that were never fetched."""
    with working("fetching") as progress:
        found = fetch_playlists(open_project(GRAPH), names or [], lambda source, message: progress(f"{source}, {message}"))
    if as_json:
        print_json(fetched_to_json(found))
    else:
        show_fetched(found)
    return 3 if any(one.error for one in found) else 0


alerts_app = typer.Typer()
app.add_typer(alerts_app, name="alerts")


@alerts_app.callback(invoke_without_command=True, epilog="Example: `pixel alerts`, or `pixel alerts send` from cron")
def alerts(context: typer.Context, as_json: Json = False) -> None:
    """List what fails now and who was told of it; or tell whoever does not know yet, or send a test."""
    if context.invoked_subcommand is None:
        _list_alerts(as_json)


@exits
def _list_alerts(as_json: bool) -> None:
    project = open_project(GRAPH)
    standing = look(project)
    if as_json:
        print_json(incidents_to_json(standing))
    else:
        show_incidents(standing)


@alerts_app.command("send", epilog="Example: `pixel alerts send`")
@exits
def send_alerts(as_json: Json = False) -> int:
    """Tell every target of `alerts.urls` what it does not know yet; exit code 1 if a message could not be delivered."""
    project = open_project(GRAPH)
    need_targets(project)
    done = tick(project)
    if as_json:
        print_json(done.to_json())
    else:
        show_tick(done)
    return 1 if done.undelivered else 0


@alerts_app.command("test", epilog="Example: `PIXEL_ALERTS_URLS='[\"json://localhost:8080\"]' pixel alerts test`")
@exits
def try_alerts(as_json: Json = False) -> int:
    """Send a test message to every target of `alerts.urls`; exit code 1 if one could not be reached."""
    found = send_trial(need_targets(open_project(GRAPH)))
    if as_json:
        print_json(found)
    else:
        show_trial(found)
    return 1 if any(found.values()) else 0


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
