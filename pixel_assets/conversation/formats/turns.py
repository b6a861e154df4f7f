"""Lists of turns in every spelling: who speaks under which name, and where the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import Record, Rejection, Turn
from pixel_assets.conversation.formats.content import IMAGE_TAG, Content, is_tool_text, read_content
from pixel_assets.conversation.formats.reasoning import thoughts
from pixel_assets.conversation.formats.turn_lists import SPEAKER_KEYS, SPEECH_KEYS, first_key
from pixel_assets.conversation.hints import Options

SYSTEM: Final = ("system", "developer", "context", "system_prompt")
USER: Final = (
    "user", "human", "usr", "client", "patient", "seeker", "help_seeker", "helpseeker", "speaker", "student",
    "customer", "questioner", "prompter", "caller", "visitor", "person", "player", "interviewee",
)  # fmt: skip
ASSISTANT: Final = (
    "assistant", "gpt", "bot", "model", "ai", "sys", "supporter", "therapist", "counselor", "counsellor",
    "listener", "chatgpt", "chatbot", "agent", "helper", "psychologist", "doctor", "npc", "bing", "bard",
    "claude", "gemini", "interviewer", "mental_health_professional", "responder",
)  # fmt: skip
TOOLS: Final = (
    "function", "function_call", "function_response", "tool", "tool_call", "tool_calls", "tool_response", "observation",
    "ipython",
)  # fmt: skip

TOOL: Final = "tool"
THOUGHT_KEYS: Final = ("reasoning_content", "reasoning", "thinking")


class Said(NamedTuple):
    """What a list of turns holds: its speech, and how much of it is no speech and was left out."""

    turns: list[Turn]
    reasoning: str | None = None
    tool_turns: int = 0
    media: int = 0


@lru_cache(maxsize=64)
def role_names(options: Options) -> dict[str, str]:
    """Canonical role by lower-case name; the registry's names win."""
    names = dict.fromkeys(SYSTEM, "system") | dict.fromkeys(USER, "user") | dict.fromkeys(ASSISTANT, "assistant")
    names |= dict.fromkeys(TOOLS, TOOL)
    for role in ("system", "user", "assistant"):
        names |= dict.fromkeys((name.lower() for name in getattr(options, f"{role}_roles")), role)
    return names


USUAL_ROLES: Final = role_names(Options())


def canonical_role(name: object, options: Options) -> str | None:
    """system, user, assistant or tool; None for a name that is not known."""
    return role_names(options).get(name.strip().lower()) if isinstance(name, str) else None


def read_turns(value: object, options: Options) -> Said | Rejection:
    """The speech of a list of turn objects; a turn with nothing in it stays, as an empty text.

    Calls of tools and their results are no speech: they are counted. Media are counted, the words around
    them stay. Rejected are lists in which nothing is left that the user and the assistant said.
    """
    if not isinstance(value, list) or not value:
        return Rejection("no_turns", "the list of turns is empty or no list; expected objects with a speaker and text")
    if set(map(type, value)) != {dict}:
        number = next(place for place, turn in enumerate(value, start=1) if type(turn) is not dict)
        return Rejection("malformed_turn", f"turn {number} of {len(value)} is no object")
    roles = role_names(options) if _all_names(options) else USUAL_ROLES  # hashing options for each record is slow
    turns: list[Turn] = []
    sys_places: list[int] = []
    tool_turns = media = 0
    for number, turn in enumerate(value, start=1):
        # The usual keys are looked up at once, for this is done for every turn of every record
        name = turn["role"] if "role" in turn else turn["from"] if "from" in turn else _first(turn, SPEAKER_KEYS)
        role = (roles.get(name) if isinstance(name, str) else None) or canonical_role(name, options)
        if role is None:
            return _unknown_role(number, len(value), name)
        if role == TOOL:
            tool_turns += 1
            continue
        text = turn["content"] if "content" in turn else turn["value"] if "value" in turn else _first(turn, SPEECH_KEYS)
        if not isinstance(text, str) or len(turn) > 2 or "<" in text:
            content = _content(turn, text, number)
            if isinstance(content, Rejection):
                return content
            text = content.text
            media += content.media
            tool_turns += bool(content.tools)
            if content.tools and not text.strip():
                continue
        if name == "sys":
            sys_places.append(len(turns))
        turns.append((role, text))
    if sys_places and "sys" not in _all_names(options):
        _sys_as_system(turns, sys_places)
    if tool_turns and not {"user", "assistant"} <= {role for role, _ in turns}:
        found = f"{tool_turns} of {len(value)} turns are calls of tools or their results"
        return Rejection("tool_calls", f"{found}, and the rest is no dialogue")
    return Said(turns, _last_thoughts(value[-1]), tool_turns, media)


def parse_turns(value: object, options: Options) -> list[Turn] | Rejection:
    """Turns of (canonical role, text) where all of them are speech; tools and media are refused."""
    said = read_turns(value, options)
    if isinstance(said, Rejection):
        return said
    if said.tool_turns:
        return Rejection("tool_calls", f"{said.tool_turns} turns are calls of tools or their results")
    if said.media:
        return Rejection("needs_media", f"the turns have {said.media} parts that are no text")
    return said.turns


def turn_labels(value: list[Record], key: str) -> list[str]:
    """Labels under ``key`` of the turns that have one, in order."""
    return [turn[key] for turn in value if isinstance(turn, dict) and isinstance(turn.get(key), str)]


def _content(turn: Record, text: Any, number: int) -> Content | Rejection:
    """What a turn holds that may be more, or less, than its text."""
    if not isinstance(text, str):
        content = read_content(text, number)
        if isinstance(content, Rejection):
            return content
    elif is_tool_text(text):
        return Content("", tools=1)
    else:
        content = Content(text, text.count(IMAGE_TAG))
    return content._replace(tools=content.tools + 1) if turn.get("tool_calls") or turn.get("function_call") else content


def _last_thoughts(last: Record) -> str | None:
    """Chain of thought that the last turn carries, beside its text or as a part of it."""
    content = last.get("content", last.get("value"))
    if len(last) == 2 and isinstance(content, str):
        return None
    for key in THOUGHT_KEYS:
        if key in last and (found := thoughts(last[key])):
            return found
    parts = read_content(content, 0) if isinstance(content, list) else None
    return parts.reasoning if isinstance(parts, Content) else None


def _sys_as_system(turns: list[Turn], places: Sequence[int]) -> None:
    """``sys`` is the supporter where nobody else answers, and the system prompt where somebody does."""
    answers = sum(role == "assistant" for role, _ in turns)
    if answers > len(places):
        for place in places:
            turns[place] = ("system", turns[place][1])


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
    key = first_key(turn, keys)
    return turn[key] if key is not None else None
