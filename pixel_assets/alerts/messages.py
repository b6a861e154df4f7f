"""Messages: one for all that a target is to be told at a tick, as plain text and as Markdown.

They hold names, numbers, times and commands. Text of conversations, errors of libraries (which may quote a record) and values
of settings stay in the warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from pixel_assets.alerts.incidents import Change, Fault, Incident

MOST_ITEMS: Final = 20
MOST_CHARACTERS: Final = 500  # of one description
MOST_MEASURES: Final = 8
Tone = Literal["failure", "warning", "success", "info"]

_ORDER: Final[tuple[Change, ...]] = ("opened", "changed", "over", "reminder")
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]#|~])")


@dataclass(frozen=True)
class News:
    """One change of one incident, as a target is to hear it. ``before`` is the word that it heard last."""

    change: Change
    incident: Incident
    before: str = ""


@dataclass(frozen=True)
class Message:
    """What is sent: the same in two notations, and how grave it is."""

    title: str
    text: str
    markdown: str
    tone: Tone


@dataclass(frozen=True)
class _Line:
    label: str
    value: str
    is_command: bool = False


def compose(news: Sequence[News]) -> Message:
    """One message for one or more pieces of news, the gravest first, the first twenty in full."""
    ordered = sorted(news, key=lambda n: (_ORDER.index(n.change), n.incident.fault.severity, n.incident.fault.key))
    shown, more = ordered[:MOST_ITEMS], len(ordered) - MOST_ITEMS
    rest = [f"… and {more} more: pixel alerts"] if more > 0 else []
    text = [f"{_heading(item)}\n" + "\n".join(_plain(line) for line in _lines(item)) for item in shown]
    markdown = [f"**{escaped(_heading(item))}**\n\n" + "\n".join(_marked(line) for line in _lines(item)) for item in shown]
    title = f"Pixel: {_heading(ordered[0])}" if len(ordered) == 1 else f"Pixel: {_counts(ordered)}"
    return Message(title, "\n\n".join([*text, *rest]), "\n\n".join([*markdown, *rest]), _tone(ordered))


def trial() -> Message:
    """The message that shows whether a target can be reached."""
    text = "This is a test: alerts of this project reach you here."
    return Message("Pixel: test of alerts", text, text, "info")


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it is."""
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))


def moment(time: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def subject(fault: Fault) -> str:
    """What fails, in a few words: ``corpus: unique_key``, ``conversations[esconv]: build`` or ``safety_audit: settings``."""
    return f"{fault.place}: {fault.check or {'failed': 'build', 'settings': 'settings'}.get(fault.kind, fault.kind)}"


def _heading(news: News) -> str:
    fault = news.incident.fault
    match news.change:
        case "over":
            return f"OK {subject(fault)} {'is gone' if news.incident.gone else 'passes again'}"
        case "changed":
            return f"{fault.severity} {subject(fault)} (was {news.before})"
        case "reminder":
            return f"{fault.severity} {subject(fault)} still fails"
        case _:
            return f"{fault.severity} {subject(fault)}"


def _lines(news: News) -> Iterator[_Line]:
    incident, fault = news.incident, news.incident.fault
    if news.change == "over":
        ended = moment(incident.ended_at or incident.last_seen)
        yield _Line("failed", f"{moment(incident.first_seen)} to {ended}")
        yield _Line("was", _short(fault.description))
        if news.before == "owed":
            yield _Line("note", "the message that it had begun could not be delivered")
        return
    yield _Line("what", _short(fault.description))
    if fault.measured:
        values = [f"{name} {value:,.6g}" for name, value in sorted(fault.measured.items())[:MOST_MEASURES]]
        yield _Line("measured", ", ".join(values))
    yield _Line("since", moment(incident.first_seen))
    if fault.holds:
        yield _Line("held back", _short(", ".join(fault.holds)))
    yield from _next_steps(fault)


def _next_steps(fault: Fault) -> Iterator[_Line]:
    match fault.kind:
        case "check":
            condition = f"asset = '{fault.asset}' AND check_name = '{fault.check}' AND NOT passed"
            yield _Line("look", f'pixel sql "SELECT * FROM pixel_checks WHERE {condition}"', is_command=True)
            held = "; nothing is built on it until the check passes" if fault.severity == "ERROR" else ""
            yield _Line("do", f"docs/operations.md says what the check asks for; `pixel why ID` tells of one row{held}")
        case "failed":
            yield _Line("look", f"pixel plan {fault.asset}", is_command=True)
            yield _Line("do", "mend what the reason of the plan names, then `pixel build`")
        case "settings":
            yield _Line("look", f"pixel plan {fault.asset}", is_command=True)
            yield _Line("do", "`pixel build`, or put the settings back")


def _plain(line: _Line) -> str:
    return f"  {line.label}: {line.value}"


def _marked(line: _Line) -> str:
    if line.is_command:
        return f"- {line.label}: `{line.value}`"
    # What stands in backticks is a command of ours, and stays one.
    parts = re.split(r"(`pixel [^`]*`)", line.value) if line.label == "do" else [line.value]
    return f"- {line.label}: " + "".join(part if part.startswith("`pixel ") else escaped(part) for part in parts)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 1] + "…"


def _counts(news: Sequence[News]) -> str:
    failing = [n.incident.fault.severity for n in news if n.change in ("opened", "changed")]
    over = sum(n.change == "over" for n in news)
    reminders = sum(n.change == "reminder" for n in news)
    errors, warnings = failing.count("ERROR"), failing.count("WARN")
    found = [
        (errors, "error" if errors == 1 else "errors"),
        (warnings, "warning" if warnings == 1 else "warnings"),
        (over, "ended"),
        (reminders, "still failing"),
    ]
    return ", ".join(f"{count} {what}" for count, what in found if count)


def _tone(news: Sequence[News]) -> Tone:
    failing = {n.incident.fault.severity for n in news if n.change != "over"}
    return "failure" if "ERROR" in failing else "warning" if failing else "success"
