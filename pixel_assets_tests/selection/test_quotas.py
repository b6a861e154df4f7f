"""Apportionment: exact sums, no more than there is, and the largest total where the mix shrinks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pixel_assets.selection.quotas import Demand, fill, largest_remainder, shrink


def _demands(**ratios_and_rows: tuple[float, int]) -> list[Demand]:
    return [Demand(name, ratio, rows) for name, (ratio, rows) in ratios_and_rows.items()]


def test_ratios_are_met_exactly_where_they_divide() -> None:
    demands = _demands(a=(0.3, 0), b=(0.25, 0), c=(0.2, 0), d=(0.15, 0), e=(0.1, 0))
    assert largest_remainder(100_000, demands) == {
        "a": 30_000,
        "b": 25_000,
        "c": 20_000,
        "d": 15_000,
        "e": 10_000,
    }


def test_what_is_left_goes_to_the_largest_remainder_then_to_the_first_name() -> None:
    assert largest_remainder(10, _demands(c=(0.34, 0), b=(0.33, 0), a=(0.33, 0))) == {"c": 4, "b": 3, "a": 3}
    assert largest_remainder(1, _demands(b=(0.5, 0), a=(0.5, 0))) == {"b": 0, "a": 1}


def test_nobody_asks_nobody_gets() -> None:
    assert largest_remainder(5, _demands(a=(0.0, 9))) == {"a": 0}
    assert largest_remainder(5, []) == {}
    assert fill(5, _demands(a=(0.0, 9))) == shrink(5, _demands(a=(0.0, 9))) == {"a": 0}


def test_fill_gives_the_share_of_who_is_short_to_the_others_in_proportion() -> None:
    demands = _demands(a=(0.5, 10), b=(0.3, 900), c=(0.2, 900), d=(0.0, 900))
    assert fill(100, demands) == {"a": 10, "b": 54, "c": 36, "d": 0}


def test_fill_takes_all_where_there_is_less_than_the_target() -> None:
    assert fill(100, _demands(a=(0.5, 7), b=(0.5, 8), c=(0.0, 50))) == {"a": 7, "b": 8, "c": 0}


def test_shrink_keeps_the_ratio_of_those_that_have_rows() -> None:
    assert shrink(100, _demands(a=(0.5, 10), b=(0.3, 900), c=(0.2, 900))) == {"a": 10, "b": 6, "c": 4}
    assert shrink(100, _demands(a=(0.5, 0), b=(0.3, 30), c=(0.2, 900))) == {"a": 0, "b": 30, "c": 20}
    assert shrink(100, _demands(a=(0.5, 0))) == {"a": 0}


_PERCENT = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 60)), min_size=1, max_size=5).map(
    lambda pairs: [Demand(f"n{i}", weight / 100, rows) for i, (weight, rows) in enumerate(pairs)]
)
_TARGET = st.integers(1, 150)


@given(_TARGET, _PERCENT)
def test_quotas_sum_to_the_total_and_stay_within_one_of_the_share(total: int, demands: list[Demand]) -> None:
    quotas = largest_remainder(total, demands)
    whole = sum(demand.weight for demand in demands)
    assert sum(quotas.values()) == (total if whole else 0)
    for demand in demands:
        assert not whole or abs(quotas[demand.name] - total * demand.weight / whole) < 1
    assert largest_remainder(total, demands[::-1]) == quotas


@given(_TARGET, _PERCENT)
def test_fill_wastes_nothing_and_takes_no_more_than_there_is(target: int, demands: list[Demand]) -> None:
    taken = fill(target, demands)
    assert all(0 <= taken[demand.name] <= demand.available for demand in demands)
    assert sum(taken.values()) == min(target, sum(d.available for d in demands if d.ratio > 0))
    wanted = largest_remainder(target, demands)
    if all(wanted[demand.name] <= demand.available for demand in demands):
        assert taken == wanted
    assert fill(target, demands[::-1]) == taken


@given(_TARGET, _PERCENT)
def test_shrink_takes_the_largest_total_at_which_all_quotas_are_met(
    target: int, demands: list[Demand]
) -> None:
    present = [demand for demand in demands if demand.ratio > 0 and demand.available]

    def fits(total: int) -> bool:
        quotas = largest_remainder(total, present)
        return all(quotas[demand.name] <= demand.available for demand in present)

    taken = shrink(target, demands)
    total = sum(taken.values())
    assert total == (max(filter(fits, range(target + 1))) if present else 0)
    assert {name: rows for name, rows in taken.items() if rows} == {
        name: rows for name, rows in largest_remainder(total, present).items() if rows
    }
