"""The exported form of a conversation: messages as chat templates and trainers read them.

Rows of the mix go in. Out come those of which something can be learned, with the number of tokens that the assistant says, and
those of which nothing can, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.conversation.standard import ROLES, TURN, TURNS
from pixel_assets.release.rejected import rejected
from pixel_assets.release.tokens import Counter, trainable
from pixel_assets.store.schema import column

if TYPE_CHECKING:
    from pixel_assets.settings import ExportSettings

_COLUMNS: Final = (
    column("id", pa.string(), "hash of the conversation's content"),
    column("messages", TURNS, "what was said, in order: role (system, user, assistant) and content"),
    column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
    column("source", pa.string(), "name of the source it comes from"),
    column("generated", pa.bool_(), "whether it was written by grammar or by a model, or its question was"),
    column("augmented", pa.bool_(), "whether it is a variant that was made from another conversation of the train split"),
    column("parent", pa.string(), "id of the conversation that it was made from", nullable=True),
)
_REASONING: Final = column("reasoning", pa.string(), "chain of thought behind the last reply", nullable=True)


class Messages(NamedTuple):
    """Rows in the exported form, and rows of ``REJECTED_EXPORTS``, each in the order of the input."""

    rows: pa.Table
    rejected: pa.Table


def message_schema(settings: ExportSettings, counter: Counter) -> pa.Schema:
    """Columns of an export under these settings."""
    tokens = column(counter.column, pa.int64(), "tokens of what the assistant says, in so much as training sees it")
    return pa.schema([*_COLUMNS, tokens, *([_REASONING] if settings.reasoning == "field" else [])])


def to_messages(rows: pa.Table, settings: ExportSettings, counter: Counter) -> Messages:
    """Rows of the mix (columns of ``blocks.INPUT``) in the exported form, and those of which nothing would be trained."""
    turns = rows.column("turns").combine_chunks()
    lengths = _numbers(pc.list_value_length(turns)).astype(np.int64)
    owner = np.repeat(np.arange(rows.num_rows), lengths)  # the row that each turn belongs to
    flat = pc.list_flatten(turns)
    role = _numbers(pc.index_in(pc.struct_field(flat, "role"), value_set=pa.array(ROLES)))
    silent = _numbers(pc.equal(pc.utf8_trim_whitespace(pc.struct_field(flat, "content")), pa.scalar("")))
    replied = np.bincount(owner[(role == ROLES.index("assistant")) & ~silent], minlength=rows.num_rows) > 0
    if not settings.include_system:
        spoken = role != ROLES.index("system")
        flat, role = flat.filter(pa.array(spoken)), role[spoken]
        lengths = np.bincount(owner[spoken], minlength=rows.num_rows)
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    if settings.reasoning == "think":
        flat = _with_thoughts(flat, offsets, rows.column("reasoning"))
    tokens = trainable(
        counter.count(pc.struct_field(flat, "content")), role == ROLES.index("assistant"), lengths, settings.max_tokens
    )
    columns = {
        "id": rows.column("conversation_id"),
        "messages": pa.ListArray.from_arrays(offsets, flat, type=TURNS),
        **{name: rows.column(name) for name in ("category", "source", "generated", "augmented", "parent", "reasoning")},
        counter.column: pa.array(tokens),
    }
    schema = message_schema(settings, counter)
    table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    good = replied & (tokens > 0)
    reasons = np.where(replied, "beyond_max_tokens", "no_reply")[~good]
    bad = rows.filter(pa.array(~good)).rename_columns({"conversation_id": "id"})
    return Messages(table if good.all() else table.filter(pa.array(good)), rejected(bad, reasons.tolist()))


def message_lists(column: pa.ChunkedArray[Any]) -> list[list[dict[str, str]]]:
    """A column of turns as lists of ``{"role", "content"}``."""
    flat = pc.list_flatten(column)
    roles, contents = pc.struct_field(flat, "role").to_pylist(), pc.struct_field(flat, "content").to_pylist()
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=True)]
    lists, start = [], 0
    for length in pc.list_value_length(column).to_pylist():
        lists.append(messages[start : start + length])
        start += length
    return lists


def _with_thoughts(turns: Any, offsets: pa.Int32Array, reasoning: pa.ChunkedArray) -> pa.StructArray:
    """Turns in which the last reply of each conversation begins with its chain of thought, where it has one."""
    roles, contents = turns.field("role").to_pylist(), turns.field("content").to_pylist()
    ends = offsets.to_pylist()
    for start, end, thought in zip(ends, ends[1:], reasoning.to_pylist(), strict=False):
        last = next((place for place in reversed(range(start, end)) if roles[place] == "assistant"), None)
        if thought is not None and last is not None:
            contents[last] = f"<think>\n{thought}\n</think>\n\n{contents[last]}"
    return pa.StructArray.from_arrays([pa.array(roles, pa.string()), pa.array(contents, pa.string())], fields=list(TURN))


def _numbers(column: Any) -> np.ndarray[Any, np.dtype[Any]]:
    return np.asarray(column.to_numpy(zero_copy_only=False))
