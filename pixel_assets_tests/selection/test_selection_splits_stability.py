"""Splits while data grows: nothing that is tied is divided, rows move towards test only, and few of them move."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.splits import SPLIT_NAMES, SPLITS, leakage, split
from pixel_assets.settings import SplitSettings

HELD_OUT = {name: number for number, name in enumerate(SPLIT_NAMES)}


@dataclass
class Corpus:
    """Conversations with group and place key, and pairs of them."""

    rows: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, group: str, place: int | None, *like: str) -> None:
        self.rows[name] = (group, place)
        self.pairs += [(min(name, other), max(name, other)) for other in like]

    def copy(self) -> Corpus:
        return Corpus(dict(self.rows), list(self.pairs))

    def links(self) -> pa.Table:
        left, right = zip(*self.pairs, strict=True) if self.pairs else ((), ())
        return pa.table({"left_id": pa.array(left, pa.string()), "right_id": pa.array(right, pa.string())})

    def split(self, mix: set[str] | None = None, seed: int = 7) -> dict[str, str]:
        return {row["conversation_id"]: row["split"] for row in self.table(mix, seed).to_pylist()}

    def table(self, mix: set[str] | None = None, seed: int = 7) -> pa.Table:
        names = list(self.rows)
        groups = pa.table({"conversation_id": pa.array(names, pa.string()), "group_key": [self.rows[name][0] for name in names]})
        places = pa.table(
            {
                "conversation_id": pa.array(names, pa.string()),
                "place_key": pa.array([self.rows[name][1] for name in names], pa.int64()),
            }
        )
        wanted = pa.table({"conversation_id": pa.array([name for name in names if mix is None or name in mix], pa.string())})
        found = split(wanted, groups, SplitSettings(seed=seed), links=self.links(), places=places)
        assert found.schema.equals(SPLITS, check_metadata=True)
        return found


def _name(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()


def _large(rows: int, seed: int) -> Corpus:
    """One row in ten is nearly another one, whose opening it nearly always shares; some are paraphrases with another opening."""
    draw, made = random.Random(seed), Corpus()
    for number in range(rows):
        _grow(made, number, draw, near=0.1, paraphrase=0.01)
    return made


def _grow(made: Corpus, number: int, draw: random.Random, near: float, paraphrase: float) -> None:
    name, chance = _name(number), draw.random()
    other = _name(draw.randrange(number)) if number else name
    if number and chance < near:
        made.add(name, name, made.rows[other][1] if draw.random() < 0.9 else number, other)
    elif number and chance < near + paraphrase:
        made.add(name, name, number, other)
    else:
        made.add(name, name, number)


@pytest.fixture(scope="module")
def large() -> Corpus:
    return _large(20_000, 1)


def test_one_percent_more_moves_at_most_one_row_in_a_thousand_and_none_back(large: Corpus) -> None:
    before, grown, draw = large.split(), large.copy(), random.Random(2)
    for number in range(20_000, 20_200):
        _grow(grown, number, draw, near=0.5, paraphrase=0.1)
    after = grown.split()
    moved = [(part, after[name]) for name, part in before.items() if after[name] != part]
    assert len(moved) <= 20
    assert all(HELD_OUT[there] > HELD_OUT[here] for here, there in moved)


def test_shares_are_near_what_is_asked_and_the_bias_is_towards_test(large: Corpus) -> None:
    counts = Counter(large.split().values())
    assert counts["train"] / 20_000 == pytest.approx(0.70, abs=0.02)
    assert counts["validation"] / 20_000 == pytest.approx(0.15, abs=0.015)
    assert counts["test"] / 20_000 == pytest.approx(0.15, abs=0.02)


def test_no_pair_stands_on_two_sides(large: Corpus) -> None:
    table = large.table()
    traits = pa.table({"conversation_id": table["conversation_id"], "text_key": table["conversation_id"]})
    assert leakage(table, traits, {"near_duplicate": large.links()}).num_rows == 0


def test_a_row_that_leaves_the_mix_does_not_free_its_neighbours() -> None:
    corpus = Corpus()
    for number in range(40):
        corpus.add(f"a{number:02}", f"g{number}", number)
        corpus.add(f"b{number:02}", f"h{number}", 100 + number, f"a{number:02}")
        corpus.add(f"c{number:02}", f"i{number}", 200 + number, f"b{number:02}")
    everything = corpus.split()
    ends = {name for name in corpus.rows if name[0] != "b"}
    assert corpus.split(ends) == {name: everything[name] for name in ends}
    assert all(everything[f"a{number:02}"] == everything[f"c{number:02}"] for number in range(40))


def test_the_cluster_is_named_after_its_smallest_conversation_of_the_corpus() -> None:
    corpus = Corpus()
    corpus.add("a", "g", 1)
    corpus.add("b", "h", 2, "a")
    corpus.add("c", "h", 3)
    corpus.add("d", "i", 3)
    found = {row["conversation_id"]: row["cluster_key"] for row in corpus.table({"b", "c", "d"}).to_pylist()}
    assert found == {"b": "a", "c": "a", "d": "d"}


def test_rows_of_one_opening_are_placed_alike_without_being_tied() -> None:
    corpus = Corpus()
    for number in range(200):
        corpus.add(f"{number:03}", f"g{number}", number % 20)
    found = corpus.split()
    assert all(found[f"{number:03}"] == found[f"{number % 20:03}"] for number in range(200))
    assert len(set(row["cluster_key"] for row in corpus.table().to_pylist())) == 200


def test_a_row_without_place_key_is_placed_by_its_group() -> None:
    corpus = Corpus()
    corpus.add("a", "g", None)
    place = int(hashlib.md5(b"7:g").hexdigest()[:16], 16) / 2**64
    assert corpus.split() == {"a": "train" if place < 0.7 else "validation" if place < 0.85 else "test"}


def test_a_pair_of_an_unknown_conversation_is_refused() -> None:
    corpus = Corpus(pairs=[("a", "z")])
    corpus.add("a", "g", 1)
    with pytest.raises(ValueError, match="no row for 1 ends of links"):
        corpus.split()


_NAMES = st.integers(0, 60).map(lambda number: f"{number:02}")
_ROWS = st.dictionaries(_NAMES, st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 12))), min_size=1)


@settings(max_examples=60, deadline=None)
@given(
    rows=_ROWS,
    pairs=st.lists(st.tuples(_NAMES, _NAMES), max_size=40),
    kept=st.sets(_NAMES),
    order=st.randoms(use_true_random=False),
)
def test_growth_moves_rows_only_towards_test_and_divides_nothing(
    rows: dict[str, tuple[int, int | None]], pairs: list[tuple[str, str]], kept: set[str], order: Any
) -> None:
    """Old is any part of new: fewer rows, and of the pairs those among them."""
    shuffled = list(rows)
    order.shuffle(shuffled)
    new, old = Corpus(), Corpus()
    for name in shuffled:
        new.add(name, f"g{rows[name][0]}", rows[name][1])
    for name in sorted(rows):
        if name in kept:
            old.add(name, f"g{rows[name][0]}", rows[name][1])
    new.pairs = [(a, b) for a, b in pairs if a < b and a in rows and b in rows]
    old.pairs = [(a, b) for a, b in reversed(new.pairs) if a in old.rows and b in old.rows]
    before, after = old.split() if old.rows else {}, new.split()
    assert all(HELD_OUT[after[name]] >= HELD_OUT[part] for name, part in before.items())
    assert all(after[a] == after[b] for a, b in new.pairs)
    by_group: dict[int, set[str]] = {}
    for name, (group, _) in rows.items():
        by_group.setdefault(group, set()).add(after[name])
    assert all(len(parts) == 1 for parts in by_group.values())


@settings(max_examples=20, deadline=None)
@given(rows=_ROWS, pairs=st.lists(st.tuples(_NAMES, _NAMES), max_size=40), order=st.randoms(use_true_random=False))
def test_the_order_of_the_input_makes_no_difference(
    rows: dict[str, tuple[int, int | None]], pairs: list[tuple[str, str]], order: Any
) -> None:
    first, second = Corpus(), Corpus()
    shuffled = list(rows)
    order.shuffle(shuffled)
    for corpus, names in ((first, list(rows)), (second, shuffled)):
        for name in names:
            corpus.add(name, f"g{rows[name][0]}", rows[name][1])
    first.pairs = [(a, b) for a, b in pairs if a in rows and b in rows]
    second.pairs = [(b, a) for a, b in reversed(first.pairs)]
    assert first.table().equals(second.table())
