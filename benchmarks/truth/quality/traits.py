"""Topics and emotions against the labels of each set, whose labels stand for kinds of ours (``labelled/traits.yaml``).

No set was made for these kinds: a label may say less or more than a kind does, which bounds what can be reached. A kind that
stands with no label of a set is wrong there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from figures import Figure

from pixel_assets.labelled.measures import Counts
from pixel_assets.quality.labelled.traits import Trait, TraitRow, as_labels, read_emotions, read_topics
from pixel_assets.quality.traits import traits
from truth.quality import product
from truth.quality.bag_of_words import BagOfWords, Text, majority
from truth.quality.bench import BAG, MAJORITY, Array, QualityBench, compared, of_group

READERS: Final[dict[Trait, Callable[[Path], list[TraitRow]]]] = {"topic": read_topics, "emotion": read_emotions}


def section(bench: QualityBench) -> list[Figure]:
    """Each trait in each of its sets."""
    return [figure for trait, read in READERS.items() for figure in _trait(bench, trait, read)]


def _trait(bench: QualityBench, trait: Trait, read: Callable[[Path], list[TraitRow]]) -> list[Figure]:
    rows, learned = bench.reported(read(bench.data)), bench.fitted(read)
    said = found(trait, rows)
    figures = []
    for dataset in dict.fromkeys(row.dataset for row in rows):
        own = np.array([row.dataset == dataset for row in rows])
        some = [row for row in rows if row.dataset == dataset]
        if len({row.label for row in some}) > 1:
            figures.append(_agrees(trait, dataset, some, said[own], [row for row in learned if row.dataset == dataset]))
    return figures


def found(trait: Trait, rows: Sequence[TraitRow]) -> Array:
    """(rows,): the label that the product's kind of each stands for."""
    table = traits(pa.table({"conversation_id": [row.id for row in rows], "turns": product.column([row.turns for row in rows])}))
    return np.array(as_labels(trait, [row.dataset for row in rows], table[trait].to_pylist()), np.str_)


def _agrees(trait: Trait, dataset: str, rows: list[TraitRow], said: Array, learned: list[TraitRow]) -> Figure:
    truth, seen = (np.array([row.label for row in some], np.str_) for some in (rows, learned))
    bag = BagOfWords.fitted([Text(row.text) for row in learned], seen)
    plain = {BAG: bag.said([Text(row.text) for row in rows])} if bag else {}
    plain |= {MAJORITY: majority(seen, len(rows))} if learned else {}
    return compared(
        f"traits, {trait}, {dataset}: macro-F1", [of_group(row) for row in rows],
        lambda drawn, given: labels_f1(truth[drawn], given[drawn]), said, plain, accuracy=round(float((truth == said).mean()), 3),
    )  # fmt: skip


def labels_f1(truth: Array, predicted: Array) -> float:
    """Mean F1 of the labels that occur; what else is said counts as missed alone."""
    return float(np.mean([Counts.of(truth == each, predicted == each).f1 for each in np.unique(truth)]))
