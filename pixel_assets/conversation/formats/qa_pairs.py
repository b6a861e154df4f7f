"""Documents that hold many questions with their answers: question pages, lists of frequent questions, SQuAD.

Each pair is a conversation of its own. What the question is about (the paragraph of SQuAD) is said before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import PAIR, Converted, Draft, Format, Record, Rejection, filled, labels, scored
from pixel_assets.conversation.formats.messages import located_turns
from pixel_assets.conversation.formats.reasoning import plain_name
from pixel_assets.conversation.formats.spelling import CONTEXTS, is_pair
from pixel_assets.conversation.hints import Options

QUESTIONS: Final = ("question", "q")
ANSWERS: Final = ("answer", "answers", "a", "response")
DEEPEST: Final = 8
TEXT_KEYS: Final = frozenset(("#text", "text"))  # how XML and SQuAD write a text that has attributes


class Pair(NamedTuple):
    """A question with its answers, none where nobody answered, and the labels that stand beside them."""

    question: str
    answers: list[str]
    metadata: Record


def pairs_in(value: Any, context: str = "", depth: int = 0) -> Iterator[Pair]:
    """Every question that is nested in a value, in order, down to a depth that no published set has."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from pairs_in(item, context, depth + 1)
    elif isinstance(value, dict):
        if depth and (pair := _pair(value, context)):
            yield pair
            return
        own = next((one for key, one in value.items() if plain_name(key) in CONTEXTS and filled(one)), context)
        for inner in value.values():
            yield from pairs_in(inner, own, depth + 1)


def _pair(value: Record, context: str) -> Pair | None:
    names = {plain_name(key): key for key in reversed(value)}
    question_key = next((names[name] for name in QUESTIONS if name in names), None)
    answer_key = next((names[name] for name in ANSWERS if name in names), None)
    if question_key is None or answer_key is None:
        return None
    question = next(iter(_texts(value[question_key])), None)
    answer = value[answer_key]
    if question is None or (isinstance(answer, dict) and TEXT_KEYS.isdisjoint(answer)):
        return None
    metadata = labels(value, (question_key, answer_key))
    if isinstance(value[question_key], dict):
        metadata |= labels(value[question_key], TEXT_KEYS)
    whole = f"{context}\n\n{question}" if context and context not in question else question
    return Pair(whole, _texts(answer), metadata)


def _texts(value: Any) -> list[str]:
    """The distinct texts of a text, of an object with a text, or of a list of these."""
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        text = next((one[key] for key in sorted(TEXT_KEYS) if key in one), None) if isinstance(one, dict) else one
        found += [text] if filled(text) else []
    return list(dict.fromkeys(found))


def _qa_pairs(record: Record, options: Options) -> Converted:
    pairs = list(pairs_in(record))
    answered = [pair for pair in pairs if pair.answers]
    if not pairs:
        return Rejection("no_turns", "there is no question with an answer in this record, at any depth")
    if not answered:
        return Rejection("no_reply", f"none of {len(pairs)} questions has an answer")
    shared = labels(record, ())
    flags = ("instances_dropped",) if len(answered) < len(pairs) else ()
    return [
        Draft([("user", pair.question), ("assistant", answer)], shared | pair.metadata, flags=flags)
        for pair in answered
        for answer in pair.answers
    ]


def _matches(record: Record) -> bool:
    if is_pair(record) or located_turns(record) is not None:
        return False
    return next(pairs_in(record), None) is not None


QA_PAIRS = Format("qa_pairs", scored(PAIR, _matches, "questions and answers within a document"), _qa_pairs)
