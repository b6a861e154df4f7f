"""How different many conversations are from each other, as figures that can be held to a bound.

None of them depends on the order of the texts: what is measured on a sample is measured on the texts whose hashes come
first under a seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.dedup.words import Hashes, Numbers
from pixel_assets.generation.near_duplicates import near_duplicate_sets
from pixel_assets.generation.shingles import Texts, Words, runs, shingle_sets, taken, words_of
from pixel_assets.generation.similarity import similarities

SAMPLED_RUNS: Final = 100_000  # 4-grams on which ``distinct_4_sampled`` is measured
SAMPLED_TEXTS: Final = 2_000  # texts on which similarity is measured


@dataclass(frozen=True)
class Diversity:
    """Measures of many texts; shares are of 1, and 0 where there is nothing to measure.

    ``distinct_n`` is the share of different n-grams of words among all (Li et al. 2016). It falls as texts are added, so
    ``distinct_4_sampled`` is that of the first 100,000 4-grams of texts in seeded order, and compares between sets of
    any size; it is None where there are fewer. Similarity is the Jaccard coefficient of sets of word 3-grams among
    2,000 sampled texts: of each with its nearest neighbour (mean and 95th percentile) and of all pairs (mean).
    ``near_duplicates`` are the texts that have another one at 0.8 or more, among all texts.
    """

    texts: int
    words: int
    distinct_1: float
    distinct_2: float
    distinct_3: float
    distinct_4: float
    distinct_4_sampled: float | None
    nearest_mean: float
    nearest_p95: float
    pairwise_mean: float
    near_duplicates: int
    near_duplicate_share: float
    pairs: pa.Table = field(repr=False, compare=False)


def measure(texts: Texts, *, seed: int = 0, sampled_runs: int = SAMPLED_RUNS, sampled_texts: int = SAMPLED_TEXTS) -> Diversity:
    """Measure texts, each a whole conversation; ``pairs`` are its near-duplicates in the schema ``near_duplicates.PAIRS``."""
    words = words_of(texts)
    one, two, three, four = (_distinct(words, length) for length in (1, 2, 3, 4))
    order = _seeded_order(words, seed)
    sampled = _first_runs(words, order, sampled_runs)
    sets = shingle_sets(words)
    nearest, pairwise = similarities(taken(sets, order[:sampled_texts]))
    pairs = near_duplicate_sets(sets)
    alike = len(np.unique(np.concatenate((pairs["i"].to_numpy(), pairs["j"].to_numpy()))))
    return Diversity(
        texts=len(words),
        words=len(words.hashes),
        distinct_1=one,
        distinct_2=two,
        distinct_3=three,
        distinct_4=four,
        distinct_4_sampled=None if sampled is None else _different(sampled) / sampled_runs,
        nearest_mean=float(nearest.mean()) if len(nearest) else 0.0,
        nearest_p95=float(np.quantile(nearest, 0.95)) if len(nearest) else 0.0,
        pairwise_mean=pairwise,
        near_duplicates=alike,
        near_duplicate_share=alike / len(words) if len(words) else 0.0,
        pairs=pairs,
    )


def _distinct(words: Words, length: int) -> float:
    found = runs(words, length)
    return _different(found) / len(found) if len(found) else 0.0


def _different(found: Hashes) -> int:
    """How many values differ; sorts the array in place, for it may fill much of the memory."""
    found.sort()
    return int(np.count_nonzero(found[1:] != found[:-1])) + 1 if len(found) else 0


def _seeded_order(words: Words, seed: int) -> Numbers:
    """Numbers of the texts that have words, in an order that follows from their words and the seed alone."""
    from pixel_assets.dedup.word_kernels import mix  # numba takes a while to import

    keys = mix(words.keys() ^ mix(np.uint64(seed % 2**64)))
    order = np.argsort(keys, kind="stable")
    return order[np.diff(words.starts)[order] > 0]


def _first_runs(words: Words, order: Numbers, wanted: int) -> Hashes | None:
    counts = np.cumsum(np.maximum(np.diff(words.starts)[order] - 3, 0))
    if wanted < 1 or not len(counts) or counts[-1] < wanted:
        return None
    texts = int(np.searchsorted(counts, wanted)) + 1
    return runs(words.take(order[:texts]), 4)[:wanted].copy()
