"""Counts, language and keys of conversations: one by one, which defines them, or many at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.quality.language import identify
from pixel_assets.quality.plain import FewestWords, measure_plain
from pixel_assets.quality.text import Speech, is_blank, normalise, unreadable_characters
from pixel_assets.store.schema import column

LENGTHS = pa.schema(
    [
        column("conversation_id", pa.string(), "the conversation"),
        column("language", pa.string(), "ISO 639 code of the language spoken; und where there are no letters"),
        column("language_confidence", pa.float64(), "how sure the language is, from 0 to 1; low for short texts"),
        column("turns", pa.int32(), "turns in all, system turns included"),
        column("user_turns", pa.int32(), "turns of the user"),
        column("assistant_turns", pa.int32(), "turns of the assistant"),
        column("words", pa.int32(), "words that user and assistant say"),
        column("user_words", pa.int32(), "words that the user says"),
        column("assistant_words", pa.int32(), "words that the assistant says"),
        column("characters", pa.int32(), "characters that user and assistant say"),
        column("empty_turns", pa.int32(), "turns of user or assistant in which nothing can be seen"),
        column("unreadable", pa.float64(), "share of characters that nobody can read, from 0 to 1"),
        column("text_key", pa.string(), "hash of what is said, by role: equal up to case, space and punctuation"),
        column("group_key", pa.string(), "hash of the opening question: conversations that start alike"),
        column("problem_key", pa.string(), "hash of the opening question, null where it is too short to link", nullable=True),
        column("answer_key", pa.string(), "hash of the longest reply, null where it is too short to link", nullable=True),
    ]
)
MIN_GROUP_WORDS: Final = 5  # an opening turn below this ("hi", "can you help me") groups nothing
MIN_PROBLEM_WORDS: Final = 8  # an opening below this links nothing across sources: two people may well say the same
MIN_ANSWER_WORDS: Final = 12  # likewise a reply: "I am sorry to hear that. How are you feeling today?"
FEWEST: Final = FewestWords(MIN_GROUP_WORDS, MIN_PROBLEM_WORDS, MIN_ANSWER_WORDS)

_Turns = list[tuple[str, str]]


def describe_each(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Traits of conversations one by one, in any script: the definition of what they are."""
    described = [{"conversation_id": name, **_describe(turns)} for name, turns in _conversations(batch)]
    return pa.RecordBatch.from_pylist(described, schema=LENGTHS)


def describe_many(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same, several times as fast for conversations in plain characters, which most are."""
    plain, columns = measure_plain(batch.column("turns"), FEWEST)
    names = batch.column("conversation_id")
    described = pa.RecordBatch.from_pydict({"conversation_id": names.filter(pa.array(plain)), **columns}, schema=LENGTHS)
    if plain.all():
        return described
    others = describe_each(batch.filter(pa.array(~plain)))
    places = np.empty(len(plain), np.int64)
    places[np.concatenate([np.flatnonzero(plain), np.flatnonzero(~plain)])] = np.arange(len(plain))
    return pa.concat_batches([described, others]).take(pa.array(places))


def _conversations(batch: pa.RecordBatch) -> Iterator[tuple[str, _Turns]]:
    turns = batch.column("turns")
    flat = pc.list_flatten(turns)
    roles, contents = pc.struct_field(flat, "role").to_pylist(), pc.struct_field(flat, "content").to_pylist()
    lengths = pc.list_value_length(turns).to_pylist()
    said: _Turns = list(zip(roles, contents, strict=True))
    names: list[Any] = batch.column("conversation_id").to_pylist()
    start = 0
    for name, length in zip(names, lengths, strict=True):
        yield name, said[start : start + length]
        start += length


def _describe(turns: _Turns) -> dict[str, Any]:
    speech = [(role, content, normalise(content)) for role, content in turns if role != "system"]
    user = [content for role, content, _ in speech if role == "user"]
    assistant = [content for role, content, _ in speech if role == "assistant"]
    user_words = sum(normal.words for role, _, normal in speech if role == "user")
    assistant_words = sum(normal.words for role, _, normal in speech if role == "assistant")
    characters = sum(len(content) for _, content, _ in speech)
    unreadable = unreadable_characters("".join(content for _, content, _ in speech))
    language = identify((user, assistant))
    said = [(role, normal) for role, _, normal in speech if normal.form]
    text_key, group_key = _keys(said)
    problem_key, answer_key = _links(said)
    return {
        "language": language.code,
        "language_confidence": language.confidence,
        "turns": len(turns),
        "user_turns": len(user),
        "assistant_turns": len(assistant),
        "words": user_words + assistant_words,
        "user_words": user_words,
        "assistant_words": assistant_words,
        "characters": characters,
        "empty_turns": sum(is_blank(content) for _, content, _ in speech),
        "unreadable": round(unreadable / characters, 4) if characters else 0.0,
        "text_key": text_key,
        "group_key": group_key,
        "problem_key": problem_key,
        "answer_key": answer_key,
    }


def _keys(speech: list[tuple[str, Speech]]) -> tuple[str, str]:
    """Text key and group key. Both read normal forms only, so equal text keys mean equal group keys."""
    everything = _hash("\n".join(f"{role}:{normal.form}" for role, normal in speech))
    opening = next((normal for role, normal in speech if role == "user"), None)
    if opening is None or opening.words < MIN_GROUP_WORDS:
        return everything, everything
    return everything, _hash(opening.form)


def _links(speech: list[tuple[str, Speech]]) -> tuple[str | None, str | None]:
    """Problem key and answer key. Of replies whose normal forms are equally long, the first is the longest."""
    opening = next((normal for role, normal in speech if role == "user"), None)
    answer = max((normal for role, normal in speech if role == "assistant"), key=lambda normal: len(normal.form), default=None)
    return (
        _hash(opening.form) if opening and opening.words >= MIN_PROBLEM_WORDS else None,
        _hash(answer.form) if answer and answer.words >= MIN_ANSWER_WORDS else None,
    )


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
