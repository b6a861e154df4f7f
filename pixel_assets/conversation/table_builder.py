"""Columns of conversations and of rejected records, gathered as lists and made Arrow once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any

import pyarrow as pa

from pixel_assets.conversation.hints import SourceHints
from pixel_assets.conversation.standard import CONVERSATIONS, FLAGS, REJECTED_RECORDS, ROWS, TURN, TURNS


@dataclass(frozen=True)
class Standardized:
    """Conversations and rejected records, each with the indices of the input rows they come from.

    ``input_index_conv`` and ``input_index_rej`` have one element for each output row: the index of
    its input row in the batch; for a conversation made of several rows, the first of them.
    """

    conversations: pa.Table
    rejected: pa.Table
    input_index_conv: pa.Int64Array
    input_index_rej: pa.Int64Array


class TableBuilder:
    """Gathers output rows of one source."""

    def __init__(self, source: SourceHints, format: str) -> None:
        self._source = source
        self._format = format
        self._ids: list[str] = []
        self._files: list[str] = []
        self._rows: list[tuple[int, ...]] = []
        self._turn_counts: list[int] = []
        self._roles: list[str] = []
        self._contents: list[str] = []
        self._reasoning: list[str | None] = []
        self._flags: list[Sequence[str]] = []
        self._metadata: list[bytes | None] = []
        self._inputs: list[int] = []
        self._rejected: list[tuple[str, int, str, str, int]] = []

    def add(
        self,
        conversation_id: str,
        file: str,
        rows: tuple[int, ...],
        index: int,
        roles: Sequence[str],
        contents: Sequence[str],
        reasoning: str | None,
        flags: Sequence[str],
        metadata: bytes | None,
    ) -> None:
        """One conversation."""
        self._ids.append(conversation_id)
        self._files.append(file)
        self._rows.append(rows)
        self._turn_counts.append(len(roles))
        self._roles += roles
        self._contents += contents
        self._reasoning.append(reasoning)
        self._flags.append(flags)
        self._metadata.append(metadata)
        self._inputs.append(index)

    def reject(self, file: str, row: int, index: int, reason: str, detail: str) -> None:
        """One record that is no conversation."""
        self._rejected.append((file, row, reason, detail, index))

    def build(self) -> Standardized:
        """Everything gathered, in the order it came."""
        count = len(self._ids)
        turns = pa.StructArray.from_arrays(
            [pa.array(self._roles, pa.string()), pa.array(self._contents, pa.string())], fields=list(TURN)
        )
        columns = {
            "conversation_id": pa.array(self._ids, pa.string()),
            "source": pa.repeat(pa.scalar(self._source.name), count),
            "file": pa.array(self._files, pa.string()),
            "rows": _lists(self._rows, ROWS),
            "category": pa.repeat(pa.scalar(self._source.category), count),
            "format": pa.repeat(pa.scalar(self._format), count),
            "turns": pa.ListArray.from_arrays(_offsets(self._turn_counts), turns, type=TURNS),
            "reasoning": pa.array(self._reasoning, pa.string()),
            "flags": _lists(self._flags, FLAGS),
            "metadata": pa.array(self._metadata, pa.binary()).cast(pa.string()),
        }
        files, rows, reasons, details, inputs = (
            zip(*self._rejected, strict=True) if self._rejected else ((),) * 5
        )
        rejected = {
            "source": pa.repeat(pa.scalar(self._source.name), len(files)),
            "file": pa.array(files, pa.string()),
            "row": pa.array(rows, pa.int64()),
            "reason": pa.array(reasons, pa.string()),
            "detail": pa.array(details, pa.string()),
        }
        return Standardized(
            pa.table([columns[name] for name in CONVERSATIONS.names], schema=CONVERSATIONS),
            pa.table([rejected[name] for name in REJECTED_RECORDS.names], schema=REJECTED_RECORDS),
            pa.array(self._inputs, pa.int64()),
            pa.array(inputs, pa.int64()),
        )


def _lists(values: Sequence[Sequence[Any]], kind: pa.ListType[Any]) -> pa.ListArray[Any]:
    flat = pa.array(list(chain.from_iterable(values)), kind.value_type)
    return pa.ListArray.from_arrays(_offsets([len(value) for value in values]), flat, type=kind)


def _offsets(counts: Sequence[int]) -> pa.Int32Array:
    return pa.array(list(accumulate(counts, initial=0)), pa.int32())
