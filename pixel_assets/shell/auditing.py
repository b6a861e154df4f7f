"""``pixel audit``: the recorded decisions of the safety gate, in numbers, and as a file for whoever has to show them."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from rich.markup import escape

from pixel_assets.build.graph import asset
from pixel_assets.build.judged import AUDIT
from pixel_assets.build.project import Project
from pixel_assets.errors import UsageError
from pixel_assets.shell.console import out
from pixel_assets.shell.queries import open_catalogue
from pixel_assets.store.history import view_name

_HISTORY: Final = view_name(AUDIT)
_RECORDED: Final = f"FROM {_HISTORY} WHERE recorded_at >= $since"
_COUNTED: Final = f"""
    SELECT policy_version, code_version, verdict, count(*), min(recorded_at), max(recorded_at) {_RECORDED}
    GROUP BY ALL ORDER BY ALL
"""
_STANDING: Final = f"SELECT DISTINCT policy_version, code_version FROM {AUDIT}"
_ORDER: Final = "ORDER BY recorded_at, conversation_id"
# In a table of one line a decision, reasons and evidence are words; the other formats keep them as lists
_FLAT: Final = """* REPLACE (
    array_to_string(reasons, ' ') AS reasons,
    array_to_string(list_transform(evidence, lambda one:
        format('{}:{}:{}@{}:{}-{}', one.area, one.rule, one.level, one.turn, one.start, one.end)), ' ') AS evidence)"""
_FORMATS: Final = {
    ".csv": (_FLAT, "FORMAT csv, HEADER"), ".jsonl": ("*", "FORMAT json"), ".parquet": ("*", "FORMAT parquet, COMPRESSION zstd"),
}  # fmt: skip


@dataclass(frozen=True)
class Ruling:
    """The decisions that were made under one policy by one version of the code."""

    policy_version: str
    code_version: str
    first: str  # when the first and the last of them were recorded (UTC)
    last: str
    verdicts: dict[str, int]
    stands: bool  # whether decisions that hold now were made so


@dataclass(frozen=True)
class Audited:
    """What is in the trail, and the file that it was written to."""

    decisions: int
    since: str | None
    file: str | None
    rulings: tuple[Ruling, ...]  # oldest first

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel audit --json``."""
        return asdict(self)


def audit(project: Project, since: datetime | None = None, file: Path | None = None, *, force: bool = False) -> Audited:
    """Count the decisions that were recorded from ``since`` on (UTC where it names no zone), and write them to ``file``.

    Raises :class:`UsageError` where nothing was ever judged, or where the file cannot be written; what was there then stays.
    """
    asset(project.graph, AUDIT)
    copy = _format(file, force=force) if file else None
    start = since.replace(tzinfo=since.tzinfo or UTC).astimezone(UTC).isoformat(timespec="microseconds") if since else ""
    with open_catalogue(project, None) as connection:
        if not connection.sql(f"SELECT 1 FROM {_HISTORY} LIMIT 1").fetchall():
            raise UsageError("no decision was recorded yet", where=str(project.warehouse.root), hint=f"Run `pixel build {AUDIT}`")
        found = tuple(_rulings(connection, start))
        if file and copy:
            _write(connection, file, *copy, start)
    return Audited(sum(sum(each.verdicts.values()) for each in found), start or None, str(file) if file else None, found)


def _rulings(connection: duckdb.DuckDBPyConnection, since: str) -> Iterator[Ruling]:
    standing = set(connection.sql(_STANDING).fetchall())
    grouped: dict[tuple[str, str], list[tuple[str, int, str, str]]] = {}
    for policy, code, *counted in connection.execute(_COUNTED, {"since": since}).fetchall():
        grouped.setdefault((policy, code), []).append((counted[0], counted[1], counted[2], counted[3]))
    made = [
        Ruling(
            *versions, min(first for *_, first, _ in counted), max(last for *_, last in counted),
            {verdict: rows for verdict, rows, _, _ in counted}, versions in standing,
        )
        for versions, counted in grouped.items()
    ]  # fmt: skip
    yield from sorted(made, key=lambda each: (each.first, each.policy_version, each.code_version))


def _format(file: Path, *, force: bool) -> tuple[str, str]:
    """What to select and how to write it, by the ending of the file."""
    if file.suffix.lower() not in _FORMATS:
        raise UsageError(f"no format is called {file.suffix!r}", where=str(file), expected=f"one of {', '.join(_FORMATS)}")
    if file.exists() and not force:
        raise UsageError("the file exists", where=str(file), hint="Name another, or --force to overwrite it")
    return _FORMATS[file.suffix.lower()]


def _write(connection: duckdb.DuckDBPyConnection, file: Path, columns: str, options: str, since: str) -> None:
    beside = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
    named = str(beside).replace("'", "''")
    try:
        connection.execute(f"COPY (SELECT {columns} {_RECORDED} {_ORDER}) TO '{named}' ({options})", {"since": since})
        os.replace(beside, file)
    except (OSError, duckdb.IOException) as error:
        raise UsageError(
            f"the file cannot be written: {getattr(error, 'strerror', None) or type(error).__name__}",
            where=str(file),
            hint="Name a file in a folder that exists and has room",
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def show_audited(found: Audited) -> None:
    """Print what each policy led to, oldest first, and where the rows are."""
    since = f" since {_when(found.since)}" if found.since else ""
    out.print(f"[bold]{found.decisions:,} decisions of the safety gate{since}[/]")
    for each in found.rulings:
        stands = "  (stands)" if each.stands else ""
        verdicts = ", ".join(f"{name} {rows:,}" for name, rows in each.verdicts.items())
        out.print(f"  {_when(each.first)}  policy {each.policy_version}, code {each.code_version}: {verdicts}{stands}")
    where = f"written to {found.file}" if found.file else "--output audit.csv writes them, with reasons and evidence"
    out.print(f"  [dim]{escape(where)}[/]")


def _when(recorded: str) -> str:
    return recorded[:16].replace("T", " ")
