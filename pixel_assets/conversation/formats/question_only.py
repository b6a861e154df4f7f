"""Sets in which nobody replies: questions without answers, openings without a user, answers without questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pixel_assets.conversation.formats.base import BARE, TELLING, Converted, Format, Record, Rejection, Score, filled, scored
from pixel_assets.conversation.formats.messages import any_dialogue, located_turns
from pixel_assets.conversation.formats.prompt_response import prompt_response
from pixel_assets.conversation.formats.spelling import is_pair, prompt_key
from pixel_assets.conversation.formats.table_shape import text_columns
from pixel_assets.conversation.formats.turn_lists import unfolded
from pixel_assets.conversation.formats.turns import read_turns
from pixel_assets.conversation.hints import Options


def _question_only(record: Record, options: Options) -> Converted:
    """Why a record is no dialogue; one that has both sides after all is converted, for nothing is to be lost."""
    roles = _roles(record, options)
    if {"user", "assistant"} <= roles.keys():
        return any_dialogue(record, options)
    if not roles and is_pair(record):
        return prompt_response(record, options)
    users = roles["user"] or len(_questions(record))
    if users:
        return _no_reply(users)
    if roles["assistant"]:
        return Rejection("no_reply", f"an opening: {_turns(roles['assistant'], 'assistant')}, and no user replies")
    key = prompt_key(tuple(record))
    return _no_reply(int(key is not None and filled(record[key])))


def _no_reply(users: int) -> Rejection:
    return Rejection("no_reply", f"a set of questions: {_turns(users, 'user')}, no reply")


def _turns(count: int, role: str) -> str:
    return f"{count} {role} turn" + ("" if count == 1 else "s")


def _roles(record: Record, options: Options) -> Counter[str]:
    """How many turns each role has in the record's list of turns."""
    found = located_turns(record)
    if found is None:
        return Counter()
    listed = unfolded(found[0].value)
    said = read_turns(listed.turns, options) if listed else None
    if said is None or isinstance(said, Rejection):
        return Counter()
    return Counter(role for role, _ in said.turns)


def _questions(record: Record) -> list[str]:
    """The texts under ``turns``: what a judge of models asks one after the other."""
    turns = record.get("turns")
    if not isinstance(turns, list) or not all(isinstance(text, str) for text in turns):
        return []
    return [text for text in turns if text.strip()]


def _score(sample: Sequence[Record]) -> Score:
    """Lists of turns in which, throughout the sample, only one side speaks."""
    count = 0
    for record in sample:
        roles = _roles(record, Options())
        if {"user", "assistant"} <= roles.keys():
            return Score(0.0, "both sides speak")
        count += bool(_questions(record) or roles["user"] or roles["assistant"])
    if count:
        return Score(TELLING * count / len(sample), f"turns of one side only in {count} of {len(sample)} records")
    return _score_column(sample)


def _score_column(sample: Sequence[Record]) -> Score:
    """A table whose one column of text is called a question, and no other column holds anything like a reply."""
    key = prompt_key(tuple(sample[0])) if sample else None
    if key is None or any(map(is_pair, sample)) or text_columns(sample) != [key]:
        return Score(0.0, "no column of questions")
    return Score(BARE, f"a column of questions and no reply in {len(sample)} records")


def _is_answer(record: Record) -> bool:
    return "question_id" in record and bool(_answers(record.get("choices")))


def _answers(choices: Any) -> list[Any]:
    if not isinstance(choices, list):
        return []
    return [choice for choice in choices if isinstance(choice, dict) and isinstance(choice.get("turns"), list)]


def _answer_only(record: Record, options: Options) -> Converted:
    count = len(_answers(record.get("choices")))
    return Rejection(
        "no_question", f"{count} answers of a model; their question stands in another file under the same 'question_id'"
    )


QUESTION_ONLY = Format("question_only", _score, _question_only)
ANSWER_ONLY = Format("answer_only", scored(TELLING, _is_answer, "answers by the number of a question"), _answer_only)
