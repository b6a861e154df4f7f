"""The standard form: ordered turns of {role, content}, a content-addressed id, and where it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from pixel_assets.store.schema import column

ROLES: Final = ("system", "user", "assistant")

TURN: Final = pa.struct([pa.field("role", pa.string(), nullable=False), pa.field("content", pa.string(), nullable=False)])
TURNS: Final = pa.list_(pa.field("item", TURN, nullable=False))
ROWS: Final = pa.list_(pa.field("item", pa.int64(), nullable=False))
FLAGS: Final = pa.list_(pa.field("item", pa.string(), nullable=False))

CONVERSATIONS = pa.schema(
    [
        column("conversation_id", pa.string(), "hash of turns and reasoning (32 hex digits): equal content, equal id"),
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file it was made from, relative to the sources folder"),
        column("rows", ROWS, "numbers of the records in that file that it was made from"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("format", pa.string(), "format that was detected or given by the registry"),
        column("turns", TURNS, "what was said, in order: role (system, user, assistant) and content"),
        column("reasoning", pa.string(), "chain of thought that came with the last reply", nullable=True),
        column("flags", FLAGS, "repairs that were made, such as html_removed or turns_merged; sorted"),
        column("metadata", pa.string(), "labels that came with it, as a JSON object with sorted keys", nullable=True),
    ]
)

PREFERENCE_PAIRS = pa.schema(
    [
        column("pair_id", pa.string(), "hash of prompt, chosen and rejected turns (32 hex digits): equal content, equal id"),
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file it was made from, relative to the sources folder"),
        column("rows", ROWS, "numbers of the records in that file that it was made from"),
        column("category", pa.string(), "psychology, voice, mental_health, reasoning or personality"),
        column("format", pa.string(), "format that was detected or given by the registry"),
        column("prompt", TURNS, "the turns that both replies answer"),
        column("chosen", TURNS, "the reply that was preferred; empty where only a rejected one is known"),
        column("rejected", TURNS, "the reply that was not preferred; empty where only a chosen one is known"),
        column("flags", FLAGS, "repairs that were made in any of the turns; sorted"),
        column("conversation_id", pa.string(), "the conversation of prompt and chosen reply", nullable=True),
    ]
)

REJECTED_RECORDS = pa.schema(
    [
        column("source", pa.string(), "name of the source in the registry"),
        column("file", pa.string(), "file the record stands in, relative to the sources folder"),
        column("row", pa.int64(), "number of the record in its file, from 1; 0 is the file as a whole"),
        column("reason", pa.string(), "reason code, such as malformed_json or no_reply"),
        column("detail", pa.string(), "what was found and what was expected, without quoting the text"),
    ]
)


Turns = Iterable[Mapping[str, str]]


def conversation_id(turns: Turns, reasoning: str | None = None) -> str:
    """Content hash of a conversation: 32 hex digits of BLAKE2b over length-prefixed roles and contents.

    Length prefixes make it injective: no two different lists of turns give the same bytes.
    """
    return content_id(((turn["role"], turn["content"]) for turn in turns), reasoning)


def content_id(turns: Iterable[tuple[str, str]], reasoning: str | None = None) -> str:
    """As :func:`conversation_id`, of turns of (role, content)."""
    parts: list[bytes] = []
    for role, content in turns:
        data = content.encode("utf-8", "surrogatepass")
        parts += (_ROLE_BYTES.get(role) or _prefixed(role), len(data).to_bytes(8, "little"), data)
    if reasoning is not None:
        parts += (b"reasoning", _prefixed(reasoning))
    return hashlib.blake2b(b"".join(parts), digest_size=16).hexdigest()


def _prefixed(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(8, "little") + data


_ROLE_BYTES: Final = {role: _prefixed(role) for role in ROLES}


def pair_id(prompt: Turns, chosen: Turns, rejected: Turns) -> str:
    """Content hash of a preference pair: 32 hex digits over the hashes of its three parts."""
    parts = "".join(conversation_id(turns) for turns in (prompt, chosen, rejected))
    return hashlib.blake2b(parts.encode("ascii"), digest_size=16).hexdigest()
