"""Counselling: interviews that show how to do it against how not to, support that worked against failed, and behaviours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from figures import Figure

from pixel_assets.labelled.measures import Counts, Rows, auc, confusion, macro_f1
from pixel_assets.quality.fitting.accuracy import PRIOR
from pixel_assets.quality.heads.linear import logistic
from pixel_assets.quality.labelled.counselling import (
    BEHAVIOURS,
    InterviewRow,
    SupportRow,
    read_annomi,
    read_esconv,
    read_failed_esconv,
)
from pixel_assets.quality.reading import RepliesRead
from pixel_assets.quality.tables import ACCURACY
from truth.judged import Bools
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text, majority
from truth.quality.bench import BAG, MAJORITY, Array, Floats, QualityBench, compared, of_group
from truth.quality.heads import Head, Learned, prior_of
from truth.quality.judge import Judge

R = TypeVar("R", InterviewRow, SupportRow)
GOAL: Final = 0.93
GOAL_BEHAVIOUR: Final = 0.75
YES: Final = 0.5  # of a probability
KNOWN_INTERVIEWS: Final = "SVM on sessions 0.854; TF-IDF 0.93, mean MiniLM vectors 0.86 on this half"
KNOWN_BALANCED: Final = "accuracy of the majority 0.82, which is 0.5 here"
KNOWN_BEHAVIOURS: Final = "MiniLM with logistic regression 0.68"


def read_support(folder: Path) -> list[SupportRow]:
    """Support that passed its authors' filter, and that which did not."""
    return [*read_esconv(folder), *read_failed_esconv(folder)]


def replied(turns: Sequence[Mapping[str, str]]) -> Text:
    """All that the assistant says."""
    return Text("\n".join(turn["content"] for turn in turns if turn["role"] == "assistant"))


@cache
def heads(bench: QualityBench) -> list[Head]:
    """The therapeutic accuracy of interviews and of support, as the product gives it for whole conversations."""
    return [score for score, _ in _both(bench)]


@cache
def parts(bench: QualityBench) -> list[Head]:
    """The two heads that it is made of, each on the set that it was fitted on."""
    return [part for _, part in _both(bench)]


@cache
def _both(bench: QualityBench) -> list[tuple[Head, Head]]:
    return [
        _heads(bench, "annomi", read_annomi, lambda row: row.high, "interview", _interview),
        _heads(bench, "esconv against failed", read_support, lambda row: row.good, "support", _support),
    ]


Part = Callable[[Sequence[product.Turns], Judge], Floats]


def _interview(conversations: Sequence[product.Turns], judge: Judge) -> Floats:
    return logistic(product.good(conversations, judge).interview)


def _support(conversations: Sequence[product.Turns], judge: Judge) -> Floats:
    return logistic(product.good(conversations, judge).support)


def _heads(
    bench: QualityBench, name: str, read: Callable[[Path], list[R]], good: Callable[[R], bool], part: str, read_part: Part
) -> tuple[Head, Head]:
    rows, learned = bench.reported(read(bench.data)), bench.fitted(read)
    conversations = [row.turns for row in rows]
    groups, texts, truth = [of_group(row) for row in rows], [replied(row.turns) for row in rows], is_good(rows, good)
    known, prior = Learned([replied(row.turns) for row in learned], is_good(learned, good)), prior_of(PRIOR)
    scores = product.score(product.readings(product.column(conversations), bench.judge), ACCURACY)
    return (
        Head(f"therapeutic accuracy, {name}", groups, texts, truth, scores, known, prior),
        Head(f"head {part}, {name}", groups, texts, truth, read_part(conversations, bench.judge), known, prior),
    )


def is_good(rows: Sequence[R], good: Callable[[R], bool]) -> Bools:
    """Whether each is as it should be."""
    return np.array([good(row) for row in rows], bool)


def section(bench: QualityBench) -> list[Figure]:
    """Interviews and support by conversation, then what every utterance of a therapist does."""
    (interviews, support), (by_interview, by_support) = heads(bench), parts(bench)
    return [
        *_told_apart("counselling, annomi", interviews, GOAL, KNOWN_INTERVIEWS, KNOWN_BALANCED),
        *_told_apart("counselling, esconv against failed", support, GOAL),
        *_told_apart("counselling, annomi, head interview alone", by_interview),
        *_told_apart("counselling, esconv against failed, head support alone", by_support),
        *_behaviours(bench),
    ]


def _told_apart(name: str, head: Head, goal: float | None = None, known: str = "", known_balanced: str = "") -> list[Figure]:
    """AUC of the score, and balanced accuracy at one half."""
    if not head.truth.any() or head.truth.all():
        return []
    scores, missing = product.ranking(head.probability), int(np.isnan(head.probability).sum())
    bag = BagOfWords.fitted(head.learned.texts, head.learned.truth)
    plain = {BAG: bag.probabilities(head.texts)} if bag else {}
    chance = {MAJORITY: 0.5}

    def ranked(drawn: Rows, given: Array) -> float:
        return auc(head.truth[drawn], given[drawn])

    def balanced(drawn: Rows, given: Array) -> float:
        return balanced_accuracy(head.truth[drawn], given[drawn] >= YES)

    return [
        compared(f"{name}: AUC", head.groups, ranked, scores, plain, goal=goal, known=known, fixed=chance, missing=missing),
        compared(f"{name}: balanced accuracy", head.groups, balanced, scores, plain, known=known_balanced, fixed=chance),
    ]


def balanced_accuracy(truth: Bools, predicted: Bools) -> float:
    """Mean of the recall of yes and of no; NaN if there is one class."""
    if not truth.any() or truth.all():
        return float("nan")
    return (Counts.of(truth, predicted).recall + Counts.of(~truth, ~predicted).recall) / 2


@cache
def read_utterances(bench: QualityBench) -> tuple[list[InterviewRow], RepliesRead]:
    """The interviews to report, and what the product says of each utterance of a therapist."""
    rows = bench.reported(read_annomi(bench.data))
    turns = [[{"role": each.role, "content": each.text} for each in row.utterances] for row in rows]
    return rows, product.replies(turns, bench.judge)


def _behaviours(bench: QualityBench) -> list[Figure]:
    (rows, read), learned = read_utterances(bench), bench.fitted(read_annomi)
    groups, texts, labels, labelled = spoken(rows)
    _, known, seen, _ = spoken(learned)
    predicted = product.behaviours(read)[labelled]
    bag = BagOfWords.fitted(known, seen)
    plain = {BAG: bag.said(texts)} if bag else {}
    plain |= {MAJORITY: majority(seen, len(texts))} if len(seen) else {}
    return [
        compared(
            "counselling, annomi, behaviour of the therapist: macro-F1", groups,
            lambda drawn, given: macro_f1(labels[drawn], given[drawn]), predicted, plain,
            goal=GOAL_BEHAVIOUR, known=KNOWN_BEHAVIOURS, confusion=confusion(list(labels), list(predicted)),
        )
    ]  # fmt: skip


def spoken(rows: Sequence[InterviewRow]) -> tuple[list[str], list[Text], Array, Bools]:
    """Group, text and behaviour of every labelled utterance of a therapist, and which of all of them are labelled."""
    every = [(of_group(row), each) for row in rows for each in row.utterances if each.role == "assistant"]
    labelled = np.array([bool(each.behaviour) for _, each in every], bool)
    said = [(group, each) for group, each in every if each.behaviour]
    behaviours = np.array([each.behaviour for _, each in said], np.str_)
    return [group for group, _ in said], [Text(each.text) for _, each in said], behaviours, labelled


@cache
def behaviour_heads(bench: QualityBench) -> list[Head]:
    """The probability of each behaviour."""
    (rows, read), learned = read_utterances(bench), bench.fitted(read_annomi)
    groups, texts, labels, labelled = spoken(rows)
    _, known, seen, _ = spoken(learned)
    probabilities = read.behaviours[labelled]
    return [
        Head(f"behaviour {name}", groups, texts, labels == name, probabilities[:, number], Learned(known, seen == name))
        for number, name in enumerate(BEHAVIOURS)
    ]
