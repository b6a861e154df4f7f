"""What a format is: how sure it is of a sample, and how it turns records into drafts of conversations.

A draft has canonical roles and raw text; cleaning, merging and ids come later, once for all formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeGuard, TypeVar

import orjson

from pixel_assets.conversation.hints import Options

Record = dict[str, Any]
Turn = tuple[str, str]
Read = TypeVar("Read")

LONGEST_LABEL = 500  # bytes as JSON; what is longer is text, not a label

# How telling a match is: the confidence of a format when all of the sample matches. Detection wants a lead of
# 0.05, so two families that can match the same record never have the same weight.
UNMISTAKABLE: Final = 1.0  # keys that no other family has: chosen and rejected, patterns and responses
TELLING: Final = 0.9  # keys and the shape of what they hold, where a family below would match as well
INSTRUCTION: Final = 0.85  # an instruction and its output, which are a prompt and a reply, too
TURNS: Final = 0.8  # a list of turns under a name that such lists have
PAIR: Final = 0.7  # keys that usually hold a question and its answer
BARE: Final = 0.6  # a text, a question or a list alone; also a list of turns that is nested in something else
SHAPE: Final = 0.5  # told from the shape of the values alone: anything above goes before


class Draft(NamedTuple):
    """A conversation before cleaning: turns of (system, user or assistant; text).

    ``rejected`` is the whole dialogue once more, with the reply that was not preferred. ``preferred`` is the
    verdict on the last reply where one was given: one that is not preferred is kept for preference training
    only.
    """

    turns: Sequence[Turn]
    metadata: Record
    reasoning: str | None = None
    flags: tuple[str, ...] = ()
    rejected: Sequence[Turn] = ()
    preferred: bool | None = None


class Rejection(NamedTuple):
    """Why a record is no conversation: a reason code, and keys, kinds and counts, never text."""

    reason: str
    detail: str


class Score(NamedTuple):
    """How sure a format is of a sample, from 0 to 1, and why."""

    confidence: float
    explanation: str


class NumberedRecord(NamedTuple):
    """A record and its place among those that are converted together."""

    place: int
    record: Record


class GroupDraft(NamedTuple):
    """A draft and the indices of the records it was made from."""

    draft: Draft
    indices: tuple[int, ...]


class GroupRejection(NamedTuple):
    """A rejection and the indices of the records it concerns."""

    rejection: Rejection
    indices: tuple[int, ...]


Converted = list[Draft] | Rejection
Convert = Callable[[Record, Options], Converted]
ConvertAll = Callable[[Iterable[NumberedRecord], Options], Iterable[GroupDraft | GroupRejection]]


@dataclass(frozen=True)
class Format:
    """A family of records. Row-wise formats have ``convert``, those that gather rows ``convert_all``."""

    name: str
    score: Callable[[Sequence[Record]], Score]
    convert: Convert | None = None
    convert_all: ConvertAll | None = None

    @property
    def grouped(self) -> bool:
        """Whether one conversation is made from several records of a file."""
        return self.convert_all is not None


def scored(weight: float, matches: Callable[[Record], bool], what: str) -> Callable[[Sequence[Record]], Score]:
    """A score: the share of the sample that matches, times how telling a match is."""

    def score(sample: Sequence[Record]) -> Score:
        count = sum(map(matches, sample))
        return Score(weight * count / len(sample) if sample else 0.0, f"{what} in {count} of {len(sample)} records")

    return score


def labels(record: Record, used: Iterable[str]) -> Record:
    """What came with a record beside its text: every short value that was not used, nulls left out."""
    kept = {}
    for key, value in record.items():
        if value is None or value == "" or key in used:
            continue
        try:
            if isinstance(value, bool | int | float) or len(orjson.dumps(value)) <= LONGEST_LABEL:
                kept[key] = value
        except orjson.JSONEncodeError:
            continue  # nested too deep to be a label
    return kept


def first_text(record: Record, keys: Iterable[str], read: Callable[[str], Read | None]) -> tuple[str, Read] | None:
    """The first key under which a text stands that ``read`` makes something of, and what; None where there is none."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and (found := read(value)):
            return key, found
    return None


def filled(value: object) -> TypeGuard[str]:
    """Whether a value is text with something in it."""
    return isinstance(value, str) and bool(value.strip())
