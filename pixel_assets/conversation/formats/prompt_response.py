"""One question and one answer a record, in the many spellings of their keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pixel_assets.conversation.formats.base import PAIR, Converted, Draft, Format, Record, Rejection, Turn, filled, labels, scored
from pixel_assets.conversation.formats.content import media_count
from pixel_assets.conversation.formats.reasoning import take_thoughts, thoughts
from pixel_assets.conversation.formats.spelling import Spelling, is_pair, spelling
from pixel_assets.conversation.formats.turn_lists import history_turns
from pixel_assets.conversation.hints import Options

# Completion models were tuned on prompts that end with a marker, answers that begin with a space, and an end mark
MARKERS: Final = ("->", "=>", "###")
END_MARKS: Final = (" END", " ###", "\n###", "<|endoftext|>")
# A post wrapped in a question about it is answered with a verdict and then the reasons for it
WRAPPED: Final = "Consider this post:"
REASONS: Final = "Reasoning:"
TEXT_KEYS: Final = ("text", "answer", "body", "content", "value")


def reply_to(record: Record, prompt: str, reply: str, options: Options) -> Converted:
    """The conversation of a record whose prompt and reply stand under these two keys."""
    return _converted(record, Spelling(prompt, reply, system="system"))


def prompt_response(record: Record, options: Options) -> Converted:
    """The conversation of a record that has a question and an answer; one for each of several answers."""
    found = spelling(tuple(record), options)
    if found is None:
        return Rejection("no_reply", f"no pair of a question and an answer among {len(record)} keys")
    return _converted(record, found)


def _converted(record: Record, keys: Spelling) -> Converted:
    reply, asked = record.get(keys.reply), record.get(keys.prompt)
    if keys.plain and isinstance(reply, str) and isinstance(asked, str) and reply.strip() and (prompt := asked.strip()):
        return [_draft([], prompt, reply, labels(record, (keys.prompt, keys.reply)), None, ())]
    replies = [reply] if isinstance(reply, str) else _texts(reply)
    if not replies or not any(text.strip() for text in replies):
        return Rejection("no_reply", f"key {keys.reply!r} is empty or no text")
    prompts = [asked] if isinstance(asked, str) else _texts(asked) or [""]
    if len(prompts) > 1 and len(replies) > 1 and len(prompts) != len(replies):
        return Rejection("malformed_turn", f"{len(prompts)} questions and {len(replies)} answers: which belong together?")
    before: list[Turn] = []
    if keys.system and filled(system := record.get(keys.system)):
        before.append(("system", system))
    if keys.history:
        history = history_turns(record.get(keys.history))
        if isinstance(history, Rejection):
            return history
        before += history
    metadata = labels(record, [key for key in keys[:-1] if key])
    # The registry may name the key of the thoughts; else it is told by its name
    reasoning = thoughts(record.get(keys.reasoning)) if keys.reasoning else None
    if reasoning is None and len(record) > 2:
        reasoning = take_thoughts(record, metadata)
    flags: tuple[str, ...] = ()
    if media := media_count(record):
        metadata["media"] = media
        flags = ("media_omitted",)
    drafts = [
        _draft(before, whole, reply, metadata, reasoning, flags)
        for prompt, reply in _matched(prompts, replies)
        if (whole := _whole_prompt(record, keys, prompt))
    ]
    if not drafts:
        return Rejection("no_user_turn", f"key {keys.prompt!r} is empty or no text")
    if len(drafts) > 1:
        return [
            draft._replace(metadata=draft.metadata | {"answer": number, "answers": len(drafts)})
            for number, draft in enumerate(drafts, start=1)
        ]
    return drafts


def _draft(before: list[Turn], prompt: str, reply: str, metadata: Record, reasoning: str | None, flags: tuple[str, ...]) -> Draft:
    if reply[:1].isspace() and (question := _without(prompt, MARKERS)) is not None:
        prompt, reply = question, _without(reply, END_MARKS) or reply
        prompt, reply, flags = prompt.rstrip(), reply.strip(), (*flags, "marker_stripped")
    if reasoning is None and prompt.startswith(WRAPPED):
        verdict, _, reasons = reply.partition(REASONS)
        if verdict.strip() and reasons.strip():
            reply, reasoning, flags = verdict.rstrip(), reasons.strip(), (*flags, "reasoning_separated")
    return Draft([*before, ("user", prompt), ("assistant", reply)], metadata, reasoning, flags)


def _without(text: str, marks: tuple[str, ...]) -> str | None:
    """A text without the mark that it ends with; None where it ends with none."""
    text = text.rstrip()
    return next((text.removesuffix(mark) for mark in marks if text.endswith(mark)), None)


def _matched(prompts: list[str], replies: list[str]) -> Iterator[tuple[str, str]]:
    """Question and answer by place where there are several of both; else the one with each of the others, once."""
    if len(prompts) == len(replies):
        pairs = list(zip(prompts, replies, strict=True))
    else:
        pairs = [(prompt, reply) for prompt in prompts for reply in replies]
    return iter(dict.fromkeys((prompt, reply) for prompt, reply in pairs if reply.strip()))


def _whole_prompt(record: Record, keys: Spelling, prompt: str) -> str:
    """What the question is about, its title, the question, and what it works on; nothing is said twice."""
    parts = [prompt.strip()] if prompt.strip() else []
    if keys.title and filled(title := record.get(keys.title)):
        title = title.strip()
        if not parts or not parts[0].lower().startswith(title.lower()):
            parts.insert(0, title)
    if keys.input and filled(given := record.get(keys.input)) and given.strip() not in prompt:
        parts.append(given.strip())
    if keys.context and filled(context := record.get(keys.context)) and context.strip() not in prompt:
        parts.insert(0, context.strip())
    return "\n\n".join(parts)


def _texts(value: Any) -> list[str]:
    """The texts of a list of texts or of objects with a text; also ``{"text": [...]}``."""
    if isinstance(value, dict):
        value = next((value[key] for key in TEXT_KEYS if key in value), None)
        value = [value] if isinstance(value, str) else value
    if not isinstance(value, list):
        return []
    found = (next((one[key] for key in TEXT_KEYS if key in one), None) if isinstance(one, dict) else one for one in value)
    return [text for text in found if isinstance(text, str)]


PROMPT_RESPONSE = Format("prompt_response", scored(PAIR, is_pair, "a question and an answer"), prompt_response)
