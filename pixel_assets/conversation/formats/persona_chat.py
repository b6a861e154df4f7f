"""Persona-chat: histories and candidate replies; the last candidate is right, the others distract."""

from __future__ import annotations

from typing import Any

from pixel_assets.conversation.formats.base import (
    UNMISTAKABLE,
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    labels,
    scored,
)
from pixel_assets.conversation.hints import Options


def _is_persona_chat(record: Record) -> bool:
    utterances = record.get("utterances")
    first = utterances[0] if isinstance(utterances, list) and utterances else None
    return isinstance(first, dict) and {"history", "candidates"} <= first.keys()


def _texts(value: Any) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _persona_chat(record: Record, options: Options) -> Converted:
    utterances = record.get("utterances")
    if not isinstance(utterances, list) or not all(isinstance(utterance, dict) for utterance in utterances):
        return Rejection("no_turns", "there is no list of utterances")
    answered = [utterance for utterance in utterances if _texts(utterance.get("candidates"))]
    if not answered:
        return Rejection("no_reply", f"none of {len(utterances)} utterances has candidates")
    longest = max(answered, key=lambda utterance: len(_texts(utterance.get("history"))))
    history, reply = _texts(longest.get("history")), _texts(longest["candidates"])[-1]
    # The reply is the assistant's, so the last of the history is the user's, and so on backwards
    turns: list[Turn] = [("user" if (len(history) - place) % 2 else "assistant", text) for place, text in enumerate(history)]
    metadata = labels(record, ("utterances", "personality"))
    if personality := [text for text in _texts(record.get("personality")) if text.strip()]:
        metadata["personality"] = personality
    return [Draft([*turns, ("assistant", reply)], metadata)]


PERSONA_CHAT = Format("persona_chat", scored(UNMISTAKABLE, _is_persona_chat, "histories with candidates"), _persona_chat)
