"""What was to be exported and is not, with the reason: one row a conversation or pair and format, and never its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson
import pyarrow as pa

from pixel_assets.store.schema import column

REJECTED_EXPORTS: Final = pa.schema(
    [
        column("id", pa.string(), "the conversation or pair as exports call it"),
        column("format", pa.string(), "the format that lacks it, such as preference or chat/gemma; all where every one does"),
        column("split", pa.string(), "train, validation or test", nullable=True),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("reason", pa.string(), "reason code, such as no_reply or beyond_max_tokens"),
        column("detail", pa.string(), "what was found and what was expected, without quoting the text"),
    ]
)
ALL: Final = "all"
FILE: Final = "rejected.jsonl"

DETAILS: Final[dict[str, str]] = {
    "no_reply": "the assistant says nothing: nothing would be trained",
    "beyond_max_tokens": "all that the assistant says lies beyond exports.max_tokens: nothing would be trained",
    "template_refuses": "the chat template does not take this order of roles",
    "no_prompt": "nothing stands before the last reply",
    "control_token": "a text holds a mark by which the model tells roles apart",
    "one_sided": "there is only one of the two replies",
    "conversation_not_selected": "the conversation of the chosen reply is in no split",
    "not_permitted": "the licence of its source does not permit this release",
    "identifiers_left": "identifiers are left after redaction",
}


def rejected(rows: pa.Table, reasons: Sequence[str], form: str = ALL) -> pa.Table:
    """Rows of ``REJECTED_EXPORTS`` for ``rows`` (``id``, ``split``, ``category``), each with its reason."""
    columns = {
        "id": rows.column("id"),
        "format": pa.array([form] * rows.num_rows, pa.string()),
        "split": rows.column("split"),
        "category": rows.column("category"),
        "reason": pa.array(reasons, pa.string()),
        "detail": pa.array([DETAILS[reason] for reason in reasons], pa.string()),
    }
    return pa.table(columns, schema=REJECTED_EXPORTS)


def as_lines(table: pa.Table) -> bytes:
    """The rows as JSON Lines; what is null is left out."""
    rows: list[dict[str, Any]] = table.to_pylist()
    present = ({name: value for name, value in row.items() if value is not None} for row in rows)
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in present)
