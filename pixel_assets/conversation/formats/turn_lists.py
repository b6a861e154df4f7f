"""A dialogue in whatever way it is listed, as the same list of turn objects: ``{"role": …, "content": …}``.

Known ways: objects with a speaker and words; pairs ``[[user, assistant], …]``; objects with one key a speaker
``[{"user": …, "assistant": …}, …]``; texts by turns ``["…", "…"]``; columns ``{"from": […], "value": […]}``;
and each of these written as text, as a table's cell holds it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

import orjson

from pixel_assets.conversation.formats.base import Record, Rejection, Turn

Shape = Literal["turns", "pairs", "texts"]

SPEAKER_KEYS: Final = ("role", "from", "speaker", "interlocutor", "actor", "author", "sender")
SPEECH_KEYS: Final = ("content", "value", "text", "utterance", "message", "sentences")
# Keys of one exchange, system first: sorted keys put the assistant before the user
EXCHANGE: Final = (
    ("system", ("system", "system_prompt")),
    ("user", ("user", "human", "client", "patient", "seeker", "input", "prompt", "question", "query", "instruction", "q")),
    (
        "assistant",
        ("assistant", "gpt", "bot", "ai", "counselor", "therapist", "supporter", "output", "response", "answer", "reply", "a"),
    ),
)
LOOKED_AT: Final = 8  # elements tell the shape of a list
LONGEST_CELL: Final = 4_000_000  # characters


class TurnList(NamedTuple):
    """Turn objects, and how they were listed."""

    turns: list[Any]
    shape: Shape


def unfolded(value: object) -> TurnList | None:
    """The turns of a value that lists a dialogue in a known way; None for any other value."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, dict):
        value = _from_columns(value)
    if not isinstance(value, list) or not value:
        return None
    if looks_like_turns(value):
        return TurnList(value, "turns")
    head = value[:LOOKED_AT]
    if all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair) for pair in head):
        return TurnList(list(_from_pairs(value)), "pairs")
    if _are_exchanges(head):
        return TurnList(list(_from_exchanges(value)), "pairs")
    if len(value) > 1 and all(isinstance(text, str) for text in value) and any(text.strip() for text in value):
        turns = [{"role": "assistant" if place % 2 else "user", "content": text} for place, text in enumerate(value)]
        return TurnList(turns, "texts")
    return None


def looks_like_turns(value: object) -> bool:
    """Whether a value is a list of objects, each with a speaker and words."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(turn, dict) and first_key(turn, SPEAKER_KEYS) and (first_key(turn, SPEECH_KEYS) or _calls(turn))
            for turn in value[:LOOKED_AT]
        )
    )


def first_key(turn: Record, keys: Sequence[str]) -> str | None:
    """The first of the keys that an object has, in whatever case it is written there."""
    for key in keys:
        if key in turn:
            return key
    lower = {key.lower(): key for key in turn}
    return next((lower[key] for key in keys if key in lower), None)


def history_turns(history: object) -> list[Turn] | Rejection:
    """Earlier exchanges of an instruction: ``[[user, assistant], …]``, or nothing."""
    if not history:
        return []
    if not isinstance(history, list):
        return Rejection("malformed_turn", f"the history is a {type(history).__name__}, expected a list of pairs")
    turns: list[Turn] = []
    for number, pair in enumerate(history, start=1):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(text, str) for text in pair):
            return Rejection("malformed_turn", f"element {number} of the history is no pair of texts")
        turns += [("user", pair[0]), ("assistant", pair[1])]
    return turns


def _calls(turn: Record) -> bool:
    return "tool_calls" in turn or "function_call" in turn


def _parsed(text: str) -> object:
    """The list that a cell holds as JSON or as a Python literal; None where it is cut off or anything else."""
    if text.lstrip()[:1] != "[" or len(text) > LONGEST_CELL:
        return None
    try:
        return orjson.loads(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _from_columns(value: Record) -> object:
    speaker, speech = first_key(value, SPEAKER_KEYS), first_key(value, SPEECH_KEYS)
    if speaker is None or speech is None:
        return None
    names, texts = value[speaker], value[speech]
    if not isinstance(names, list) or not isinstance(texts, list) or len(names) != len(texts):
        return None
    return [{"role": name, "content": text} for name, text in zip(names, texts, strict=True)]


def _from_pairs(value: Iterable[Any]) -> Iterable[Any]:
    for pair in value:
        if isinstance(pair, list) and len(pair) == 2:
            yield {"role": "user", "content": pair[0]}
            yield {"role": "assistant", "content": pair[1]}
        else:
            yield pair


def _are_exchanges(head: Sequence[Any]) -> bool:
    """Whether each object has a key of a side, and at least one of them has both."""
    sides = [_sides(exchange) for exchange in head]
    return all(sides) and max(sides, default=0) == 2


def _sides(exchange: Any) -> int:
    if not isinstance(exchange, dict):
        return 0
    return sum(first_key(exchange, names) is not None for role, names in EXCHANGE if role != "system")


def _from_exchanges(value: Iterable[Any]) -> Iterable[Any]:
    for exchange in value:
        if not isinstance(exchange, dict):
            yield exchange
            continue
        for role, names in EXCHANGE:
            key = first_key(exchange, names)
            if key is not None and (role != "system" or exchange[key]):
                yield {"role": role, "content": exchange[key]}
