"""What was put where: the table that is written beside the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

SPAN: Final = pa.struct([("turn", pa.int32()), ("start", pa.int32()), ("end", pa.int32()), ("label", pa.string())])

TRUTH: Final = pa.schema(
    [
        pa.field("row", pa.int64(), metadata={"description": "number of the line, from 1"}),
        pa.field("kind", pa.string(), metadata={"description": "what was planted, in small letters"}),
        pa.field("cluster", pa.int32(), metadata={"description": "rows of one kind and cluster belong together"}),
        pa.field("member", pa.int32(), metadata={"description": "place in the cluster; 0 is the original"}),
        pa.field("jaccard", pa.float64(), metadata={"description": "exact Jaccard similarity of sets of word 3-grams: of a "
                 "near-duplicate to its original, of a member of a chain to the one before it"}),
        pa.field("bucket", pa.float64(), metadata={"description": "similarity that a near-duplicate was made for"}),
        pa.field("label", pa.string(), metadata={"description": "severity of a statement, language code, kind of damage"}),
        pa.field("reason", pa.string(), metadata={"description": "reason code that a malformed row is to be rejected with"}),
        pa.field("spans", pa.list_(SPAN), metadata={"description": "where it stands: turn from 0 (a system prompt counts), "
                 "characters from start up to end, and which identifier or severity it is"}),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Characters of one turn."""

    turn: int
    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Planted:
    """One row of the truth; fields as in ``TRUTH``."""

    row: int
    kind: str
    cluster: int | None = None
    member: int | None = None
    jaccard: float | None = None
    bucket: float | None = None
    label: str | None = None
    reason: str | None = None
    spans: tuple[Span, ...] = ()


def to_table(planted: list[Planted]) -> pa.Table:
    """Rows of the truth as Arrow."""
    columns: dict[str, list[object]] = {
        name: [getattr(item, name) for item in planted] for name in TRUTH.names if name != "spans"
    }
    columns["spans"] = [[vars(span) for span in item.spans] for item in planted]
    return pa.table(columns, schema=TRUTH)
