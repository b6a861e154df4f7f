"""Columns of conversations and of rejected records, gathered as lists and made Arrow once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any, NamedTuple

import pyarrow as pa

from pixel_assets.conversation.finish import Finished, Pair, Said
from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standard import (
    CONVERSATIONS,
    FLAGS,
    PREFERENCE_PAIRS,
    REJECTED_RECORDS,
    ROWS,
    TURN,
    TURNS,
)


@dataclass(frozen=True)
class Standardized:
    """Conversations, rejected records and preference pairs, each with the input rows they come from.

    The three ``input_index`` arrays have one element for each output row: the index of its input row in
    the batch; for what is made of several rows, the first of them.
    """

    conversations: pa.Table
    rejected: pa.Table
    pairs: pa.Table
    input_index_conv: pa.Int64Array
    input_index_rej: pa.Int64Array
    input_index_pair: pa.Int64Array


class Origin(NamedTuple):
    """Where an output row comes from: a file, numbers of its records, and which of the batch is the first of them."""

    file: str
    rows: tuple[int, ...]
    first: int


class _Turns:
    """A column of turns."""

    def __init__(self) -> None:
        self._counts: list[int] = []
        self._roles: list[str] = []
        self._contents: list[str] = []

    def add(self, said: Said) -> None:
        self._counts.append(len(said.roles))
        self._roles += said.roles
        self._contents += said.contents

    def build(self) -> pa.ListArray[Any]:
        turns = pa.StructArray.from_arrays(
            [pa.array(self._roles, pa.string()), pa.array(self._contents, pa.string())], fields=list(TURN)
        )
        return pa.ListArray.from_arrays(_offsets(self._counts), turns, type=TURNS)


class TableBuilder:
    """Gathers output rows of one source."""

    def __init__(self, source: SourceHints, format: str) -> None:
        self._source = source
        self._format = format
        self._conversations: list[tuple[Origin, str, str | None, list[str], bytes | None]] = []
        self._turns = _Turns()
        self._pairs: list[tuple[Origin, str, list[str], str | None]] = []
        self._prompts, self._chosen, self._not_chosen = _Turns(), _Turns(), _Turns()
        self._rejected: list[tuple[str, int, str, str, int]] = []

    def add(self, found: Finished, origin: Origin, more_flags: Sequence[str] = ()) -> None:
        """One conversation."""
        flags = sorted({*found.flags, *more_flags}) if more_flags else found.flags
        self._conversations.append((origin, found.id, found.reasoning, flags, found.metadata))
        self._turns.add(found.said)

    def add_pair(self, pair: Pair, origin: Origin) -> None:
        """One preference pair."""
        self._pairs.append((origin, pair.id, pair.flags, pair.conversation_id))
        self._prompts.add(pair.prompt)
        self._chosen.add(pair.chosen)
        self._not_chosen.add(pair.rejected)

    def reject(self, file: str, row: int, index: int, reason: str, detail: str) -> None:
        """One record that is no conversation."""
        self._rejected.append((file, row, reason, detail, index))

    def build(self) -> Standardized:
        """Everything gathered, in the order it came."""
        origins, ids, reasoning, flags, metadata = _columns(self._conversations, 5)
        conversations = self._places(origins) | {
            "conversation_id": pa.array(ids, pa.string()),
            "turns": self._turns.build(),
            "reasoning": pa.array(reasoning, pa.string()),
            "flags": _lists(flags, FLAGS),
            "metadata": pa.array(metadata, pa.binary()).cast(pa.string()),
        }
        files, rows, reasons, details, inputs = _columns(self._rejected, 5)
        rejected = {
            "source": pa.repeat(pa.scalar(self._source.name), len(files)),
            "file": pa.array(files, pa.string()),
            "row": pa.array(rows, pa.int64()),
            "reason": pa.array(reasons, pa.string()),
            "detail": pa.array(details, pa.string()),
        }
        pair_origins, pair_ids, pair_flags, of_conversations = _columns(self._pairs, 4)
        pairs = self._places(pair_origins) | {
            "pair_id": pa.array(pair_ids, pa.string()),
            "prompt": self._prompts.build(),
            "chosen": self._chosen.build(),
            "rejected": self._not_chosen.build(),
            "flags": _lists(pair_flags, FLAGS),
            "conversation_id": pa.array(of_conversations, pa.string()),
        }
        return Standardized(
            _table(conversations, CONVERSATIONS),
            _table(rejected, REJECTED_RECORDS),
            _table(pairs, PREFERENCE_PAIRS),
            pa.array([origin.first for origin in origins], pa.int64()),
            pa.array(inputs, pa.int64()),
            pa.array([origin.first for origin in pair_origins], pa.int64()),
        )

    def _places(self, origins: Sequence[Origin]) -> dict[str, pa.Array]:
        """The columns that say where rows come from and how they were read."""
        return {
            "source": pa.repeat(pa.scalar(self._source.name), len(origins)),
            "file": pa.array([origin.file for origin in origins], pa.string()),
            "rows": _lists([origin.rows for origin in origins], ROWS),
            "category": pa.repeat(pa.scalar(self._source.category), len(origins)),
            "format": pa.repeat(pa.scalar(self._format), len(origins)),
        }


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> Sequence[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * count


def _table(columns: dict[str, pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _lists(values: Sequence[Sequence[Any]], kind: pa.ListType[Any]) -> pa.ListArray[Any]:
    flat = pa.array(list(chain.from_iterable(values)), kind.value_type)
    return pa.ListArray.from_arrays(_offsets([len(value) for value in values]), flat, type=kind)


def _offsets(counts: Sequence[int]) -> pa.Int32Array:
    return pa.array(list(accumulate(counts, initial=0)), pa.int32())
