"""Group conversations: raw records in the standard form, preference pairs, and what could not be read, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pixel_assets.build.graph import Asset, Step
from pixel_assets.build.step_run import StepRun
from pixel_assets.conversation.detect import SAMPLE_RECORDS, Detection, detect, sample_records
from pixel_assets.conversation.hints import SourceHints, parse_options
from pixel_assets.conversation.standard import CONVERSATIONS, PREFERENCE_PAIRS, REJECTED_RECORDS
from pixel_assets.conversation.standardize import standardize_batch, standardize_group
from pixel_assets.conversation.table_builder import Standardized
from pixel_assets.conversation.units import unit_keys
from pixel_assets.sources.records import RAW_RECORDS
from pixel_assets.sources.source import is_written
from pixel_assets.store.data_version import Hashes
from pixel_assets.store.query import to_table
from pixel_assets.store.schema import HASH, INPUT
from pixel_assets.store.snapshot import as_hashes

Batch = tuple[pa.RecordBatch, Detection, SourceHints]


def conversations(run: StepRun) -> None:
    """Detect the format of each file, then convert the records that have not been converted before."""
    raw = run.inputs["raw_records"]
    source = run.source
    hints = SourceHints(
        run.partition, source.category, source.format, parse_options(source.options), source.file_labels,
        frozenset(source.withdrawn_conversations),
    )  # fmt: skip
    detections = _detect_files(run, hints.format)
    located = raw.read(["file", HASH])
    keys = unit_keys(located["file"], _hashes(located), detections)
    todo = run.reuse(keys, _withdrawn(run)).compute
    whole_files: dict[str, list[tuple[pa.RecordBatch, np.ndarray]]] = defaultdict(list)
    done, total, glance = 0, int(todo.sum()), _Glance()

    def one_by_one() -> Iterator[tuple[Batch, Hashes]]:
        for batch, positions in raw.matching(todo, RAW_RECORDS.names):
            for file in batch.column("file").unique().to_pylist():
                mine = pa.compute.equal(batch.column("file"), file)
                part, part_keys = batch.filter(mine), keys[positions[mine.to_numpy(zero_copy_only=False)]]
                if detections[file].grouped:
                    whole_files[file].append((part, part_keys))
                else:
                    yield (part, detections[file], hints), part_keys

    for found, part_keys in run.spread(standardized, one_by_one(), total):
        _write(run, glance.seen(found), part_keys)
        done += len(part_keys)
        run.say(done, total, "records", str(glance))
    for file, parts in whole_files.items():
        rows = pa.Table.from_batches([part for part, _ in parts]).sort_by("row")
        found = glance.seen(standardize_group(rows.to_batches(), detections[file], hints))
        _write(run, found, np.concatenate([k for _, k in parts]))
    run.measures["formats"] = {file: f"{found.name} ({found.confidence:.2f})" for file, found in sorted(detections.items())}


def _withdrawn(run: StepRun) -> Hashes | None:
    """Keys of the units that gave a conversation which has been withdrawn since."""
    before, names = run.previous["conversations"], run.source.withdrawn_conversations
    if before is None or not names:
        return None
    made = before.read(["conversation_id", INPUT])
    return _hashes(made.filter(pa.compute.is_in(made["conversation_id"], pa.array(names, pa.string()))), INPUT)


def standardized(batch: Batch) -> Standardized:
    """One batch, in whatever process: what it is needs a name to be sent."""
    return standardize_batch(*batch)


class _Glance:
    """How the conversations look so far: enough to see early that a source is misread."""

    def __init__(self) -> None:
        self._conversations = self._rejected = self._bytes = 0

    def seen(self, found: Standardized) -> Standardized:
        self._conversations += found.conversations.num_rows
        self._rejected += found.rejected.num_rows
        self._bytes += found.conversations["turns"].nbytes
        return found

    def __str__(self) -> str:
        mean = self._bytes // max(self._conversations, 1)
        return f"{self._conversations:,} conversations of {mean:,} bytes in the mean, {self._rejected:,} rejected"


def _detect_files(run: StepRun, hint: str | None) -> dict[str, Detection]:
    """The format of each file, from its first records."""
    first = "SELECT file, record FROM raw_records WHERE row <= ? ORDER BY file, row"
    with run.query() as connection:
        heads = to_table(connection, first, [2 * SAMPLE_RECORDS])
        files = connection.execute("SELECT DISTINCT file FROM raw_records ORDER BY file").fetchall()
    return {
        file: detect(sample_records(heads.filter(pa.compute.equal(heads["file"], file)).to_batches()), hint) for (file,) in files
    }


def _write(run: StepRun, found: Standardized, keys: Hashes) -> None:
    run.write(found.conversations, "conversations", keys[found.input_index_conv.to_numpy()])
    run.write(found.rejected, "rejected_records", keys[found.input_index_rej.to_numpy()])
    run.write(found.pairs, "preference_pairs", keys[found.input_index_pair.to_numpy()])


def _hashes(table: pa.Table, column: str = HASH) -> Hashes:
    return np.concatenate([as_hashes(chunk) for chunk in table[column].chunks] or [np.zeros((0, 2), np.uint64)])


CONVERSATIONS_STEP = Step(
    group="conversations",
    assets=(
        Asset(
            "conversations",
            "Every conversation of a source in the standard form, with where it came from and what was repaired.",
            CONVERSATIONS,
            key=("source", "file", "rows", "conversation_id"),
            derived_from={
                "source": (("raw_records", "source"),),
                "file": (("raw_records", "file"),),
                "rows": (("raw_records", "row"),),
                "turns": (("raw_records", "record"),),
                "reasoning": (("raw_records", "record"),),
                "metadata": (("raw_records", "record"),),
                "conversation_id": (("raw_records", "record"),),
            },
        ),
        Asset(
            "rejected_records",
            "Every record that gave no conversation, with the reason.",
            REJECTED_RECORDS,
            key=("source", "file", "row"),
            derived_from={
                "source": (("raw_records", "source"),),
                "file": (("raw_records", "file"),),
                "row": (("raw_records", "row"),),
                "reason": (("raw_records", "problem"), ("raw_records", "record")),
            },
        ),
        Asset(
            "preference_pairs",
            "Replies that were preferred and those that were not, with what they answer, for preference training. Raw text.",
            PREFERENCE_PAIRS,
            key=("source", "file", "rows", "pair_id"),
            derived_from={
                "source": (("raw_records", "source"),),
                "file": (("raw_records", "file"),),
                "rows": (("raw_records", "row"),),
                "prompt": (("raw_records", "record"),),
                "chosen": (("raw_records", "record"),),
                "rejected": (("raw_records", "record"),),
            },
        ),
    ),
    inputs=("raw_records",),
    compute=conversations,
    partitioned=True,
    sources=is_written,
    source_fields=("category", "format", "options", "file_labels", "withdrawn_conversations"),
    guard_fields=("withdrawn_conversations",),
    libraries=("ftfy", "selectolax"),
)
