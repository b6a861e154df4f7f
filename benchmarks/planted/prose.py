"""Endless text that looks like talk: a walk over a few thousand written words, for many texts at once.

A walk goes on from a word to the word that follows it in the written text; now and then it first jumps to another
place where the same word stands. So words, their frequencies and most of their sequences are real, sentences begin
and end as sentences do, and hardly any three words in a row are shared by two walks of some length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

JUMP: Final = 0.35  # chance of a jump after each word
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Prose:
    """Written words of some languages, one after the other, and how a walk goes over them."""

    languages: tuple[str, ...]
    words: pa.Array  # each word as it is written, then each as it ends a text
    count: int
    following: Positions  # the next word; the last of a language is followed by its first
    group: Positions  # number of the word at each place; equal words of one language have equal numbers
    places: Positions  # places of all words, those of a group side by side
    first_place: Positions  # of each group, in ``places``
    frequency: Positions  # of each group
    starts: tuple[Positions, ...]  # of each language: places at which a sentence begins
    scale: npt.NDArray[np.float64]  # of each language: its words for one English word


def read_prose(texts: Mapping[str, Sequence[str]]) -> Prose:
    """Prose from sentences by language; where words are not parted by spaces, a sentence counts as a word."""
    words: list[str] = []
    following: list[int] = []
    starts: list[Positions] = []
    names: list[str] = []
    scale: list[float] = []
    for language, sentences in texts.items():
        begin, own = len(words), []
        for sentence in sentences:
            own.append(len(words))
            words += sentence.split()
        following += [*range(begin + 1, len(words)), begin]
        names += [f"{language} {word}" for word in words[begin:]]
        starts.append(np.array(own))
        scale.append(min(1.0, 8 * (len(words) - begin) / sum(map(len, sentences))) if len(own) < len(words) - begin else 0.1)
    _, group, frequency = np.unique(names, return_inverse=True, return_counts=True)
    ends = [word if word[-1] in ".?!。？！" else word.rstrip(",;:–-") + "." for word in words]
    return Prose(
        tuple(texts), pa.array([*words, *ends]), len(words), np.array(following), group,
        np.argsort(group, kind="stable"), np.concatenate(([0], np.cumsum(frequency)[:-1])), frequency,
        tuple(starts), np.array(scale),
    )  # fmt: skip


def write(prose: Prose, rng: np.random.Generator, lengths: Positions, language: Positions | None = None) -> list[str]:
    """Texts of so many words each, all in the first language or each in the one of the given number."""
    spoken = np.zeros(len(lengths), np.int64) if language is None else language
    lengths = np.maximum(1, np.round(lengths * prose.scale[spoken])).astype(np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    flat = np.empty(offsets[-1], np.int64)
    longest_first = np.argsort(-lengths, kind="stable")
    place = _openings(prose, rng, spoken)[longest_first]
    at, left = offsets[:-1][longest_first], -lengths[longest_first]
    for step in range(int(lengths.max(initial=0))):
        place = place[: np.searchsorted(left, -step)]  # the texts that have not ended yet
        flat[at[: len(place)] + step] = place
        chance = rng.random(len(place)) / JUMP
        jumping = np.flatnonzero(chance < 1)
        group = prose.group[place[jumping]]
        place[jumping] = prose.places[prose.first_place[group] + (chance[jumping] * prose.frequency[group]).astype(np.int64)]
        place = prose.following[place]
    flat[offsets[1:] - 1] += prose.count
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), prose.words.take(pa.array(flat))), " ")
    texts: list[str] = joined.to_pylist()
    return texts


def _openings(prose: Prose, rng: np.random.Generator, spoken: Positions) -> Positions:
    chance = rng.random(len(spoken))
    place = np.empty(len(spoken), np.int64)
    for number, starts in enumerate(prose.starts):
        mine = spoken == number
        place[mine] = starts[(chance[mine] * len(starts)).astype(np.int64)]
    return place
