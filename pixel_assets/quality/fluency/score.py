"""The score of language of a conversation: the expected share of its replies that are clean and fluent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.fluency.measures import MEASURES, measure
from pixel_assets.quality.fluency.model import Language
from pixel_assets.quality.fluency.pairs import WordPairs

MOVED: Final = pa.list_(pa.struct([("what", pa.string()), ("amount", pa.float64())]))
MOST_MOVED: Final = 3
LEAST_MOVED: Final = 0.1  # log-odds; what moved a score less is not told
WORDLESS: Final = -6.0  # log-odds of a reply without a word
_NO_WORDS: Final = "no words"
_DIGITS: Final = 3


@dataclass(frozen=True)
class Scored:
    """Scores of conversations, (n,), from 0 to 1, NaN where there is nothing to score, and what moved each most."""

    score: npt.NDArray[np.float64]
    moved: pa.ListArray  # of MOVED, by conversation: what, and by how much in log-odds; the strongest first


@dataclass(frozen=True)
class ReplyLanguage:
    """Of every reply the probability that it is clean, and what each measure adds to its log-odds."""

    probability: npt.NDArray[np.float64]  # (replies,)
    parts: npt.NDArray[np.float64]  # (replies, MEASURES and one more for having no words)


def language_scores(turns: pa.ListArray | pa.ChunkedArray | Exchanges) -> Scored:
    """Score a column ``turns`` of the standard form, or what was read of it.

    The score is the mean over replies of the probability that a reply is clean language, under the prior that nine of ten are;
    NaN where there is no reply. It depends on the conversation alone. What moved it is the mean over replies, in log-odds,
    against a usual clean reply of the same length.
    """
    exchanges = turns if isinstance(turns, Exchanges) else Exchanges.of(turns)
    return of_conversations(exchanges, read_language(exchanges))


def of_conversations(exchanges: Exchanges, replies: ReplyLanguage) -> Scored:
    """Scores of conversations from what was read of their replies, as :func:`language_scores` gives them."""
    many = np.bincount(exchanges.conversation, minlength=exchanges.conversations)
    total = np.bincount(exchanges.conversation, replies.probability, exchanges.conversations)
    with np.errstate(invalid="ignore"):
        score = np.where(many > 0, np.round(total / many, 6), np.nan)
    parts = np.zeros((exchanges.conversations, len(MEASURES) + 1))
    if len(exchanges):
        first = np.flatnonzero(np.diff(exchanges.conversation, prepend=-1))  # replies stand in the order of conversations
        parts[exchanges.conversation[first]] = np.add.reduceat(replies.parts, first, axis=0)
    return Scored(score, strongest((*MEASURES, _NO_WORDS), parts / np.maximum(many, 1)[:, None]))


def read_language(exchanges: Exchanges, pairs: WordPairs | None = None, model: Language | None = None) -> ReplyLanguage:
    """Language of every reply; pairs of words and weights are the packaged ones if none are given."""
    model = model or Language.load()
    measured = measure(exchanges, pairs or WordPairs.load())
    parts, wordless = model.contributions(measured), measured.words == 0
    logits = np.where(wordless, WORDLESS, model.intercept + parts.sum(1))
    parts = np.column_stack([np.where(wordless[:, None], 0.0, parts), np.where(wordless, WORDLESS - model.intercept, 0.0)])
    return ReplyLanguage(1 / (1 + np.exp(-logits)), parts)


def strongest(names: tuple[str, ...], amounts: npt.NDArray[np.float64], least: float = LEAST_MOVED) -> pa.ListArray:
    """By row of (rows, names), up to three names with their amounts, the largest amount first; ties in the order of names."""
    place = np.argsort(-np.abs(amounts), axis=1, kind="stable")[:, :MOST_MOVED]
    chosen = np.take_along_axis(amounts, place, 1).round(_DIGITS)
    kept = np.abs(chosen) >= least
    offsets = np.concatenate([[0], np.cumsum(kept.sum(1))]).astype(np.int32)
    what = pa.array(names, pa.string()).take(pa.array(place[kept], pa.int32()))
    values: Any = pa.StructArray.from_arrays([what, pa.array(chosen[kept])], names=["what", "amount"])
    return pa.ListArray.from_arrays(pa.array(offsets), values).cast(MOVED)
