"""Empathy by the three mechanisms of EPITOME, in three levels each; a group is a post with all replies to it."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from figures import Figure

from pixel_assets.labelled.measures import auc, confusion, macro_f1
from pixel_assets.quality.labelled.empathy import MECHANISMS, EmpathyRow, read_epitome
from pixel_assets.quality.reading import RepliesRead
from truth.judged import Bools
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text, majority
from truth.quality.bench import BAG, MAJORITY, Array, QualityBench, compared
from truth.quality.heads import Head, Learned

GOALS: Final = {"emotional_reactions": 0.75, "interpretations": 0.63, "explorations": 0.72}
KNOWN: Final = {
    "emotional_reactions": "RoBERTa bi-encoder about 0.74, from memory; TF-IDF on the reply alone 0.69",
    "interpretations": "RoBERTa bi-encoder about 0.63, from memory; TF-IDF on the reply alone 0.54",
    "explorations": "RoBERTa bi-encoder about 0.73, from memory; TF-IDF on the reply alone 0.59",
}


@cache
def read(bench: QualityBench) -> tuple[list[EmpathyRow], RepliesRead]:
    """The rows to report, and what the product says of them."""
    rows = bench.reported(read_epitome(bench.data))
    return rows, product.pairs([row.post for row in rows], [row.reply for row in rows], bench.judge)


def levels(rows: list[EmpathyRow], mechanism: str) -> Array:
    """The labelled level of every row."""
    return np.array([getattr(row, mechanism).level for row in rows], np.int64)


def section(bench: QualityBench) -> list[Figure]:
    """Macro-F1 of each mechanism, then how well replies with any empathy are told from those without."""
    return [*(_level(bench, number, mechanism) for number, mechanism in enumerate(MECHANISMS)), *_any(bench)]


def _level(bench: QualityBench, number: int, mechanism: str) -> Figure:
    (rows, said), learned = read(bench), bench.fitted(read_epitome)
    truth, predicted, seen = levels(rows, mechanism), said.levels[:, number], levels(learned, mechanism)
    bag = BagOfWords.fitted([Text(row.reply) for row in learned], seen)
    plain = {BAG: bag.said([Text(row.reply) for row in rows])} if bag else {}
    plain |= {MAJORITY: majority(seen, len(rows))} if learned else {}
    return compared(
        f"empathy, epitome, {mechanism}: macro-F1", [row.group for row in rows],
        lambda drawn, given: macro_f1(truth[drawn], given[drawn]), predicted, plain,
        goal=GOALS[mechanism], known=KNOWN[mechanism], confusion=confusion(list(map(str, truth)), list(map(str, predicted))),
    )  # fmt: skip


def _any(bench: QualityBench) -> list[Figure]:
    (head,) = (head for head in heads(bench) if head.name == "empathy")
    if not head.truth.any() or head.truth.all():
        return []
    plain = {BAG: head.bag_of_words.probabilities(head.texts)} if head.bag_of_words else {}
    return [
        compared(
            "empathy, epitome, any mechanism: AUC", head.groups, lambda drawn, given: auc(head.truth[drawn], given[drawn]),
            product.ranking(head.probability), plain, fixed={MAJORITY: 0.5},
        )
    ]  # fmt: skip


@cache
def heads(bench: QualityBench) -> list[Head]:
    """The probability that a reply shows a mechanism at all, and that it shows any."""
    rows, said = read(bench)
    learned = bench.fitted(read_epitome)
    groups, texts, known = [row.group for row in rows], [Text(row.reply) for row in rows], [Text(row.reply) for row in learned]
    shown, seen = ([levels(some, each) > 0 for each in MECHANISMS] for some in (rows, learned))
    return [
        Head("empathy", groups, texts, _any_of(shown), said.empathy, Learned(known, _any_of(seen))),
        *(
            Head(mechanism, groups, texts, shown[number], 1 - said.mechanisms[:, number, 0], Learned(known, seen[number]))
            for number, mechanism in enumerate(MECHANISMS)
        ),
    ]


def _any_of(shown: list[Bools]) -> Bools:
    return np.asarray(np.logical_or.reduce(shown), np.bool_)
