"""Where a dataset of the hub is read from, and the version of it: worked out without any network.

In: a dataset of the registry and the settings. Out: the folder of a local mirror that stands in for the hub, or
None for the hub itself; and what :mod:`pixel_assets.sources.files` observes of it.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Final

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.source import HubDataset

READER: Final = 1  # raised when records are read or spelled in another way
STANDALONE_CARD: Final = ".huggingface.yaml"


def reader_version() -> str:
    """What decides, beside the files, which records come out of a dataset."""
    return f"{READER}, datasets {version('datasets')}"


def mirror_of(source: str, hub: HubDataset, settings: HubSettings) -> Path | None:
    """The folder ``<mirror>/<owner>/<name>`` if it exists; raises :class:`SourceError` for a name that is no folder's."""
    if {".", ".."} & set(PurePosixPath(hub.dataset).parts) or hub.dataset.count("/") != 1:
        raise SourceError(f"{hub.dataset!r} is no dataset", where=f"source {source}", expected="owner/name as on the hub")
    if settings.mirror is None:
        return None
    folder = settings.mirror.absolute() / hub.dataset
    return folder if folder.is_dir() else None


def mirror_files(source: str, folder: Path) -> dict[str, Path]:
    """Files of a mirrored dataset by relative name, without hidden ones (``.git``, caches of download tools).

    Raises :class:`SourceError` for an empty folder and for a link that leads out of it.
    """
    inside = folder.resolve()
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if (hidden and name.as_posix() != STANDALONE_CARD) or not path.is_file():
            continue
        if not path.resolve().is_relative_to(inside):
            raise SourceError(
                f"{name.as_posix()!r} is a link that leads out of the mirrored dataset",
                where=f"source {source}",
                expected=f"files under {str(folder)!r}",
                hint="Copy the file into the folder",
            )
        found[name.as_posix()] = path
    if not found:
        raise SourceError(
            "the mirrored dataset holds no file",
            where=f"source {source}, {folder}",
            hint="Copy the dataset there, or remove the folder to read it from the hub",
        )
    return found


def pinned_version(source: str, hub: HubDataset) -> str:
    """Version (32 hex digits) of a dataset at its pinned commit; raises :class:`SourceError` when it is not pinned."""
    if hub.revision is None:
        raise SourceError(
            f"{hub.dataset} is not pinned to a commit",
            where=f"source {source}",
            expected="hub.revision in the registry, or the dataset in the mirror (hub.mirror)",
            hint=f"`pixel sources pin {source}` looks its newest commit up and writes it into the registry",
        )
    return _digest({"reader": reader_version(), **hub.model_dump(mode="json")})


def mirrored_version(hub: HubDataset, content: str) -> str:
    """Version (32 hex digits) of a mirrored dataset whose files have the version ``content``."""
    return _digest({"reader": reader_version(), "content": content, **hub.model_dump(mode="json", exclude={"revision"})})


def record_file(hub: HubDataset) -> str:
    """The name that stands as ``file`` in the records: the same wherever the dataset is read from."""
    return f"{hub.dataset}/{hub.config or 'default'}/{hub.split}"


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
