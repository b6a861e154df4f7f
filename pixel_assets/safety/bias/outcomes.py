"""What is looked at beside a group: how a conversation feels, and which disorders it names. Row-wise."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.safety.bias.grammar import grammar
from pixel_assets.safety.bias.terms import either
from pixel_assets.safety.listed import distinct
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.safety.turns import Turns


def turn_sentiment(turns: Turns) -> npt.NDArray[np.float64]:
    """Valence of each turn from -1 to 1, shape (turns,).

    The words, their valences, the reach of a negation and the normalisation are those of VADER (Hutto & Gilbert 2014); its rules
    on capitals, emoji and boosters are left out.
    """
    from pixel_assets.safety.bias import kernels  # numba takes a while to import

    hashes, values, negations = _valence_tables()
    found = np.zeros(len(turns))
    kernels.valences(turns.folded.data, turns.folded.starts, hashes, values, negations, found)
    return found


def sentiment(turns: Turns) -> npt.NDArray[np.float64]:
    """Mean valence of what client and assistant say, shape (conversations,); 0 where nobody says anything."""
    spoken = turns.role != "system"
    of = turns.conversation[spoken]
    said = np.bincount(of, minlength=turns.conversations)
    total = np.bincount(of, turn_sentiment(turns)[spoken], minlength=turns.conversations)
    mean: npt.NDArray[np.float64] = np.round(total / np.maximum(said, 1), 6)
    return mean


def diagnoses(turns: Turns, names: Mapping[str, Sequence[str]]) -> pa.Array:
    """The disorders that each conversation names, as a sorted list of ids; ``names`` gives the ways to say each id."""
    ids = sorted(names)
    if not ids:
        return distinct((), turns.conversations)
    hits = _disorders(tuple((each, tuple(names[each])) for each in ids)).scan(turns.folded)
    named = zip(turns.conversation[hits.row].tolist(), (ids[number] for number in hits.pattern.tolist()), strict=True)
    return distinct(named, turns.conversations)


@functools.lru_cache(maxsize=4)
def _disorders(names: tuple[tuple[str, tuple[str, ...]], ...]) -> Matcher:
    return Matcher([Pattern(each, rf"\b(?:{either(words)})\b") for each, words in names])


@functools.cache
def _valence_tables() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64], npt.NDArray[np.uint64]]:
    from pixel_assets.safety.bias import kernels

    text = (resources.files("vaderSentiment") / "vader_lexicon.txt").read_text(encoding="utf-8")
    rows = [line.split("\t")[:2] for line in text.splitlines() if line.strip()]
    valence = {word.lower(): float(value) for word, value in rows if word[0].isalnum()}
    words = sorted(valence)
    hashes, order = kernels.sorted_hashes(words)
    return hashes, np.array([valence[word] for word in words])[order], kernels.sorted_hashes(list(grammar().negations))[0]
