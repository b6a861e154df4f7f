"""What went wrong with an item or a playlist: a reason code, and what may be said of it.

The messages of yt-dlp hold addresses and titles, so none of them is passed on. Sites say in words why an item is refused, and
yt-dlp hands those words down; they are only looked through for what they mean.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from yt_dlp.networking.exceptions import HTTPError, TransportError  # type: ignore[import-untyped]  # it has no types
from yt_dlp.utils import (  # type: ignore[import-untyped]  # it has no types
    ContentTooShortError,
    DownloadError,
    GeoRestrictedError,
    UnavailableVideoError,
    UnsupportedError,
)

from pixel_assets.sources.playlists.items import Reason

BUSY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
STATUS: Final[dict[int, Reason]] = {401: "private", 402: "private", 403: "private", 451: "geo_blocked"}
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})
WORDS: Final[tuple[tuple[Reason, re.Pattern[str]], ...]] = (  # the first that is found counts
    (
        "age_restricted",
        re.compile(r"\bage[- ](restrict|limit|gate|verif)|(confirm|verify) your age|inappropriate for some", re.I),
    ),
    ("geo_blocked", re.compile(r"\bgeo[- ]?(restrict|block)|(in|from) your (country|location|region)\b", re.I)),
    (
        "private",
        re.compile(r"\bprivate\b|members[- ]only|\bpremium\b|subscri(be|ption)|(log|sign)[- ]?in\b|registered users", re.I),
    ),
    ("network", re.compile(r"\[download\] got error|timed out|connection (reset|refused|aborted)|name resolution", re.I)),
    ("unavailable", re.compile(r"unavailable|not available|no longer|does(n't| not) exist|removed|deleted|terminated", re.I)),
)
DISK: Final = re.compile(r"unable to (open for writing|write data|rename file|create directory)", re.I)
HTTP_STATUS: Final = re.compile(r"HTTP Error (\d{3})")


@dataclass(frozen=True)
class Failure:
    """Why something could not be had; ``wait`` is how many seconds the site asked for before the next try."""

    reason: Reason
    detail: str
    wait: float | None = None


class DiskFailure(Exception):
    """Files cannot be written: no fault of an item."""


def failure_of(error: BaseException) -> Failure:
    """What an error of yt-dlp means; raises :class:`DiskFailure` where it is one of the disk."""
    chain = list(_chain(error))
    if DISK.search(str(error)) or any(isinstance(cause, OSError) and cause.errno in FULL for cause in chain):
        raise DiskFailure from error
    for cause in chain:
        if isinstance(cause, HTTPError):
            return _of_status(cause.status, _asked_wait(cause))
    for cause in chain:
        if isinstance(cause, GeoRestrictedError):
            return Failure("geo_blocked", "refused where this runs")
        if isinstance(cause, UnsupportedError):
            return Failure("unsupported", "yt-dlp finds no media at the address")
        if isinstance(cause, TransportError | ContentTooShortError):
            return Failure("network", type(cause).__name__)
        if isinstance(cause, UnavailableVideoError):
            return Failure("unavailable", type(cause).__name__)
    text = str(error)
    status = HTTP_STATUS.search(text)
    if status:
        return _of_status(int(status[1]), None)
    reason: Reason = next((reason for reason, words in WORDS if words.search(text)), "unsupported")
    return Failure(reason, "the transfer broke off" if reason == "network" else type(chain[-1]).__name__)


def _of_status(status: int, wait: float | None) -> Failure:
    reason: Reason = "network" if status in BUSY or status >= 500 else STATUS.get(status, "unavailable")
    return Failure(reason, f"HTTP {status}", wait)


def _asked_wait(error: HTTPError) -> float | None:
    asked = error.response.headers.get("Retry-After") or ""
    return float(asked) if asked.isdecimal() else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, as far as yt-dlp says."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        told = current.exc_info[1] if isinstance(current, DownloadError) and current.exc_info else None
        cause = getattr(current, "cause", None)
        current = told or (cause if isinstance(cause, BaseException) else None) or current.__cause__ or current.__context__
