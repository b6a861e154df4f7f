"""Whole dialogues in one text, each turn announced by its speaker: ``Human: …``, ``Counselor: …``."""

from __future__ import annotations

import re
from functools import lru_cache

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    labels,
    scored,
)
from pixel_assets.conversation.formats.turns import canonical_role
from pixel_assets.conversation.hints import Options

KEYS = ("text", "dialogue", "dialog", "conversation", "transcript", "chat")
# Fewer names than in lists of turns: "Person:" or "Context:" begins many a line of prose
NAMES = (
    "human", "user", "usr", "client", "patient", "seeker", "customer", "system", "assistant", "ai", "bot",
    "counselor", "counsellor", "therapist", "psychologist", "supporter", "agent", "gpt", "chatbot",
    "listener", "speaker",
)  # fmt: skip
HUMAN_ASSISTANT = re.compile(r"(?:\A|\n)\n(Human|Assistant):[ \t]*")


def split_transcript(text: str, options: Options) -> list[Turn] | None:
    """Turns of a transcript; None when no two different roles are announced.

    What stands before the first speaker becomes a system turn.
    """
    pattern = HUMAN_ASSISTANT if HUMAN_ASSISTANT.match(text) else _speaker_mark(options)
    marks = list(pattern.finditer(text))
    if len(marks) < 2:
        return None
    turns: list[Turn] = []
    if text[: marks[0].start()].strip():
        turns.append(("system", text[: marks[0].start()]))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        turns.append((canonical_role(mark[1], options) or "user", text[mark.end() : end]))
    return turns if {"user", "assistant"} <= {role for role, _ in turns} else None


@lru_cache(maxsize=64)
def _speaker_mark(options: Options) -> re.Pattern[str]:
    names = (*NAMES, *options.user_roles, *options.assistant_roles, *options.system_roles)
    spoken = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?im)^[ \t]*(?:#{{1,4}} ?)?(?:\*\*)?({spoken})(?:\*\*)?[ \t]?:(?:\*\*)?[ \t]*")


def _find(record: Record, options: Options) -> tuple[str, list[Turn]] | None:
    for key in options.text or KEYS:
        value = record.get(key)
        if isinstance(value, str) and (turns := split_transcript(value, options)):
            return key, turns
    return None


def _transcript(record: Record, options: Options) -> Converted:
    found = _find(record, options)
    if found is None:
        return Rejection("no_roles", "no text in which two speakers are announced")
    key, turns = found
    return [Draft(turns, labels(record, (key,)))]


def _intake(record: Record, options: Options) -> Converted:
    """A counselling session with its intake form: the dialogue so far, or else how it opens."""
    client = record.get("AI_client")
    client = client if isinstance(client, dict) else {}
    for key in ("dialogue_history", "dialogue_history_init"):
        text = client.get(key)
        if isinstance(text, str) and (turns := split_transcript(text, options)):
            return [
                Draft(
                    turns,
                    labels(record, ("AI_client", "AI_counselor"))
                    | labels(client, ("dialogue_history_init",)),
                )
            ]
    return Rejection("no_roles", "no dialogue history in which two speakers are announced")


TRANSCRIPT = Format(
    "transcript",
    scored(0.75, lambda record: _find(record, Options()) is not None, "speakers announced in a text"),
    _transcript,
)
INTAKE = Format(
    "intake_dialogue",
    scored(1.0, lambda record: isinstance(record.get("AI_client"), dict), "an intake with a dialogue"),
    _intake,
)
