"""Exact similarities by side, and when a side agrees."""

from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.conversation.standard import TURNS
from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.verify import LONG, Similarities, compared_shingles, verify
from pixel_assets.dedup.words import Shingles

NOTHING = Boilerplate(np.empty(0, np.uint64), 12)


def sets_of(*rows: tuple[set[int], set[int]]) -> Shingles:
    sides = [sorted(side) for row in rows for side in row]
    members = np.array([member for side in sides for member in side], np.uint64)
    return Shingles(members, np.cumsum([0, *map(len, sides)]))


def compare(one: tuple[set[int], set[int]], two: tuple[set[int], set[int]]) -> Similarities:
    return verify(sets_of(one, two), np.array([0]), np.array([1]))


def some(count: int, start: int = 0) -> set[int]:
    return set(range(start, start + count))


members = st.sets(st.integers(0, 40), max_size=30)
rows = st.lists(st.tuples(members, members), min_size=2, max_size=12)


@given(rows, st.integers(1, 3))
@settings(max_examples=100, deadline=None)
def test_similarities_are_those_of_python_sets(rows: list[tuple[set[int], set[int]]], threads: int) -> None:
    left, right = (side.ravel() for side in np.indices((len(rows), len(rows))))
    found = verify(sets_of(*rows), left, right, threads)
    for pair, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        for side, measured in enumerate((found.user, found.assistant)):
            a, b = rows[i][side], rows[j][side]
            jaccard = len(a & b) / len(a | b) if a | b else np.nan
            containment = len(a & b) / min(len(a), len(b)) if a and b else 0.0 if a | b else np.nan
            assert measured.jaccard[pair] == pytest.approx(jaccard, nan_ok=True)
            assert measured.containment[pair] == pytest.approx(containment, nan_ok=True)
        both, every = (len(rows[i][0] & rows[j][0]) + len(rows[i][1] & rows[j][1])), sum(map(len, (*rows[i], *rows[j])))
        assert found.jaccard[pair] == pytest.approx(both / (every - both) if every else np.nan, nan_ok=True)


@given(rows)
@settings(max_examples=100, deadline=None)
def test_what_agrees_on_both_sides_by_jaccard_agrees_as_a_whole(rows: list[tuple[set[int], set[int]]]) -> None:
    left, right = (side.ravel() for side in np.indices((len(rows), len(rows))))
    found = verify(sets_of(*rows), left, right)
    agree = (found.user.jaccard >= 0.8) & (found.assistant.jaccard >= 0.8)
    assert (found.jaccard[agree] >= 0.8).all()


def test_both_sides_must_agree() -> None:
    same = compare((some(10), some(50)), (some(10), some(50)))
    other_question = compare((some(10), some(50)), (some(10, 100), some(50)))
    assert same.duplicate(0.8, 0.9).tolist() == [True]
    assert other_question.duplicate(0.8, 0.9).tolist() == [False]
    assert other_question.related(0.8).tolist() == [True]


def test_the_same_short_answer_to_another_question_is_not_even_related() -> None:
    found = compare((some(50), some(10)), (some(50, 100), some(10)))
    assert not found.duplicate(0.8, 0.9).any()
    assert not found.related(0.8).any()


def test_a_side_that_both_lack_agrees_and_one_that_one_lacks_does_not() -> None:
    assert compare((set(), some(30)), (set(), some(30))).duplicate(0.8, 0.9).all()
    assert not compare((set(), some(30)), (some(3), some(30))).duplicate(0.8, 0.9).any()


def test_a_long_side_agrees_by_containment_and_a_short_one_does_not() -> None:
    assert compare((some(9), some(LONG)), (some(9), some(90))).duplicate(0.8, 0.9).all()
    assert not compare((some(9), some(LONG - 1)), (some(9), some(90))).duplicate(0.8, 0.9).any()


def test_short_sides_that_are_not_equal_need_a_long_one_beside_them() -> None:
    nearly = some(11)
    assert compare((some(10), some(LONG)), (nearly, some(LONG))).duplicate(0.8, 0.9).all()
    assert not compare((some(10), some(LONG - 1)), (nearly, some(LONG - 1))).duplicate(0.8, 0.9).any()
    assert compare((some(10), some(LONG - 1)), (some(10), some(LONG - 1))).duplicate(0.8, 0.9).all()


def test_sides_of_a_few_words_must_be_equal() -> None:
    assert not compare((some(1), some(30)), (some(2), some(30))).duplicate(0.5, 0.9).any()
    assert compare((some(2), some(30)), (some(2), some(30))).duplicate(0.5, 0.9).all()


def conversation(*turns: tuple[str, str]) -> list[dict[str, str]]:
    return [{"role": role, "content": content} for role, content in turns]


def test_shingles_are_compared_by_role_and_without_the_system() -> None:
    calm, busy = "I slept well and feel calm today", "Work was busy and I argued with my sister"
    turns = [
        conversation(("system", "You are kind."), ("user", calm), ("assistant", busy)),
        conversation(("system", "Answer briefly, please."), ("user", calm.upper() + "!"), ("assistant", busy)),
        conversation(("user", busy), ("assistant", calm)),
    ]
    sets = compared_shingles(pa.table({"turns": pa.array(turns, TURNS)}), NOTHING)
    left, right = np.array([0, 0, 2]), np.array([1, 2, 2])
    assert verify(sets, left, right).jaccard.tolist() == [1.0, 0.0, 1.0]


def test_slices_and_threads_make_no_difference() -> None:
    turns = pa.array(
        [conversation(("user", f"this is number {i} of many"), ("assistant", "yes " * (i % 9))) for i in range(5000)], TURNS
    )
    one = compared_shingles(pa.table({"turns": turns}), NOTHING)
    two = compared_shingles(pa.table({"turns": turns}), NOTHING, threads=2)
    assert np.array_equal(one.members, two.members)
    assert np.array_equal(one.starts, two.starts)
    assert len(one) == 5000
    assert all((one.members[a:b][1:] > one.members[a:b][:-1]).all() for a, b in itertools.pairwise(one.starts[:100]))
