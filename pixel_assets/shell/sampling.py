"""``pixel sources check``: the first records of a source, read and converted as a build would, and shown.

It needs no warehouse that is built and changes nothing. What people said is shown here, for whoever asks to see it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from rich.markup import escape

from pixel_assets.build.acquiring import cache_of
from pixel_assets.build.project import Project
from pixel_assets.conversation.detect import detect, sample_records
from pixel_assets.conversation.standardize import standardize_file
from pixel_assets.shell.console import out
from pixel_assets.sources.files import list_files
from pixel_assets.sources.hub import mirror_of, record_file
from pixel_assets.sources.hub.records import in_chunks, numbered
from pixel_assets.sources.readers import read_file
from pixel_assets.sources.registry import HubDataset, Source

MAX_SHOWN: Final = 3  # conversations of a file, and of all files together three times as many
MAX_TURNS: Final = 6
MAX_CHARACTERS: Final = 160
Turns = list[dict[str, str]]


@dataclass(frozen=True)
class FileSample:
    """What the first records of one file are, and what became of them."""

    file: str
    records: int
    format: str | None  # None where none was chosen; then ``explanation`` says why
    confidence: float
    explanation: str
    runner_up: str | None
    conversations: int
    rejected: dict[str, int]  # reason → records
    details: dict[str, str]  # reason → what was found in the first record that it concerns
    examples: tuple[dict[str, Any], ...]


def sample_source(project: Project, name: str, rows: int) -> list[FileSample]:
    """Read up to ``rows`` records of every file of a source and convert them.

    Raises :class:`UsageError` for a name that does not exist and :class:`SourceError` for files that cannot be seen.
    """
    source = project.registry.select(name)
    return [_sample(source, file, batches) for file, batches in _heads(project, source, rows)]


def _heads(project: Project, source: Source, rows: int) -> Iterator[tuple[str, list[pa.RecordBatch]]]:
    """The first records of each file, by the name that their rows give it: an archive holds several."""
    if source.hub:
        whole = record_file(source.hub)
        yield whole, list(numbered(_hub_texts(project, source.name, source.hub, rows), whole, source.name))
        return
    for file in list_files(source, project.settings.sources.dir):
        heads: dict[str, list[pa.RecordBatch]] = {}
        for name, batch in _by_name(read_file(file.path, file.name, source.name, rows)):
            taken = sum(part.num_rows for part in heads.get(name, ()))
            if name == file.name and taken >= rows:
                break
            if taken < rows:
                heads.setdefault(name, []).append(batch.slice(0, rows - taken))
        yield from heads.items()


def _by_name(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    for batch in batches:
        for name in batch.column("file").unique().to_pylist():
            yield name, batch.filter(pa.compute.equal(batch.column("file"), name))


def _hub_texts(project: Project, name: str, hub: HubDataset, rows: int) -> Iterator[pa.StringArray]:
    """Records of a dataset as JSON: from the mirror, else as they were acquired, else streamed and not kept."""
    from pixel_assets.sources.hub.mirrored import read_mirrored  # the hub's libraries take seconds to import
    from pixel_assets.sources.hub.parts import folder_of, look_up, read_parts

    mirror = mirror_of(name, hub, project.settings.hub)
    acquired = look_up(folder_of(name, hub, cache_of(project))) if mirror is None else None
    if acquired is not None:
        for texts in read_parts(acquired):
            yield texts.slice(0, rows)
            rows -= min(rows, len(texts))
            if not rows:
                return
        return
    records = _streamed(project, name, hub) if mirror is None else read_mirrored(name, hub, mirror)
    yield from in_chunks(islice(records, rows))


def _streamed(project: Project, name: str, hub: HubDataset) -> Iterator[bytes]:
    from pixel_assets.sources.hub import client
    from pixel_assets.sources.hub.problems import explain
    from pixel_assets.sources.hub.reach import unreachable
    from pixel_assets.sources.hub.reader import open_stream

    client.use(project.settings.hub)
    client.begin(hub.dataset)
    problem = unreachable(project.settings.hub)
    if problem is not None:
        raise problem
    with tempfile.TemporaryDirectory(prefix="pixel-hub-") as scratch:
        try:
            yield from open_stream(name, hub, None, Path(scratch)).records()
        except Exception as error:
            raise explain(error, name, hub) from error


def _sample(source: Source, file: str, batches: list[pa.RecordBatch]) -> FileSample:
    hints = source.hints()
    found = detect(sample_records(batches), hints.format)
    parts = list(standardize_file(batches, hints, found))
    conversations = pa.concat_tables([part.conversations for part in parts])
    rejected = pa.concat_tables([part.rejected for part in parts])
    reasons = rejected["reason"].to_pylist()
    details = dict(reversed(list(zip(reasons, rejected["detail"].to_pylist(), strict=True))))
    return FileSample(
        file,
        sum(batch.num_rows for batch in batches),
        found.format.name if found.format else None,
        round(found.confidence, 3),
        found.explanation,
        found.runner_up,
        conversations.num_rows,
        dict(Counter(reasons).most_common()),
        details,
        tuple(conversations.slice(0, MAX_SHOWN).select(["rows", "turns", "reasoning", "flags", "metadata"]).to_pylist()),
    )


def sample_to_json(samples: Iterable[FileSample]) -> list[dict[str, Any]]:
    """The documented form of ``pixel sources check --json``: the conversations in full."""
    return [asdict(sample) for sample in samples]


def show_sample(samples: Iterable[FileSample]) -> None:
    """Print what each file is, a few of its conversations shortened, and what was rejected."""
    left = 3 * MAX_SHOWN
    for sample in samples:
        found = f"[green]{sample.format}[/]" if sample.format else "[red]no format[/]"
        second = f"; runner-up {sample.runner_up}" if sample.runner_up else ""
        out.print(
            f"[bold]{escape(sample.file)}[/]  {found}, confidence {sample.confidence:.2f}: {escape(sample.explanation + second)}"
        )
        out.print(f"  {sample.records:,} records read, {sample.conversations:,} conversations")
        for example in sample.examples[:left]:
            _show_conversation(example)
        left -= min(left, len(sample.examples))
        for reason, count in sample.rejected.items():
            out.print(f"  [yellow]rejected[/] {reason} {count:,}: {escape(sample.details[reason])}")


def _show_conversation(example: dict[str, Any]) -> None:
    rows: list[int] = example["rows"]
    place = f"record {rows[0]}" if len(rows) == 1 else f"records {rows[0]} to {rows[-1]}"
    flags = f", {' '.join(example['flags'])}" if example["flags"] else ""
    out.print(f"  [dim]{place}{flags}[/]")
    turns: Turns = example["turns"]
    if example["reasoning"]:
        out.print(f"    [dim]reasoning[/] {escape(_short(example['reasoning']))}")
    for turn in turns[:MAX_TURNS]:
        out.print(f"    [cyan]{turn['role']}[/] {escape(_short(turn['content']))}")
    if len(turns) > MAX_TURNS:
        out.print(f"    [dim]and {len(turns) - MAX_TURNS} more turns[/]")
    if example["metadata"]:
        out.print(f"    [dim]{escape(_short(example['metadata']))}[/]")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else line[: MAX_CHARACTERS - 1] + "…"
