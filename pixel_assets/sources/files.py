"""The files of a source: which they are, and a version of their content.

In: a source of the registry and the folder its patterns are relative to. Out: files by relative
name, and a hash that changes when a name or a byte changes, and with nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hash_cache import FileHashCache
from pixel_assets.sources.hub.version import mirror_files, mirror_of, mirrored_version, pinned_version
from pixel_assets.sources.source import HubDataset, Source


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source: ``name`` is relative to the sources folder, with forward slashes."""

    name: str
    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class Observation:
    """What lies upstream of a source now."""

    files: tuple[SourceFile, ...]
    bytes: int
    version: str


def list_files(source: Source, root: Path) -> list[SourceFile]:
    """Files that match the source's patterns, each once, sorted by relative name.

    Raises :class:`SourceError` when the folder is missing, a pattern matches no file, or a match
    lies outside the folder (through ``..`` or a link).
    """
    if not root.is_dir():
        raise SourceError(
            f"the sources folder {str(root)!r} does not exist",
            where=f"source {source.name}",
            hint="Set sources.dir (PIXEL_SOURCES_DIR) to the folder that paths in the registry start from",
        )
    found: dict[str, SourceFile] = {}
    for pattern in source.path or source.recordings:
        matched = {file.name: file for file in _matches(source, root, pattern)}
        if not matched:
            raise SourceError(
                f"pattern {pattern!r} matches no file under {str(root)!r}",
                where=f"source {source.name}",
                expected="at least one file",
                hint="Put the file there, or correct path in the registry",
            )
        found.update(matched)
    return [found[name] for name in sorted(found)]


def content_version(files: Iterable[SourceFile], cache: FileHashCache) -> str:
    """Hash (32 hex digits) of the names and contents of ``files``, whatever their order.

    Raises :class:`SourceError` when a file cannot be read.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        name = file.name.encode("utf-8", "surrogatepass")
        try:
            content = cache.sha256(file.path)
        except OSError as error:
            raise SourceError(
                f"the file cannot be read: {error.strerror or type(error).__name__}",
                where=file.name,
                hint="Check that it exists and that its permissions allow reading",
            ) from error
        digest.update(len(name).to_bytes(8, "little") + name + bytes.fromhex(content))
    return digest.hexdigest()[:32]


def observe(source: Source, root: Path, cache: FileHashCache, hub: HubSettings | None = None) -> Observation:
    """What the source consists of now; raises :class:`SourceError` as the two functions above.

    A dataset of the hub is what its mirror holds, or else what it is pinned to: the network is never asked.
    """
    if source.hub is not None:
        return _observe_dataset(source.name, source.hub, hub or HubSettings(), cache)
    files = tuple(list_files(source, root))
    return Observation(files, sum(file.bytes for file in files), content_version(files, cache))


def _observe_dataset(source: str, dataset: HubDataset, settings: HubSettings, cache: FileHashCache) -> Observation:
    mirror = mirror_of(source, dataset, settings)
    if mirror is None:
        return Observation((), 0, pinned_version(source, dataset))
    found = mirror_files(source, mirror)
    files = tuple(SourceFile(name, path, path.stat().st_size) for name, path in found.items())
    return Observation(files, sum(file.bytes for file in files), mirrored_version(dataset, content_version(files, cache)))


def _matches(source: Source, root: Path, pattern: str) -> Iterator[SourceFile]:
    if ".." in Path(pattern).parts or Path(pattern).is_absolute():
        raise _outside(source, pattern, root)
    inside = root.resolve()
    for path in root.glob(pattern):
        if not path.resolve().is_relative_to(inside):
            raise _outside(source, path.relative_to(root).as_posix(), root)
        if path.is_file():
            yield SourceFile(path.relative_to(root).as_posix(), path, path.stat().st_size)
        elif path.is_symlink() and not path.exists():
            raise SourceError(
                "the file is a link to nothing",
                where=f"source {source.name}, {path.relative_to(root).as_posix()}",
                hint="Restore what it points to, or remove the link",
            )


def _outside(source: Source, what: str, root: Path) -> SourceError:
    return SourceError(
        f"{what!r} leads out of the sources folder",
        where=f"source {source.name}",
        expected=f"a file under {str(root)!r}",
        hint="Copy the file into the folder; links out of it are not followed",
    )
