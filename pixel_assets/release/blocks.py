"""Batches of any size in, blocks of fixed size out, so that what is written depends on the rows alone.

A block never crosses the end of a file or of a split. Order, splits and counts are verified on the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import TURNS

SPLITS: Final = ("train", "validation", "test")
BLOCK_ROWS: Final = 1_000  # bounds the memory

INPUT: Final = pa.schema(
    [
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("split", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("turns", TURNS, nullable=False),
        pa.field("generated", pa.bool_(), nullable=False),
        pa.field("augmented", pa.bool_(), nullable=False),
        pa.field("parent", pa.string()),
        pa.field("reasoning", pa.string()),
    ]
)


class Block(NamedTuple):
    """Consecutive rows of one file; the file is a split and a number from 0."""

    file: tuple[str, int]
    rows: pa.Table


def blocks(batches: Iterable[pa.RecordBatch], counts: Mapping[str, int], shard_rows: int) -> Iterator[Block]:
    """Cut a stream of batches (columns of ``INPUT``) into blocks, in order.

    ``counts`` says how many rows each split has. Raises ``ValueError`` where rows are not in order of
    split (train, validation, test) and id, where an id is repeated, or where a count is not met.
    """
    if strangers := set(counts) - set(SPLITS):
        raise ValueError(f"counts: splits {sorted(strangers)} (expected {', '.join(SPLITS)})")
    queue = _Queue(_in_order(batches))
    for split in SPLITS:
        for start in range(0, counts.get(split, 0), shard_rows):
            end = min(start + shard_rows, counts[split])
            for position in range(start, end, BLOCK_ROWS):
                yield Block((split, start // shard_rows), queue.take(split, min(BLOCK_ROWS, end - position)))
    if queue.rest():
        raise ValueError(f"more rows arrive than were counted ({_said(counts)})")


class _Queue:
    """Rows that have arrived and are not written yet."""

    def __init__(self, batches: Iterator[pa.Table]) -> None:
        self._batches, self._waiting = batches, INPUT.empty_table()

    def take(self, split: str, rows: int) -> pa.Table:
        parts, wanted = [self._waiting], rows - self._waiting.num_rows
        while wanted > 0:
            batch = next(self._batches, None)
            if batch is None:
                raise ValueError(f"{split}: {wanted} rows fewer arrive than were counted")
            parts.append(batch)
            wanted -= batch.num_rows
        arrived = pa.concat_tables(parts)
        self._waiting = arrived.slice(rows)
        taken = arrived.slice(0, rows)
        if pc.any(pc.not_equal(taken.column("split"), pa.scalar(split))).as_py():
            raise ValueError(f"{split}: more or fewer rows arrive than were counted")
        return taken.combine_chunks()

    def rest(self) -> bool:
        return self._waiting.num_rows > 0 or next(self._batches, None) is not None


def _in_order(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    before: tuple[int, str] = (-1, "")
    for batch in batches:
        table = pa.Table.from_batches([batch]).select(INPUT.names).cast(INPUT)
        splits: list[Any] = table.column("split").to_pylist()
        names: list[Any] = table.column("conversation_id").to_pylist()
        for split, name in zip(splits, names, strict=True):
            here = (_rank(split), name)
            if here <= before:
                raise ValueError(f"conversation {name} of {split} arrives out of order or twice")
            before = here
        if table.num_rows:
            yield table


def _rank(split: str) -> int:
    if split not in SPLITS:
        raise ValueError(f"split {split!r} (expected {', '.join(SPLITS)})")
    return SPLITS.index(split)


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{split} {counts.get(split, 0)}" for split in SPLITS)
