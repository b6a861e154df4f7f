"""Preference data: pairs of a chosen and a rejected reply, and single replies with a verdict.

The chosen reply is a conversation; of the rejected one only its presence is noted, never its words.
"""

from __future__ import annotations

from typing import Any

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    filled,
    labels,
    scored,
)
from pixel_assets.conversation.formats.prompt_response import reply_to
from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.formats.turns import media_in, parse_turns
from pixel_assets.conversation.hints import Options

CHOSEN = ("chosen", "chosen_messages")
HISTORY = ("conversations", "messages", "prompt", "question", "instruction")
REJECTED = ("rejected", "rejected_messages")


def _is_pair(record: Record) -> bool:
    return any(record.get(key) for key in CHOSEN) and any(key in record for key in REJECTED)


def _preference(record: Record, options: Options) -> Converted:
    key = next((key for key in CHOSEN if record.get(key)), None)
    if key is None:
        return Rejection("no_reply", "there is no chosen reply")
    if media := media_in(record):
        return media
    reply = _turns(record[key], options, "assistant")
    if isinstance(reply, Rejection):
        return reply
    turns = reply
    history_key = next((key for key in HISTORY if record.get(key)), None)
    if history_key and not any(role == "user" for role, _ in reply):
        history = _turns(record[history_key], options, "user")
        if isinstance(history, Rejection):
            return history
        turns = [*history, *reply]
    system = record.get("system")
    if isinstance(system, str) and system.strip() and turns[0][0] != "system":
        turns = [("system", system), *turns]
    metadata = labels(record, (*CHOSEN, *REJECTED, *HISTORY, "system", "tools"))
    return [Draft(turns, metadata | {"rejected_reply": any(bool(record.get(key)) for key in REJECTED)})]


def _turns(value: Any, options: Options, speaker: str) -> list[Turn] | Rejection:
    """Turns of a transcript, of a list, of one turn, or of a text by ``speaker``."""
    if isinstance(value, str):
        return split_transcript(value, options) or [(speaker, value)]
    return parse_turns([value] if isinstance(value, dict) else value, options)


def _is_verdict(record: Record) -> bool:
    has_text = isinstance(record.get("messages"), list) or {"prompt", "completion"} <= record.keys()
    return isinstance(record.get("label"), bool) and has_text


def _kto(record: Record, options: Options) -> Converted:
    label = record.get("label")
    if label is False:
        return Rejection("negative_example", "its label is false: a reply that is not to be learned")
    if label is not True:
        return Rejection("no_verdict", f"its label is a {type(label).__name__}, expected true or false")
    if media := media_in(record):
        return media
    if "messages" in record:
        turns = parse_turns(record["messages"], options)
        if isinstance(turns, Rejection):
            return turns
        return [Draft(turns, labels(record, ("messages", "tools")))]
    if not filled(record.get("completion")):
        return Rejection("no_reply", "the completion is empty or no text")
    return reply_to(record, "prompt", "completion", options)


PREFERENCE = Format("preference", scored(1.0, _is_pair, "a chosen and a rejected reply"), _preference)
KTO = Format("kto", scored(1.0, _is_verdict, "a dialogue with a true or false label"), _kto)
