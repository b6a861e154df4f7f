"""Empathy as EPITOME codes it (Sharma et al. 2020): how strongly a reply shows each of three mechanisms.

A head reads each sentence, for annotators marked which ones show it, and the strongest sentence speaks for the reply: so a long
reply with one warm sentence is not less warm than a short one. Another head reads the reply as a whole, and a third weighs both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.quality.heads.linear import Head, Values, softmax
from pixel_assets.quality.labelled.empathy import LEVELS, MECHANISMS
from pixel_assets.quality.seen import Seen
from pixel_assets.wording.outputs import Said

OUTPUTS: Final = tuple(f"level {level}" for level in LEVELS)
BOTH: Final = ("sentence:any", "sentence:weak", "sentence:strong", "reply:none", "reply:weak", "reply:strong")
_SMALL: Final = 0.01  # probability below which differences say nothing


@dataclass(frozen=True)
class Mechanisms:
    """The heads. The first two have the outputs of all mechanisms one after another."""

    sentence: Head
    reply: Head
    both: Mapping[str, Head]  # by mechanism


def of_replies(said: Said, seen: Seen) -> Said:
    """Sums over the sentences of each reply."""
    sums, words = np.zeros((len(seen.exchanges), said.sums.shape[1]), np.int64), np.zeros(len(seen.exchanges), np.int64)
    np.add.at(sums, seen.of_sentence, said.sums)
    np.add.at(words, seen.of_sentence, said.words)
    return Said(sums, words)


def both_columns(sentences: Values, of_sentence: npt.NDArray[np.int64], replies: Values) -> Values:
    """What the third head reads, (replies, :data:`BOTH`), from probabilities of sentences and of replies by level."""
    least_none, most = np.ones(len(replies)), np.zeros((len(replies), len(LEVELS) - 1))
    np.minimum.at(least_none, of_sentence, sentences[:, 0])
    np.maximum.at(most, of_sentence, sentences[:, 1:])
    any_ = np.log((1 - least_none + _SMALL) / (least_none + _SMALL))
    return np.column_stack([any_, np.log(most + _SMALL), np.log(replies + _SMALL)])


def levels(heads: Mechanisms, seen: Seen, of_sentences: Values, replies: Values) -> Values:
    """Probability of each level, (replies, mechanisms, levels), from standardised columns of sentences and of replies."""
    said = heads.sentence.grams.said(seen.folded) if heads.sentence.grams else None
    first = _by_mechanism(heads.sentence.logits(of_sentences, said))
    said = of_replies(heads.reply.grams.said(seen.folded), seen) if heads.reply.grams else None
    second = _by_mechanism(heads.reply.logits(replies, said))
    found = [
        head.probabilities(both_columns(first[:, number], seen.of_sentence, second[:, number]))
        for number, head in enumerate(heads.both.values())
    ]
    return np.stack(found, axis=1)


def _by_mechanism(logits: Values) -> Values:
    return softmax(logits.reshape(len(logits), len(MECHANISMS), len(LEVELS)))


def any_shown(probabilities: Values) -> Values:
    """Probability that a reply shows at least one mechanism, (replies,), from (replies, mechanisms, levels).

    As if the mechanisms came up independently of each other.
    """
    return np.asarray(1 - probabilities[:, :, 0].prod(axis=1))


def strength(probabilities: Values) -> Values:
    """Expected level by the highest, from 0 to 1, over the last axis."""
    return np.asarray(probabilities @ (np.array(LEVELS) / max(LEVELS)))


def towards_any(heads: Mechanisms) -> Values:
    """By how much each standardised column of a reply speaks for any mechanism, (columns,)."""
    outputs = np.tile([-1.0, *[1 / (len(LEVELS) - 1)] * (len(LEVELS) - 1)], len(MECHANISMS))
    return heads.reply.towards(outputs)


def joined(heads: Sequence[Head]) -> Head:
    """Heads for the same columns and n-grams, one for each mechanism, as one with all their outputs."""
    first = heads[0]
    grams = [head.grams for head in heads if head.grams is not None]
    return Head(
        tuple(f"{name}:{output}" for name, head in zip(MECHANISMS, heads, strict=True) for output in head.outputs), first.columns,
        np.hstack([head.weights for head in heads]), np.concatenate([head.intercept for head in heads]),
        type(grams[0])(
            grams[0].buckets, np.hstack([each.weights for each in grams]), np.concatenate([each.units for each in grams])
        ) if grams else None,
        first.sharpness, np.concatenate([head.shares for head in heads]),
    )  # fmt: skip
