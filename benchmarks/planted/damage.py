"""Rows that are no conversation, each with the reason code of ``rejected_records`` that it is to be given."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, NamedTuple

import orjson

from planted.chats import Chat
from planted.shapes import messages


class Damage(NamedTuple):
    """A kind of damage: what it makes of a chat and its line, and how it is to be rejected."""

    reason: str
    apply: Callable[[Chat, bytes], bytes]
    any_shape: bool = True  # whether the reason is the same in whatever shape the other records are


def damaged(chat: Chat, line: bytes, random_: random.Random, mixed: bool) -> tuple[str, str, bytes]:
    """One kind of damage done to a record: its name, its reason and the line."""
    name = random_.choice([name for name, damage in DAMAGES.items() if damage.any_shape or not mixed])
    return name, DAMAGES[name].reason, DAMAGES[name].apply(chat, line)


def _renamed(chat: Chat, roles: tuple[str, str]) -> bytes:
    record = messages(chat)
    for number, turn in enumerate(record["messages"]):
        turn["role"] = roles[number % 2]
    return orjson.dumps(record)


def _first_turn(chat: Chat, turn: object) -> bytes:
    record = messages(chat)
    record["messages"][0] = turn
    return orjson.dumps(record)


def _not_utf8(chat: Chat, line: bytes) -> bytes:
    # Enough sound characters beside the damaged one to show that the line was meant as UTF-8
    return orjson.dumps(messages(chat.said(0, f"A naïve café, a déjà vu: {chat.turns[0]}"))).replace(b": ", b": \xff", 1)


DAMAGES: Final[dict[str, Damage]] = {
    "truncated": Damage("malformed_json", lambda chat, line: line[: len(line) * 3 // 5]),
    "missing_colon": Damage("malformed_json", lambda chat, line: line.replace(b'":', b'"', 1)),
    "trailing_comma": Damage("malformed_json", lambda chat, line: line[:-1] + b",}"),
    "two_records": Damage("malformed_json", lambda chat, line: line + line),
    "not_utf8": Damage("invalid_encoding", _not_utf8),
    "list": Damage("not_an_object", lambda chat, line: b"[" + line + b"]"),
    "number": Damage("not_an_object", lambda chat, line: str(len(line)).encode()),
    "text": Damage("not_an_object", lambda chat, line: orjson.dumps(chat.turns[0])),
    "no_keys": Damage("no_turns", lambda chat, line: b"{}", any_shape=False),
    "no_turns": Damage("no_turns", lambda chat, line: b'{"messages":[]}', any_shape=False),
    "null_turns": Damage("no_turns", lambda chat, line: b'{"messages":null}', any_shape=False),
    "turn_is_text": Damage("malformed_turn", lambda chat, line: _first_turn(chat, chat.turns[0]), any_shape=False),
    "content_is_number": Damage(
        "malformed_turn", lambda chat, line: _first_turn(chat, {"role": "user", "content": 7}), any_shape=False
    ),
    "no_speaker": Damage(
        "malformed_turn", lambda chat, line: _first_turn(chat, {"content": chat.turns[0]}), any_shape=False
    ),
    "unknown_role": Damage("unknown_role", lambda chat, line: _renamed(chat, ("user", "moderator")), any_shape=False),
    "user_alone": Damage("no_reply", lambda chat, line: _renamed(chat, ("user", "user")), any_shape=False),
    "assistant_alone": Damage(
        "no_user_turn", lambda chat, line: _renamed(chat, ("assistant", "assistant")), any_shape=False
    ),
}  # fmt: skip
