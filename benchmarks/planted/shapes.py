"""Shapes of records: the same chat as messages, ShareGPT, a question and its answer, Alpaca, or with a chain of thought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from planted.chats import Chat

Record = dict[str, Any]


def messages(chat: Chat) -> Record:
    """OpenAI's messages."""
    return {"messages": [{"role": role, "content": text} for role, text in _spoken(chat, "system", "user", "assistant")]}


def sharegpt(chat: Chat) -> Record:
    """ShareGPT's conversations."""
    return {"conversations": [{"from": role, "value": text} for role, text in _spoken(chat, "system", "human", "gpt")]}


def alpaca(chat: Chat) -> Record:
    """Instruction, input and output; earlier turns are the history."""
    *history, prompt, reply = chat.turns
    record: Record = {"instruction": prompt, "input": "", "output": reply}
    if chat.system:
        record["system"] = chat.system
    if history:
        record["history"] = [list(pair) for pair in zip(history[::2], history[1::2], strict=True)]
    return record


def prompt_response(chat: Chat) -> Record:
    """A question and an answer, for a chat of one pair of turns."""
    return {"Context": chat.turns[0], "Response": chat.turns[1]} | ({"system": chat.system} if chat.system else {})


def thought(chat: Chat) -> Record:
    """A question, a chain of thought and an answer, for a chat of one pair of turns."""
    return {"Question": chat.turns[0], "Complex_CoT": chat.thought, "Response": chat.turns[1]}


def _spoken(chat: Chat, system: str, user: str, assistant: str) -> list[tuple[str, str]]:
    turns = [(assistant if number % 2 else user, text) for number, text in enumerate(chat.turns)]
    return [(system, chat.system), *turns] if chat.system else turns


LONG: Final[tuple[Callable[[Chat], Record], ...]] = (messages, sharegpt, alpaca)
SHORT: Final[tuple[Callable[[Chat], Record], ...]] = (*LONG, prompt_response)


def shape_for(chat: Chat, chance: float) -> Callable[[Chat], Record]:
    """One of the shapes that can hold the chat, by a number from 0 to 1."""
    if chat.thought:
        return thought
    shapes = SHORT if len(chat.turns) == 2 else LONG
    return shapes[int(chance * len(shapes))]
