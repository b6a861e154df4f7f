"""The last step into the standard form: a draft's text is repaired, its turns are merged, and it gets its id.

Two rules hold for every format. Consecutive turns of one speaker are one turn, joined by a line end. Where
the turns then do not simply alternate from the user's first to the assistant's last, a flag says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import orjson

from pixel_assets.conversation.formats.base import Draft, Rejection, Turn
from pixel_assets.conversation.standard import content_id, pair_id
from pixel_assets.conversation.strategies import STRATEGIES
from pixel_assets.conversation.text import clean

Strategy = Callable[[Draft], Draft]


class Said(NamedTuple):
    """Turns in order: canonical roles and repaired contents, of equal number."""

    roles: list[str]
    contents: list[str]


class Finished(NamedTuple):
    """A conversation in the standard form."""

    id: str
    said: Said
    reasoning: str | None
    flags: list[str]
    metadata: bytes | None


class Pair(NamedTuple):
    """What a preference was given on; one of the two replies may be missing."""

    id: str
    prompt: Said
    chosen: Said
    rejected: Said
    flags: list[str]
    conversation_id: str | None


class Outcome(NamedTuple):
    """What became of a draft: a conversation or why it is none, and a preference pair if it holds one."""

    finished: Finished | None
    rejection: Rejection | None = None
    pair: Pair | None = None


NOTHING: Final = Said([], [])


def finish(draft: Draft, category: str) -> Outcome:
    """The draft in the standard form, by the strategy of its category."""
    draft = STRATEGIES[category](draft)
    flags = set(draft.flags)
    said = _merged(draft.turns, flags)
    if "assistant" not in said.roles:
        return Outcome(None, Rejection("no_reply", f"none of {len(draft.turns)} turns is by the assistant"))
    if "user" not in said.roles:
        return Outcome(None, Rejection("no_user_turn", f"none of {len(draft.turns)} turns is by the user"))
    if draft.preferred is False:
        rejection = Rejection("negative_example", "its label is false: a reply that is not to be learned")
        return Outcome(None, rejection, _judged(said, flags, chosen=None))
    reasoning = _reasoning(draft.reasoning, flags)
    flags.update(_form(said.roles))
    metadata = orjson.dumps(draft.metadata, option=orjson.OPT_SORT_KEYS) if draft.metadata else None
    identity = content_id(zip(*said, strict=True), reasoning)
    finished = Finished(identity, said, reasoning, sorted(flags), metadata)
    if draft.rejected:
        return Outcome(finished, None, _compared(said, _merged(draft.rejected, flags), flags, identity))
    if draft.preferred:
        return Outcome(finished, None, _judged(said, flags, chosen=identity))
    return Outcome(finished)


def _merged(turns: Sequence[Turn], flags: set[str]) -> Said:
    roles: list[str] = []
    contents: list[str] = []
    for role, content in turns:
        text, repairs = clean(content)
        if repairs:
            flags.update(repairs)
        if roles and roles[-1] == role:
            contents[-1] = f"{contents[-1]}\n{text}" if contents[-1] and text else contents[-1] or text
            flags.add("turns_merged")
        else:
            roles.append(role)
            contents.append(text)
    return Said(roles, contents)


def _form(roles: list[str]) -> list[str]:
    """Why turns that are merged still do not go user, assistant, user … assistant."""
    flags = []
    if roles[0] == "assistant" or (roles[0] == "system" and roles[1] == "assistant"):
        flags.append("assistant_opens")
    if roles[-1] == "user":
        flags.append("user_closes")
    if "system" in roles[1:]:
        flags.append("system_inside")
    return flags


def _reasoning(given: str | None, flags: set[str]) -> str | None:
    if given is None:
        return None
    text, repairs = clean(given)
    flags.update(repairs)
    return text or None


def _compared(said: Said, other: Said, flags: set[str], identity: str) -> Pair | None:
    """The pair of two dialogues that part ways: what they share is the prompt. None where they are equal."""
    shared = 0
    for mine, theirs in zip(zip(*said, strict=True), zip(*other, strict=True), strict=False):
        if mine != theirs:
            break
        shared += 1
    prompt, chosen = _cut(said, shared)
    rejected = _cut(other, shared)[1]
    return _pair(prompt, chosen, rejected, flags, identity) if chosen.roles and rejected.roles else None


def _judged(said: Said, flags: set[str], *, chosen: str | None) -> Pair | None:
    """A pair with one side: the last turn, which has a verdict of its own, and what it answers."""
    prompt, reply = _cut(said, len(said.roles) - 1)
    if reply.roles != ["assistant"]:
        return None
    return _pair(prompt, reply if chosen else NOTHING, NOTHING if chosen else reply, flags, chosen)


def _pair(prompt: Said, chosen: Said, rejected: Said, flags: set[str], identity: str | None) -> Pair:
    number = pair_id(_dicts(prompt), _dicts(chosen), _dicts(rejected))
    return Pair(number, prompt, chosen, rejected, sorted(flags), identity)


def _cut(said: Said, place: int) -> tuple[Said, Said]:
    return Said(said.roles[:place], said.contents[:place]), Said(said.roles[place:], said.contents[place:])


def _dicts(said: Said) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in zip(*said, strict=True)]
