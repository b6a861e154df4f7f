"""What the product says of labelled rows: every section reads conversations and replies through these functions alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from pixel_assets.conversation.standard import TURNS
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.fluency.model import Language
from pixel_assets.quality.fluency.pairs import WordPairs
from pixel_assets.quality.fluency.score import read_language
from pixel_assets.quality.labelled.counselling import BEHAVIOURS
from pixel_assets.quality.model import QualityModel
from pixel_assets.quality.reading import Good, RepliesRead, read_accuracy, read_conversations, read_replies
from truth.quality.bench import Array, Floats
from truth.quality.judge import Judge

Turns = Sequence[Mapping[str, str]]
BATCH = 2048  # conversations that are read at once, as a build does
NO_OPINION = 0.5  # taken for a score where the product gives none


class Coherent(NamedTuple):
    """Of some replies, (replies,)."""

    coherence: Floats
    answers: Floats  # the part of it that asks whether a reply answers its turn


def column(conversations: Sequence[Turns]) -> pa.ListArray:
    """Conversations as a column in the standard form."""
    return pa.array([[dict(turn) for turn in turns] for turns in conversations], TURNS)


def pairs(prompts: Sequence[str], replies: Sequence[str], judge: Judge) -> RepliesRead:
    """Of each reply to a prompt, as a conversation of two turns."""
    return _read(Exchanges.pairs(prompts, replies), judge)


def replies(conversations: Sequence[Turns], judge: Judge) -> RepliesRead:
    """Of every reply of some conversations, one after another."""
    return _read(Exchanges.of(column(conversations)), judge)


def _read(exchanges: Exchanges, judge: Judge) -> RepliesRead:
    return read_replies(exchanges, QualityModel.load(judge.model), judge.tier)


def good(conversations: Sequence[Turns], judge: Judge) -> Good:
    """Log-odds of each conversation by both heads of therapeutic accuracy."""
    return read_accuracy(replies(conversations, judge))


def behaviours(read: RepliesRead) -> Array:
    """(replies,): the name of the behaviour that the product decides for."""
    return np.array(BEHAVIOURS)[read.behaviour]


def last_replies(conversations: Sequence[Turns], judge: Judge) -> Coherent:
    """Of the last reply of each conversation, which ends it."""
    found = [np.zeros((0, 2))]
    for first in range(0, len(conversations), BATCH):
        some = conversations[first : first + BATCH]
        ends = np.array(list(accumulate(sum(turn["role"] == "assistant" for turn in turns) for turns in some))) - 1
        read = replies(some, judge)
        found.append(np.column_stack([read.coherence, read.answers])[ends])
    return Coherent(*np.concatenate(found).T)


def language(conversations: Sequence[Turns], judge: Judge) -> Floats:
    """(replies,): probability that every reply of some conversations is clean language."""
    weights, words = judge.language_files
    read = read_language(Exchanges.of(column(conversations)), WordPairs.load(words), Language.load(weights))
    return np.asarray(read.probability)


def readings(turns: pa.ListArray, judge: Judge) -> pa.Table:
    """Readings of a column of conversations, in their order."""
    names = pa.array([str(number) for number in range(len(turns))])
    starts, model = range(0, max(len(turns), 1), BATCH), QualityModel.load(judge.model)
    return pa.concat_tables(
        read_conversations(names.slice(first, BATCH), turns.slice(first, BATCH), model, judge.tier) for first in starts
    )


def score(readings: pa.Table, name: str) -> Floats:
    """One score of some readings; NaN where there is none."""
    return np.asarray(readings[name].to_numpy(zero_copy_only=False), np.float64)


def ranking(scores: Floats) -> Floats:
    """The same with :data:`NO_OPINION` where there is none: a row that is not read costs, and is not left out."""
    return np.where(np.isnan(scores), NO_OPINION, scores)
