"""``pixel sources check`` for recordings: every file measured and judged as a build would, and nothing transcribed.

It needs no warehouse that is built and changes nothing. Copies are found among the files of the source alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
from rich.markup import escape

from pixel_assets.build.playlists import playlist_here
from pixel_assets.build.project import Project
from pixel_assets.shell.console import out
from pixel_assets.sources.files import SourceFile, list_files, playlist_files
from pixel_assets.sources.registry import Source
from pixel_assets.speech.recordings import Bounds, subtitles_among
from pixel_assets.speech.tables import AUDIO_FILES, audio_row, judge_recordings


@dataclass(frozen=True)
class FileHeard:
    """One file of a source of recordings: what it measures, and whether it would be transcribed."""

    file: str
    bytes: int
    codec: str | None  # None for what is no whole audio, as all other measures
    seconds: float | None
    loudness: float | None  # LUFS
    signal_to_noise: float | None  # dB; None without speech
    speech_share: float | None
    clipped_share: float | None
    subtitles: str | None
    accepted: bool
    reason: str | None
    detail: str | None


def hear_source(project: Project, source: Source, progress: Callable[[str], None] = lambda _: None) -> list[FileHeard]:
    """Measure and judge every file of a source, by name; raises :class:`SourceError` for files that cannot be seen."""
    files = _files(project, source)
    paths = {file.path: file for file in files}
    beside = {file.path: subtitles_among(file.path, paths) for file in files}
    subtitles = {found.path for found in beside.values() if found}
    audio = [file for file in files if file.path not in subtitles]
    rows = []
    for number, file in enumerate(audio, start=1):
        progress(f"{number:,} of {len(audio):,} files")
        found = beside[file.path]
        rows.append(audio_row(source.name, file.name, file.path, _sha256(file.path), found.name if found else None))
    judged = judge_recordings(
        pa.Table.from_pylist(rows, AUDIO_FILES), Bounds(**project.settings.recordings.model_dump())
    ).to_pylist()
    sizes = {row["file"]: row["bytes"] for row in rows}
    names = [name for name in FileHeard.__dataclass_fields__ if name != "bytes"]
    return [FileHeard(bytes=sizes[row["file"]], **{name: row[name] for name in names}) for row in judged]


def _files(project: Project, source: Source) -> list[SourceFile]:
    if source.playlist is not None:
        return playlist_files(playlist_here(project, source.name, source.playlist))
    return list_files(source, project.settings.sources.dir)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def heard_to_json(heard: Iterable[FileHeard]) -> list[dict[str, object]]:
    """The documented form of ``pixel sources check --json`` for recordings."""
    return [asdict(file) for file in heard]


def show_heard(heard: list[FileHeard]) -> None:
    """Print whether each file would be transcribed, or why not, and what it measures."""
    for file in heard:
        verdict = "[green]accepted[/]" if file.accepted else f"[yellow]rejected[/] {escape(_why(file))}"
        out.print(f"[bold]{escape(file.file)}[/]  {verdict}")
        if file.seconds is not None:
            out.print(f"  {escape(_measured(file))}")
    accepted = [file for file in heard if file.accepted]
    spoken = sum((file.seconds or 0) * (file.speech_share or 0) for file in accepted)
    out.print(
        f"[dim]{len(accepted):,} of {len(heard):,} files would be transcribed, {spoken / 60:.1f} minutes of speech; "
        "copies of recordings in other sources are found by a build[/]"
    )


def _why(file: FileHeard) -> str:
    return f"{file.reason}: {file.detail}" if file.detail else str(file.reason)


def _measured(file: FileHeard) -> str:
    noise = "" if file.signal_to_noise is None else f", {file.signal_to_noise} dB above the noise"
    clipped = f", {file.clipped_share:.1%} clipped" if file.clipped_share else ""
    subtitles = f", subtitles {file.subtitles}" if file.subtitles else ""
    return f"{file.codec}, {file.seconds} s, speech {file.speech_share:.0%}, {file.loudness} LUFS{noise}{clipped}{subtitles}"
