"""Winnowing, and the templates that are learned by it."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.dedup.fingerprints import (
    BOILERPLATE,
    TEXT_FINGERPRINTS,
    Boilerplate,
    boilerplate,
    examples,
    fingerprints,
    holders,
    row_keys,
    without_boilerplate,
)
from pixel_assets.dedup.hashing import run_hash, word_hash
from pixel_assets.dedup.words import words_of_turns

SHARED = [f"shared{number}" for number in range(15)]
TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
NOTHING = np.empty(0, np.uint64)


def table(*said: Sequence[tuple[str, str]]) -> pa.Table:
    turns = [[{"role": role, "content": content} for role, content in each] for each in said]
    return pa.table({"conversation_id": [f"c{row:04}" for row in range(len(said))], "turns": pa.array(turns, TURNS)})


def words(seed: int, count: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(10**9)}" for _ in range(count))


def having(counts: Sequence[int], rows: int) -> pa.Table:
    """TEXT_FINGERPRINTS where fingerprint 100 + i stands in ``counts[i]`` rows."""
    lists = [[100 + i for i, count in enumerate(counts) if row < count] for row in range(rows)]
    return pa.table([[f"c{row}" for row in range(rows)], lists], TEXT_FINGERPRINTS)


@given(st.integers(0, 10**6), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60, deadline=None)
def test_a_shared_run_of_fifteen_words_is_a_shared_fingerprint(seed: int, a: int, b: int, c: int, d: int) -> None:
    run = " ".join(SHARED)
    one = f"{words(seed, a)} {run} {words(seed + 1, b)}"
    other = f"{words(seed + 2, c)} {run} {words(seed + 3, d)}"
    found = fingerprints(table([("user", one)], [("assistant", other)]))["fingerprints"].to_pylist()
    runs = {run_hash([word.encode() for word in SHARED[at : at + 8]]) for at in range(8)}
    common = set(found[0]) & set(found[1])
    assert common
    assert common <= runs


def test_fingerprints_are_distinct_and_ascend_and_need_eight_words() -> None:
    found = fingerprints(
        table([("user", words(1, 60)), ("assistant", words(1, 60))], [("user", words(2, 7))], [("user", words(3, 8))])
    )
    assert found.schema.equals(TEXT_FINGERPRINTS)
    lists = found["fingerprints"].to_pylist()
    assert lists[0] == sorted(set(lists[0]))
    assert 60 / 8 - 2 < len(lists[0]) < 60 / 2
    assert [len(each) for each in lists[1:]] == [0, 1]


def test_fingerprints_depend_on_their_row_alone_whatever_the_threads() -> None:
    rows = table(*[[("user", words(seed, 40))] for seed in range(5000)])
    whole = fingerprints(rows, threads=2)
    assert whole.equals(fingerprints(rows))
    assert whole.slice(4990)["fingerprints"].to_pylist() == fingerprints(rows.slice(4990))["fingerprints"].to_pylist()


def test_system_turns_have_no_fingerprints() -> None:
    assert fingerprints(table([("system", words(1, 60)), ("user", "hello")]))["fingerprints"].to_pylist() == [[]]


def test_what_stands_in_enough_rows_is_boilerplate() -> None:
    counts = [200, 51, 40, 3]
    assert boilerplate(having(counts, 1000), share=0.01, at_least=50).tolist() == [100, 101]
    assert boilerplate(having(counts, 1000), share=0.1, at_least=50).tolist() == [100]
    assert boilerplate(having(counts, 1000), share=0.01, at_least=201).tolist() == []
    assert boilerplate(having([], 3), share=0.01, at_least=2).tolist() == []


def test_nothing_below_what_is_asked_is_boilerplate_and_all_that_is_a_quarter_above_is() -> None:
    found = boilerplate(having(list(range(30, 100)), 200), share=0.0, at_least=50)
    assert found.min() > 100 + 19  # fingerprint 120 stands in 50 rows
    assert set(range(100 + 33, 100 + 70)) <= set(found.tolist())


def test_the_bound_lies_in_the_widest_gap_between_counts() -> None:
    for asked in (50, 51, 52, 53):  # between 50 and 60 nothing is counted
        assert boilerplate(having([49, 50, 60, 61, 62], 100), share=0.0, at_least=asked).tolist() == [102, 103, 104]


def test_boilerplate_stays_when_one_row_in_a_hundred_changes() -> None:
    draw = np.random.default_rng(5)
    shares = np.concatenate([np.repeat([0.011, 0.0117, 0.02, 0.05], 12), draw.uniform(0, 0.006, 400)])
    has = draw.random((20_000, len(shares))) < shares
    before = boilerplate(as_table(has), share=0.01, at_least=50)
    for _ in range(10):
        rows = draw.choice(len(has), len(has) // 100, replace=False)
        has[rows] = draw.random((len(rows), len(shares))) < shares
        assert boilerplate(as_table(has), share=0.01, at_least=50).tolist() == before.tolist()


def as_table(has: np.ndarray) -> pa.Table:
    lists = [np.flatnonzero(row) for row in has]
    return pa.table([[str(row) for row in range(len(has))], lists], TEXT_FINGERPRINTS)


def test_boilerplate_does_not_depend_on_the_order_of_rows() -> None:
    rows = having([60, 55, 9], 80)
    assert boilerplate(rows.take(np.random.default_rng(1).permutation(80)), 0.01, 50).tolist() == [100, 101]


def test_examples_are_the_words_of_the_fingerprints_by_whichever_rows_have_them() -> None:
    run = " ".join(SHARED)
    rows = table(*[[("user", f"{words(seed, 9)} {run.upper()}")] for seed in range(9)])
    prints = fingerprints(rows)
    found = boilerplate(prints, 0.0, 9)
    assert holders(prints, found) == ["c0000"]
    known = examples(found, rows.slice(3, 1))
    assert known.schema.equals(BOILERPLATE)
    assert known.equals(examples(found, rows.slice(0, 1)))
    for fingerprint, text in zip(known["fingerprint"].to_pylist(), known["text"].to_pylist(), strict=True):
        assert f" {text} " in f" {run} "
        assert run_hash(text.encode().split(b" ")) == fingerprint


def test_an_example_that_cannot_be_found_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 fingerprints stand in none"):
        examples(np.array([5], np.uint64), table([("user", "hello")]))


def test_examples_of_nothing_are_a_table_without_rows() -> None:
    assert examples(NOTHING, table()).schema.equals(BOILERPLATE)
    assert holders(having([3], 5), NOTHING) == []


def test_the_key_of_a_row_folds_the_boilerplate_that_it_has_and_nothing_else() -> None:
    lists = pa.table([["a", "b", "c", "d"], [[1, 5, 9], [5, 7], [7], [1, 9]]], TEXT_FINGERPRINTS)
    one = row_keys(lists, Boilerplate(np.array([1, 5], np.uint64), 12))
    assert one.shape == (4, 2)
    assert one.dtype == np.uint64
    assert one[2].tolist() == [0, 0]
    assert len({tuple(key) for key in one.tolist()}) == 4
    more = row_keys(lists, Boilerplate(np.array([1, 5, 7], np.uint64), 12))
    assert [same.all() for same in one == more] == [True, False, False, True]
    assert not row_keys(lists, Boilerplate(NOTHING, 12)).any()


def known_in(*texts: str, min_rest: int) -> Boilerplate:
    prints = fingerprints(table(*[[("user", text)] for text in texts]))
    return Boilerplate(np.sort(np.unique(prints["fingerprints"].combine_chunks().flatten().to_numpy())), min_rest)


def test_what_boilerplate_covers_is_left_out_and_the_rest_stands_as_if_it_had_never_been_there() -> None:
    # The run with the smallest hash of many is taken wherever it stands
    template = min((words(seed, 8) for seed in range(500)), key=lambda text: run_hash(text.encode().split(b" ")))
    own = "I cannot sleep at night because of the noise"
    known = known_in(template, min_rest=3)
    kept, left_out = without_boilerplate(
        words_of_turns(table([("user", f"{template} {own}"), ("assistant", template)], [("user", own)])["turns"]), known
    )
    assert left_out.tolist() == [16, 0]
    first, second = (kept.hashes[start:end].tolist() for start, end in zip(kept.word_starts, kept.word_starts[1:], strict=False))
    assert first == second == [word_hash(word.encode()) for word in own.lower().split()]
    assert kept.turn_starts.tolist() == [0, 9, 9, 18]


def test_a_conversation_with_too_little_of_its_own_is_compared_whole() -> None:
    template = words(1, 8)
    turns = words_of_turns(table([("user", f"{template} a b")], [("user", f"{template} a b c")])["turns"])
    kept, left_out = without_boilerplate(turns, known_in(template, min_rest=3))
    assert left_out.tolist() == [0, 8]
    assert np.diff(kept.word_starts).tolist() == [10, 3]


def test_without_boilerplate_nothing_changes() -> None:
    turns = words_of_turns(table([("user", words(1, 30))])["turns"])
    assert without_boilerplate(turns, Boilerplate(NOTHING, 12))[0] is turns
