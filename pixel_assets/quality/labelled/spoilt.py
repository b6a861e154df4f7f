"""Replies that fail in a known way, made of true ones: for learning and testing what a coherent reply is.

Every choice is made by a hash of the row's name, so that the same rows give the same failures. Another reply only comes from the
same set and the same half: what is reported is never seen in what is fitted.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import pyarrow as pa
from pydantic import TypeAdapter

from pixel_assets.quality.labelled.dialogues import TRUE, ReplyRow
from pixel_assets.quality.text import normalise
from pixel_assets.typed_yaml import read_yaml
from pixel_assets.vectors.static import StaticVectors

Kind = Literal["shuffled", "same_topic", "truncated", "repeated", "contradicted"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
OPPOSITES: Final = Path(__file__).parent / "opposites.yaml"
_NEIGHBOURS: Final = 20  # replies of about the same length, of which one is drawn
_SAME_QUESTION: Final = 0.95  # cosine from which on two questions are one, and the answer to either may fit both
_BLOCK: Final = 1024  # questions that are compared with all others at once
_DECIMALS: Final = 4  # of a cosine: beyond them machines differ
_FEWEST_WORDS: Final = 8  # of a reply that is cut
_FEWEST_TELLING: Final = 5  # words of a reply that does not answer just anything, as "yes, I see" would
_TURNS: Final = 3  # that make up a question: the last may be a mere "yes"
_KEPT: Final = (0.3, 0.8)  # share of its words that a cut reply keeps
_SENTENCE: Final = re.compile(r"(?<=[.!?\n])\s+")
_WORD: Final = re.compile(r"\S+")


def spoilt(rows: Iterable[ReplyRow], kinds: Sequence[Kind] = KINDS) -> list[ReplyRow]:
    """Failures of true replies, with the kind in ``kind`` and at the end of ``id``; row by row, in the order of ``kinds``.

    A row from which a failure cannot be made, such as a cut reply of three words, has none of that kind.
    """
    true = [row for row in rows if row.kind == TRUE]
    others = {kind: _OTHERS[kind](true) for kind in kinds if kind in _OTHERS}
    found = []
    for number, row in enumerate(true):
        for kind in kinds:
            reply = others[kind].get(number) if kind in others else _SPOIL[kind](row)
            if reply is not None and normalise(reply).form != normalise(row.reply).form:
                found.append(replace(row, id=f"{row.id}:{kind}", kind=kind, reply=reply))
    return found


def _drawn(row: ReplyRow, purpose: str, below: int) -> int:
    """A number from 0 up to ``below``, by a hash."""
    digest = hashlib.sha256(f"{purpose}\x1f{row.dataset}\x1f{row.id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % below


def _pools(rows: Sequence[ReplyRow]) -> Iterable[list[int]]:
    """The numbers of rows whose reply says something, by set and half."""
    pools: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if normalise(row.reply).words >= _FEWEST_TELLING:
            pools[row.dataset, row.fit].append(number)
    return pools.values()


def _of_same_length(rows: Sequence[ReplyRow]) -> Mapping[int, str]:
    """By row, one of the replies of other groups whose length is nearest to its own."""
    found = {}
    for pool in _pools(rows):
        pool.sort(key=lambda number: (len(rows[number].reply), rows[number].id))
        for place, number in enumerate(pool):
            near = sorted(
                pool[max(0, place - 2 * _NEIGHBOURS) : place + 2 * _NEIGHBOURS + 1],
                key=lambda other: (abs(len(rows[other].reply) - len(rows[number].reply)), rows[other].id),
            )
            others = [other for other in near if rows[other].group != rows[number].group][:_NEIGHBOURS]
            if others:
                found[number] = rows[others[_drawn(rows[number], "shuffled", len(others))]].reply
    return found


def _to_nearest_question(rows: Sequence[ReplyRow]) -> Mapping[int, str]:
    """By row, a reply to the question of another group that is nearest to its own, by static vectors."""
    vectors = StaticVectors.load()
    found = {}
    for pool in _pools(rows):
        encoded = vectors.encode(pa.array([_question(rows[number]) for number in pool], pa.string()))
        groups = np.unique([rows[number].group for number in pool], return_inverse=True)[1]
        for first in range(0, len(pool), _BLOCK):
            block = slice(first, first + _BLOCK)
            near = np.round(encoded[block] @ encoded.T, _DECIMALS)
            near[(groups[block, None] == groups) | (near >= _SAME_QUESTION)] = -1
            for number, similar in zip(pool[block], near, strict=True):
                nearest = int(similar.argmax())
                if similar[nearest] > 0:
                    found[number] = rows[pool[nearest]].reply
    return found


def _question(row: ReplyRow) -> str:
    return "\n".join(turn["content"] for turn in row.context[-_TURNS:])


def _cut(row: ReplyRow) -> str | None:
    """The reply up to a word in the midst of a sentence."""
    ends = [word.end() for word in _WORD.finditer(row.reply)]
    if len(ends) < _FEWEST_WORDS:
        return None
    low, high = (round(share * len(ends)) for share in _KEPT)
    inside = [end for end in ends[low - 1 : high] if row.reply[end - 1].isalnum()]
    return row.reply[: inside[_drawn(row, "truncated", len(inside))]] if inside else None


def _repeat(row: ReplyRow) -> str:
    """The reply with a sentence of its own said again, or with what the user said in place of what it went on to say."""
    sentences = _SENTENCE.split(row.reply.strip())
    if _drawn(row, "repeated whom", 2):
        asked = _SENTENCE.split(row.prompt.strip())
        kept = max(1, len(sentences) // 2)
        first = _drawn(row, "repeated from", len(asked))
        return " ".join([*sentences[:kept], *asked[first : first + 3]])
    place = _drawn(row, "repeated which", len(sentences))
    return " ".join([*sentences[: place + 1], sentences[place], *sentences[place + 1 :]])


def _contradict(row: ReplyRow) -> str | None:
    """The reply followed by one of its sentences with the opposite meaning."""
    one_of, opposites = _opposites()
    sentences = _SENTENCE.split(row.reply.strip())
    swapped = [
        (place, f"{sentence[: found.start()]}{_like(found[0], opposites[found[0].lower()])}{sentence[found.end() :]}")
        for place, sentence in enumerate(sentences)
        if (found := one_of.search(sentence))
    ]
    if not swapped:
        return None
    place, opposite = swapped[_drawn(row, "contradicted", len(swapped))]
    return " ".join([*sentences[: place + 1], opposite, *sentences[place + 1 :]])


def _like(word: str, other: str) -> str:
    return other[:1].upper() + other[1:] if word[0].isupper() else other


@functools.cache
def _opposites() -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Words and their opposites, both ways, and where one of them stands."""
    given = read_yaml(OPPOSITES, TypeAdapter(dict[str, str])).content
    words = given | {opposite: word for word, opposite in given.items()}
    one = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"\b(?:{one})\b", re.IGNORECASE), words


_OTHERS: Final[Mapping[str, Callable[[Sequence[ReplyRow]], Mapping[int, str]]]] = {
    "shuffled": _of_same_length,
    "same_topic": _to_nearest_question,
}
_SPOIL: Final[Mapping[str, Callable[[ReplyRow], str | None]]] = {
    "truncated": _cut,
    "repeated": _repeat,
    "contradicted": _contradict,
}
