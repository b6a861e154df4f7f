"""The exported form of a conversation: messages as chat templates and trainers read them.

Rows of the mix go in; id, messages, category, source, whether it was generated and, if wanted, reasoning come out.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import ROLES, TURN, TURNS
from pixel_assets.settings import ExportSettings
from pixel_assets.store.schema import column

_COLUMNS: Final = (
    column("id", pa.string(), "hash of the conversation's content"),
    column("messages", TURNS, "what was said, in order: role (system, user, assistant) and content"),
    column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
    column("source", pa.string(), "name of the source it comes from"),
    column("generated", pa.bool_(), "whether it was written by grammar or by a model, or its question was"),
    column("reasoning", pa.string(), "chain of thought behind the last reply", nullable=True),
)


def message_schema(settings: ExportSettings) -> pa.Schema:
    """Columns of an export under these settings."""
    return pa.schema(_COLUMNS if settings.reasoning == "field" else _COLUMNS[:-1])


def to_messages(rows: pa.Table, settings: ExportSettings) -> pa.Table:
    """Rows of the mix (columns of ``blocks.INPUT``) in the exported form.

    Raises ``ValueError`` where the assistant says nothing in a conversation: nothing would be trained.
    """
    turns = rows.column("turns").combine_chunks()
    lengths = _numbers(pc.list_value_length(turns))
    owner = np.repeat(np.arange(rows.num_rows), lengths)  # the row that each turn belongs to
    flat = pc.list_flatten(turns)
    role = _numbers(pc.index_in(pc.struct_field(flat, "role"), value_set=pa.array(ROLES)))
    silent = _numbers(pc.equal(pc.utf8_trim_whitespace(pc.struct_field(flat, "content")), pa.scalar("")))
    replied = np.unique(owner[(role == ROLES.index("assistant")) & ~silent])
    if len(replied) < rows.num_rows:
        raise ValueError(
            f"{rows.num_rows - len(replied)} conversations without a word from the assistant (expected none)"
        )
    if not settings.include_system:
        spoken = role != ROLES.index("system")
        flat = flat.filter(pa.array(spoken))
        lengths = np.bincount(owner[spoken], minlength=rows.num_rows)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    if settings.reasoning == "think":
        flat = _with_thoughts(flat, offsets, rows.column("reasoning"))
    columns = {
        "id": rows.column("conversation_id"),
        "messages": pa.ListArray.from_arrays(offsets, flat, type=TURNS),
        "category": rows.column("category"),
        "source": rows.column("source"),
        "generated": rows.column("generated"),
        "reasoning": rows.column("reasoning"),
    }
    schema = message_schema(settings)
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)


def _with_thoughts(turns: Any, offsets: pa.Int32Array, reasoning: pa.ChunkedArray) -> pa.StructArray:
    """Turns in which the last reply of each conversation begins with its chain of thought, where it has one."""
    roles, contents = turns.field("role").to_pylist(), turns.field("content").to_pylist()
    ends = offsets.to_pylist()
    for start, end, thought in zip(ends, ends[1:], reasoning.to_pylist(), strict=False):
        if thought is not None:
            last = next(place for place in reversed(range(start, end)) if roles[place] == "assistant")
            contents[last] = f"<think>\n{thought}\n</think>\n\n{contents[last]}"
    return pa.StructArray.from_arrays([pa.array(roles, pa.string()), pa.array(contents, pa.string())], fields=list(TURN))


def _numbers(column: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return np.asarray(column.to_numpy(zero_copy_only=False))
