"""``pixel why``: the life of one conversation, scenario or recording, in plain words first, then asset by asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.markup import escape

from pixel_assets.build.evidence import Chapter
from pixel_assets.build.why import ID, Life
from pixel_assets.conversation.flags import MEANINGS
from pixel_assets.shell.console import out

MAX_LISTED: Final = 20


def show_life(life: Life) -> None:
    """Print what became of it, where it came from, and what every asset says of it."""
    out.print(f"[bold]{escape(life.summary)}[/]")
    for label in (ID, "scenario_id", "recording_id"):
        if getattr(life, label):
            _fact(label, getattr(life, label))
    if life.release_id not in (None, life.conversation_id):
        _fact("release_id", f"{life.release_id}, in the exports")
    _list("found in", [_place(place) for place in life.places])
    _list("changed", [f"{flag}: {MEANINGS.get(flag, 'no meaning is known')}" for flag in _flags(life)])
    _list("exported to", [f"{place['file']}, row {place['row']:,}" for place in life.exports])
    _list("used instead of", [f"{row.get(ID) or _place(row)}  {row.get('detail') or ''}".rstrip() for row in life.losers])
    _list("identifiers", [_identifiers(row) for row in life.identifiers])
    _list("judged", [_judgement(row) for row in life.judgements])
    _list("passage", [_passage(row) for row in life.passages])
    for mention in life.mentions:
        _list(f"named by {mention.asset}.{mention.column}", [_spelled(row) for row in mention.rows])
    for chapter in life.chapters:
        _chapter(chapter)


def _place(row: Mapping[str, Any]) -> str:
    """A place as ``pixel why`` takes it: without a number where it is a whole file."""
    place = f"{row['source']}:{row['file']}"
    return f"{place}:{_rows(row['rows'])}" if row.get("rows") else place


def _passage(row: Mapping[str, Any]) -> str:
    name = f"{row[ID]}  " if row[ID] else ""
    return f"{row['passage']}  {row['start']:.2f}–{row['end']:.2f} s, {row['words']:,} words  {name}{row['fate']}"


def _identifiers(row: Mapping[str, Any]) -> str:
    left = "" if row["found"] == row["replaced"] else f", {row['replaced']:,} replaced"
    return f"{row['type']} {row['found']:,}{left}"


def _judgement(row: Mapping[str, Any]) -> str:
    """One decision of the gate: ``2026-11-22 16:30  review under policy 1f…, code 2e…: response:not_asked:review  (stands)``."""
    when = str(row["recorded_at"])[:16].replace("T", " ")
    why = f": {' '.join(row['reasons'])}" if row["reasons"] else ""
    stands = "  (stands)" if row["stands"] else ""
    return f"{when}  {row['verdict']} under policy {row['policy_version']}, code {row['code_version']}{why}{stands}"


def _flags(life: Life) -> list[str]:
    """What conversion changed, each flag once."""
    found = [flag for chapter in life.chapters for row in chapter.rows for flag in row.get("flags") or ()]
    return sorted(set(found))


def _chapter(chapter: Chapter) -> None:
    where = f"[{chapter.partition}]" if chapter.partition else ""
    out.print(f"\n[bold]{chapter.asset}[/]{escape(where)}")
    for row in chapter.rows[:MAX_LISTED]:
        out.print(f"  {escape(_spelled({name: value for name, value in row.items() if name != ID}))}")
    _more(len(chapter.rows))
    code = f"code {chapter.code[:8]}, " if chapter.code else ""
    when = f", computed {chapter.computed_at}" if chapter.computed_at else ""
    out.print(f"  [dim]{code}fingerprint {chapter.fingerprint[:8]}, snapshot {chapter.snapshot[:8]}{when}[/]")


def _list(label: str, lines: Sequence[str]) -> None:
    for line in lines[:MAX_LISTED]:
        _fact(label, line)
    _more(len(lines))


def _fact(label: str, text: str) -> None:
    out.print(f"  [dim]{label}[/] {escape(text)}")


def _more(count: int) -> None:
    if count > MAX_LISTED:
        out.print(f"  [dim]and {count - MAX_LISTED:,} more; --json has all[/]")


def _rows(rows: Sequence[int]) -> str:
    """Numbers of records, those in a row as a range."""
    if len(rows) > 1 and list(rows) == list(range(rows[0], rows[-1] + 1)):
        return f"{rows[0]}-{rows[-1]}"
    return ",".join(str(row) for row in rows)


def _spelled(row: Mapping[str, Any]) -> str:
    said = {name: value for name, value in row.items() if value is not None and value not in ("", [])}
    return ", ".join(f"{name} {_value(value)}" for name, value in said.items())


def _value(value: Any) -> str:
    if isinstance(value, tuple):  # a vector, which tells nobody anything
        return f"({len(value)} numbers)"
    if isinstance(value, list):
        return " ".join(_value(inner) for inner in value[:MAX_LISTED]) + (" …" if len(value) > MAX_LISTED else "")
    if isinstance(value, dict):
        return ":".join(_rows(inner) if isinstance(inner, list) else str(inner) for inner in value.values())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
