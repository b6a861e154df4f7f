"""What went wrong with a dataset, in words that say what to do: errors of the hub's libraries as our own.

Their messages may hold addresses, values of rows or headers, so none of them is passed on; only names of
configurations and splits are taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from datasets.data_files import EmptyDatasetError
from datasets.exceptions import DataFilesNotFoundError, DatasetNotFoundError
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from pixel_assets.errors import PixelError, SourceError, WarehouseError
from pixel_assets.sources.hub import client
from pixel_assets.sources.source import HubDataset

TOKEN = "run `hf auth login`, or set HF_TOKEN to a token that may read it"


@dataclass(frozen=True)
class _Known:
    """An error with a meaning of its own: what it is, what was expected, what to do."""

    what: str
    expected: str = ""
    hint: str = ""


def explain(error: BaseException, source: str, hub: HubDataset, done: int = 0) -> PixelError:
    """The error that a person should read for whatever was raised after ``done`` records of a dataset."""
    chain = list(_chain(error))
    for cause in chain:
        if isinstance(cause, PixelError):
            return _of_source(cause, source)
    given_up = client.given_up(hub.dataset)
    if given_up is not None:
        return _of_source(given_up, source)
    where = f"source {source}"
    for cause in chain:
        known = _by_type(cause, hub) or _by_text(str(cause), hub)
        if known is not None:
            return SourceError(known.what, where=where, expected=known.expected, hint=known.hint)
        if isinstance(cause, OSError) and cause.errno is not None and cause.filename is not None:
            return WarehouseError(
                f"cannot be written or read: {cause.strerror}",
                where=str(cause.filename),
                hint="Free some space or mend the permissions, and run again: what was acquired is kept",
            )
    return SourceError(
        f"{hub.dataset} cannot be read after record {done:,} ({type(chain[-1]).__name__})",
        where=where,
        expected="files that the `datasets` library can read",
        hint="Name other files of the dataset in hub.files or another hub.config, or put a copy that can be read into hub.mirror",
    )


def _by_type(error: BaseException, hub: HubDataset) -> _Known | None:
    if isinstance(error, OfflineModeIsEnabled):
        return _Known("the hub may not be asked, because HF_HUB_OFFLINE is set", hint="Unset it, or set hub.mirror")
    if isinstance(error, GatedRepoError):
        return _gated(hub)
    if isinstance(error, RevisionNotFoundError):
        hint = "Correct hub.revision, or run `pixel sources pin`"
        return _Known(f"{hub.dataset} has no commit {hub.revision}", hint=hint)
    if isinstance(error, RepositoryNotFoundError):
        return _Known(f"{hub.dataset} does not exist on the hub, or is private", hint=f"Correct hub.dataset, or {TOKEN}")
    if isinstance(error, HfHubHTTPError) and error.response is not None and error.response.status_code in (401, 403):
        return _Known(f"the hub refuses {hub.dataset} ({error.response.status_code})", hint=TOKEN[0].upper() + TOKEN[1:])
    if isinstance(error, DatasetNotFoundError):  # the library drops what it came from
        if "gated" in str(error):
            return _gated(hub)
        return _Known(f"{hub.dataset} cannot be found at commit {hub.revision}", hint=f"Correct the registry, or {TOKEN}")
    if isinstance(error, EmptyDatasetError | DataFilesNotFoundError):
        what = f"{hub.dataset} holds no data files" + (f" that match {', '.join(hub.files)}" if hub.files else "")
        return _Known(what, "files such as *.parquet, *.jsonl or *.csv", "Correct hub.files in the registry")
    return None


def _by_text(text: str, hub: HubDataset) -> _Known | None:
    """Errors that the library tells apart by their words alone."""
    if "scripts are no longer supported" in text:
        return _Known(
            f"{hub.dataset} is made by a script, and code from the hub is never run",
            "files of data",
            "Pin a commit that holds Parquet files (often the branch refs/convert/parquet), or name them in hub.files",
        )
    if "Data files don't belong to" in text:
        return _Known(
            f"the card of {hub.dataset} names a file that lies elsewhere",
            "files of the pinned commit only",
            "Name the files to read in hub.files",
        )
    if "Config name is missing" in text:
        return _Known(f"{hub.dataset} has several configurations", _names(text), "Name one as hub.config")
    if text.startswith("BuilderConfig"):
        return _Known(f"{hub.dataset} has no configuration {hub.config!r}", _names(text), "Correct hub.config")
    if text.startswith("Bad split"):
        return _Known(f"{hub.dataset} has no split {hub.split!r}", _names(text), "Correct hub.split")
    return None


def _gated(hub: HubDataset) -> _Known:
    page = f"https://huggingface.co/datasets/{hub.dataset}"
    return _Known(f"{hub.dataset} is gated", hint=f"Accept its terms at {page}, then {TOKEN}")


def _of_source(error: PixelError, source: str) -> PixelError:
    """The same error, its place beginning with the source."""
    if f"source {source}" in error.where:
        return error
    where = f"source {source}, {error.where}" if error.where else f"source {source}"
    return type(error)(error.what, where=where, expected=error.expected, hint=error.hint)


def _names(text: str) -> str:
    found = re.search(r"\[(.*?)\]", text)
    return "one of " + found[1].replace("'", "") if found else ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from, the outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
