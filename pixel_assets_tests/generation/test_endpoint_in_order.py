"""Work in threads gives its results in the order of its items."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.generation.endpoint.in_order import in_order


@given(st.lists(st.integers()), st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_results_come_in_the_order_of_the_items(items: list[int], parallel: int) -> None:
    assert list(in_order(items, lambda item: item + 1, parallel)) == [item + 1 for item in items]


def test_later_items_are_worked_on_while_the_first_takes_long() -> None:
    later = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert later.wait(10)
        if item == 3:
            later.set()
        return item

    assert list(in_order(range(5), work, 2)) == [0, 1, 2, 3, 4]


def test_what_work_raises_is_raised_in_its_place_and_nothing_further_is_begun() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        if item == 3:
            raise ValueError("three")
        return item

    results = in_order(range(1_000), work, 1)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
    assert len(begun) < 20


def test_what_the_items_raise_is_raised() -> None:
    def items() -> object:
        yield 1
        raise KeyError("two")

    with pytest.raises(KeyError, match="two"):
        list(in_order(items(), lambda item: item, 2))  # type: ignore[arg-type]


def test_no_thread_is_left() -> None:
    before = set(threading.enumerate())
    list(in_order(range(20), lambda item: item, 4))
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert set(threading.enumerate()) <= before
