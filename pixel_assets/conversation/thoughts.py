"""Chains of thought that stand within a reply: taken out of it, so that a reply holds what was said alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pixel_assets.conversation.formats.base import Draft, Turn

TAGGED: Final = re.compile(
    r"\s*(?:<(think|thinking|thought|reasoning|scratchpad)>(.*?)</\1>|<\|begin_of_thought\|>(.*?)<\|end_of_thought\|>)",
    re.S | re.I,
)
ANSWER_TAGS: Final = re.compile(r"\s*(?:<answer>(.*)</answer>|<\|begin_of_solution\|>(.*)<\|end_of_solution\|>)\s*", re.S | re.I)
THOUGHT: Final = r"(?:chain of thought|thoughts?|thinking|thought process|reasoning|rationale|step[- ]by[- ]step reasoning)"
ANSWER: Final = r"(?:final answer|final response|answer|response|reply)"
LABEL: Final = (
    r"(?:#{{1,6}}[ \t]*+{0}[ \t]*+:?[ \t]*+(?:\n|$)"
    r"|\*\*[ \t]*+{0}[ \t]*+(?::[ \t]*+\*\*|\*\*[ \t]*+(?::|\n|$))"
    r"|{0}[ \t]?:)"
)
OPENS: Final = re.compile(r"\s*+" + LABEL.format(THOUGHT), re.I)
ANSWERS: Final = re.compile(r"^[ \t]*+" + LABEL.format(ANSWER), re.I | re.M)
# Behind a sentence, only this spelling is a label
TRAILS: Final = re.compile(r"(?:^|(?<=[.!?]\s))[ \t]*+Reasoning:(?=\s)", re.M)


class Separated(NamedTuple):
    """A reply and the thoughts that were in it, empty where the marks held none."""

    reply: str
    thought: str


def in_tags(reply: str) -> Separated | None:
    """Thoughts in tags at the beginning of a reply, several blocks as one; None without a whole block."""
    if not reply.lstrip().startswith("<"):
        return None
    found: list[str] = []
    place = 0
    while match := TAGGED.match(reply, place):
        found.append((match[2] or match[3] or "").strip())
        place = match.end()
    if place == 0:
        return None
    rest = reply[place:]
    if answer := ANSWER_TAGS.fullmatch(rest):
        rest = answer[1] if answer[1] is not None else answer[2]
    return Separated(rest.strip(), "\n".join(filter(None, found)))


def under_labels(reply: str) -> Separated | None:
    """Thoughts that a label announces, with the answer under a label after them, or with no label before them."""
    if opening := OPENS.match(reply):
        answers = list(ANSWERS.finditer(reply, opening.end()))
        if not answers:
            return None
        thought, rest = reply[opening.end() : answers[-1].start()], reply[answers[-1].end() :]
    else:
        trails = list(TRAILS.finditer(reply)) if "Reasoning:" in reply else []
        if len(trails) != 1:
            return None
        rest, thought = reply[: trails[0].start()], reply[trails[0].end() :]
    return Separated(rest.strip(), thought.strip()) if rest.strip() and thought.strip() else None


def separate(draft: Draft, *, labelled: bool) -> Draft:
    """The draft with the thoughts of its last reply beside it, flagged ``reasoning_separated``.

    ``labelled`` also takes thoughts that only a label announces. Thoughts that came beside the reply stay as
    they are. The reply that was not preferred loses its thoughts, flagged ``rejected_reasoning_removed``: the
    two are compared by what was said.
    """
    if draft.reasoning is not None:
        return draft
    if found := _last(draft.turns, labelled):
        turns = [*draft.turns[:-1], ("assistant", found.reply)]
        flags = (*draft.flags, "reasoning_separated")
        draft = draft._replace(turns=turns, reasoning=found.thought or None, flags=flags)
    if draft.rejected and (found := _last(draft.rejected, labelled)):
        rejected = [*draft.rejected[:-1], ("assistant", found.reply)]
        draft = draft._replace(rejected=rejected, flags=(*draft.flags, "rejected_reasoning_removed"))
    return draft


def _last(turns: Sequence[Turn], labelled: bool) -> Separated | None:
    if not turns or turns[-1][0] != "assistant":
        return None
    reply = turns[-1][1]
    return in_tags(reply) or (under_labels(reply) if labelled else None)
