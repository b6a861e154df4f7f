"""Asking the index for what is like a text."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from pixel_assets.dedup.fingerprints import Boilerplate
from pixel_assets.dedup.online import Match, likely, load_lsh, matches, question, to_datasketch
from pixel_assets.dedup.signatures import digests_in, signatures

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
NONE = Boilerplate(np.empty(0, np.uint64), 12)


def words(seed: int, count: int) -> str:
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(10**9)}" for _ in range(count))


def stored(count: int = 300) -> pa.Table:
    turns = [
        [{"role": "user", "content": words(seed, 30)}, {"role": "assistant", "content": words(10**6 + seed, 90)}]
        for seed in range(count)
    ]
    turns[7] = []
    return pa.table({"conversation_id": [f"c{row:03}" for row in range(count)], "turns": pa.array(turns, TURNS)})


def test_the_side_that_says_the_text_is_found_first_though_the_other_is_longer() -> None:
    rows = stored()
    index = signatures(rows, NONE)
    asked = [question(words(42, 30), role, NONE) for role in ("user", "assistant")]
    names = likely([index.slice(0, 100), index.slice(100)], asked, most=5)
    assert "c042" in names
    found = matches(rows.filter(pa.array([name in names for name in rows["conversation_id"].to_pylist()])), asked, NONE)
    assert found == [Match("c042", "user", 1.0, 1.0)]


def test_a_part_of_what_a_side_says_is_contained_and_its_jaccard_is_exact() -> None:
    rows = stored()
    part = " ".join(words(10**6 + 42, 90).upper().split()[10:60])
    asked = [question(part, "assistant", NONE)]
    assert len(asked[0].members) == 48
    assert matches(rows, asked, NONE) == [Match("c042", "assistant", 48 / 88, 1.0)]
    assert "c042" in likely([signatures(rows, NONE)], asked, most=3)


def test_no_more_than_asked_are_likely_and_they_do_not_depend_on_batches() -> None:
    index = signatures(stored(), NONE)
    asked = [question(f"{words(1, 30)} {words(2, 30)} {words(3, 30)}", "user", NONE)]
    assert likely([index], asked, most=2) == likely([index.slice(row, 1) for row in reversed(range(300))], asked, most=2)
    assert len(likely([index], asked, most=2)) == 2


def test_a_text_without_words_is_like_nothing_not_even_an_empty_conversation() -> None:
    asked = [question("...", "user", NONE)]
    assert len(asked[0].members) == 0
    assert likely([signatures(stored(), NONE)], asked, most=5) == []


@pytest.mark.parametrize("threshold", [0.5, 0.8])
def test_datasketch_finds_stored_digests_by_those_made_here(threshold: float) -> None:
    index = signatures(stored(), NONE)
    lsh = load_lsh(index, threshold)
    digests = digests_in(index)
    assert lsh.query(to_datasketch(digests[42])) == ["c042"]
    assert "c007" not in lsh
    assert to_datasketch(digests[42]).jaccard(to_datasketch(digests[43])) < 0.1
