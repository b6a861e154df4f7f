"""The formats of an export: which columns each has, how it is written, and where its files lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from pixel_assets.conversation.standard import ROLES, TURNS
from pixel_assets.errors import SettingsError
from pixel_assets.release.chat_template import chat_template
from pixel_assets.release.chat_text import ChatText
from pixel_assets.release.compression import SUFFIXES, Compression
from pixel_assets.release.formats import Opener, csv_file, json_file, json_lines, parquet_file
from pixel_assets.release.messages import message_lists, message_schema
from pixel_assets.release.tokens import Counter, trainable
from pixel_assets.store.schema import column

if TYPE_CHECKING:
    from pixel_assets.settings import ExportSettings

Made = tuple[pa.Table, list[str | None]]  # rows of a format, and for each row that went in why it is not among them, or None
_PROMPT: Final = column("prompt", TURNS, "what was said before the last reply")
_COMPLETION: Final = column("completion", TURNS, "the last reply, the only one that is trained")


@dataclass(frozen=True)
class Format:
    """One format. ``file`` names a file by split, number and category; with ``divided`` each category has files of its own."""

    name: str
    schema: pa.Schema
    open: Opener
    file: Callable[[str, int, str], str]
    make: Callable[[pa.Table], Made]
    compression: Compression = "none"
    divided: bool = False


def formats(settings: ExportSettings, counter: Counter) -> tuple[Format, ...]:
    """The formats of conversations that the settings ask for, in their order.

    Raises :class:`SettingsError` for a chat template that there is none of, or two of one name.
    """
    schema = message_schema(settings, counter)
    found: list[Format] = []
    for name in dict.fromkeys(settings.formats):
        if name == "chat":
            found += _chat(settings, schema)
        elif name != "preference":  # not made from conversations
            found.append(_format(name, settings, schema, counter))
    return tuple(found)


def plain_file(folder: str, ending: str, compression: Compression) -> Callable[[str, int, str], str]:
    """Names such as ``jsonl/train-00000.jsonl.gz``."""
    return lambda split, number, _: f"{folder}/{split}-{number:05d}.{ending}{SUFFIXES[compression]}"


def _format(name: str, settings: ExportSettings, schema: pa.Schema, counter: Counter) -> Format:
    how = settings.compression
    match name:
        case "jsonl":
            return Format(name, schema, json_lines(how), plain_file(name, "jsonl", how), _as_they_are, how)
        case "json":
            return Format(name, schema, json_file(how, settings.json_form), plain_file(name, "json", how), _as_they_are, how)
        case "csv":
            return Format(name, schema, csv_file(how), plain_file(name, "csv", how), _as_they_are, how)
        case "parquet":
            return Format(name, schema, parquet_file, _parquet_name, _as_they_are, divided=True)
        case "prompt_completion":
            columns = [_PROMPT, _COMPLETION]
            split = pa.schema([schema.field("id"), *columns, *(each for each in schema if each.name not in ("id", "messages"))])
            make = _last_reply(counter, settings.max_tokens)
            return Format(name, split, json_lines(how), plain_file(name, "jsonl", how), make, how)
    raise ValueError(f"format {name!r} (expected one of the setting exports.formats)")


def _parquet_name(split: str, number: int, category: str) -> str:
    return f"parquet/data/{split}-{category}-{number:05d}.parquet"


def _chat(settings: ExportSettings, schema: pa.Schema) -> list[Format]:
    found: list[Format] = []
    for asked in settings.tokenizers:
        text = ChatText(chat_template(asked), settings.tokenizer_file, settings.max_tokens)
        name, how = f"chat/{text.name}", settings.compression
        if name in {each.name for each in found}:
            what = f"{asked!r} has the name of another"
            raise SettingsError(what, where="setting exports.tokenizers", expected="different names of folders")
        found.append(Format(name, text.schema(schema), json_lines(how), plain_file(name, "jsonl", how), text.rows, how))
    return found


def _as_they_are(messages: pa.Table) -> Made:
    return messages, [None] * messages.num_rows


def _last_reply(counter: Counter, max_tokens: int | None) -> Callable[[pa.Table], Made]:
    """The last reply apart from what stands before it, with the tokens of it alone; what stands after it is left out."""

    def made(messages: pa.Table) -> Made:
        talks = message_lists(messages.column("messages"))
        lasts = [max(place for place, message in enumerate(talk) if message["role"] == ROLES[2]) for talk in talks]
        prompts = [talk[:last] for talk, last in zip(talks, lasts, strict=True)]
        completions = [talk[last : last + 1] for talk, last in zip(talks, lasts, strict=True)]
        said = [message["content"] for talk, last in zip(talks, lasts, strict=True) for message in talk[: last + 1]]
        ends = np.cumsum(np.array(lasts, np.int64) + 1)
        replies = np.zeros(len(said), bool)
        replies[ends - 1] = True
        tokens = trainable(counter.count(pa.array(said, pa.string())), replies, np.array(lasts, np.int64) + 1, max_tokens)
        table = messages.set_column(1, _PROMPT, pa.array(prompts, TURNS)).add_column(2, _COMPLETION, pa.array(completions, TURNS))
        place = table.column_names.index(counter.column)
        table = table.set_column(place, messages.schema.field(counter.column), pa.array(tokens))
        reasons = [
            "no_prompt" if last == 0 else None if count else "no_reply" if max_tokens is None else "beyond_max_tokens"
            for last, count in zip(lasts, tokens.tolist(), strict=True)
        ]
        return table.filter(pa.array([reason is None for reason in reasons], pa.bool_())), reasons

    return made
