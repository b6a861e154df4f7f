"""What is merged of labelled pairs: shared answers of two exports and copies, which must be; questions and sentences that look
alike and mean something else, which must not be. Shares have a 95 % interval over groups, not pairs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from figures import Figure, figure

from pixel_assets.dedup.semantic import SemanticLimits, semantic_pairs
from pixel_assets.labelled.split import is_fit
from pixel_assets.quality.embeddings import embeddings
from pixel_assets.settings import SemanticSettings
from pixel_assets.vectors.static import StaticVectors
from truth.dedup.bench import DedupBench
from truth.dedup.near import find
from truth.dedup.near_sets import Labelled, counsel_chat, medical_questions, plagiarism, sentences
from truth.judged import measured

RELATED: Final = 4.5  # relatedness from which sentences of which one follows from the other count as the same
UNRELATED: Final = 4.0  # below which they count as different, as do contradictions
Pair = tuple[int, int]
Grouped = dict[Pair, str]  # pairs, and the group of each


def section(bench: DedupBench) -> list[Figure]:
    """Recall where merging is right, and how many were merged where it is wrong, by relation."""
    figures = [
        _recall("counsel_chat, shared answers", counsel_chat(bench.data), "shared", _near, 0.98),
        _recall("plagiarism, cut and pasted", plagiarism(bench.data), "cut", _near),
        _recall("plagiarism, light revision", plagiarism(bench.data), "light", _near),
        _recall("plagiarism, heavy revision", plagiarism(bench.data), "heavy", _near),
        _wrong("plagiarism, written anew", plagiarism(bench.data).grouped("non"), _near(plagiarism(bench.data).rows)),
    ]
    for name, labelled, same, other in (_questions(bench), _sentences(bench)):
        for relation, merged in (("near", _near(labelled.rows)), ("semantic", _semantic(labelled.rows))):
            figures.append(_wrong(f"{name}, different, {relation}", other, merged))
            figures.append(_share(f"{name}, the same, merged, {relation}", same, merged))
    return figures


def _questions(bench: DedupBench) -> tuple[str, Labelled, Grouped, Grouped]:
    """The half that nothing was fitted on, by row."""
    labelled = medical_questions(bench.data)
    counted = [number for number in range(len(labelled.pairs)) if bench.counts_all or not is_fit("mqp", str(number))]
    pairs, groups = tuple(labelled.pairs[number] for number in counted), tuple(labelled.groups[number] for number in counted)
    kept = Labelled(labelled.rows, pairs, groups)
    return "mqp", kept, kept.grouped("same"), kept.grouped("other")


def _sentences(bench: DedupBench) -> tuple[str, Labelled, Grouped, Grouped]:
    """The half that nothing was fitted on, by the number of the pair."""
    labelled = sentences(bench.data)
    with (bench.data / "sick" / "SICK_train.txt").open(newline="", encoding="utf-8") as lines:
        read = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    same: Grouped = {}
    other: Grouped = {}
    for row, (left, right, label), group in zip(read, labelled.pairs, labelled.groups, strict=True):
        if not bench.counts_all and is_fit("sick", row["pair_ID"]):
            continue
        relatedness = float(row["relatedness_score"])
        if label == "CONTRADICTION" or relatedness < UNRELATED:
            other[left, right] = group
        elif label == "ENTAILMENT" and relatedness >= RELATED:
            same[left, right] = group
    return "sick", labelled, same, other


def _recall(
    name: str, labelled: Labelled, label: str, merge: Callable[[pa.Table], set[Pair]], goal: float | None = None
) -> Figure:
    return _share(f"{name}, merged, near", labelled.grouped(label), merge(labelled.rows), goal)


def _share(name: str, expected: Grouped, merged: set[Pair], goal: float | None = None) -> Figure:
    right = np.array([pair in merged for pair in expected], bool)
    return measured(name, list(expected.values()), lambda drawn: float(right[drawn].mean()), goal=goal)


def _wrong(name: str, others: Grouped, merged: set[Pair]) -> Figure:
    return figure(f"{name}, merged", len(others.keys() & merged), "pairs", len(others), goal=0)


def _near(rows: pa.Table) -> set[Pair]:
    return _duplicates(find(rows))


def _semantic(rows: pa.Table) -> set[Pair]:
    """Pairs that may be merged under the default settings."""
    given = SemanticSettings()
    limits = SemanticLimits(given.user, given.assistant, given.related)

    def turns_of(ids: pa.Array) -> pa.Array:
        return rows["turns"].take(pc.index_in(ids, rows["conversation_id"].combine_chunks())).combine_chunks()

    return _duplicates(semantic_pairs(embeddings(rows, StaticVectors.load()), turns_of, limits))


def _duplicates(pairs: pa.Table) -> set[Pair]:
    kept = pairs.filter(pairs["duplicate"])
    return {(int(one), int(two)) for one, two in zip(kept["left_id"].to_pylist(), kept["right_id"].to_pylist(), strict=True)}
