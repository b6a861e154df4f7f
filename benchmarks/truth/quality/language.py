"""Language: replies as they were written against the same replies spoilt, by the way in which they were.

Nobody labelled how fluent these replies are: that they are is taken from where they stand, that the others are not from how they
were made. A group is a conversation or a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from figures import Figure

from pixel_assets.labelled.measures import auc
from pixel_assets.quality.fluency.model import PRIOR
from pixel_assets.quality.fluency.spoil import KINDS, Exchange, spoilt
from pixel_assets.quality.labelled.dialogues import TRUE, ReplyRow
from truth.judged import Bools
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text
from truth.quality.bench import BAG, MAJORITY, Array, Floats, QualityBench, compared, of_group, one_of, true_replies
from truth.quality.heads import Head, Learned, prior_of
from truth.quality.judge import Judge

FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A reply as it was written, or spoilt."""

    group: str
    kind: str  # true, or how it was spoilt
    drawn: bool  # to stand for all kinds, as one of those that were made of its reply; or true
    exchange: Exchange


def written(rows: Sequence[ReplyRow]) -> Iterator[Written]:
    """Every reply of a few words or more, and what is made of it."""
    for row in rows:
        if len(row.reply.split()) >= FEWEST_WORDS:
            earlier = [turn["content"] for turn in row.context[:-1] if turn["role"] == "assistant"]
            exchange = Exchange(earlier[-1] if earlier else "", row.prompt, row.reply)
            name = f"{row.dataset}\x1f{row.id}"
            yield Written(of_group(row), TRUE, True, exchange)
            made = spoilt(exchange, name)
            drawn = one_of(name, len(made))
            for number, (kind, failed) in enumerate(made.items()):
                yield Written(of_group(row), kind, number == drawn, failed)


@cache
def read(bench: QualityBench) -> tuple[list[Written], Floats]:
    """What is reported, and the score of each."""
    rows = list(written(bench.reported(true_replies(bench.data))))
    starts = range(0, len(rows), product.BATCH)
    found = [_scores([row.exchange for row in rows[first : first + product.BATCH]], bench.judge) for first in starts]
    return rows, np.concatenate([np.zeros(0), *found])


def _scores(exchanges: Sequence[Exchange], judge: Judge) -> Floats:
    """Of the last reply of each; the one before it is not judged."""
    spoken = [
        [("assistant", each.before)] * bool(each.before) + [("user", each.prompt), ("assistant", each.reply)]
        for each in exchanges
    ]
    turns = [[{"role": role, "content": content} for role, content in said] for said in spoken]
    ends = np.cumsum([1 + bool(each.before) for each in exchanges])
    return np.asarray(product.language(turns, judge)[ends - 1])


@cache
def learned(bench: QualityBench) -> list[Written]:
    """The same of the fit half."""
    return list(written(bench.fitted(true_replies)))


def texts(rows: Sequence[Written]) -> list[Text]:
    """The replies alone."""
    return [Text(row.exchange.reply) for row in rows]


def is_clean(rows: Sequence[Written]) -> Bools:
    """Whether each is as it was written."""
    return np.array([row.kind == TRUE for row in rows], bool)


def section(bench: QualityBench) -> list[Figure]:
    """All ways of spoiling together, then each."""
    return [figure for kind in (None, *KINDS) for figure in _told_apart(bench, kind)]


def is_of(row: Written, kind: str | None) -> bool:
    """Whether a reply is as it was written or spoilt in one way; without a kind, in the way that was drawn for it."""
    return row.drawn if kind is None else row.kind in (TRUE, kind)


def _told_apart(bench: QualityBench, kind: str | None) -> list[Figure]:
    rows, scores = read(bench)
    chosen = np.array([number for number, row in enumerate(rows) if is_of(row, kind)], np.intp)
    some = [rows[number] for number in chosen]
    clean = is_clean(some)
    if not clean.any() or clean.all():
        return []
    fitted = [row for row in learned(bench) if is_of(row, kind)]
    bag = BagOfWords.fitted(texts(fitted), is_clean(fitted))
    plain: dict[str, Array] = {BAG: bag.probabilities(texts(some))} if bag else {}
    return [
        compared(
            f"language, all sets, as written against {kind or 'spoilt in any way'}: AUC", [row.group for row in some],
            lambda drawn, given: auc(clean[drawn], given[drawn]), scores[chosen], plain, fixed={MAJORITY: 0.5},
        )
    ]  # fmt: skip


@cache
def heads(bench: QualityBench) -> list[Head]:
    """The probability that a reply is clean, where nine in ten are."""
    rows, scores = read(bench)
    chosen = np.array([row.drawn for row in rows], bool)
    some, known = ([row for row in each if row.drawn] for each in (rows, learned(bench)))
    return [
        Head(
            "language", [row.group for row in some], texts(some), is_clean(some), scores[chosen],
            Learned(texts(known), is_clean(known)), prior_of(PRIOR),
        )
    ]  # fmt: skip
