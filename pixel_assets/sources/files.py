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
from pixel_assets.sources.playlists.items import Acquired, folder_of, look_up
from pixel_assets.sources.source import HubDataset, Playlist, Source


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source: ``name`` is relative to the sources folder (or its playlist's), with forward slashes."""

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
    return [found[name] for name in sorted(found) if not source.withholds(name)]


def content_version(files: Iterable[SourceFile], cache: FileHashCache) -> str:
    """Hash (32 hex digits) of the names and contents of ``files``, whatever their order.

    Raises :class:`SourceError` when a file cannot be read.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        name = file.name.encode("utf-8", "surrogatepass")
        digest.update(len(name).to_bytes(8, "little") + name + bytes.fromhex(_sha256(file, cache)))
    return digest.hexdigest()[:32]


def playlist_files(acquired: Acquired, source: Source | None = None) -> list[SourceFile]:
    """The audio files of a playlist, each with the subtitles beside it, in the order of the items; without those withdrawn."""
    return [
        SourceFile(name, acquired.folder / name, size)
        for item in acquired.items
        for name, _, size in item.parts
        if source is None or not source.withholds(name)
    ]


def observe(
    source: Source, root: Path, cache: FileHashCache, hub: HubSettings | None = None, playlists: Path | None = None
) -> Observation:
    """What the source consists of now; raises :class:`SourceError` as the two functions above.

    The network is never asked. A dataset of the hub is what its mirror holds, or else what it is pinned to; a playlist is what
    was acquired of it in the folder ``playlists``.
    """
    if source.hub is not None:
        return _observe_dataset(source.name, source.hub, hub or HubSettings(), cache)
    if source.playlist is not None:
        return _observe_playlist(source, source.playlist, playlists or Path(), cache)
    files = tuple(list_files(source, root))
    return Observation(files, sum(file.bytes for file in files), content_version(files, cache))


def _sha256(file: SourceFile, cache: FileHashCache) -> str:
    try:
        return cache.sha256(file.path)
    except OSError as error:
        raise SourceError(
            f"the file cannot be read: {error.strerror or type(error).__name__}",
            where=file.name,
            hint="Check that it exists and that its permissions allow reading",
        ) from error


def _observe_dataset(source: str, dataset: HubDataset, settings: HubSettings, cache: FileHashCache) -> Observation:
    mirror = mirror_of(source, dataset, settings)
    if mirror is None:
        return Observation((), 0, pinned_version(source, dataset))
    found = mirror_files(source, mirror)
    files = tuple(SourceFile(name, path, path.stat().st_size) for name, path in found.items())
    return Observation(files, sum(file.bytes for file in files), mirrored_version(dataset, content_version(files, cache)))


def _observe_playlist(source: Source, playlist: Playlist, playlists: Path, cache: FileHashCache) -> Observation:
    folder = folder_of(playlist, playlists)
    acquired = look_up(folder)
    if acquired is None:  # a version of its own, so that the plan sees something to do
        return Observation((), 0, hashlib.sha256(f"not acquired: {folder.name}".encode()).hexdigest()[:32])
    noted = {name: sha256 for item in acquired.items for name, sha256, _ in item.parts}
    files = playlist_files(acquired, source)
    for file in files:
        if _sha256(file, cache) != noted[file.name]:
            raise SourceError(
                "the file is not what was acquired",
                where=f"source {source.name}, {file.path}",
                expected=f"SHA-256 {noted[file.name]}, as in items.json beside it",
                hint="Remove the file and build again: it is then acquired anew",
            )
    version = acquired.version
    if len(files) < len(noted):
        version = hashlib.sha256("\0".join([version, *(file.name for file in files)]).encode()).hexdigest()[:32]
    return Observation(tuple(files), sum(file.bytes for file in files), version)


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
