"""Diversity figures are what their definitions say, whatever the order of the texts."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.generation.diversity import Diversity, measure
from pixel_assets.quality.text import normalise

WORDS = st.sampled_from(["I", "feel", "so", "tired", "today.", "It’s", "café", "-3", "🙂"])
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=10)


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = normalise(text).form.split()
    return [tuple(words[place : place + length]) for place in range(len(words) - length + 1)]


def _distinct(texts: list[str], length: int) -> float:
    counts = Counter(run for text in texts for run in _runs(text, length))
    return len(counts) / counts.total() if counts else 0.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = tuple(normalise(text).form.split())
    return set(_runs(text, 3)) or ({words} if words else set())


def _similar(one: str, other: str) -> float:
    a, b = _shingles(one), _shingles(other)
    return len(a & b) / len(a | b) if a | b else 0.0


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_distinct_n_counts_what_a_counter_counts(texts: list[str]) -> None:
    measured = measure(pa.array(texts, pa.string()))
    assert (measured.distinct_1, measured.distinct_2, measured.distinct_3, measured.distinct_4) == tuple(
        _distinct(texts, length) for length in (1, 2, 3, 4)
    )


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_similarity_is_that_of_all_pairs_where_the_sample_is_everything(texts: list[str]) -> None:
    measured = measure(pa.array(texts, pa.string()))
    spoken = [text for text in texts if _shingles(text)]
    pairs = [_similar(one, other) for one, other in combinations(spoken, 2)]
    nearest = [max(_similar(one, spoken[j]) for j in range(len(spoken)) if j != i) for i, one in enumerate(spoken) if pairs]
    assert measured.pairwise_mean == pytest.approx(sum(pairs) / len(pairs) if pairs else 0.0)
    assert measured.nearest_mean == pytest.approx(sum(nearest) / len(nearest) if nearest else 0.0)


@given(TEXTS, st.randoms(use_true_random=False), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_no_figure_depends_on_the_order_of_the_texts(texts: list[str], mixed: random.Random, seed: int) -> None:
    shuffled = mixed.sample(texts, len(texts))

    def measured(some: list[str]) -> Diversity:
        return measure(pa.array(some, pa.string()), seed=seed, sampled_runs=8, sampled_texts=3)

    assert measured(texts) == measured(shuffled)


def test_a_text_counts_as_a_near_duplicate_as_soon_as_another_is_like_it() -> None:
    measured = measure(pa.array(["How are you today, then?", "how are you today then", "Something else entirely is said here."]))
    assert (measured.near_duplicates, measured.near_duplicate_share) == (2, 2 / 3)
    assert measured.pairs.to_pylist() == [{"i": 0, "j": 1, "jaccard": 1.0}]


def test_nothing_to_measure_gives_zeros() -> None:
    assert measure(pa.array([], pa.string())) == Diversity(0, 0, 0, 0, 0, 0, None, 0, 0, 0, 0, 0, measure(pa.array(["a"])).pairs)
    assert measure(pa.array(["", None, "?!"])).words == 0


def test_more_texts_of_one_kind_lower_distinct_4_and_leave_the_sampled_one() -> None:
    mixed = random.Random(5)
    texts = [" ".join(f"w{mixed.randrange(12)}" for _ in range(60)) for _ in range(2_000)]
    few, many = (measure(pa.array(some), sampled_runs=10_000) for some in (texts[:400], texts))
    assert many.distinct_4 < few.distinct_4 / 2
    assert few.distinct_4_sampled is not None
    assert many.distinct_4_sampled == pytest.approx(few.distinct_4_sampled, abs=0.02)
    assert measure(pa.array(texts[:100]), sampled_runs=10_000).distinct_4_sampled is None


def test_the_seed_decides_the_sample() -> None:
    texts = pa.array([f"one two three four {number} six" for number in range(50)])
    figures = {measure(texts, seed=seed, sampled_runs=10, sampled_texts=5).distinct_4_sampled for seed in range(6)}
    assert len(figures) == 1  # all alike
    mixed = random.Random(1)
    unlike = pa.array([" ".join(f"w{mixed.randrange(5)}" for _ in range(9)) for _ in range(50)])
    first, again, other = (measure(unlike, seed=seed, sampled_texts=5).pairwise_mean for seed in (1, 1, 2))
    assert first == again != other


def test_parts_of_arrays_and_chunked_arrays_are_measured_alike() -> None:
    texts = ["one two three four", "two three four five", "one two three four!"]
    whole = measure(pa.array(texts))
    assert measure(pa.array(["left out", *texts]).slice(1)) == whole
    assert measure(pa.chunked_array([texts[:1], texts[1:]])) == whole
    assert measure(pa.array(texts, pa.large_string())) == whole
