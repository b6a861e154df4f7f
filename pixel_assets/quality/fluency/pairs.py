"""How much words stand together: a small model of word order, over the frequent words and classes of all others.

Of two neighbouring words it is said how much more often such a pair comes up than chance would have it: pointwise mutual
information (Church and Hanks 1990), drawn to 0 where little was seen. So what a text is about hardly matters, but the order of
its words does. An infrequent word is taken by its ending, which says what part of speech it is.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import safetensors
import safetensors.numpy
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.errors import PixelError
from pixel_assets.quality.features.words import Words, read_words
from pixel_assets.quality.fluency import form
from pixel_assets.typed_yaml import read_yaml
from pixel_assets.vectors.static import StaticVectors

PACKAGED: Final = Path(__file__).parent / "data" / "pairs.safetensors"
ENDINGS: Final = Path(__file__).parent / "data" / "endings.yaml"
_HINT: Final = "install the package again, or make the file with `python -m pixel_assets.quality.fluency.fit`"
_DRAWN: Final = 4.0  # pairs that are taken to have come up as often as chance has it
_SHORTEST_KNOWN: Final = 2  # letters; of the vocabulary's single letters two are words
_LETTERS: Final = ("a", "i")

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WordPairs:
    """Frequent words, and how much classes stand together: those of ``form``, then endings, then words."""

    words: tuple[str, ...]
    together: npt.NDArray[np.int8]  # (classes, classes): by class and following class, in parts of form.STEP
    known: tuple[str, ...] = ()  # words beyond the vocabulary of the static vectors that are no slips of the pen

    @classmethod
    def load(cls, path: Path = PACKAGED) -> WordPairs:
        """Read a file that :meth:`save` wrote, once in a process. Raises ``PixelError`` if it is none."""
        return _load(path)

    @classmethod
    def learn(cls, texts: Sequence[str], words: Sequence[str], known: Sequence[str] = ()) -> WordPairs:
        """From texts, the words that shall have a class of their own, and further known ones."""
        blank = cls(tuple(words), np.zeros((classes(len(words)),) * 2, np.int8))
        column = pa.array(list(texts), pa.large_string())
        tally = np.zeros(blank.together.shape, np.int64)
        blank.read(column, np.arange(len(column)), tally)
        chance = np.outer(tally.sum(1), tally.sum(0)) / max(int(tally.sum()), 1)
        excess = np.log((tally + _DRAWN) / (chance + _DRAWN))
        return cls(blank.words, np.clip(np.round(excess * form.STEP), -127, 127).astype(np.int8), tuple(known))

    @cached_property
    def version(self) -> str:
        """Hash of all that reading depends on."""
        said = hashlib.sha256(repr((self.words, self.known, _given().endings, _given().other_article)).encode())
        said.update(self.together.tobytes())
        return said.hexdigest()[:16]

    def read(self, texts: pa.Array | pa.ChunkedArray, which: Counts, tally: Counts | None = None) -> Counts:
        """What stands in some of the texts, (which, form.COUNTED); pairs of classes are added to ``tally`` if it is given."""
        from pixel_assets.quality.features.words import _buffers
        from pixel_assets.quality.fluency import kernels

        offsets, data = _buffers(texts)
        found = np.zeros((len(which), form.COUNTED), np.int64)
        given = _given()
        others = _hashes(tuple(word for line in given.other_article for word in line.split()))
        tables = (*self._known, *self._frequent, given.packed, given.sizes, self.together, others)
        kernels.read_form(data, offsets, which, tables, found, np.zeros((0, 0), np.int64) if tally is None else tally)
        return found

    def save(self, path: Path, about: dict[str, str]) -> None:
        """Write the file, with what is to be told about it."""
        lists = {
            name: np.frombuffer("\n".join(words).encode(), np.uint8)
            for name, words in (("words", self.words), ("known", self.known))
        }
        path.write_bytes(safetensors.numpy.save({"together": self.together, **lists}, about))

    @cached_property
    def _known(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        pieces = StaticVectors.load().wordpiece.vocabulary
        words = [piece for piece in pieces if piece.isalpha() and len(piece) >= _SHORTEST_KNOWN]
        hashes = _hashes((*words, *_LETTERS, *self.known))
        return _table(hashes, np.zeros(len(hashes), np.int64))

    @cached_property
    def _frequent(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        first = form.FIRST_ENDING + len(_given().endings)
        return _table(_hashes(self.words), first + np.arange(len(self.words)))


def classes(words: int) -> int:
    """How many classes there are with so many frequent words."""
    return form.FIRST_ENDING + len(_given().endings) + words


class _Endings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    endings: tuple[str, ...] = Field(min_length=1)
    other_article: tuple[str, ...]

    @cached_property
    def packed(self) -> npt.NDArray[np.uint64]:
        return np.array([int.from_bytes(ending.encode(), "big") for ending in self.endings], np.uint64)

    @cached_property
    def sizes(self) -> Counts:
        return np.array([len(ending) for ending in self.endings], np.int64)


@functools.cache
def _given() -> _Endings:
    given = read_yaml(ENDINGS, _Endings)
    for number, ending in enumerate(given.content.endings):
        if not (ending.isascii() and ending.isalpha() and ending.islower() and len(ending) <= 4):
            raise given.wrong(("endings", number), "is no ending", expected="one to four small letters")
    return given.content


@functools.cache
def _load(path: Path) -> WordPairs:
    try:
        tensors = safetensors.numpy.load(path.read_bytes())
        words, known = (tuple(tensors[name].tobytes().decode().split("\n")) for name in ("words", "known"))
        together = tensors["together"]
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise PixelError("the pairs of words cannot be read", where=str(path), hint=_HINT) from error
    if together.dtype != np.int8 or together.shape != (classes(len(words)),) * 2:
        raise PixelError("these are no pairs of words", where=str(path), expected="a square of classes", hint=_HINT)
    return WordPairs(words, together, known)


def _hashes(words: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    """Of words, each of them one word: their hashes."""
    read: Words = read_words(pa.array(words, pa.large_string()))
    return read.hashes.copy()


def _table(hashes: npt.NDArray[np.uint64], numbers: Counts) -> tuple[npt.NDArray[np.uint64], Any]:
    from pixel_assets.quality.fluency import word_kernels

    room = 1 << (4 * len(hashes) + 1).bit_length()
    keys, values = np.zeros(room, np.uint64), np.full(room, -1, np.int32)
    word_kernels.fill(hashes, numbers, keys, values)
    return keys, values
