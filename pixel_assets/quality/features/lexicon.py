"""Words and phrases that replies are searched for: read from files, and compiled into one automaton over hashed words.

The automaton is a trie (Fredkin 1960): from a state and a word one step leads on, or none. No text makes it slow, and a hundred
thousand replies take less than a second, which no automaton over bytes does that reports to Python where it matched.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.errors import PixelError
from pixel_assets.quality.features.words import read_words
from pixel_assets.typed_yaml import read_yaml

PACKAGED: Final = (Path(__file__).parent / "data" / "words.yaml", Path(__file__).parent / "data" / "signs.yaml")
MOST_KINDS: Final = 62  # bits of a number
MOST_PHRASES: Final = 10_000  # that one line may stand for
FILLER: Final = "filler"  # words that a sentence may begin behind
FUNCTION: Final = "function"  # words that are not of content
ASKING: Final = ("open_question", "closed_question")  # what makes a question of a sentence without a question mark

_PIECE: Final = re.compile(r"<([a-z_]+)>")
_TOKEN: Final = re.compile(r"[()|]|[^()|\s]+")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?")

Phrase = tuple[str, ...]
Mood = Literal["any", "asked", "told"]


@dataclass(frozen=True)
class Lexicon:
    """Kinds of words, which are counted one by one, then kinds of signs, of which a sentence has one or not."""

    words: tuple[str, ...]
    signs: tuple[str, ...]
    keys: npt.NDArray[np.uint64]  # of the steps of the automaton
    steps: npt.NDArray[np.int32]  # the state that each leads to
    accepted: npt.NDArray[np.uint64]  # (states,): kinds of the phrases that end there, as bits
    masks: npt.NDArray[np.uint64]  # (5,): of kinds as bits, as kernels.count_phrases takes them
    version: str  # hash of all that counting depends on

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of all kinds, in the order of their columns."""
        return (*self.words, *self.signs)


class _Word(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: str = Field(min_length=1)
    words: tuple[str, ...] = Field(min_length=1)


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid")
    words: dict[str, _Word]


class _Sign(BaseModel):
    model_config = ConfigDict(extra="forbid")
    says: str = Field(min_length=1)
    source: str = Field(min_length=1)
    mood: Mood = "any"
    begins: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()


class _Signs(BaseModel):
    model_config = ConfigDict(extra="forbid")
    pieces: dict[str, str]
    signs: dict[str, _Sign]


@functools.cache
def load_lexicon(files: tuple[Path, Path] = PACKAGED) -> Lexicon:
    """The kinds of a file of words and a file of signs, compiled once in a process.

    Raises ``SettingsError`` that names file, line and key where something in them is wrong.
    """
    given_words, given_signs = read_yaml(files[0], _Words), read_yaml(files[1], _Signs)
    words, signs = given_words.content.words, given_signs.content.signs
    for name in (FILLER, FUNCTION):
        if name not in words:
            raise given_words.wrong(("words",), f"there is no kind {name!r}", hint="Some features need it")
    for name in ASKING:
        if name not in signs:
            raise given_signs.wrong(("signs",), f"there is no sign {name!r}", hint="Some features need it")
    kinds = (*words, *signs)
    if len(kinds) > MOST_KINDS:
        raise given_signs.wrong(("signs",), f"with those of words there are {len(kinds)} kinds", expected=f"at most {MOST_KINDS}")
    phrases = [
        (kind, False, phrase)
        for kind, name in enumerate(words)
        for number, line in enumerate(words[name].words)
        for phrase in _listed(functools.partial(given_words.wrong, ("words", name, "words", number)), line)
    ]
    for kind, name in enumerate(signs, len(words)):
        for where, lines in (("begins", signs[name].begins), ("phrases", signs[name].phrases)):
            for number, line in enumerate(lines):
                wrong = functools.partial(given_signs.wrong, ("signs", name, where, number))
                phrases += [(kind, where == "begins", phrase) for phrase in expanded(wrong, given_signs.content.pieces, line)]
    moods = {mood: [name for name in signs if signs[name].mood == mood] for mood in ("asked", "told")}
    masks = [[FILLER], ASKING, moods["asked"], moods["told"], [FUNCTION]]
    return _compiled(tuple(words), tuple(signs), phrases, [sum(1 << kinds.index(name) for name in mask) for mask in masks])


Wrong = Callable[[str], PixelError]
Given = tuple[int, bool, Phrase]  # number of the kind, whether it only counts where a sentence may begin, words


def _listed(wrong: Wrong, line: str) -> list[Phrase]:
    for word in line.split():
        if not _WORD.fullmatch(word):
            raise wrong(f"{word!r} is no word")
    return [(word,) for word in line.split()]


def expanded(wrong: Wrong, pieces: Mapping[str, str], line: str) -> list[Phrase]:
    """All phrases that a line stands for: blanks stand between words, (one|two words|) is a choice, <name> a piece.

    Raises what ``wrong`` makes of a message for a line that is not of this form or stands for too many.
    """
    tokens = _TOKEN.findall(_filled(wrong, pieces, line))
    place = 0

    def choice() -> list[Phrase]:
        nonlocal place
        branches: list[Phrase] = []
        together: list[Phrase] = [()]
        while place < len(tokens) and tokens[place] != ")":
            token = tokens[place]
            place += 1
            if token == "|":
                branches += together
                together = [()]
                continue
            following: list[Phrase] = [(token,)]
            if token == "(":
                following = choice()
                if place == len(tokens):
                    raise wrong("a bracket is never closed")
                place += 1
            elif not _WORD.fullmatch(token):
                raise wrong(f"{token!r} is no word")
            if len(together) * len(following) > MOST_PHRASES:
                raise wrong(f"the line stands for more than {MOST_PHRASES} phrases")
            together = [(*before, *after) for before in together for after in following]
        return branches + together

    found = choice()
    if place < len(tokens):
        raise wrong("a bracket is closed that was never opened")
    if () in found:
        raise wrong("the line may stand for no word at all")
    return found


def _filled(wrong: Wrong, pieces: Mapping[str, str], line: str, depth: int = 0) -> str:
    missing = sorted(set(_PIECE.findall(line)) - pieces.keys())
    if missing:
        raise wrong(f"there is no piece {missing[0]!r}")
    if depth > len(pieces):
        raise wrong("a piece holds itself")
    filled = _PIECE.sub(lambda piece: f"({pieces[piece[1]]})", line)
    return _filled(wrong, pieces, filled, depth + 1) if _PIECE.search(filled) else filled


def _compiled(words: tuple[str, ...], signs: tuple[str, ...], phrases: Sequence[Given], masks: Sequence[int]) -> Lexicon:
    from pixel_assets.quality.features import kernels  # numba takes a while to import

    read = read_words(pa.array([" ".join(phrase) for _, _, phrase in phrases], pa.string()))
    kinds, begins = (np.array([phrase[place] for phrase in phrases], np.int64) for place in (0, 1))
    room = _room(len(read.hashes))
    keys, steps, accepted = np.zeros(room, np.uint64), np.zeros(room, np.int32), np.zeros(len(read.hashes) + 2, np.uint64)
    states = kernels.grow(read.hashes, read.starts, begins, kinds, keys, steps, accepted)
    packed_keys, packed_steps = np.zeros(_room(states), np.uint64), np.zeros(_room(states), np.int32)
    kernels.pack(keys, steps, packed_keys, packed_steps)
    said = hashlib.sha256(repr((words, signs, list(masks))).encode())
    for column in (packed_keys, packed_steps, accepted[:states]):
        said.update(column.tobytes())
    return Lexicon(
        words, signs, packed_keys, packed_steps, accepted[:states].copy(), np.array(masks, np.uint64), said.hexdigest()[:16]
    )


def _room(steps: int) -> int:
    """A power of two of which less than a half is taken."""
    return 1 << (2 * steps).bit_length()
