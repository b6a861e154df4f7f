"""Records that hold one dialogue as a list of turns: OpenAI messages, ShareGPT, and other dialogue lists."""

from __future__ import annotations

from pixel_assets.conversation.formats.base import Converted, Draft, Format, Record, Rejection, labels, scored
from pixel_assets.conversation.formats.turns import (
    last_reasoning,
    looks_like_turns,
    media_in,
    parse_turns,
    turn_labels,
)
from pixel_assets.conversation.hints import Options

SHAREGPT_KEYS = ("conversations", "conversation")
DIALOG_KEYS = ("dialog", "dialogue", "turns", "dialogs", "utterances", "chat", "history")


def _dialogue(record: Record, keys: tuple[str, ...], options: Options) -> Converted:
    key = next((key for key in keys if key in record), None)
    if key is None:
        return Rejection("no_turns", f"none of the keys {', '.join(keys)} is there")
    if media := media_in(record):
        return media
    value = record[key]
    turns = parse_turns(value, options)
    if isinstance(turns, Rejection):
        return turns
    system = record.get("system")
    if isinstance(system, str) and system.strip() and turns[0][0] != "system":
        turns.insert(0, ("system", system))
    metadata = labels(record, (key, "system", "tools")) if len(record) > 1 else {}
    if "strategy" in value[-1] and (strategies := turn_labels(value, "strategy")):
        metadata["strategy"] = strategies
    return [Draft(turns, metadata, last_reasoning(value))]


def _messages(record: Record, options: Options) -> Converted:
    return _dialogue(record, ("messages",), options)


def _sharegpt(record: Record, options: Options) -> Converted:
    return _dialogue(record, SHAREGPT_KEYS, options)


def _dialog(record: Record, options: Options) -> Converted:
    return _dialogue(record, DIALOG_KEYS, options)


MESSAGES = Format(
    "messages",
    scored(0.8, lambda record: looks_like_turns(record.get("messages")), "a list of messages"),
    _messages,
)
SHAREGPT = Format(
    "sharegpt",
    scored(
        0.8,
        lambda record: any(looks_like_turns(record.get(key)) for key in SHAREGPT_KEYS),
        "conversations of turns",
    ),
    _sharegpt,
)
DIALOG = Format(
    "dialog",
    scored(
        0.7, lambda record: any(looks_like_turns(record.get(key)) for key in DIALOG_KEYS), "a dialogue list"
    ),
    _dialog,
)
