"""Under which keys a record has its question, its answer, the thoughts between them and what belongs to both.

Worked out once for each set of keys, not for each record.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.base import Record
from pixel_assets.conversation.formats.content import only_labels
from pixel_assets.conversation.formats.reasoning import plain_name, reasoning_key
from pixel_assets.conversation.hints import Options

# Plain names, the more telling first; a reply goes with the first prompt that is there
REPLIES: Final = (
    "response", "answertext", "completion", "answers", "answer", "bestanswer", "finalanswer", "reply", "output",
    "solution", "targets", "responsepost", "modelresponse", "botresponse", "airesponse", "counselorresponse",
    "therapistresponse", "assistant", "bot", "doctor", "chatbot", "therapist", "counselor", "psychologist", "ai",
)  # fmt: skip
PROMPTS: Final = (
    "question", "openendedverifiablequestion", "instruction", "prompt", "questions", "query", "problem", "input", "inputs",
    "seekerpost", "userinput", "usermessage", "userquery", "patientquestion", "clientmessage", "user", "human", "patient",
    "message", "client", "statement", "concern", "questiontext", "context", "questiontitle",
)  # fmt: skip
CONTEXTS: Final = ("context", "passage", "paragraph")  # what a question is about, said before it
INPUTS: Final = ("input",)  # what an instruction works on, said after it
INSTRUCTIONS: Final = ("instruction", "prompt", "task")
SYSTEM: Final = ("system", "systemprompt", "systemmessage", "systeminstruction")
# A table of answers names its column after the model that gave them
MODEL: Final = re.compile(
    r"(?:gpt|chatgpt|claude|llama|vicuna|alpaca|mistral|mixtral|gemini|palm|bard|qwen|deepseek)[\w.:/-]{0,60}", re.I
)

NO_OPTIONS: Final = Options()


class Spelling(NamedTuple):
    """Keys of one kind of record."""

    prompt: str
    reply: str
    reasoning: str | None = None
    title: str | None = None
    system: str | None = None
    context: str | None = None
    input: str | None = None
    history: str | None = None
    plain: bool = False  # there is nothing but question, answer and labels


@lru_cache(maxsize=1024)
def spelling(keys: tuple[str, ...], options: Options = NO_OPTIONS) -> Spelling | None:
    """Which of the keys hold the question, the answer and what belongs to them, if any do."""
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(plain_name(key), []).append(key)

    def find(given: tuple[str, ...], names: tuple[str, ...], like: str | None = None) -> str | None:
        if given:
            return next((key for key in given if key in keys), None)
        found = next((by_name[name] for name in names if name in by_name), [])
        # "question" and "Question" in one record: the one that is written as its answer is
        return next(
            (key for key in found if like and key[:1].isupper() == like[:1].isupper()),
            found[0] if found else None,
        )

    reply = find(options.reply, REPLIES) or (None if options.reply else _model_key(keys))
    prompt = find(options.prompt, PROMPTS, reply)
    if reply is None or prompt is None or reply == prompt:
        return None
    used = {prompt, reply}
    used = {prompt, reply}
    extended = plain_name(prompt) in INSTRUCTIONS
    system = find(options.system, SYSTEM)
    if system is None and not extended:
        system = find((), ("instruction",))  # beside a question it is what the system is told
    reasoning = find(options.reasoning, ()) if options.reasoning else reasoning_key(keys)
    title, context, history = find((), ("questiontitle",)), find((), CONTEXTS), find((), ("history",))
    given = find((), INPUTS) if extended and not options.prompt else None
    found = (reasoning, title, system, context, given, history)
    reasoning, title, system, context, given, history = (None if key in used else key for key in found)
    plain = only_labels(keys) and not any((reasoning, title, system, context, given, history))
    return Spelling(prompt, reply, reasoning, title, system, context, given, history, plain)


def is_pair(record: Record) -> bool:
    """Whether a record has keys of a question and an answer, and they may hold text."""
    found = spelling(tuple(record))
    return found is not None and not any(isinstance(record[key], bool | int | float) for key in (found.prompt, found.reply))


@lru_cache(maxsize=1024)
def prompt_key(keys: tuple[str, ...]) -> str | None:
    """The key that holds a question by its name, whether or not there is an answer."""
    by_name = {plain_name(key): key for key in reversed(keys)}
    return next((by_name[name] for name in PROMPTS if name in by_name), None)


def _model_key(keys: tuple[str, ...]) -> str | None:
    named = [key for key in keys if MODEL.fullmatch(key)]
    return named[0] if len(named) == 1 else None
