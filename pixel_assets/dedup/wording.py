"""Whether two texts that are spoken of the same also say the same: negations, numbers, opposites, and who does what to whom.

Vectors that are sums over words are blind to the order of words and hardly see a "not" (Marelli and others 2014 made the set SICK
of such pairs). So what they find is held against the words: a text that has one negation more, another number, "up" for "down",
another word in the same place, or the same words in another order is not taken for a paraphrase. Some are, and stay related.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.dedup.hashing import word_hash
from pixel_assets.dedup.sides import Sides, sides_of
from pixel_assets.typed_yaml import Document, read_yaml

DATA: Final = Path(__file__).parent / "data" / "wording.yaml"
SLACK: Final = 128  # words of the shorter text for each difference of a kind that is let pass
OWN_SLACK: Final = 16  # the same for words that are in one text alone: in long texts some are other words for the same
_NOT_DIGITS: Final = r"\PN+"
_MOST_MEMBERS: Final = 63  # of a set of contrasts: bits of a number

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Word = Annotated[str, Field(pattern=r"^\w+$")]


class WordingFile(BaseModel):
    """What stands in the data file; its head says what the keys mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    negations: tuple[Word, ...]
    numbers: Mapping[Word, str]
    contrasts: Mapping[str, tuple[tuple[Word, ...], ...]]
    function_words: tuple[Word, ...]


@dataclass(frozen=True)
class Wording:
    """The data file as hashes of words, each list ascending."""

    negations: Hashes
    number_words: Hashes
    number_values: Hashes  # of the digits that each number word stands for
    contrast_words: Hashes  # may come more than once
    contrast_sets: Numbers  # number of the set of each
    contrast_bits: Numbers  # the bit of its member
    sets: int
    function_words: Hashes

    @classmethod
    def load(cls, path: Path = DATA) -> Wording:
        """Read a file, once in a process. Raises ``SettingsError`` that names file, line and key of what is wrong."""
        return _load(path)


@dataclass(frozen=True)
class Worded:
    """What counts of the wording of 2n texts: text 2c is what the user of conversation c says, text 2c + 1 the assistant."""

    words: Numbers  # how many
    negations: Numbers  # how many
    numbers: Hashes  # of text t: [number_starts[t]:number_starts[t + 1]], ascending
    number_starts: Numbers
    masks: Numbers  # (2n, sets): the bits of the members that it has
    once: Hashes  # content words that stand in text t once, ascending: [starts[t]:ends[t]]
    places: Numbers  # of these words
    starts: Numbers
    ends: Numbers
    frames: Hashes  # of the words around each content word of text t, ascending: [starts[t]:frame_ends[t]]
    framed: Hashes  # that content word
    frame_ends: Numbers
    said: Hashes  # all content words of text t, ascending: [starts[t]:frame_ends[t]]

    def agree(self, left: Numbers, right: Numbers) -> npt.NDArray[np.bool_]:
        """Whether the texts of each pair (m,) differ in none of what counts, or in so little of it as their length lets pass."""
        from pixel_assets.dedup import wording_kernels as kernels  # numba takes a while to import

        found = np.empty((len(left), kernels.COUNTED), np.int64)
        kernels.compare(
            left, right, self.negations, self.numbers, self.number_starts, self.masks, self.once, self.places, self.starts,
            self.ends, self.frames, self.framed, self.frame_ends, self.said, found,
        )  # fmt: skip
        shorter = np.minimum(self.words[left], self.words[right])
        slack = np.full(kernels.COUNTED, SLACK)
        slack[kernels.OWN] = OWN_SLACK
        return np.asarray((found <= shorter[:, None] // slack).all(axis=1))


def worded(turns: pa.ListArray[Any], wording: Wording) -> Worded:
    """The wording of each side of n conversations, whose turns are structs of role and content."""
    from pixel_assets.dedup import wording_kernels as kernels  # numba takes a while to import

    sides = sides_of(turns)
    texts = np.repeat(np.arange(len(sides.starts) - 1), np.diff(sides.starts))
    count = len(sides.starts) - 1
    digits = sides_of(_digits(turns))
    held_apart = (wording.function_words, wording.negations, wording.number_words, np.unique(digits.hashes))
    content = ~np.logical_or.reduce([_among(sides.hashes, listed) for listed in held_apart])
    once, frames, framed, said = (np.empty(len(sides.hashes), np.uint64) for _ in range(4))
    places, ends, frame_ends = np.empty(len(sides.hashes), np.int64), np.empty(count, np.int64), np.empty(count, np.int64)
    kernels.only_once(sides.hashes, sides.starts, content, once, places, ends, said, frame_ends)
    kernels.frames(sides.hashes, sides.starts, content, frames, framed, frame_ends)
    numbers, number_starts = _numbers(sides, texts, digits, wording)
    negations = np.bincount(texts[_among(sides.hashes, wording.negations)], minlength=count)
    return Worded(
        np.diff(sides.starts), negations, numbers, number_starts, _masks(sides.hashes, texts, count, wording),
        once, places, sides.starts, ends, frames, framed, frame_ends, said,
    )  # fmt: skip


def _digits(turns: pa.ListArray[Any]) -> pa.ListArray[Any]:
    """The same turns with nothing but their numbers left."""
    items = turns.flatten()
    content = pc.replace_substring_regex(pc.struct_field(items, "content"), _NOT_DIGITS, " ")
    said = pa.StructArray.from_arrays([pc.struct_field(items, "role"), content], ["role", "content"])
    counts = pc.list_value_length(turns).fill_null(0).to_numpy(zero_copy_only=False)
    return pa.ListArray.from_arrays(pa.array(np.concatenate(([0], np.cumsum(counts))), pa.int32()), said)


def _numbers(sides: Sides, texts: Numbers, digits: Sides, wording: Wording) -> tuple[Hashes, Numbers]:
    """All numbers of each text, in digits or in words, ascending; and where those of each text begin."""
    spelt = _among(sides.hashes, wording.number_words)
    values = wording.number_values[np.searchsorted(wording.number_words, sides.hashes[spelt])]
    numbers = np.concatenate((digits.hashes, values))
    owners = np.concatenate((np.repeat(np.arange(len(digits.starts) - 1), np.diff(digits.starts)), texts[spelt]))
    order = np.lexsort((numbers, owners))
    return numbers[order], np.searchsorted(owners[order], np.arange(len(sides.starts)))


def _masks(hashes: Hashes, texts: Numbers, count: int, wording: Wording) -> Numbers:
    first = np.searchsorted(wording.contrast_words, hashes, "left")
    past = np.searchsorted(wording.contrast_words, hashes, "right")
    masks = np.zeros((count, wording.sets), np.int64)
    at = first
    while (more := np.flatnonzero(at < past)).size:  # a word may be in several sets
        np.bitwise_or.at(masks, (texts[more], wording.contrast_sets[at[more]]), wording.contrast_bits[at[more]])
        at = at + 1
    return masks


def _among(hashes: Hashes, listed: Hashes) -> npt.NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(listed, hashes), len(listed) - 1)
    return np.asarray(listed[places] == hashes) if len(listed) else np.zeros(len(hashes), np.bool_)


def _hashes(words: tuple[str, ...]) -> Hashes:
    return np.array([word_hash(word.encode()) for word in words], np.uint64)


@functools.cache
def _load(path: Path) -> Wording:
    read = read_yaml(path, WordingFile)
    file = read.content
    for name, members in file.contrasts.items():
        _check_set(read, name, members)
    number_words = _hashes(tuple(file.numbers))
    order = np.argsort(number_words)
    listed = [
        (word_hash(word.encode()), number, 1 << bit)
        for number, members in enumerate(file.contrasts.values())
        for bit, member in enumerate(members)
        for word in member
    ]
    listed.sort()
    words, sets, bits = zip(*listed, strict=True) if listed else ((), (), ())
    return Wording(
        np.sort(_hashes(file.negations)), number_words[order], _hashes(tuple(file.numbers.values()))[order],
        np.array(words, np.uint64), np.array(sets, np.int64), np.array(bits, np.int64), len(file.contrasts),
        np.sort(_hashes(file.function_words)),
    )  # fmt: skip


def _check_set(read: Document[WordingFile], name: str, members: tuple[tuple[str, ...], ...]) -> None:
    words = [word for member in members for word in member]
    if not 2 <= len(members) <= _MOST_MEMBERS:
        raise read.wrong(("contrasts", name), f"{len(members)} members", expected=f"2 to {_MOST_MEMBERS}")
    if len(set(words)) < len(words):
        raise read.wrong(("contrasts", name), "a word is in two members of one set", expected="every word once")
