"""One question and one answer a record, in the many spellings of their keys.

The spelling is found once for each set of keys, not for each record.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.base import (
    Converted,
    Draft,
    Format,
    Record,
    Rejection,
    Turn,
    filled,
    labels,
    scored,
)
from pixel_assets.conversation.formats.turns import media_in
from pixel_assets.conversation.hints import Options

# Names without case, spaces and punctuation; a reply goes with the first prompt that is there
REPLIES: Final = (
    "response", "answertext", "completion", "answers", "answer", "reply", "output", "responsepost",
    "assistant", "bot", "doctor", "chatbot", "therapist", "counselor",
)  # fmt: skip
PROMPTS: Final = (
    "question", "openendedverifiablequestion", "context", "instruction", "prompt", "questions", "query",
    "input", "seekerpost", "user", "human", "patient", "message", "client", "statement", "questiontext",
    "questiontitle",
)  # fmt: skip
REASONING: Final = ("complexcot", "cot", "chainofthought", "reasoning", "thinking", "rationale")
TITLE: Final = "questiontitle"


NO_OPTIONS: Final = Options()


class Spelling(NamedTuple):
    """Keys of one kind of record."""

    prompt: str
    reply: str
    reasoning: str | None
    title: str | None
    system: str | None


@lru_cache(maxsize=1024)
def spelling(keys: tuple[str, ...], options: Options = NO_OPTIONS) -> Spelling | None:
    """Which of the keys hold the question, the answer and the thoughts between them, if any do."""
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(re.sub(r"[\W_]+", "", key).lower(), []).append(key)

    def find(given: tuple[str, ...], names: tuple[str, ...], like: str | None = None) -> str | None:
        if given:
            return next((key for key in given if key in keys), None)
        found = next((by_name[name] for name in names if name in by_name), [])
        # "question" and "Question" in one record: the one that is written as its answer is
        return next(
            (key for key in found if like and key[:1].isupper() == like[:1].isupper()),
            found[0] if found else None,
        )

    reply = find(options.reply, REPLIES)
    prompt = find(options.prompt, PROMPTS, reply)
    if reply is None or prompt is None or reply == prompt:
        return None
    reasoning = find(options.reasoning, REASONING)
    return Spelling(
        prompt, reply, reasoning, find((), (TITLE,)), find(options.system, ("system", "systemprompt"))
    )


def reply_to(record: Record, prompt: str, reply: str, options: Options) -> Converted:
    """The conversation of a record whose prompt and reply stand under these two keys."""
    return _converted(record, Spelling(prompt, reply, None, None, "system"))


def _prompt_response(record: Record, options: Options) -> Converted:
    found = spelling(tuple(record), options)
    if found is None:
        return Rejection("no_reply", f"no pair of a question and an answer among {len(record)} keys")
    return _converted(record, found)


def _converted(record: Record, keys: Spelling) -> Converted:
    if media := media_in(record):
        return media
    reply = record.get(keys.reply)
    if not isinstance(reply, str) or not reply.strip():
        return Rejection("no_reply", f"key {keys.reply!r} is empty or no text")
    title = record.get(keys.title) if keys.title else None
    prompt = _with_title(title, record.get(keys.prompt))
    if not prompt:
        return Rejection("no_user_turn", f"key {keys.prompt!r} is empty or no text")
    turns: list[Turn] = [("user", prompt), ("assistant", reply)]
    system = record.get(keys.system) if keys.system else None
    if isinstance(system, str) and system.strip():
        turns.insert(0, ("system", system))
    reasoning = record.get(keys.reasoning) if keys.reasoning else None
    return [
        Draft(turns, labels(record, [key for key in keys if key]), reasoning if filled(reasoning) else None)
    ]


def _with_title(title: object, text: object) -> str:
    """Title and text as one question; a title that the text begins with is not said twice."""
    texts = [part.strip() for part in (title, text) if isinstance(part, str) and part.strip()]
    if len(texts) == 2 and texts[1].lower().startswith(texts[0].lower()):
        texts.pop(0)
    return "\n\n".join(texts)


PROMPT_RESPONSE = Format(
    "prompt_response",
    scored(0.7, lambda record: spelling(tuple(record)) is not None, "a question and an answer"),
    _prompt_response,
)
