"""Exports: the training set as files that other tools read, JSON Lines and a Hugging Face dataset folder.

A stream of rows goes in, in order; a folder of files with checksums comes out, and their inventory.
Memory is bounded by a block, and the bytes depend on the rows and the settings only.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from pixel_assets.release.blocks import Block, blocks
from pixel_assets.release.card import Credit, write_card
from pixel_assets.release.formats import WRITERS, file_name
from pixel_assets.release.messages import message_schema, to_messages
from pixel_assets.settings import ExportSettings
from pixel_assets.store.schema import column

EXPORTS = pa.schema(
    [
        column("split", pa.string(), "train, validation or test"),
        column("format", pa.string(), "jsonl or parquet"),
        column("file", pa.string(), "path inside the export"),
        column("rows", pa.int64(), "conversations in the file"),
        column("bytes", pa.int64(), "size of the file"),
        column("sha256", pa.string(), "checksum of the file, as in checksums.txt"),
    ]
)
CARD: Final = "parquet/README.md"
CHECKSUMS: Final = "checksums.txt"
_OURS: Final = re.compile(
    r"jsonl/[a-z]+-\d{5}\.jsonl|parquet/data/[a-z]+-\d{5}-of-\d{5}\.parquet|parquet/README\.md|checksums\.txt"
)


def write_exports(
    batches: Iterable[pa.RecordBatch],
    folder: Path,
    settings: ExportSettings,
    *,
    counts: Mapping[str, int],
    info: Mapping[str, Any],
    credits: Sequence[Credit] = (),
) -> pa.Table:
    """Write every format of ``settings`` into ``folder``; returns the inventory (``EXPORTS``, by file).

    ``batches`` have the columns of ``blocks.INPUT`` and are ordered by split (train, validation, test) and
    id; ``counts`` gives the rows of each split, as names of files tell how many there are; ``info`` goes
    into the front matter of the card, and ``credits`` name there what was used. Files of an earlier
    export in the folder are removed first. Raises
    ``ValueError`` where the rows are not as promised, or where the assistant says nothing in one; the folder
    is then incomplete, and has no checksums.
    """
    _clear(folder)
    schema = message_schema(settings)
    entries: list[dict[str, Any]] = []
    for (split, number), group in groupby(
        blocks(batches, counts, settings.shard_rows), key=lambda block: block.file
    ):
        files = {
            name: file_name(name, split, number, -(-counts[split] // settings.shard_rows))
            for name in settings.formats
        }
        rows = _write_files([(name, folder / file) for name, file in files.items()], schema, group, settings)
        entries += [
            {"split": split, "format": name, "file": file, "rows": rows, **_measure(folder / file)}
            for name, file in files.items()
        ]
    checksums = {entry["file"]: entry["sha256"] for entry in entries}
    if "parquet" in settings.formats:
        checksums[CARD] = _measure(write_card(folder / CARD, counts, info, credits))["sha256"]
    lines = [f"{digest}  {file}\n" for file, digest in sorted(checksums.items())]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="")
    return pa.Table.from_pylist(sorted(entries, key=lambda entry: str(entry["file"])), schema=EXPORTS)


def _write_files(
    files: list[tuple[str, Path]], schema: pa.Schema, group: Iterable[Block], settings: ExportSettings
) -> int:
    """Write the same rows as one file of each format; returns how many rows."""
    written = 0
    with ExitStack() as stack:
        writers = [stack.enter_context(closing(WRITERS[name](file, schema))) for name, file in files]
        for block in group:
            rows = to_messages(block.rows, settings)
            for writer in writers:
                writer.write(rows)
            written += rows.num_rows
    return written


def _measure(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": digest}


def _clear(folder: Path) -> None:
    """Remove what an earlier export left, and nothing else, and make the folders."""
    for file in sorted(folder.rglob("*")):
        if _OURS.fullmatch(file.relative_to(folder).as_posix()):
            file.unlink()
    for name in ("jsonl", "parquet/data"):
        (folder / name).mkdir(parents=True, exist_ok=True)
