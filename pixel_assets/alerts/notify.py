"""Sending, through apprise: the targets that settings name, what each asks for, and one message to one of them.

A URL of apprise holds secrets (tokens, passwords), often where other URLs have a host. No error, log or file shows more of it
than its scheme and, where there is one, its host; apprise's own log, which shows more, is silenced while it works.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, get_args
from urllib.parse import urlsplit

from pixel_assets.alerts.incidents import Fault, Kind, Severity
from pixel_assets.alerts.messages import Message
from pixel_assets.errors import SettingsError

if TYPE_CHECKING:
    from apprise import NotifyBase

_LOGGERS: Final = ("apprise", "urllib3")  # the second logs paths of webhooks
_STATUS: Final = re.compile(r"error=(\d{3})\b")  # how apprise's plugins log what a server answered
HINT: Final = "docs/alerts.md has examples"


@dataclass(frozen=True)
class Filter:
    """What a target asks for; words of one sort are alternatives, and each sort that is there must fit."""

    severities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    assets: tuple[str, ...] = ()

    def wants(self, fault: Fault) -> bool:
        """Whether a fault is told to this target."""
        return (
            (not self.severities or fault.severity in self.severities)
            and (not self.kinds or fault.kind in self.kinds)
            and (not self.groups or fault.group in self.groups)
            and (not self.assets or any(fnmatchcase(fault.asset, pattern) for pattern in self.assets))
        )


@dataclass(frozen=True)
class Target:
    """Somewhere to send to. ``id`` is stable and tells nothing; ``label`` is what people are shown."""

    id: str
    label: str
    filter: Filter
    plugin: NotifyBase


def targets(items: Sequence[str], variables: Mapping[str, str]) -> list[Target]:
    """The targets of ``alerts.urls``, in order; raises :class:`SettingsError` for one that cannot be used."""
    found: dict[str, Target] = {}
    for number, item in enumerate(items, 1):
        target = _target(item, f"setting alerts.urls, item {number}", variables)
        if target.id in found:
            raise SettingsError(
                f"{target.label} is there twice", where=f"setting alerts.urls, item {number}", expected="each URL once", hint=HINT
            )
        found[target.id] = target
    return list(found.values())


def send(target: Target, message: Message) -> str | None:
    """Send one message; gives None, or why it was not delivered (without any secret)."""
    from apprise import Apprise, NotifyFormat, NotifyType

    is_plain = target.plugin.resolve_format() is NotifyFormat.TEXT
    with _quiet() as answers:
        service = Apprise(asset=target.plugin.asset)
        service.add(target.plugin)
        sent = service.notify(
            title=message.title,
            body=message.text if is_plain else message.markdown,
            body_format=NotifyFormat.TEXT if is_plain else NotifyFormat.MARKDOWN,
            notify_type=NotifyType(message.tone),
        )
    if sent:
        return None
    return f"{target.label} " + (f"answered {answers[-1]}" if answers else "could not be reached, or did not take the message")


def _target(item: str, where: str, variables: Mapping[str, str]) -> Target:
    *words, address = item.split() or [""]
    narrowed = _filter(words, where)
    url = address
    if address.startswith("env:"):
        name = address.removeprefix("env:")
        url = variables.get(name, "").strip()
        if not url:
            raise SettingsError(f"the variable {name} is not set", where=where, expected="a URL of apprise in it", hint=HINT)
    plugin = _plugin(url)
    if plugin is None:
        shown = address if address.startswith("env:") else _scheme(url)
        raise SettingsError(f"{shown} cannot be used", where=where, expected="a URL that apprise knows, whole", hint=HINT)
    # Of the words that stand in the settings: a password behind env: is not in it, and may change.
    digest = hashlib.sha256(address.encode()).hexdigest()[:12]
    return Target(digest, _label(address, url, plugin), narrowed, plugin)


def _plugin(url: str) -> NotifyBase | None:
    from apprise import Apprise, AppriseAsset, OverflowMode

    with _quiet():
        asset = AppriseAsset(app_id="Pixel", app_desc="Pixel alerts", async_mode=False)
        plugin = Apprise.instantiate(url, asset=asset) if url else None
    if plugin is not None and "overflow=" not in url:
        plugin.overflow_mode = OverflowMode.SPLIT  # what is too long for one message comes as several, not as none
    return plugin


def _label(address: str, url: str, plugin: NotifyBase) -> str:
    scheme = _scheme(url)
    if address.startswith("env:"):
        return f"{address} ({scheme})"
    templates: tuple[str, ...] = plugin.templates
    shown: str = plugin.url(privacy=True)  # type: ignore[no-untyped-call]
    host = urlsplit(shown).hostname if all("{host}" in template for template in templates) else None
    return f"{scheme}://{host or '…'}"


def _scheme(url: str) -> str:
    found = re.match(r"([a-z][a-z0-9+.-]{0,30})://", url, re.IGNORECASE)
    return found[1].lower() if found else "what is no URL"


def _filter(words: Sequence[str], where: str) -> Filter:
    severities, kinds, groups, assets = set(), set(), set(), []
    for word in words:
        sort, colon, name = word.partition(":")
        if word in get_args(Severity):
            severities.add(word)
        elif sort == "kind" and name in get_args(Kind):
            kinds.add(name)
        elif sort == "group" and name:
            groups.add(name)
        elif not colon and re.fullmatch(r"[a-z0-9_*?\[\]!-]+", word):
            assets.append(word)
        else:
            # The word itself is not shown: a URL with a space in it ends up here.
            known = ", ".join((*get_args(Severity), *(f"kind:{kind}" for kind in get_args(Kind)), "group:NAME"))
            raise SettingsError(
                "a word before the URL is none that narrows alerts", where=where,
                expected=f"{known} or a pattern of assets; in the URL itself a space is %20", hint=HINT,
            )  # fmt: skip
    return Filter(frozenset(severities), frozenset(kinds), frozenset(groups), tuple(assets))


class _Answers(logging.Handler):
    """Keeps the status codes that apprise logs, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if found:
            self.codes.append(found[1])


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """No log of these libraries gets out; yields the status codes that servers answered, as they come."""
    handler = _Answers()
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    before = [(logger.level, logger.propagate, logger.handlers[:]) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
        logger.propagate, logger.handlers = False, [handler]
    try:
        yield handler.codes
    finally:
        for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
            logger.setLevel(level)
            logger.propagate, logger.handlers = propagate, handlers
