"""Conversations as training text: rendered by a chat template, with the assistant's part marked.

Where there is a tokenizer, the text is there as token ids as well, and the assistant's part as a mask over them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from pixel_assets.release.chat_template import ChatTemplate
from pixel_assets.release.messages import message_lists
from pixel_assets.release.rendering import Message, Refused, Rendered, Renderer
from pixel_assets.release.tokens import COUNTED, ESTIMATED, mask, read_tokenizer
from pixel_assets.store.schema import column

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_SPAN: Final = pa.list_(pa.field("item", pa.int64(), nullable=False))
_SPANS: Final = pa.list_(pa.field("item", _SPAN, nullable=False))
_IDS: Final = pa.list_(pa.field("item", pa.int64(), nullable=False))
_TEXT: Final = (
    column("id", pa.string(), "hash of the conversation's content"),
    column("text", pa.string(), "the conversation as the chat template renders it"),
    column("assistant_spans", _SPANS, "where the assistant speaks in the text: [start, end] in characters"),
)
_TOKENS: Final = (
    column("input_ids", _IDS, "the text under the tokenizer, without further special tokens"),
    column("assistant_masks", _IDS, "1 for every token of the assistant, else 0"),
)
_CARRIED: Final = ("category", "source", "generated", "augmented", "parent")


class ChatText:
    """One template, with the tokenizer that goes with it or ``None``; a whole conversation in, a row or a reason out.

    ``max_tokens`` is how many tokens training sees; the files hold the whole text in any case.
    """

    def __init__(self, template: ChatTemplate, tokenizer: Path | None, max_tokens: int | None) -> None:
        self.name = template.name
        self._renderer = Renderer(template)
        self._control = template.control
        file = template.tokenizer or tokenizer
        self._tokenizer: Tokenizer | None = read_tokenizer(file) if file else None
        self._max_tokens = max_tokens

    def schema(self, messages: pa.Schema) -> pa.Schema:
        """Columns of a file, for messages of a schema."""
        carried = [messages.field(name) for name in _CARRIED]
        if self._tokenizer is None:
            name = next(name for name in messages.names if name in (COUNTED, ESTIMATED))
            return pa.schema([*_TEXT, *carried, messages.field(name)])
        counted = column(COUNTED, pa.int64(), "tokens of the assistant, in so much as training sees them")
        return pa.schema([*_TEXT, *_TOKENS, *carried, counted])

    def rows(self, messages: pa.Table) -> tuple[pa.Table, list[str | None]]:
        """Rendered rows, and for each row of ``messages`` why it is not among them, or ``None``."""
        reasons: list[str | None] = []
        rendered: list[Rendered] = []
        for talk in message_lists(messages.column("messages")):
            found = self._render(talk)
            reasons.append(found if isinstance(found, str) else None)
            if not isinstance(found, str):
                rendered.append(found)
        kept = messages.filter(pa.array([reason is None for reason in reasons], pa.bool_()))
        columns: dict[str, Any] = {name: kept.column(name) for name in kept.column_names}
        columns["text"] = [each.text for each in rendered]
        columns["assistant_spans"] = [list(map(list, each.spans)) for each in rendered]
        if self._tokenizer is None:
            return _table(columns, self.schema(messages.schema)), reasons
        found_tokens = self._tokenizer.encode_batch([each.text for each in rendered], add_special_tokens=False)
        masks = [mask(tokens.offsets, each.spans) for tokens, each in zip(found_tokens, rendered, strict=True)]
        counts = np.array([int(each[: self._max_tokens].sum()) for each in masks], np.int64)
        columns |= {"input_ids": [each.ids for each in found_tokens], "assistant_masks": masks, COUNTED: counts}
        table = _table(columns, self.schema(messages.schema))
        left = iter(counts.tolist())
        reasons = [reason or (None if next(left) else "beyond_max_tokens") for reason in reasons]
        return table.filter(pa.array(counts > 0)), reasons

    def _render(self, talk: list[Message]) -> Rendered | str:
        if any(mark in message["content"] for message in talk for mark in self._control):
            return "control_token"
        try:
            return self._renderer.render(talk)
        except Refused:
            return "template_refuses"


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    ready = (pa.ChunkedArray, pa.Array)
    arrays = [found if isinstance(found := columns[each.name], ready) else pa.array(found, each.type) for each in schema]
    return pa.table(arrays, schema=schema)
