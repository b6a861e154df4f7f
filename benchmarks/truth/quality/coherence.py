"""Coherence: true replies against failures made of them, by set and by the way in which they fail.

Replies of others are told apart twice: by the score, and by that part of it that asks whether a reply answers its turn. A group
is a conversation or a question: a true reply and all that was made of it are drawn together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
from figures import Figure

from pixel_assets.labelled.measures import auc
from pixel_assets.quality.coherence import OTHER, PRIOR, SPOILS, WHOLE
from pixel_assets.quality.labelled.dialogues import DATASETS, TRUE, ReplyRow
from pixel_assets.quality.labelled.spoilt import KINDS
from truth.judged import Bools
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text
from truth.quality.bench import BAG, MAJORITY, Floats, QualityBench, compared, failed_replies, of_group, one_of, true_replies
from truth.quality.heads import Head, Learned

GOAL: Final = 0.95
GOALS: Final = {"shuffled": GOAL}


@cache
def read(bench: QualityBench) -> tuple[list[ReplyRow], product.Coherent]:
    """True and failed replies to report, and the coherence of each."""
    rows = bench.reported([*true_replies(bench.data), *failed_replies(bench.data)])
    rows.sort(key=lambda row: (row.dataset, row.id))  # what is alike is read at once
    conversations = [[*row.context, {"role": "assistant", "content": row.reply}] for row in rows]
    return rows, product.last_replies(conversations, bench.judge)


@cache
def learned(bench: QualityBench) -> list[ReplyRow]:
    """The same of the fit half."""
    return bench.fitted(lambda folder: [*true_replies(folder), *failed_replies(folder)])


def texts(rows: Iterable[ReplyRow]) -> list[Text]:
    """Replies with what they answer."""
    return [Text(row.reply, row.prompt) for row in rows]


def is_true(rows: Sequence[ReplyRow]) -> Bools:
    """Whether each is a true reply."""
    return np.array([row.kind == TRUE for row in rows], bool)


def kinds(rows: Sequence[ReplyRow]) -> list[str]:
    """The name that the product's prior has for each."""
    return [SPOILS.get(row.kind, TRUE) for row in rows]


def section(bench: QualityBench) -> list[Figure]:
    """Each kind of failure, in all sets together and in each."""
    return [figure for kind in KINDS for figure in _kind(bench, kind)]


def _kind(bench: QualityBench, kind: str) -> list[Figure]:
    rows, scores = read(bench)
    chosen = np.array([number for number, row in enumerate(rows) if row.kind in (TRUE, kind)], np.intp)
    told = [("", GOALS.get(kind), scores.coherence)] + [(", answers", None, scores.answers)] * (SPOILS[kind] == OTHER)
    some = [rows[number] for number in chosen]
    fitted = [row for row in learned(bench) if row.kind in (TRUE, kind)]
    bag = BagOfWords.fitted(texts(fitted), is_true(fitted))
    said = bag.probabilities(texts(some)) if bag and some else None
    return [
        figure
        for part, goal, given in told
        for dataset in (None, *DATASETS)
        for figure in _told_apart(
            f"coherence{part}, {dataset or 'all sets'}, true against {kind}: AUC", goal,
            np.array([number for number, row in enumerate(some) if dataset in (None, row.dataset)], np.intp),
            some, given[chosen], said,
        )
    ]  # fmt: skip


def _told_apart(
    name: str, goal: float | None, chosen: npt.NDArray[np.intp], rows: list[ReplyRow], scores: Floats, bag: Floats | None
) -> list[Figure]:
    truth = is_true([rows[number] for number in chosen])
    if not truth.any() or truth.all():
        return []
    own = scores[chosen]
    return [
        compared(
            name, [of_group(rows[number]) for number in chosen], lambda drawn, given: auc(truth[drawn], given[drawn]),
            product.ranking(own), {} if bag is None else {BAG: bag[chosen]},
            goal=goal, fixed={MAJORITY: 0.5}, missing=int(np.isnan(own).sum()),
        )
    ]  # fmt: skip


def drawn(rows: Sequence[ReplyRow]) -> Bools:
    """True replies, and of the failures of each one that stands for all kinds."""
    failures: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row.kind != TRUE:
            failures[row.dataset, row.id.removesuffix(f":{row.kind}")].append(number)
    kept = is_true(rows)
    kept[[numbers[one_of(f"{dataset}\x1f{name}", len(numbers))] for (dataset, name), numbers in failures.items()]] = True
    return kept


@cache
def heads(bench: QualityBench) -> list[Head]:
    """The probability that a reply belongs where it stands, where each way to fail comes up as the product says."""
    rows, scores = read(bench)
    chosen = drawn(rows)
    some, known = (
        [row for row, kept in zip(each, drawn(each), strict=True) if kept] for each in (rows, learned(bench))
    )  # fmt: skip
    return [
        Head(
            "coherence", [of_group(row) for row in some], texts(some), is_true(some),
            scores.coherence[chosen], Learned(texts(known), is_true(known), kinds(known)), {TRUE: WHOLE, **PRIOR}, kinds(some),
        )
    ]  # fmt: skip
