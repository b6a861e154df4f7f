"""Sub-balances and the cap of sources: kept where they can be, loosened alike where not, and accounted for."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.mix import compose, holdings

from .mix_pools import RATIOS, ids, pool, rules

ONE = {"voice": 1.0}


def _topics(**counts: int) -> dict[str, dict[str, Any]]:
    return {f"{topic}{i}": {"trait_topic": topic} for topic, count in counts.items() for i in range(count)}


def _counted(rows: dict[str, dict[str, Any]], chosen: set[str], trait: str = "trait_topic") -> dict[str, int]:
    return dict(sorted(Counter(rows[name][trait] for name in chosen).items()))


def test_no_topic_has_more_than_it_may() -> None:
    rows = _topics(work=80, sleep=15, grief=15)
    result = compose(pool(rows), rules(ratios=ONE, target=30, balances={"topic": {"at_most": 0.4}}))
    assert max(_counted(rows, ids(result)).values()) <= 12
    assert result.table.num_rows == 30
    assert result.broken == ()


def test_what_is_rare_has_at_least_its_share() -> None:
    rows = _topics(work=200, grief=5)
    result = compose(pool(rows), rules(ratios=ONE, target=40, balances={"topic:grief": {"at_least": 0.1}}))
    assert _counted(rows, ids(result)) == {"grief": 4, "work": 36}
    (holding,) = result.holdings
    assert str(holding) == "topic grief 10.0%"


def test_the_account_says_how_much_is_lacking() -> None:
    rows = _topics(work=200, grief=1)
    result = compose(pool(rows), rules(ratios=ONE, target=40, balances={"topic:grief": {"at_least": 0.1}}))
    assert [str(holding) for holding in result.broken] == ["topic grief 2.5% instead of at least 10.0%, 3 short"]


def test_a_value_that_is_nowhere_is_missed() -> None:
    result = compose(pool(_topics(work=9)), rules(ratios=ONE, target=9, balances={"topic:grief": {"at_least": 0.1}}))
    assert [holding.too_few for holding in result.broken] == [1]


def test_the_ratio_comes_before_a_bound_that_cannot_hold() -> None:
    rows = _topics(work=90, grief=10)
    result = compose(pool(rows), rules(ratios=ONE, target=50, balances={"topic": {"at_most": 0.3}}))
    assert result.table.num_rows == 50
    assert _counted(rows, ids(result)) == {"grief": 10, "work": 40}
    assert [str(holding) for holding in result.broken] == ["topic work 80.0% instead of at most 30.0%, 25 too many"]


def test_bounds_that_cannot_hold_give_way_alike() -> None:
    rows = _topics(work=100, sleep=100)
    result = compose(pool(rows), rules(ratios=ONE, target=60, balances={"topic": {"at_most": 0.2}}))
    counts = _counted(rows, ids(result))
    assert abs(counts["work"] - counts["sleep"]) <= 3


def test_a_value_that_is_not_wanted_is_taken_only_where_nothing_else_is_left() -> None:
    rows = _topics(work=9, grief=9)
    none = rules(ratios=ONE, target=9, balances={"topic:grief": {"at_most": 0.0}})
    assert _counted(rows, ids(compose(pool(rows), none))) == {"work": 9}
    more = rules(ratios=ONE, target=12, balances={"topic:grief": {"at_most": 0.0}})
    assert _counted(rows, ids(compose(pool(rows), more))) == {"grief": 3, "work": 9}


def test_values_that_say_nothing_are_bounded_only_by_name() -> None:
    rows = _topics(none=50, work=50)
    free = compose(pool(rows), rules(ratios=ONE, target=50, balances={"topic": {"at_most": 0.3}}))
    assert _counted(rows, ids(free)) == {"none": 35, "work": 15}
    named = compose(pool(rows), rules(ratios=ONE, target=50, balances={"topic:none": {"at_most": 0.3}}))
    assert _counted(rows, ids(named)) == {"none": 15, "work": 35}


def test_a_source_gives_at_most_its_part_of_each_category() -> None:
    rows: dict[str, dict[str, Any]] = {
        f"{category}{source}{i}": {"category": category, "source": source}
        for category in RATIOS
        for source, count in (("large", 60), ("small", 20))
        for i in range(count)
    }
    result = compose(pool(rows), rules(target=100, source_cap=0.6))
    table = result.table.to_pylist()
    assert Counter(row["category"] for row in table) == {name: round(100 * ratio) for name, ratio in RATIOS.items()}
    for name, ratio in RATIOS.items():
        assert sum(row["category"] == name and row["source"] == "large" for row in table) <= 60 * ratio
    assert result.broken == ()


def test_one_source_alone_fills_its_category_and_the_account_says_so() -> None:
    rows = {f"c{i}": {"source": "only"} for i in range(20)}
    result = compose(pool(rows), rules(ratios=ONE, target=10, source_cap=0.5))
    assert result.table.num_rows == 10
    assert [str(one) for one in result.broken] == ["source only in voice 100.0% instead of at most 50.0%, 5 too many"]


_ROWS = st.lists(st.tuples(st.sampled_from(list(RATIOS)), st.sampled_from("xyz"), st.sampled_from("abc")), max_size=60)
_SHARE = st.sampled_from([0.1, 0.25, 0.5, 0.7])


@settings(max_examples=30, deadline=None)
@given(_ROWS, st.integers(1, 40), _SHARE, _SHARE, st.sampled_from([None, 0.4, 0.8]), st.randoms(use_true_random=False))
def test_bounds_never_change_how_many_are_taken_and_the_account_is_right(
    drawn: list[tuple[str, str, str]], target: int, most: float, least: float, cap: float | None, random: Any
) -> None:
    rows = {
        f"c{i:03}": {"category": category, "trait_topic": topic, "source": source}
        for i, (category, topic, source) in enumerate(drawn)
    }
    balances = {"topic": {"at_most": most}, "topic:x": {"at_least": min(least, 0.5)}}
    asked = rules(target=target, balances=balances, source_cap=cap)
    result = compose(pool(rows), asked)
    free = compose(pool(rows), rules(target=target))
    assert Counter(result.table["category"].to_pylist()) == Counter(free.table["category"].to_pylist())
    names = list(rows)
    random.shuffle(names)
    again = compose(pool({name: rows[name] for name in names}), asked)
    assert again.table.equals(result.table)
    assert again.holdings == result.holdings
    counts, total = Counter(rows[name]["trait_topic"] for name in ids(result)), result.table.num_rows
    for holding in result.holdings:
        if holding.trait == "topic":
            assert holding.taken == counts[holding.value]
            if holding.value == "x":
                assert holding.too_few == max(0, math.ceil(min(least, 0.5) * total - 1e-9) - counts["x"])
            else:
                assert holding.too_many == max(0, counts[holding.value] - math.floor(most * total + 1e-9))


@settings(max_examples=30, deadline=None)
@given(st.integers(4, 40), st.integers(0, 99))
def test_a_bound_holds_where_there_is_enough_of_everything(target: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    rows = {
        f"c{i:04}": {"category": list(RATIOS)[i % 5], "trait_topic": str(draw.choice(list("wxyz"), p=[0.7, 0.1, 0.1, 0.1]))}
        for i in range(1000)
    }
    result = compose(pool(rows), rules(target=target, balances={"topic": {"at_most": 0.3}}))
    possible = 4 * math.floor(0.3 * target + 1e-9) >= target
    assert (result.broken == ()) == possible


def test_an_empty_mix_has_nothing_to_bound() -> None:
    assert holdings(pool({}), rules(balances={"topic": {"at_most": 0.3}}, source_cap=0.5)) == ()


def test_a_category_gives_up_what_another_cannot_do_without() -> None:
    rows = {f"v{i}": {"category": "voice", "trait_topic": "work"} for i in range(10)}
    rows |= {f"r{i}": {"category": "reasoning", "trait_topic": "work" if i < 20 else "sleep"} for i in range(40)}
    halves = {"voice": 0.5, "reasoning": 0.5}
    result = compose(pool(rows), rules(ratios=halves, target=20, balances={"topic": {"at_most": 0.5}}))
    assert result.broken == ()
    assert Counter(result.table["category"].to_pylist()) == {"voice": 10, "reasoning": 10}
