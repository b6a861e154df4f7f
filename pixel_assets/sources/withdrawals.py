"""Withdrawals: what people or publishers have asked to leave out, as hashes in a file that is committed with the registry.

``pixel forget`` writes the file; every later build, on any machine, reads it and leaves out what it names. A record that is
withdrawn keeps its number and loses its text, so that the count of records still holds; a recording or a whole source is not
looked at any more. The file holds no text, no date and no name of a person.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.errors import SettingsError
from pixel_assets.typed_yaml import read_yaml

FILE: Final = "withdrawals.yaml"
REASON: Final = "withdrawn"
_PROBLEM: Final = f"{REASON}: its removal was asked for"
_HEAD: Final = (
    "# What was withdrawn, as hashes. `pixel forget` writes this file; commit it: builds everywhere leave out what it names.\n"
)
_DIGEST_BYTES: Final = 16

Because = Annotated[str, Field(max_length=200)]
ConversationId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
RecordHash = Annotated[str, Field(pattern=r"^\d+-[0-9a-f]{32}$")]
RecordingHash = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Withdrawals(BaseModel):
    """All that is withdrawn: whole sources and conversations with the reason, records and recordings by source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: dict[str, Because] = {}
    conversations: dict[ConversationId, Because] = {}
    records: dict[str, tuple[RecordHash, ...]] = {}
    recordings: dict[str, tuple[RecordingHash, ...]] = {}

    def __or__(self, other: Withdrawals) -> Withdrawals:
        """Both together; of two reasons for the same, the one that stood first."""
        return Withdrawals(
            sources=_sorted({**other.sources, **self.sources}),
            conversations=_sorted({**other.conversations, **self.conversations}),
            records=_joined(self.records, other.records),
            recordings=_joined(self.recordings, other.recordings),
        )


def load_withdrawals(file: Path) -> Withdrawals:
    """What the file names; nothing where there is no file.

    Raises :class:`SettingsError` with file, line and key where it does not have the form.
    """
    if not file.exists():
        return Withdrawals()
    return read_yaml(file, Withdrawals, hint="`pixel forget` writes this file; take it back from version control").content


def save_withdrawals(file: Path, withdrawals: Withdrawals) -> None:
    """Write the file beside and rename it into place; equal withdrawals give equal bytes.

    Raises :class:`SettingsError` where it cannot be written.
    """
    content = {name: value for name, value in withdrawals.model_dump(mode="json").items() if value}
    text = _HEAD + (yaml.safe_dump(content, sort_keys=True, allow_unicode=True, width=1000) if content else "{}\n")
    try:
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
                out.write(text)
                out.flush()
                os.fsync(out.fileno())
            os.chmod(beside, 0o644)
            os.replace(beside, file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(
            f"withdrawals cannot be written: {error.strerror}",
            where=str(file),
            hint="Name a file in a folder that may be written in sources.withdrawals (PIXEL_SOURCES_WITHDRAWALS)",
        ) from error


def record_hash(record: str, place: tuple[str, int] | None = None) -> str:
    """Name of a record by its content: its length in bytes and 32 hex digits.

    With a ``place`` (file, row) only the record there is meant: for short ones, such as a turn on a line of its own, that
    other conversations have as well.
    """
    data = record.encode("utf-8", "surrogatepass")
    where = b"" if place is None else f"\0{place[0]}\0{place[1]}".encode("utf-8", "surrogatepass")
    return f"{len(data)}-{hashlib.blake2b(data + where, digest_size=_DIGEST_BYTES).hexdigest()}"


def recording_hash(file: str) -> str:
    """Name of a recording, or of subtitles beside one, by the path of its file, which may name a person."""
    return hashlib.blake2b(file.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


def find_records(batch: pa.RecordBatch, wanted: Collection[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Positions of the records of a batch (columns of ``RAW_RECORDS``) that hashes name, ascending.

    Only records of a length that some hash has are hashed, so that a batch without any costs next to nothing.
    """
    lengths = pa.array(sorted({int(name.partition("-")[0]) for name in wanted}), pa.int32())
    records = batch.column("record")
    likely = pc.is_in(pc.binary_length(records).cast(pa.int32()), value_set=lengths)
    places = np.flatnonzero(pc.and_kleene(likely, records.is_valid()).fill_null(False).to_numpy(zero_copy_only=False))
    near = batch.select(["file", "row", "record"]).take(pa.array(places)).to_pylist()
    hit = [any(name in wanted for name in _names(row)) for row in near]
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = places[np.array(hit, bool)]
    return found


def withhold(batch: pa.RecordBatch, withdrawn: Collection[str]) -> pa.RecordBatch:
    """The batch (``RAW_RECORDS``), with the text of withdrawn records gone and ``withdrawn`` as their problem."""
    places = find_records(batch, frozenset(withdrawn)) if withdrawn else np.zeros(0, np.int64)
    if not len(places):
        return batch
    gone = np.zeros(batch.num_rows, bool)
    gone[places] = True
    mask = pa.array(gone)
    nothing, problem = pa.scalar(None, pa.string()), pa.scalar(_PROBLEM, pa.string())
    columns = {"record": pc.if_else(mask, nothing, batch["record"]), "problem": pc.if_else(mask, problem, batch["problem"])}
    return pa.RecordBatch.from_arrays([columns.get(name, batch.column(name)) for name in batch.schema.names], schema=batch.schema)


def _names(row: Mapping[str, object]) -> tuple[str, str]:
    record, file, number = str(row["record"]), str(row["file"]), row["row"]
    assert isinstance(number, int)
    return record_hash(record), record_hash(record, (file, number))


def _sorted(reasons: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(reasons.items()))


def _joined(one: Mapping[str, Iterable[str]], other: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted({*one.get(name, ()), *other.get(name, ())})) for name in sorted({*one, *other})}
