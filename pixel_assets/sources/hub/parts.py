"""Acquired records on disk: Parquet parts of JSON text, written one after the other, and a note of how far they go.

    <cache>/<owner>/<name>/<version>/
      part-00000.parquet …   one column `record`
      progress.json          after each part: the parts so far and the state of the stream to go on from
      complete.json          at the end, in its place: the parts, their checksums, and what was acquired when

Every file is written beside, flushed and renamed, the note after the part that it speaks of.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pixel_assets.errors import SourceError
from pixel_assets.sources.hub.version import pinned_version
from pixel_assets.sources.source import HubDataset

PART_BYTES: Final = 32 * 2**20  # of text
PART_SECONDS: Final = 30.0
SCHEMA: Final = pa.schema([pa.field("record", pa.string(), nullable=False)])


@dataclass(frozen=True)
class Part:
    """One file of records: ``bytes`` on disk, and their SHA-256."""

    name: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Acquired:
    """A dataset whose records are all on disk."""

    folder: Path
    parts: tuple[Part, ...]
    files: tuple[str, ...]  # of the dataset that they come from
    acquired_at: str  # ISO 8601, UTC

    @property
    def rows(self) -> int:
        """Number of records."""
        return sum(part.rows for part in self.parts)

    @property
    def bytes(self) -> int:
        """Size on disk."""
        return sum(part.bytes for part in self.parts)


@dataclass
class Progress:
    """How far an acquisition has come: what a cut leaves for the next try."""

    files: tuple[str, ...] = ()
    etags: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    state: dict[str, Any] | None = None

    @property
    def rows(self) -> int:
        """Records in parts."""
        return sum(part.rows for part in self.parts)


def folder_of(source: str, hub: HubDataset, cache: Path) -> Path:
    """Where the records of a pinned dataset are, or will be; raises :class:`SourceError` when it is not pinned."""
    return cache / hub.dataset / pinned_version(source, hub)


def look_up(folder: Path) -> Acquired | None:
    """What was acquired in a folder, if all of it is there."""
    note = _read(folder / "complete.json")
    if note is None or not _all_there(folder, note["parts"]):
        return None
    return Acquired(folder, tuple(Part(**part) for part in note["parts"]), tuple(note["files"]), note["acquired_at"])


def unfinished(folder: Path) -> Progress:
    """What an acquisition that was cut off left; nothing if its parts are not all there."""
    note = _read(folder / "progress.json")
    if note is None or not _all_there(folder, note["parts"]):
        return Progress()
    return Progress(tuple(note["files"]), note["etags"], [Part(**part) for part in note["parts"]], note["state"])


def discard(folder: Path) -> None:
    """Remove all parts and notes of a folder, the notes first."""
    for pattern in ("*.json", "part-*.parquet", ".writing-*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def read_parts(acquired: Acquired) -> Iterator[pa.StringArray]:
    """The records of every part, in order; raises :class:`SourceError` for a part that was damaged."""
    for part in acquired.parts:
        path = acquired.folder / part.name
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != part.sha256:
            raise SourceError(
                "acquired records were damaged after they were written",
                where=str(path),
                hint=f"Delete the folder {acquired.folder} and build again: it is acquired anew",
            )
        yield from pq.read_table(pa.BufferReader(content)).column("record").chunks


class PartWriter:
    """Gathers records and writes them as parts; a part and the note after it are what a cut leaves."""

    def __init__(self, folder: Path, progress: Progress, part_rows: int) -> None:
        self.bytes = 0  # of text, in this try
        self.rows = progress.rows
        self._folder, self._progress, self._part_rows = folder, progress, part_rows
        self._held: list[bytes] = []
        self._size = 0
        self._since = time.monotonic()

    def add(self, record: bytes) -> bool:
        """Take a record; says whether it is time to :meth:`flush`."""
        self._held.append(record)
        self._size += len(record)
        self.bytes += len(record)
        self.rows += 1
        full = len(self._held) >= self._part_rows or self._size >= PART_BYTES
        return full or time.monotonic() - self._since >= PART_SECONDS

    def flush(self, state: dict[str, Any], etags: dict[str, str]) -> None:
        """Write what is held as a part, and after it the state of the stream."""
        if self._held:
            progress = self._progress
            name = f"part-{len(progress.parts):05}.parquet"
            sink = pa.BufferOutputStream()
            texts = pa.array(self._held, pa.binary()).cast(pa.string())
            pq.write_table(pa.table([texts], schema=SCHEMA), sink, compression="zstd")
            content = sink.getvalue().to_pybytes()
            _write(self._folder / name, content)
            progress.parts.append(Part(name, len(self._held), len(content), hashlib.sha256(content).hexdigest()))
            progress.state, progress.etags = state, etags
            _write(self._folder / "progress.json", orjson.dumps(asdict(progress)))
        self._held, self._size, self._since = [], 0, time.monotonic()

    def finish(self, hub: HubDataset) -> Acquired:
        """Note that all is there; everything must have been flushed."""
        note = {
            **hub.model_dump(mode="json"),
            "rows": self._progress.rows,
            "acquired_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "files": self._progress.files,
            "parts": [asdict(part) for part in self._progress.parts],
        }
        _write(self._folder / "complete.json", orjson.dumps(note, option=orjson.OPT_INDENT_2))
        (self._folder / "progress.json").unlink(missing_ok=True)
        return Acquired(self._folder, tuple(self._progress.parts), self._progress.files, str(note["acquired_at"]))


def _all_there(folder: Path, parts: list[dict[str, Any]]) -> bool:
    try:
        return all((folder / part["name"]).stat().st_size == part["bytes"] for part in parts)
    except OSError:
        return False


def _read(path: Path) -> dict[str, Any] | None:
    try:
        note = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) else None


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(f".writing-{path.name}")  # the folder is locked: nobody else writes it
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
