"""A request for one answer, by what decides it, and the answer as it came."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

KEY_VERSION: Final = 1  # of what keys are made of


@dataclass(frozen=True)
class Message:
    """One message of a chat with the model, which is not a turn of the conversation that it writes."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Chat:
    """All that decides an answer, so far as anything does; ``schema`` is the JSON schema that it is asked to follow."""

    model: str
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    seed: int
    schema: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Hash of all of it (SHA-256, 64 hex digits): equal chats have one answer in the cache."""
        content = json.dumps({"version": KEY_VERSION, **asdict(self)}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    def body(self) -> dict[str, Any]:
        """The request in the protocol's words, without the form of the answer."""
        return {
            "model": self.model,
            "messages": [asdict(message) for message in self.messages],
            "temperature": self.temperature,
            "max_tokens": self.max_tokens,
            "seed": self.seed,
            "stream": False,
        }

    def longer(self) -> Chat:
        """The same with room for twice as much."""
        return replace(self, max_tokens=2 * self.max_tokens)

    def followed_by(self, *messages: Message) -> Chat:
        """The same chat, gone on with."""
        return replace(self, messages=(*self.messages, *messages))


@dataclass(frozen=True)
class Answer:
    """What the model said, and why it ended: ``stop``, ``length``, ``content_filter``, ``refusal`` or a server's own word."""

    content: str
    finish: str
