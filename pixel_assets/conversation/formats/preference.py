"""Preference data: pairs of a chosen and a rejected reply (DPO, ORPO), and single replies with a verdict (KTO).

The chosen reply is a conversation; the rejected one never is, and is kept apart for preference training.
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
from pixel_assets.conversation.formats.chat_template import split_rendered
from pixel_assets.conversation.formats.content import media_in
from pixel_assets.conversation.formats.prompt_response import reply_to
from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.formats.turns import parse_turns
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
    history = _history(record, options)
    if isinstance(history, Rejection):
        return history
    chosen = _dialogue(record, record[key], history, options)
    if isinstance(chosen, Rejection):
        return chosen
    metadata = labels(record, (*CHOSEN, *REJECTED, *HISTORY, "system", "tools"))
    other_key = next((key for key in REJECTED if record.get(key)), None)
    if other_key is None:
        return [Draft(chosen, metadata)]
    rejected = _dialogue(record, record[other_key], history, options)
    if isinstance(rejected, Rejection):
        return [Draft(chosen, metadata, flags=("rejected_unreadable",))]
    return [Draft(chosen, metadata, rejected=rejected)]


def _history(record: Record, options: Options) -> list[Turn] | Rejection:
    """What both replies answer, if it stands in a key of its own."""
    key = next((key for key in HISTORY if record.get(key)), None)
    return _turns(record[key], options, "user") if key else []


def _dialogue(record: Record, reply: Any, history: list[Turn], options: Options) -> list[Turn] | Rejection:
    """A whole dialogue that ends with a reply; a reply that brings the user's turns along is one already."""
    turns = _turns(reply, options, "assistant")
    if isinstance(turns, Rejection):
        return turns
    if not any(role == "user" for role, _ in turns):
        turns = [*history, *turns]
    system = record.get("system")
    if isinstance(system, str) and system.strip() and turns[0][0] != "system":
        turns = [("system", system), *turns]
    return turns


def _turns(value: Any, options: Options, speaker: str) -> list[Turn] | Rejection:
    """Turns of a transcript or rendered chat template, of a list, of one turn, or of a text by ``speaker``."""
    if isinstance(value, str):
        rendered = split_rendered(value, options)
        if rendered is not None:
            return rendered if isinstance(rendered, Rejection) else rendered.turns
        return split_transcript(value, options) or [(speaker, value)]
    return parse_turns([value] if isinstance(value, dict) else value, options)


def _is_verdict(record: Record) -> bool:
    has_text = isinstance(record.get("messages"), list) or {"prompt", "completion"} <= record.keys()
    return isinstance(record.get("label"), bool) and has_text


def _kto(record: Record, options: Options) -> Converted:
    label = record.get("label")
    if not isinstance(label, bool):
        return Rejection("no_verdict", f"its label is a {type(label).__name__}, expected true or false")
    if media := media_in(record):
        return media
    if "messages" in record:
        turns = parse_turns(record["messages"], options)
        if isinstance(turns, Rejection):
            return turns
        return [Draft(turns, labels(record, ("messages", "tools")), preferred=label)]
    if not filled(record.get("completion")):
        return Rejection("no_reply", "the completion is empty or no text")
    replied = reply_to(record, "prompt", "completion", options)
    return replied if isinstance(replied, Rejection) else [draft._replace(preferred=label) for draft in replied]


PREFERENCE = Format("preference", scored(1.0, _is_pair, "a chosen and a rejected reply"), _preference)
KTO = Format("kto", scored(1.0, _is_verdict, "a dialogue with a true or false label"), _kto)
