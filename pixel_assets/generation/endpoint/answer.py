"""Reads what a language model answered: a conversation that keeps to its task, or the reason why it is none."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pixel_assets.generation.composed import Stage, Turn
from pixel_assets.generation.endpoint.chat import Answer
from pixel_assets.generation.endpoint.tasks import Task

Reason = Literal[
    "truncated",  # cut off, also with twice the room
    "content_filter",  # the server withheld it
    "model_refused",  # the model says that it will not write this
    "no_json",
    "bad_json",
    "bad_shape",  # JSON, but not what was asked for
    "bad_text",  # characters that are no text
    "empty_turn",
    "too_few_turns",
    "too_many_turns",
    "wrong_roles",
    "wrong_stages",
    "turn_too_long",
    "unfilled_slot",
    "no_reasoning",
]
_FINAL: Final[frozenset[Reason]] = frozenset({"truncated", "content_filter", "model_refused"})
_MOST_STARTS: Final = 200  # braces at which JSON may begin

_THOUGHT: Final = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_SLOT: Final = re.compile(
    r"\{[a-z_ .]+\}|\[(?:client|your|insert|name|therapist|place|city|number)\b[^\[\]]*\]|<[A-Z][A-Z_]+>", re.I
)
# Pixel may say that it is a language model, and that it will not do something; what is no conversation is a refusal to write one.
_NOT: Final = r"(?:can(?:not|['’]t)|can not|am (?:not able|unable) to|won['’]t|will not|must decline to)"
_WRITING: Final = r"(?:create|generate|write|produce|compose)"
_WRITTEN: Final = r"(?:dialogues?|transcripts?|scenarios?|prompts?|fictional|training (?:data|conversations?))"
_TASK_REFUSED: Final = re.compile(
    rf"\bI {_NOT} {_WRITING}\b[^.!?\n]{{0,60}}\b{_WRITTEN}\b|\b(?:content|usage) (?:policy|policies|guidelines)\b", re.IGNORECASE
)
_OPENING_REFUSAL: Final = re.compile(
    rf"^\W*(?:I['’]?m sorry|I am sorry|Sorry|I apologi[sz]e|Unfortunately|As an? (?:AI|(?:large )?language model)\b|I {_NOT})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Written:
    """A conversation that keeps to its task."""

    turns: tuple[Turn, ...]
    reasoning: str | None


@dataclass(frozen=True)
class Fault:
    """Why an answer is no conversation, in words that the model may be told; they quote nothing of it."""

    reason: Reason
    detail: str

    @property
    def repairable(self) -> bool:
        """Whether telling the model might help."""
        return self.reason not in _FINAL


class _Turn(BaseModel):
    model_config = ConfigDict(strict=True)
    role: Literal["user", "assistant"]
    stage: Stage
    content: str


class _Conversation(BaseModel):
    model_config = ConfigDict(strict=True)
    turns: list[_Turn]
    reasoning: str | None = None


def read_answer(answer: Answer, task: Task) -> Written | Fault:
    """The conversation in an answer, with all that surrounds the JSON left out; or the first fault that is found."""
    if answer.finish == "length":
        return Fault("truncated", "the answer was cut off before its end")
    if answer.finish == "content_filter":
        return Fault("content_filter", "the server withheld the answer")
    if answer.finish == "refusal":
        return Fault("model_refused", "the model refused to write the conversation")
    found = _json(_THOUGHT.sub("", answer.content))
    if isinstance(found, Fault):
        return found
    try:
        given = _Conversation.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the object"
        return Fault("bad_shape", f"{place}: {first['msg']}")
    turns = tuple(Turn(turn.role, turn.content.strip(), turn.stage) for turn in given.turns)
    reasoning = (given.reasoning or "").strip() or None
    fault = _fault_of_texts(turns, reasoning, task) or _fault_of_order(turns, task)
    return fault or Written(turns, reasoning if task.reasoning else None)


def _json(text: str) -> dict[str, Any] | Fault:
    """The first JSON object with turns, wherever it begins: in a fence, after a greeting, before a good-bye."""
    decoder = json.JSONDecoder()
    starts = [place.start() for place in re.finditer(r"\{", text)][:_MOST_STARTS]
    objects = []
    for start in starts:
        try:
            value, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if "turns" in value:
            return dict(value)
        objects.append(value)
    if objects:
        return Fault("bad_shape", 'the JSON object has no "turns"')
    if _TASK_REFUSED.search(text) or _OPENING_REFUSAL.search(text):
        return Fault("model_refused", "the model refused to write the conversation")
    if starts:
        return Fault("bad_json", "the JSON cannot be read: a quote, comma or bracket is missing, or a line end stands in a text")
    return Fault("no_json", "the answer holds no JSON object")


def _fault_of_texts(turns: tuple[Turn, ...], reasoning: str | None, task: Task) -> Fault | None:
    for number, turn in enumerate(turns, start=1):
        words = len(turn.content.split())
        if words == 0:
            return Fault("empty_turn", f"turn {number} has no text")
        if words > task.most_words:
            return Fault("turn_too_long", f"turn {number} has {words:,} words, and {task.most_words:,} are allowed")
        if _SLOT.search(turn.content):
            return Fault("unfilled_slot", f"turn {number} holds a placeholder instead of words")
        if turn.role == "assistant" and _TASK_REFUSED.search(turn.content):
            return Fault("model_refused", f"turn {number} refuses to write the conversation")
    if task.reasoning and reasoning is None:
        return Fault("no_reasoning", '"reasoning" is empty, and the steps of thought are asked for')
    if not _is_text("".join(turn.content for turn in turns) + (reasoning or "")):
        return Fault("bad_text", "a text holds half of a surrogate pair or a null character")
    return None


def _fault_of_order(turns: tuple[Turn, ...], task: Task) -> Fault | None:
    if len(turns) < task.fewest_turns:
        return Fault("too_few_turns", f"there are {len(turns)} turns, and at least {task.fewest_turns} are needed")
    if len(turns) > task.most_turns:
        return Fault("too_many_turns", f"there are {len(turns)} turns, and at most {task.most_turns} are allowed")
    for number, turn in enumerate(turns, start=1):
        expected = "user" if number % 2 else "assistant"
        if turn.role != expected:
            return Fault("wrong_roles", f"turn {number} is by {turn.role}, and {expected} must speak there")
    if len(turns) % 2:
        return Fault("wrong_roles", "the last turn is by user, and assistant must end")
    return _fault_of_stages(turns, task)


def _fault_of_stages(turns: tuple[Turn, ...], task: Task) -> Fault | None:
    asked = task.stages == ("question", "answer")
    before: Stage = task.stages[0]
    for number, turn in enumerate(turns, start=1):
        if turn.stage not in task.stages:
            return Fault("wrong_stages", f"turn {number} has the stage {turn.stage}, which this conversation has not")
        if asked:
            before = "question" if turn.role == "user" else "answer"
            if turn.stage != before:
                return Fault("wrong_stages", f"turn {number} is by {turn.role} and must have the stage {before}")
        elif task.stages.index(turn.stage) < task.stages.index(before):
            return Fault("wrong_stages", f"turn {number} goes back from {before} to {turn.stage}")
        before = turn.stage
    missing = [stage for stage in task.needed if all(turn.stage != stage for turn in turns)]
    return Fault("wrong_stages", f"no turn has the stage {missing[0]}") if missing else None


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
