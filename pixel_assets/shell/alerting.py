"""``pixel alerts``: what fails now and who knows of it, what a tick sent, and whether targets can be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from pixel_assets.alerts.incidents import Incident
from pixel_assets.alerts.messages import moment, subject, trial
from pixel_assets.alerts.tick import Tick, targets_of
from pixel_assets.build.project import Project
from pixel_assets.errors import SettingsError
from pixel_assets.shell.console import err, out
from pixel_assets.store.warehouse import public_name

if TYPE_CHECKING:
    from pixel_assets.alerts.notify import Target

_KNOWING = ("ERROR", "WARN")


def need_targets(project: Project) -> list[Target]:
    """The targets of the settings; raises :class:`SettingsError` if there are none, or if one cannot be used."""
    if not project.settings.alerts.urls:
        raise SettingsError(
            "nobody is to be told", where="setting alerts.urls", expected="URLs of apprise", hint="docs/alerts.md has examples"
        )
    return targets_of(project)


def incidents_to_json(incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    """The documented form of ``pixel alerts --json``."""
    return [
        {
            "kind": incident.fault.kind,
            "asset": incident.fault.asset,
            "partition": public_name(incident.fault.partition),
            "check": incident.fault.check or None,
            "severity": incident.fault.severity,
            "status": incident.status,
            "since": incident.first_seen.isoformat(),
            "description": incident.fault.description,
            "measured": dict(incident.fault.measured),
            "holds": list(incident.fault.holds),
            "told": _told(incident),
        }
        for incident in incidents
    ]


def show_incidents(incidents: Sequence[Incident]) -> None:
    """Print what fails now, errors first."""
    if not incidents:
        out.print("[green]nothing fails[/]")
        return
    for incident in incidents:
        fault = incident.fault
        colour = "red" if fault.severity == "ERROR" else "yellow"
        known = "waits before anybody is told" if incident.status == "waiting" else f"told to {_told(incident)}"
        out.print(
            f"[{colour}]{fault.severity:5}[/] [bold]{escape(subject(fault))}[/]  [dim]{moment(incident.first_seen)}, {known}[/]"
        )
        out.print(f"      {escape(fault.description)}")
    out.print("[dim]`pixel alerts send` tells whoever does not know yet[/]")


def show_tick(tick: Tick) -> None:
    """Print what a tick sent, and on standard error what it could not."""
    for problem in tick.undelivered:
        err.print(f"[red]not delivered[/] {escape(problem)}; the next tick tries again", soft_wrap=True)
    out.print(f"{tick.messages} messages sent, with {tick.news} pieces of news; {len(tick.standing)} fail now")


def send_trial(targets: Sequence[Target]) -> dict[str, str | None]:
    """Send the test message to every target; gives by its label None, or why it was not delivered."""
    from pixel_assets.alerts.notify import send  # apprise is loaded only where something is sent

    found: dict[str, str | None] = {}
    for number, target in enumerate(targets, 1):
        found[f"{number} {target.label}"] = send(target, trial())  # two targets may share a host
    return found


def show_trial(found: Mapping[str, str | None]) -> None:
    """Print which targets could be reached."""
    for label, problem in found.items():
        if problem:
            err.print(f"[red]not delivered[/] {escape(problem)}", soft_wrap=True)
        else:
            out.print(f"[green]sent[/] {escape(label)}")


def _told(incident: Incident) -> int:
    """How many targets know that it fails."""
    return sum(told.word in _KNOWING for told in incident.told.values())
