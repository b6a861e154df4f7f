"""Questions with choices, one of them right: the question, answered in the words of the right choice.

The other choices are labels, never speech. Which choice is right is told by its label, its letter, its own
words, or its place counted from 0; where none of these fits, the record is rejected.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from pixel_assets.conversation.formats.base import TELLING, Converted, Draft, Format, Record, Rejection, filled, labels, scored
from pixel_assets.conversation.formats.reasoning import plain_name, take_thoughts
from pixel_assets.conversation.formats.spelling import CONTEXTS
from pixel_assets.conversation.hints import Options

CHOICES: Final = ("choices", "options", "endings")
NUMBERED: Final = re.compile(r"(?:ans|answer|option|choice|op|ending)[-_ ]?([0-9]|[a-eA-E])")
LETTERS: Final = ("A", "B", "C", "D", "E")
QUESTIONS: Final = ("question", "prompt", "query", "problem", "stem", "sentence")
RIGHT: Final = (
    "answerkey", "answeridx", "answerindex", "correctanswer", "correctoption", "correct", "label", "gold", "cop", "answer",
)  # fmt: skip
FREE_REPLIES: Final = frozenset(("response", "completion", "output", "reply"))


class Choices(NamedTuple):
    """Texts of the choices, what each of them is called, the keys they stand under, and whether the names are given.

    Where the record gives no names they are letters, and then the words of a choice go before a letter.
    """

    texts: list[str]
    names: list[str]
    keys: tuple[str, ...]
    named: bool = True


def choices_of(record: Record) -> Choices | None:
    """The choices of a record, if it has two or more and all of them are texts."""
    for key in CHOICES:
        if key in record and (found := _listed(record[key])):
            return found._replace(keys=(key,))
    numbered = {match[1].upper(): key for key in record if (match := NUMBERED.fullmatch(key))}
    if len(numbered) < 2 and all(letter in record for letter in LETTERS[:2]):
        numbered = {letter: letter for letter in LETTERS if letter in record}
    if len(numbered) < 2 or not all(isinstance(record[key], str) for key in numbered.values()):
        return None
    names = sorted(numbered)
    return Choices([record[numbered[name]] for name in names], names, tuple(numbered[name] for name in names))


def right_choice(choices: Choices, value: Any) -> int | None:
    """The place of the right choice, from 0; None where the value names none."""
    if isinstance(value, str):
        name = value.strip()
        names = [known.upper() for known in choices.names]
        if name in choices.texts and not (choices.named and name.upper() in names):
            return choices.texts.index(name)
        if name.upper() in names:
            return names.index(name.upper())
        value = int(name) if name.isascii() and name.isdigit() and len(name) < 3 else None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < len(choices.texts):
        return None
    return value


def _listed(value: Any) -> Choices | None:
    """Texts and names of choices that are a list, an object by letter, or an object of two lists."""
    if isinstance(value, dict) and isinstance(value.get("text"), list):
        texts, names = value["text"], value.get("label")
    elif isinstance(value, dict):
        texts, names = list(value.values()), list(value)
    elif isinstance(value, list) and all(isinstance(one, dict) for one in value):
        texts, names = [one.get("text") for one in value], [one.get("label") for one in value]
    else:
        texts, names = value, None
    if not isinstance(texts, list) or len(texts) < 2 or not all(isinstance(text, str) for text in texts):
        return None
    if not isinstance(names, list) or len(names) != len(texts) or not all(isinstance(name, str) for name in names):
        return Choices(texts, list(LETTERS[: len(texts)]) if len(texts) <= len(LETTERS) else [], (), named=False)
    return Choices(texts, names, ())


def _question_key(record: Record) -> str | None:
    return next((key for key in record if plain_name(key) in QUESTIONS and filled(record[key])), None)


def _answered(record: Record) -> tuple[Choices, str, int] | None:
    """Choices, the key that tells the right one, and its place."""
    choices = choices_of(record)
    if choices is None:
        return None
    keys = {plain_name(key): key for key in record if key not in choices.keys}
    for name in RIGHT:
        if name in keys and (place := right_choice(choices, record[keys[name]])) is not None:
            return choices, keys[name], place
    return None


def _multiple_choice(record: Record, options: Options) -> Converted:
    key = _question_key(record)
    if key is None:
        return Rejection("no_user_turn", "there is no question")
    found = _answered(record)
    if found is None:
        return Rejection("no_reply", "there are no choices, or nothing tells which of them is right")
    choices, answer_key, place = found
    if not choices.texts[place].strip():
        return Rejection("no_reply", f"choice {place + 1} of {len(choices.texts)} is right and empty")
    question = record[key]
    context_key = next((name for name in record if name != key and plain_name(name) in CONTEXTS and filled(record[name])), None)
    if context_key is not None:
        question = f"{record[context_key]}\n\n{question}"
    metadata = labels(record, (key, answer_key, context_key or "", *choices.keys))
    metadata |= {"choices": choices.texts, "right_choice": place}
    reasoning = take_thoughts(record, metadata)
    return [Draft([("user", question), ("assistant", choices.texts[place])], metadata, reasoning)]


def _is_choice(record: Record) -> bool:
    """Whether a record is a question with choices, and no reply of its own that says more than the choice."""
    written = any(plain_name(key) in FREE_REPLIES and filled(value) for key, value in record.items())
    return not written and _question_key(record) is not None and _answered(record) is not None


MULTIPLE_CHOICE = Format(
    "multiple_choice", scored(TELLING, _is_choice, "a question, its choices and the right one"), _multiple_choice
)
