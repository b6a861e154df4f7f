"""What the heads read from replies and conversations: the numbers that scores are made of, and what moved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pixel_assets.quality import accuracy, coherence, empathy
from pixel_assets.quality.features.exchanges import Exchanges
from pixel_assets.quality.fluency import model as fluency
from pixel_assets.quality.fluency.score import ReplyLanguage, language_scores, of_conversations, read_language
from pixel_assets.quality.heads.linear import Head, decided
from pixel_assets.quality.labelled.empathy import MECHANISMS
from pixel_assets.quality.model import Heads, QualityModel
from pixel_assets.quality.moved import Moves, moved
from pixel_assets.quality.seen import Seen, Tier, Values
from pixel_assets.quality.tables import ACCURACY, COHERENCE, EMPATHY, QUALITY_READINGS
from pixel_assets.quality.thresholds import load_presets

Reader = Literal["none", "doubtful", "all"]
NEAR: Final = 0.05  # of a threshold of the mission, within which a score is in doubt
DIGITS: Final = 4  # of a score: beyond them machines and batches may differ
_HALF: Final = np.array([-0.5, 0.5])  # the part of each head of therapeutic accuracy, from not good towards good
_LEARNED: Final = (COHERENCE, EMPATHY, ACCURACY)
_NAMES: Final = {
    "emotional_reactions": "emotional_reaction", "interpretations": "interpretation", "explorations": "exploration"
}  # fmt: skip


@dataclass(frozen=True)
class RepliesRead:
    """What was read from some replies; arrays have one entry a reply."""

    seen: Seen
    heads: Heads
    standardised: Values  # what the heads read, (replies, columns)
    sentences: Values  # the same of sentences of replies, (sentences, columns)
    coherence: Values  # probability to be a true reply
    answers: Values  # probability to be no reply to something else
    mechanisms: Values  # (replies, mechanisms, levels)
    behaviours: Values  # (replies, behaviours)

    @cached_property
    def empathy(self) -> Values:
        """Probability to show at least one mechanism."""
        return empathy.any_shown(self.mechanisms)

    def of(self, head: Head) -> Values:
        """The standardised columns that a head reads."""
        return some(self.standardised, self.heads.columns.standard.columns, head)

    def of_sentence(self, head: Head) -> Values:
        """The same of sentences."""
        return some(self.sentences, self.heads.columns.for_sentences, head)

    @cached_property
    def whole(self) -> Values:
        """What the head of support reads of conversations, (conversations, columns), standardised."""
        return self.heads.of_whole(accuracy.without_sizes(self.seen.whole).values)

    @cached_property
    def levels(self) -> npt.NDArray[np.int64]:
        """(replies, mechanisms): the levels that are decided for."""
        shares = [self.heads.mechanisms.both[name].shares for name in MECHANISMS]
        return np.stack([decided(self.mechanisms[:, number], each) for number, each in enumerate(shares)], axis=1)

    @cached_property
    def behaviour(self) -> npt.NDArray[np.int64]:
        """Numbers of the behaviours that are decided for."""
        return decided(self.behaviours, self.heads.behaviour.shares)


def read_replies(exchanges: Exchanges, model: QualityModel, tier: Tier = "static") -> RepliesRead:
    """Read every reply of some exchanges. Raises ``PixelError`` if the model does not have the tier."""
    heads, seen = model.of_tier(tier), Seen(exchanges, tier)
    replies, sentences = heads.columns.of_replies(seen), heads.columns.of_sentences(seen)
    names = heads.columns.standard.columns
    odds = coherence.odds(heads.coherence, some(replies, names, heads.coherence[coherence.OTHER]))
    whole, answers = coherence.probability(odds), coherence.probability({coherence.OTHER: odds[coherence.OTHER]})
    mechanisms = empathy.levels(heads.mechanisms, seen, sentences, some(replies, names, heads.mechanisms.reply))
    behaviours = heads.behaviour.probabilities(some(replies, names, heads.behaviour))
    return RepliesRead(seen, heads, replies, sentences, whole, answers, mechanisms, behaviours)


def some(standardised: Values, names: tuple[str, ...], head: Head) -> Values:
    """The columns that a head reads; a view where they stand together."""
    place = [names.index(column) for column in head.columns]
    first, last = place[0], place[-1] + 1
    return standardised[:, first:last] if place == list(range(first, last)) else standardised[:, place]


@dataclass(frozen=True)
class Good:
    """Log-odds of conversations, (conversations,), to be as they should be, and what deviations take from them."""

    interview: Values
    support: Values
    penalty: Values


def read_accuracy(read: RepliesRead) -> Good:
    """Of conversations, by both heads."""
    seen, heads = read.seen, read.heads
    slope, intercept = heads.pooled
    sentences = accuracy.log_odds(heads.interview, read.of_sentence(heads.interview))
    penalty = _means(accuracy.penalties(seen.features), seen).sum(axis=1)
    pooled = accuracy.pooled(sentences[:, None], accuracy.addressed(seen), seen)[:, 0]
    return Good(pooled * slope + intercept, accuracy.log_odds(heads.support, read.whole), penalty)


def read_conversations(
    conversation_ids: pa.Array | pa.ChunkedArray,
    turns: pa.ListArray | pa.ChunkedArray,
    model: QualityModel,
    tier: Tier = "static",
) -> pa.Table:
    """Read conversations, in their order, as rows of ``QUALITY_READINGS``; scores of one without a reply are null."""
    exchanges = Exchanges.of(turns)
    read, clean = read_replies(exchanges, model, tier), read_language(exchanges)
    good, language = read_accuracy(read), of_conversations(exchanges, clean)
    replied = np.bincount(exchanges.conversation, minlength=exchanges.conversations) > 0
    columns: dict[str, object] = {
        "conversation_id": conversation_ids,
        **_scores(read, good, clean, replied),
        "language": _column(np.nan_to_num(language.score), replied & ~np.isnan(language.score)),
        **_weakest(read, replied),
        "deviations": deviations(read),
        "moved": moved(moves(read), {"language": language.moved}),
    }
    return pa.table([columns[name] for name in QUALITY_READINGS.names], QUALITY_READINGS)


def read_with(
    reader: Reader, conversation_ids: pa.Array | pa.ChunkedArray, turns: pa.ListArray | pa.ChunkedArray, model: QualityModel
) -> pa.Table:
    """Read conversations in the static tier, and in the contextual one all, none, or those of which a score is in doubt.

    In doubt is what lies near a threshold of the mission: a conversation is read twice by what it says itself, not by settings of
    thresholds, so that these may change without anything being read again.
    """
    if reader == "all":
        return read_conversations(conversation_ids, turns, model, "contextual")
    found = read_conversations(conversation_ids, turns, model)
    doubtful = in_doubt(found)
    if reader == "none" or not doubtful.any():
        return found
    chosen = pa.array(np.flatnonzero(doubtful))
    again = read_conversations(conversation_ids.take(chosen), turns.take(chosen), model, "contextual")
    place = np.arange(len(found))
    place[doubtful] = len(found) + np.arange(len(again))
    return pa.concat_tables([found, again]).take(pa.array(place))


def in_doubt(readings: pa.Table) -> npt.NDArray[np.bool_]:
    """Which readings are near a threshold of the mission."""
    found = np.zeros(len(readings), bool)
    for name, bound in load_presets().presets["mission"].at_least.items():
        if name in _LEARNED:
            score = readings[name].to_numpy(zero_copy_only=False)
            found |= np.abs(np.nan_to_num(score, nan=-1.0) - bound) <= NEAR
    return found


def unread(conversation_ids: pa.Array | pa.ChunkedArray, turns: pa.ListArray | pa.ChunkedArray) -> pa.Table:
    """Rows of ``QUALITY_READINGS`` without a model: the language alone."""
    language = language_scores(turns)
    columns = {name: pa.nulls(len(turns), QUALITY_READINGS.field(name).type) for name in QUALITY_READINGS.names}
    columns["conversation_id"] = conversation_ids
    columns["language"] = _column(np.nan_to_num(language.score), ~np.isnan(language.score))
    columns["moved"] = moved({}, {"language": language.moved})
    columns["deviations"] = pa.array([[]] * len(turns), QUALITY_READINGS.field("deviations").type)
    return pa.table([columns[name] for name in QUALITY_READINGS.names], QUALITY_READINGS)


def _scores(read: RepliesRead, good: Good, clean: ReplyLanguage, replied: npt.NDArray[np.bool_]) -> Mapping[str, pa.Array]:
    seen = read.seen

    def mean(values: Values) -> pa.Array:
        return _column(accuracy.mean_of_replies(values, seen), replied)

    kinds = dict(zip(("questions", "reflections", "input"), read.behaviours.T, strict=False))
    return {
        "coherence": mean(read.coherence),
        "empathy": mean(read.empathy * sound(read.coherence, coherence.WHOLE) * sound(clean.probability, fluency.PRIOR)),
        **{_NAMES[name]: mean(empathy.strength(read.mechanisms[:, number])) for number, name in enumerate(MECHANISMS)},
        **{name: mean(values) for name, values in kinds.items()},
        "therapeutic_accuracy": _column(accuracy.accuracy(good.interview, good.support, good.penalty), replied),
    }


def sound(probability: Values, prior: float) -> Values:
    """1 where nothing speaks against a reply, and less the more does: empathy that answers nobody, or in no sentence, is none."""
    return np.minimum(probability / prior, 1.0)


def _column(values: Values, there: npt.NDArray[np.bool_]) -> pa.Array:
    return pa.array(np.round(values, DIGITS), pa.float64(), mask=~there)


def _weakest(read: RepliesRead, replied: npt.NDArray[np.bool_]) -> Mapping[str, pa.Array]:
    """The least coherent reply of each conversation: the first of those that are equal."""
    exchanges = read.seen.exchanges
    score = np.round(read.coherence, DIGITS)
    order = np.lexsort((exchanges.reply, score, exchanges.conversation))
    first = order[np.searchsorted(exchanges.conversation[order], np.flatnonzero(replied))]
    turn, weakest = np.zeros(exchanges.conversations, np.int32), np.zeros(exchanges.conversations)
    turn[replied] = (exchanges.reply - exchanges.first_turn)[first]
    weakest[replied] = score[first]
    return {"weakest_turn": pa.array(turn, mask=~replied), "weakest_reply": pa.array(weakest, mask=~replied)}


def deviations(read: RepliesRead) -> pa.Array:
    """Of each conversation, what speaks against its replies, by turn."""
    exchanges, features = read.seen.exchanges, read.seen.features
    found = [
        (np.flatnonzero(features.column(name) > 0), np.full(int((features.column(name) > 0).sum()), number))
        for number, name in enumerate(accuracy.DEVIATIONS)
    ]
    replies, kinds = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.lexsort((kinds, replies))
    replies, kinds = replies[order], kinds[order]
    owner = exchanges.conversation[replies]
    starts = np.searchsorted(owner, np.arange(exchanges.conversations + 1)).astype(np.int32)
    turn = (exchanges.reply - exchanges.first_turn)[replies].astype(np.int32)
    names = pa.array(list(accuracy.DEVIATIONS.values())).take(pa.array(kinds))
    struct = QUALITY_READINGS.field("deviations").type.value_type
    return pa.ListArray.from_arrays(pa.array(starts), pa.StructArray.from_arrays([pa.array(turn), names], fields=list(struct)))


def moves(read: RepliesRead) -> Mapping[str, Moves]:
    """By how much the columns of each score's heads moved its log-odds, mean over the replies of a conversation."""
    seen, heads = read.seen, read.heads
    shown = read.of(heads.mechanisms.reply) * empathy.towards_any(heads.mechanisms)
    towards = heads.interview.towards(_HALF * heads.pooled[0])
    interview = accuracy.pooled(read.of_sentence(heads.interview), accuracy.addressed(seen), seen) * towards
    answering, whole = heads.coherence[coherence.OTHER], read.whole * heads.support.towards(_HALF)
    deviating = (accuracy.DEVIATIONS[name] for name in accuracy.PENALTIES)
    replied = np.bincount(seen.exchanges.conversation, minlength=seen.exchanges.conversations) > 0
    return {
        "coherence": Moves(answering.columns, _means(coherence.moved(heads.coherence, read.of(answering)), seen)),
        "empathy": Moves(heads.mechanisms.reply.columns, _means(shown, seen)),
        "therapeutic_accuracy": Moves(
            (*heads.interview.columns, *(f"whole:{name}" for name in heads.support.columns), *deviating),
            np.hstack([interview, whole * replied[:, None], -_means(accuracy.penalties(seen.features), seen)]),
        ),
    }


def _means(values: Values, seen: Seen) -> Values:
    """(conversations, columns), from (replies, columns)."""
    exchanges = seen.exchanges
    total = np.zeros((exchanges.conversations, values.shape[1]))
    count = np.bincount(exchanges.conversation, minlength=exchanges.conversations)
    there = np.flatnonzero(count)
    if len(there):
        total[there] = np.add.reduceat(values, (np.cumsum(count) - count)[there])
    return np.asarray(total / np.maximum(count, 1)[:, None])
