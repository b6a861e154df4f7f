"""Families of kinds, such as topics or emotions, and the phrases that speak for or against each: read from files.

All families are compiled into one trie over hashed words (Fredkin 1960), so that a text is read once whatever their number.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.quality.features.lexicon import Phrase, expanded
from pixel_assets.quality.features.words import read_words
from pixel_assets.typed_yaml import Document, read_yaml

DATA: Final = Path(__file__).parent / "data"
FAMILIES: Final = ("topic", "modality", "population", "emotion", "culture", "stage", "reasoning_style", "outcome", "relation")
POINTS: Final[Mapping[str, int]] = {"sure": 4, "likely": 2, "hint": 1, "against": -2}
Numbers: TypeAlias = npt.NDArray[np.int32]
NEGATION: Final = -1  # the kind of a word that denies what follows
_BEGINS: Final = "^"
_PAIRS: Final = 1 << 15  # bytes of the filter of pairs: few enough to stay in the nearest cache
_NEGATIONS: Final = "negations.yaml"


@dataclass(frozen=True)
class Family:
    """Kinds of which a conversation has one, or nothing of any."""

    name: str
    kinds: tuple[str, ...]
    tags: tuple[tuple[str, ...], ...]  # of each kind, what measures besides the choice of a kind make of it
    first: int  # number of its first kind among those of all families
    user: int  # how much what the user says counts
    assistant: int
    opening: int  # how much more what the user says in the first half does
    nothing: str  # what a conversation is that has none of the kinds
    points: float  # that speak for nothing from the start
    points_per_word: float  # and for every word that was read in vain

    @property
    def columns(self) -> slice:
        """Its kinds among those of all families."""
        return slice(self.first, self.first + len(self.kinds))

    def tagged(self, tag: str) -> npt.NDArray[np.bool_]:
        """Which of its kinds have a tag, (kinds,)."""
        return np.array([tag in tags for tags in self.tags], np.bool_)


@dataclass(frozen=True)
class Phrases:
    """The phrases of all families as a trie, in the terms of ``phrase_kernels.weigh``."""

    families: Mapping[str, Family]
    words: npt.NDArray[np.uint64]  # that phrases begin with
    states: npt.NDArray[np.int32]  # (words, 2): behind each
    pairs: npt.NDArray[np.uint8]  # filter of the first two words of phrases
    keys: npt.NDArray[np.uint64]
    steps: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int32]  # (states + 1,)
    kinds: npt.NDArray[np.int32]
    points: npt.NDArray[np.int32]
    deniable: npt.NDArray[np.bool_]  # by kind

    @property
    def many(self) -> int:
        """How many kinds all families have."""
        return len(self.deniable)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Nothing(_Form):
    name: str = Field(min_length=1)
    points: float = Field(gt=0)
    points_per_hundred_words: float = Field(0, ge=0)


class _Kind(_Form):
    says: str = Field(min_length=1)
    tags: tuple[Literal["clinical", "grave", "hurts", "relieves"], ...] = ()
    sure: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    hint: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class _Family(_Form):
    source: str = Field(min_length=1)
    user: int = Field(ge=0)
    assistant: int = Field(ge=0)
    opening: int = Field(0, ge=0)
    deniable: bool = False
    nothing: _Nothing
    pieces: dict[str, str] = {}
    kinds: dict[str, _Kind] = Field(min_length=1)


class _Negations(_Form):
    says: str
    words: tuple[str, ...] = Field(min_length=1)


Given = tuple[bool, Phrase]  # whether it only counts at the start of a sentence, and its words


class _Entries(NamedTuple):
    """What each phrase gives to which kind. The lists go together; there are too many entries for an object each."""

    phrases: dict[Given, int]  # and the number of each
    given: list[int]  # numbers of phrases
    kinds: list[int]
    points: list[int]

    @classmethod
    def empty(cls) -> _Entries:
        return cls({}, [], [], [])

    def add(self, phrases: Sequence[Given], kind: int, points: int) -> None:
        number = self.phrases.setdefault
        self.given.extend([number(phrase, len(self.phrases)) for phrase in phrases])
        self.kinds.extend([kind] * len(phrases))
        self.points.extend([points] * len(phrases))

    def once(self) -> tuple[Numbers, Numbers, Numbers]:
        """Numbers of phrases, kinds and points; of entries with equal phrase and kind the first."""
        columns = [np.array(column, np.int32) for column in (self.given, self.kinds, self.points)]
        places = np.unique(columns[0].astype(np.int64) << 32 | columns[1] - NEGATION, return_index=True)[1]
        given, kinds, points = (column[places] for column in columns)
        return given, kinds, points


@functools.cache
def load_phrases(folder: Path = DATA) -> Phrases:
    """All families of a folder, compiled once in a process.

    Raises ``SettingsError`` that names file, line and key where something in them is wrong.
    """
    negations = read_yaml(folder / _NEGATIONS, _Negations).content.words
    entries = _Entries.empty()
    entries.add([(False, (word,)) for line in negations for word in line.split()], NEGATION, 0)
    families, deniable = dict[str, Family](), list[bool]()
    for name in FAMILIES:
        document = read_yaml(folder / f"{name}.yaml", _Family)
        given = document.content
        families[name] = Family(
            name, tuple(given.kinds), tuple(kind.tags for kind in given.kinds.values()), len(deniable),
            given.user, given.assistant, given.opening,
            given.nothing.name, given.nothing.points, given.nothing.points_per_hundred_words / 100,
        )  # fmt: skip
        if given.nothing.name in given.kinds:
            raise document.wrong(("nothing", "name"), "a kind has this name")
        for number, kind in enumerate(given.kinds, len(deniable)):
            for points, phrases in _phrases(document, kind):
                entries.add(phrases, number, points)
        deniable += [given.deniable] * len(given.kinds)
    return _compiled(families, entries, np.array(deniable, np.bool_))


def _phrases(document: Document[_Family], name: str) -> Iterator[tuple[int, list[Given]]]:
    """The phrases of a kind with their points, some at a time; of a phrase that is given twice the first counts."""
    kind = document.content.kinds[name]
    for where, points in POINTS.items():
        lines: tuple[str, ...] = getattr(kind, where)
        for number, line in enumerate(lines):
            wrong = functools.partial(document.wrong, ("kinds", name, where, number))
            for part in line.split(","):
                bare = part.strip().removeprefix(_BEGINS)
                begins = bare != part.strip()
                yield points, [(begins, phrase) for phrase in expanded(wrong, document.content.pieces, bare)]


def _compiled(families: Mapping[str, Family], entries: _Entries, deniable: npt.NDArray[np.bool_]) -> Phrases:
    from pixel_assets.quality.features import kernels  # numba takes a while to import
    from pixel_assets.quality.traits import phrase_kernels

    read = read_words(pa.array([" ".join(phrase) for _, phrase in entries.phrases], pa.string()))
    begins = np.array([begins for begins, _ in entries.phrases], np.int64)
    room = _room(len(read.hashes))
    grown, grown_steps, ends = np.zeros(room, np.uint64), np.zeros(room, np.int32), np.empty(len(begins), np.int64)
    states = phrase_kernels.grow(read.hashes, read.starts, begins, grown, grown_steps, ends)
    keys, steps = np.zeros(_room(states), np.uint64), np.zeros(_room(states), np.int32)
    kernels.pack(grown, grown_steps, keys, steps)
    given, kinds, points = entries.once()
    order = np.lexsort((points, kinds, ends[given]))
    firsts = np.searchsorted(ends[given[order]], np.arange(states + 1)).astype(np.int32)
    heads = _room(len(np.unique(read.hashes[read.starts[:-1]])))
    words, behind, pairs = np.zeros(heads, np.uint64), np.zeros((heads, 2), np.int32), np.zeros(_PAIRS, np.uint8)
    phrase_kernels.openings(read.hashes, read.starts, begins, keys, steps, firsts, words, behind)
    phrase_kernels.note_pairs(read.hashes, read.starts, begins, keys, steps, pairs)
    return Phrases(families, words, behind, pairs, keys, steps, firsts, kinds[order], points[order], deniable)


def _room(steps: int) -> int:
    """A power of two of which less than a half is taken."""
    return 1 << (2 * steps).bit_length()
