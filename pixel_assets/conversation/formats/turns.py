"""Lists of turns in every spelling: who speaks under which name, and where the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from pixel_assets.conversation.formats.base import Record, Rejection, Turn
from pixel_assets.conversation.hints import Options

SYSTEM: Final = ("system", "developer", "context")
USER: Final = (
    "user", "human", "usr", "client", "patient", "seeker", "help_seeker", "helpseeker", "speaker", "student",
    "customer", "questioner", "prompter", "caller", "visitor", "person", "player", "interviewee",
)  # fmt: skip
ASSISTANT: Final = (
    "assistant", "gpt", "bot", "model", "ai", "sys", "supporter", "therapist", "counselor", "counsellor",
    "listener", "chatgpt", "chatbot", "agent", "helper", "psychologist", "doctor", "npc", "bing", "bard",
    "claude", "interviewer", "mental_health_professional", "responder",
)  # fmt: skip
TOOLS: Final = (
    "function", "function_call", "function_response", "tool", "tool_call", "tool_response", "observation",
    "ipython",
)  # fmt: skip

SPEAKER_KEYS: Final = ("role", "from", "speaker", "interlocutor", "actor", "author", "sender")
SPEECH_KEYS: Final = ("content", "value", "text", "utterance", "message", "sentences")
MEDIA_KEYS: Final = frozenset(("images", "image", "videos", "video", "audios", "audio"))
MEDIA_PARTS: Final = (
    "image",
    "image_url",
    "input_image",
    "audio",
    "input_audio",
    "audio_url",
    "video",
    "video_url",
)
TOOL: Final = "tool"


@lru_cache(maxsize=64)
def role_names(options: Options) -> dict[str, str]:
    """Canonical role by lower-case name; the registry's names win."""
    names = (
        dict.fromkeys(SYSTEM, "system") | dict.fromkeys(USER, "user") | dict.fromkeys(ASSISTANT, "assistant")
    )
    names |= dict.fromkeys(TOOLS, TOOL)
    for role in ("system", "user", "assistant"):
        names |= dict.fromkeys((name.lower() for name in getattr(options, f"{role}_roles")), role)
    return names


def canonical_role(name: object, options: Options) -> str | None:
    """system, user, assistant or tool; None for a name that is not known."""
    return role_names(options).get(name.strip().lower()) if isinstance(name, str) else None


def looks_like_turns(value: object) -> bool:
    """Whether a value is a list of objects, each with a speaker and words."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(turn, dict) and _key(turn, SPEAKER_KEYS) and _key(turn, SPEECH_KEYS)
            for turn in value[:8]
        )
    )


def parse_turns(value: object, options: Options) -> list[Turn] | Rejection:
    """Turns of (canonical role, text); a turn with nothing in it stays, as an empty text."""
    if not isinstance(value, list) or not value:
        return Rejection(
            "no_turns", "the list of turns is empty or no list; expected objects with a speaker and text"
        )
    roles = role_names(options)
    turns: list[Turn] = []
    plain_sys = False
    for number, turn in enumerate(value, start=1):
        if not isinstance(turn, dict):
            return Rejection("malformed_turn", f"turn {number} of {len(value)} is no object")
        name = turn["role"] if "role" in turn else _first(turn, SPEAKER_KEYS)
        role = roles.get(name) if isinstance(name, str) else None
        if role is None:
            role = roles.get(name.strip().lower()) if isinstance(name, str) else None
            if role is None:
                return _unknown_role(number, len(value), name)
        if role == TOOL or turn.get("tool_calls"):
            return Rejection("tool_calls", f"turn {number} of {len(value)} is a call of a tool or its result")
        plain_sys |= name == "sys"
        text = turn["content"] if "content" in turn else _first(turn, SPEECH_KEYS)
        if not isinstance(text, str):
            joined = _joined(text, number)
            if isinstance(joined, Rejection):
                return joined
            text = joined
        turns.append((role, text))
    return _sys_as_system(value, turns) if plain_sys and "sys" not in _all_names(options) else turns


def media_in(record: Record) -> Rejection | None:
    """A rejection when the record comes with pictures or sound that its words refer to."""
    if MEDIA_KEYS.isdisjoint(record):
        return None
    for key in record:
        if key in MEDIA_KEYS and record[key]:
            return Rejection(
                "needs_media", f"key {key!r} refers to media, which a text conversation cannot hold"
            )
    return None


def turn_labels(value: list[Record], key: str) -> list[str]:
    """Labels under ``key`` of the turns that have one, in order."""
    return [turn[key] for turn in value if isinstance(turn, dict) and isinstance(turn.get(key), str)]


def last_reasoning(value: list[Record]) -> str | None:
    """Chain of thought that the last turn carries beside its text."""
    last = value[-1]
    found = last.get("reasoning_content") or last.get("reasoning") if isinstance(last, dict) else None
    return found if isinstance(found, str) and found.strip() else None


def _joined(text: Any, number: int) -> str | Rejection:
    """Text of a content that is nothing, or a list of strings and parts."""
    if text is None:
        return ""
    if not isinstance(text, list):
        return Rejection(
            "malformed_turn", f"the content of turn {number} is a {type(text).__name__}, expected text"
        )
    parts: list[str] = []
    for part in text:
        if isinstance(part, dict):
            if part.get("type") in MEDIA_PARTS:
                return Rejection("needs_media", f"turn {number} has a part that is no text")
            part = _first(part, ("text", "value", "content"))
        if not isinstance(part, str):
            return Rejection("malformed_turn", f"a part of turn {number} is no text")
        parts.append(part)
    return "\n".join(parts)


def _sys_as_system(value: Sequence[Record], turns: list[Turn]) -> list[Turn]:
    """``sys`` is the supporter where nobody else answers, and the system prompt where somebody does."""

    def is_sys(turn: Record) -> bool:
        return bool(_first(turn, SPEAKER_KEYS) == "sys")

    others = any(
        role == "assistant" and not is_sys(turn) for turn, (role, _) in zip(value, turns, strict=True)
    )
    if not others:
        return turns
    return [
        ("system" if is_sys(turn) else role, text) for turn, (role, text) in zip(value, turns, strict=True)
    ]


def _all_names(options: Options) -> tuple[str, ...]:
    return options.system_roles + options.user_roles + options.assistant_roles


def _unknown_role(number: int, count: int, name: object) -> Rejection:
    if not isinstance(name, str) or not name.strip():
        return Rejection("malformed_turn", f"turn {number} of {count} does not say who speaks")
    return Rejection(
        "unknown_role",
        f"turn {number} of {count} is by an unknown speaker; set options user_roles, assistant_roles",
    )


def _first(turn: Record, keys: Sequence[str]) -> Any:
    for key in keys:
        if key in turn:
            return turn[key]
    return None


def _key(turn: Record, keys: Sequence[str]) -> str | None:
    return next((key for key in keys if key in turn), None)
