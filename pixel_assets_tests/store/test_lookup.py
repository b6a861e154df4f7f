"""Finding keys: the same answers as a dict, whatever collides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.store.lookup import Lookup

# Few values a lane, the largest among them, so that first lanes collide and ends are met.
_lane = st.sampled_from([0, 1, 2, 2**63, 2**64 - 1])
_keys = st.lists(st.tuples(_lane, _lane), max_size=30)


def _hashes(keys: list[tuple[int, int]]) -> npt.NDArray[np.uint64]:
    return np.array(keys, np.uint64).reshape(-1, 2)


@settings(max_examples=50, deadline=None)
@given(_keys, _keys)
def test_find_gives_what_a_dict_gives(keys: list[tuple[int, int]], wanted: list[tuple[int, int]]) -> None:
    first: dict[tuple[int, int], int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    expected = [first.get(key, -1) for key in wanted]
    lookup = Lookup(_hashes(keys))
    assert lookup.find(_hashes(wanted)).tolist() == expected
    assert lookup.contains(_hashes(wanted)).tolist() == [position >= 0 for position in expected]


def test_keys_that_differ_in_the_second_lane_only_are_told_apart() -> None:
    lookup = Lookup(_hashes([(7, 3), (7, 1), (7, 2), (8, 0)]))
    assert lookup.find(_hashes([(7, 1), (7, 2), (7, 3), (7, 4), (8, 0), (6, 0)])).tolist() == [1, 2, 0, -1, 3, -1]


def test_finding_in_nothing_finds_nothing() -> None:
    assert Lookup(_hashes([])).find(_hashes([(1, 1)])).tolist() == [-1]
    assert Lookup(_hashes([(1, 1)])).find(_hashes([])).tolist() == []
