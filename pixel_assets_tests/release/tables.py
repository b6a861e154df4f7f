"""Small inputs for the tests of this room: rows of the mix, cut into batches at will."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from pixel_assets.release.blocks import INPUT

Row = dict[str, object]


def row(name: str, split: str, *said: str, system: str | None = None, reasoning: str | None = None) -> Row:
    """A conversation in which user and assistant take turns; by default a question and its answer."""
    texts = said or (f"Question {name}?", f"Answer {name}.")
    turns = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(texts)]
    if system is not None:
        turns.insert(0, {"role": "system", "content": system})
    return {
        "conversation_id": name,
        "split": split,
        "category": "voice",
        "source": "sample",
        "turns": turns,
        "generated": False,
        "augmented": False,
        "parent": None,
        "reasoning": reasoning,
    }


def cut(rows: Iterable[Row], *sizes: int) -> list[pa.RecordBatch]:
    """Rows as batches of the given sizes; the last batch takes what is left."""
    table, start, batches = pa.Table.from_pylist(list(rows), schema=INPUT), 0, []
    for size in sizes:
        batches += table.slice(start, size).to_batches() or [pa.RecordBatch.from_pylist([], schema=INPUT)]
        start += size
    return batches + table.slice(start).to_batches()
