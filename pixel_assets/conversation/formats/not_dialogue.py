"""Records that are well known and no dialogues: text without roles, and patterns of an intent."""

from __future__ import annotations

from pixel_assets.conversation.formats.base import Converted, Format, Record, Rejection, scored
from pixel_assets.conversation.formats.transcript import split_transcript
from pixel_assets.conversation.hints import Options


def _is_text_only(record: Record) -> bool:
    text = record.get("text")
    return len(record) == 1 and isinstance(text, str) and not split_transcript(text, Options())


def _text_only(record: Record, options: Options) -> Converted:
    return Rejection("no_roles", "a text alone: nothing says who speaks")


def _is_intent(record: Record) -> bool:
    return isinstance(record.get("patterns"), list) and isinstance(record.get("responses"), list)


def _intent(record: Record, options: Options) -> Converted:
    counts = [
        len(value) if isinstance(value := record.get(key), list) else 0 for key in ("patterns", "responses")
    ]
    return Rejection(
        "intent_patterns", f"{counts[0]} patterns and {counts[1]} responses of an intent are no dialogue"
    )


TEXT_ONLY = Format("text_only", scored(0.6, _is_text_only, "a text alone"), _text_only)
INTENTS = Format("intents", scored(1.0, _is_intent, "patterns and responses"), _intent)
