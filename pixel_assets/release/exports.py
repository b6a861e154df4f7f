"""Exports: the training set as files that other tools read.

A stream of rows goes in, in order; a folder of files with checksums comes out, their inventory, and what is left out and why.
Memory is bounded by a block, and the bytes depend on the rows and the settings only.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.release.blocks import Block, blocks
from pixel_assets.release.facts import ExportedFile
from pixel_assets.release.formats import Writer
from pixel_assets.release.layout import Format, formats
from pixel_assets.release.messages import to_messages
from pixel_assets.release.preference import PREFERENCE, write_preferences
from pixel_assets.release.rejected import FILE, REJECTED_EXPORTS, as_lines, rejected
from pixel_assets.release.tokens import COUNTED, ESTIMATED, Counter, Estimate, Tokens
from pixel_assets.store.schema import column

if TYPE_CHECKING:
    from pixel_assets.settings import ExportSettings

EXPORTS = pa.schema(
    [
        column("split", pa.string(), "train, validation or test"),
        column("format", pa.string(), "name of the format, such as jsonl or preference; chat/ and the name of its template"),
        column("file", pa.string(), "path inside the export"),
        column("rows", pa.int64(), "conversations, or pairs, in the file"),
        column("bytes", pa.int64(), "size of the file"),
        column("sha256", pa.string(), "checksum of the file, as in checksums.txt"),
        column("compression", pa.string(), "none, gzip or zstd: what the file as a whole is compressed with"),
        column("trainable_tokens", pa.int64(), "tokens of what the assistant says; of pairs null", nullable=True),
        column("tokens_estimated", pa.bool_(), "whether they are estimated from words, for want of a tokenizer"),
        column("rejected", pa.int64(), "conversations that were to stand in it and do not: rejected_exports says why"),
    ]
)
CARD: Final = "parquet/README.md"
CHECKSUMS: Final = "checksums.txt"
_TOLD: Final = tuple(each.name for each in fields(ExportedFile))
_SHARD: Final = r"[a-z]+-\d{5}\.(jsonl|json|csv)(\.gz|\.zst)?"
_OURS: Final = re.compile(
    rf"(jsonl|json|csv|prompt_completion|preference|chat/[^/]+)/{_SHARD}|parquet/data/[a-z_-]+-\d{{5}}(-of-\d{{5}})?\.parquet"
    rf"|{re.escape(CARD)}|{re.escape(FILE)}|{re.escape(CHECKSUMS)}"
)


class Exported(NamedTuple):
    """The inventory of files (``EXPORTS``, by file), and what is left out (``REJECTED_EXPORTS``, by id and format)."""

    files: pa.Table
    rejected: pa.Table


def write_exports(
    batches: Iterable[pa.RecordBatch],
    folder: Path,
    settings: ExportSettings,
    *,
    counts: Mapping[str, int],
    card: Callable[[Sequence[ExportedFile]], str] | None = None,
    pairs: Iterable[pa.RecordBatch] = (),
) -> Exported:
    """Write every format of ``settings`` into ``folder``.

    ``batches`` have the columns of ``blocks.INPUT`` and are ordered by split (train, validation, test) and id; ``counts``
    gives the rows of each split. ``card`` gives the text that lies beside the Parquet files, for all files that were
    written. ``pairs`` have the columns of ``preference.PAIRS``, in the same order, and are read where the format is asked
    for. Files of an earlier export in the folder are removed first. Raises ``ValueError`` where the rows are not as promised;
    the folder is then incomplete, and has no checksums. A row of which nothing would be trained is no error, but rejected.
    """
    counter: Counter = Tokens(settings.tokenizer_file) if settings.tokenizer_file else Estimate()
    wanted = formats(settings, counter)
    _clear(folder)
    files: list[_File] = []
    left_out: list[pa.Table] = [REJECTED_EXPORTS.empty_table()]
    for (split, number), group in groupby(blocks(batches, counts, settings.shard_rows), key=lambda block: block.file):
        with _Shard(folder, wanted, split, number) as shard:
            left_out += shard.write_all(group, settings, counter)
        files += shard.files.values()
    entries = [_entry(folder, each) for each in files]
    if PREFERENCE in settings.formats:
        (folder / PREFERENCE).mkdir(exist_ok=True)
        written, against = write_preferences(pairs, folder, settings)
        left_out.append(against)
        entries += [
            _entry(folder, _File(each.file, PREFERENCE, each.split, settings.compression, rows=each.rows)) for each in written
        ]
    table = pa.concat_tables(left_out).sort_by([("id", "ascending"), ("format", "ascending")])
    (folder / FILE).write_bytes(as_lines(table))
    checksums = {entry["file"]: entry["sha256"] for entry in entries} | {FILE: _measure(folder / FILE)["sha256"]}
    entries.sort(key=lambda entry: str(entry["file"]))
    if card is not None and "parquet" in settings.formats:
        told = [ExportedFile(**{name: entry[name] for name in _TOLD}) for entry in entries]
        (folder / CARD).write_text(card(told), encoding="utf-8", newline="")
        checksums[CARD] = _measure(folder / CARD)["sha256"]
    lines = [f"{digest}  {file}\n" for file, digest in sorted(checksums.items())]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="")
    return Exported(pa.Table.from_pylist(entries, schema=EXPORTS), table)


@dataclass
class _File:
    """A file that is being written, and what there is to say of it."""

    path: str
    format: str
    split: str
    compression: str = "none"
    category: str = ""
    rows: int = 0
    rejected: int = 0
    tokens: int | None = None
    estimated: bool = False


@dataclass
class _Shard:
    """The files that hold one run of conversations of a split, in every format."""

    folder: Path
    formats: Sequence[Format]
    split: str
    number: int
    files: dict[tuple[str, str], _File] = field(default_factory=dict)
    _writers: dict[tuple[str, str], Writer] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> _Shard:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def write_all(self, group: Iterable[Block], settings: ExportSettings, counter: Counter) -> list[pa.Table]:
        """Write blocks; returns what is left out, as rows of ``REJECTED_EXPORTS``."""
        left_out: list[pa.Table] = []
        for block in group:
            found = to_messages(block.rows, settings, counter)
            left_out.append(found.rejected)
            for form in self.formats:
                rows, reasons = form.make(found.rows)
                bad = found.rows.filter(pa.array([reason is not None for reason in reasons], pa.bool_()))
                bad = bad.select(["id", "category"]).append_column("split", pa.array([self.split] * bad.num_rows, pa.string()))
                against = rejected(bad, [reason for reason in reasons if reason is not None], form.name)
                self._write(form, rows, pa.concat_tables([found.rejected, against]))
                left_out.append(against)
        return left_out

    def _write(self, form: Format, rows: pa.Table, against: pa.Table) -> None:
        missing = Tally(against.column("category").to_pylist() if form.divided else [""] * against.num_rows)
        categories = sorted({*rows.column("category").unique().to_pylist(), *missing}) if form.divided else [""]
        for category in categories:
            part = rows.filter(pc.equal(rows.column("category"), category)) if form.divided else rows
            entry, writer = self._file(form, category)
            writer.write(part)
            entry.rows += part.num_rows
            entry.rejected += missing[category]
            entry.tokens = (entry.tokens or 0) + (pc.sum(part.column(_tokens_of(form))).as_py() or 0)

    def _file(self, form: Format, category: str) -> tuple[_File, Writer]:
        key = (form.name, category)
        if key not in self.files:
            path = form.file(self.split, self.number, category)
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            estimated = _tokens_of(form) == ESTIMATED
            self.files[key] = _File(path, form.name, self.split, form.compression, category, tokens=0, estimated=estimated)
            self._writers[key] = self._stack.enter_context(form.open(self.folder / path, form.schema))
        return self.files[key], self._writers[key]


def _tokens_of(form: Format) -> str:
    return COUNTED if COUNTED in form.schema.names else ESTIMATED


def _entry(folder: Path, file: _File) -> dict[str, Any]:
    return {
        "split": file.split, "format": file.format, "file": file.path, "rows": file.rows, **_measure(folder / file.path),
        "compression": file.compression, "trainable_tokens": file.tokens, "tokens_estimated": file.estimated,
        "rejected": file.rejected,
    }  # fmt: skip


def _measure(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": digest}


def _clear(folder: Path) -> None:
    """Remove what an earlier export left, and nothing else, and make the folders."""
    for file in sorted(folder.rglob("*")):
        if _OURS.fullmatch(file.relative_to(folder).as_posix()):
            file.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).parent.mkdir(exist_ok=True)
