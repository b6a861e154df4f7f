"""One tick: look, bring the incidents up to date, tell every target what it does not know yet.

The shell, the sensor and the end of a build do the same tick on the same file under one lock, so that each change is told once.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pixel_assets.alerts.incidents import (
    Incident,
    advance,
    due,
    load_incidents,
    save_incidents,
    standing,
    tell,
    unsettled,
)
from pixel_assets.alerts.messages import News, compose
from pixel_assets.alerts.observing import Built, observe
from pixel_assets.build.project import Project
from pixel_assets.errors import PixelError
from pixel_assets.store.locks import lock
from pixel_assets.store.warehouse import Warehouse

if TYPE_CHECKING:
    from pixel_assets.alerts.notify import Target


@dataclass(frozen=True)
class Tick:
    """What a tick did: messages and pieces of news that were delivered, what was not, and what fails now."""

    messages: int
    news: int
    undelivered: tuple[str, ...]
    standing: tuple[Incident, ...]

    def to_json(self) -> dict[str, Any]:
        """The documented form of ``pixel alerts send --json``."""
        return {
            "messages": self.messages, "news": self.news, "undelivered": list(self.undelivered), "open": len(self.standing),
        }  # fmt: skip


def state_file(warehouse: Warehouse) -> Path:
    """Where the incidents of a warehouse lie."""
    return warehouse.root / "alerts" / "state.json"


def targets_of(project: Project, variables: Mapping[str, str] | None = None) -> list[Target]:
    """The targets that the settings name; raises :class:`SettingsError` for one that cannot be used."""
    from pixel_assets.alerts.notify import targets  # apprise is loaded only where something may be sent

    return targets(project.settings.alerts.urls, os.environ if variables is None else variables)


def look(project: Project, now: datetime | None = None) -> list[Incident]:
    """What fails now, with what is known of it; nothing is sent or written."""
    before = load_incidents(state_file(project.warehouse))
    seen = observe(project, before)
    return standing(advance(before, seen, now or datetime.now(UTC)))


def tick(project: Project, *, failures: Collection[Built] = (), now: datetime | None = None) -> Tick:
    """Look, and tell every target what it does not know yet; what cannot be delivered is tried again by the next tick.

    ``failures`` are steps (partitions) that a build has just failed on. Raises :class:`SettingsError` before anything is sent
    if a URL cannot be used, and :class:`WarehouseError` where the state cannot be written.
    """
    chosen = targets_of(project)
    path = state_file(project.warehouse)
    remind_after = timedelta(hours=project.settings.alerts.remind_after)
    messages = delivered = 0
    undelivered = []
    with lock(project.warehouse.lock("alerts")):
        now = now or datetime.now(UTC)  # not before the lock is held: another tick may have taken its time
        before = load_incidents(path)
        incidents = advance(before, observe(project, before, failures), now)
        save_incidents(path, incidents)
        for target in chosen:
            news = _news(incidents, target, now, remind_after)
            if not news:
                continue
            problem = _send(target, list(news.values()))
            for key in news:
                incidents[key] = tell(incidents[key], target.id, now, sent=problem is None)
            save_incidents(path, incidents)  # after each target: a crash sends one message twice at most, and none never
            if problem is None:
                messages, delivered = messages + 1, delivered + len(news)
            else:
                undelivered.append(problem)
        save_incidents(path, unsettled(incidents, {target.id for target in chosen}))
    return Tick(messages, delivered, tuple(undelivered), tuple(standing(incidents)))


def tick_after(project: Project, failures: Iterable[Built]) -> list[str]:
    """The tick at the end of a build, where somebody is to be told; gives what went wrong with it, which fails no build."""
    if not project.settings.alerts.urls:
        return []
    try:
        return list(tick(project, failures=set(failures)).undelivered)
    except PixelError as error:
        return [str(error)]


def _news(incidents: Mapping[str, Incident], target: Target, now: datetime, remind_after: timedelta) -> dict[str, News]:
    found = {}
    for key, incident in incidents.items():
        wanted = target.filter.wants(incident.fault)
        change = due(incident, target.id, wanted=wanted, now=now, remind_after=remind_after)
        if change:
            told = incident.told.get(target.id)
            found[key] = News(change, incident, told.word if told else "")
    return found


def _send(target: Target, news: list[News]) -> str | None:
    from pixel_assets.alerts.notify import send

    return send(target, compose(news))
