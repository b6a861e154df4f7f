"""Incidents: what fails becomes one, what passes ends it, and each target is told of each change once.

Level-triggered, as Prometheus' Alertmanager does it: every tick compares what fails *now* with the incidents that are known,
and what a target was told last with what it should know. So a tick that is missed, a send that fails or a crash between
the two loses nothing: the difference is still there at the next tick.

The incidents lie in one JSON file, written whole or not at all. Without it everything that fails is told again, no more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.warehouse import bracket, read_json, write_json

Kind = Literal["check", "failed", "settings"]
Severity = Literal["ERROR", "WARN"]
Status = Literal["waiting", "open", "over"]
Change = Literal["opened", "changed", "reminder", "over"]
Word = Literal["ERROR", "WARN", "over", "owed"]  # what a target was told last; owed: nothing yet, the first send failed


@dataclass(frozen=True)
class Fault:
    """Something that fails now: a check, a step that could not be built, or an asset that changed settings left behind.

    ``description`` holds names and numbers only, never text of a conversation.
    """

    kind: Kind
    asset: str
    partition: str
    group: str
    severity: Severity
    description: str
    since: datetime
    check: str = ""
    measured: Mapping[str, float] = field(default_factory=dict)
    holds: tuple[str, ...] = ()  # assets that are not built because of it
    patience: timedelta = timedelta()  # how long it must last before anybody is told

    @property
    def key(self) -> str:
        """What makes it the same incident at the next tick."""
        return ":".join((self.kind, self.asset, self.partition, self.check))

    @property
    def place(self) -> str:
        """The asset with its partition, as people are shown it."""
        return self.asset + bracket(self.partition)


@dataclass(frozen=True)
class Seen:
    """What one look at the warehouse found. What is known, not failing, neither ``unknown`` nor ``gone``, passes."""

    faults: tuple[Fault, ...]
    unknown: frozenset[str] = frozenset()  # keys that cannot be judged just now: their incidents stay as they are
    gone: frozenset[str] = frozenset()  # keys of what is no longer there to fail


@dataclass(frozen=True)
class Told:
    """What a target knows of an incident, and since when."""

    word: Word
    at: datetime


@dataclass(frozen=True)
class Incident:
    """A fault over time, and who knows of it (by the id of the target)."""

    fault: Fault
    status: Status
    first_seen: datetime
    last_seen: datetime
    ended_at: datetime | None = None
    gone: bool = False
    told: Mapping[str, Told] = field(default_factory=dict)


Incidents = Mapping[str, Incident]
_FILE: Final = TypeAdapter(dict[str, Incident])


def advance(incidents: Incidents, seen: Seen, now: datetime) -> dict[str, Incident]:
    """The incidents after a look: new ones wait or open, what still fails goes on, what passes or is gone is over."""
    after: dict[str, Incident] = {}
    for fault in seen.faults:
        old = incidents.get(fault.key)
        if old is None or old.status == "over":
            started = Incident(fault, "waiting", min(fault.since, now), now, told=old.told if old else {})
        else:
            started = replace(old, fault=fault, last_seen=now)
        ripe = now - started.first_seen >= fault.patience
        after[fault.key] = replace(started, status="open") if ripe else started
    for key, old in incidents.items():
        if key in after:
            continue
        if key in seen.unknown:
            after[key] = old
        else:
            after[key] = replace(old, status="over", ended_at=old.ended_at or now, gone=key in seen.gone)
    return after


def due(incident: Incident, target: str, *, wanted: bool, now: datetime, remind_after: timedelta) -> Change | None:
    """What a target is to be told of an incident now, or None.

    ``wanted`` says whether the target asks for such incidents; one that was told of its opening is told of its end in any case.
    A ``remind_after`` of zero means no reminders.
    """
    told = incident.told.get(target)
    if incident.status == "waiting":
        return None
    if incident.status == "over":
        return "over" if told and told.word != "over" else None
    if told is None or told.word in ("over", "owed"):
        return "opened" if wanted else None
    if told.word != incident.fault.severity:
        return "changed"
    return "reminder" if wanted and remind_after and now - told.at >= remind_after else None


def tell(incident: Incident, target: str, now: datetime, *, sent: bool) -> Incident:
    """The incident after a message about it was sent to a target, or could not be."""
    if sent:
        word: Word = "over" if incident.status == "over" else incident.fault.severity
    elif target in incident.told and incident.told[target].word != "over":
        return incident  # what it knows has not changed
    else:
        word = "owed"
    return replace(incident, told={**incident.told, target: Told(word, now)})


def unsettled(incidents: Incidents, targets: Collection[str]) -> dict[str, Incident]:
    """The incidents without those that are over and of which no target is waiting to hear."""
    return {
        key: incident
        for key, incident in incidents.items()
        if incident.status != "over" or any(t in targets and told.word != "over" for t, told in incident.told.items())
    }


def standing(incidents: Incidents) -> list[Incident]:
    """What fails now, errors first, in order of asset."""
    return sorted((i for i in incidents.values() if i.status != "over"), key=lambda i: (i.fault.severity, i.fault.key))


def load_incidents(path: Path) -> dict[str, Incident]:
    """The incidents of the last tick; none where there is no such file or it is damaged."""
    try:
        return _FILE.validate_python(read_json(path))
    except (FileNotFoundError, CorruptSnapshot, ValidationError):
        return {}


def save_incidents(path: Path, incidents: Incidents) -> None:
    """Write the incidents; raises :class:`WarehouseError` where that cannot be done."""
    write_json(path, _FILE.dump_python(dict(incidents), mode="json"))
