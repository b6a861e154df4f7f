"""The mix: ratios, the account of every category, and an order that growth hardly disturbs."""

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.mix import MIX, CategoryShare, MixRules, compose

from .mix_pools import RATIOS, best_first, by_category, ids, rules


def _rows(**counts: int) -> dict[str, str]:
    return {f"{category}{number}": category for category, count in counts.items() for number in range(count)}


def test_ratios_are_exact_where_there_is_enough() -> None:
    result = compose(by_category(_rows(**dict.fromkeys(RATIOS, 60))), rules(target=100))
    assert {share.category: share.taken for share in result.shares} == {
        "psychology": 30, "voice": 25, "mental_health": 20, "reasoning": 15, "personality": 10,
    }  # fmt: skip
    assert result.table.num_rows == 100
    assert result.deviation == 0.0
    assert result.table.schema.equals(MIX, check_metadata=True)


def test_the_account_says_what_was_wanted_available_taken_and_short() -> None:
    asked = rules(target=10, ratios={"psychology": 0.5, "voice": 0.3, "reasoning": 0.2})
    result = compose(by_category(_rows(psychology=9, voice=1, mental_health=4)), asked)
    assert result.shares == (
        CategoryShare("psychology", 0.5, quota=5, available=9, taken=9),
        CategoryShare("voice", 0.3, quota=3, available=1, taken=1),
        CategoryShare("reasoning", 0.2, quota=2, available=0, taken=0),
        CategoryShare("mental_health", 0.0, quota=0, available=4, taken=0),
    )
    assert [share.short_by for share in result.shares] == [0, 2, 2, 0]
    assert result.deviation == pytest.approx(0.4)


def test_shrink_keeps_the_ratio() -> None:
    asked = rules(target=10, ratios={"psychology": 0.5, "voice": 0.5}, shortfall="shrink")
    result = compose(by_category(_rows(psychology=9, voice=2)), asked)
    assert [share.taken for share in result.shares] == [3, 2]


def test_rows_are_taken_by_the_hash_of_seed_and_id() -> None:
    kept = _rows(voice=9)
    result = compose(by_category(kept), rules(target=4, ratios={"voice": 1.0}, seed=7))
    order = sorted(kept, key=lambda name: hashlib.md5(f"7:{name}".encode()).hexdigest())
    assert result.table["conversation_id"].to_pylist() == sorted(order[:4])
    assert best_first(result) == order[:4]
    first = int(hashlib.md5(f"7:{order[0]}".encode()).hexdigest()[:12], 16)
    row = {"category": "voice", "source": "s", "score": None, "position": 0, "gain": 1 - (first + 0.5) / 2**48, "round": 0}
    assert {"conversation_id": order[0]} | row in result.table.to_pylist()
    assert ids(compose(by_category(kept), rules(target=4, ratios={"voice": 1.0}, seed=8))) != set(order[:4])


def test_nothing_kept_is_an_empty_mix() -> None:
    result = compose(by_category({}), rules(target=100_000))
    assert (result.table.num_rows, result.deviation) == (0, 1.0)
    assert sum(share.quota for share in result.shares) == 100_000


def test_a_repeated_conversation_is_an_error() -> None:
    with pytest.raises(ValueError, match="kept: 1 conversations"):
        compose(pa.concat_tables([by_category({"a": "voice"})] * 2), rules())


_KEPT = st.dictionaries(st.text("abcdef0123456789", min_size=4, max_size=4), st.sampled_from(list(RATIOS)), max_size=40)
_SETTINGS = st.builds(rules, target=st.integers(1, 30), shortfall=st.sampled_from(["fill", "shrink"]))


@settings(max_examples=15, deadline=None)
@given(_KEPT, _SETTINGS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(kept: dict[str, str], chosen: MixRules, random: Any) -> None:
    result = compose(by_category(kept), chosen)
    names = list(kept)
    random.shuffle(names)
    again = compose(by_category({name: kept[name] for name in names}), chosen)
    assert again.table.equals(result.table)
    assert again.shares == result.shares
    assert result.table.num_rows == sum(share.taken for share in result.shares) <= chosen.target
    assert all(share.taken <= share.available for share in result.shares)
    for share in result.shares:
        positions = [row["position"] for row in result.table.to_pylist() if row["category"] == share.category]
        assert sorted(positions) == list(range(share.taken))


@settings(max_examples=15, deadline=None)
@given(_KEPT, st.integers(1, 30), st.text("abcdef0123456789", min_size=5, max_size=5))
def test_a_new_row_displaces_at_most_one_other_of_its_category(kept: dict[str, str], target: int, new: str) -> None:
    chosen = rules(target=target, ratios={"voice": 1.0})
    rows = dict.fromkeys(kept, "voice")
    before, after = ids(compose(by_category(rows), chosen)), ids(compose(by_category(rows | {new: "voice"}), chosen))
    assert after - before <= {new}
    assert len(before - after) <= 1
    assert not (before - after) or new in after


@settings(max_examples=15, deadline=None)
@given(_KEPT, st.integers(1, 30), st.integers(0, 10))
def test_a_larger_target_only_adds_rows(kept: dict[str, str], target: int, more: int) -> None:
    rows = dict.fromkeys(kept, "voice")
    ratios: dict[Any, float] = {"voice": 1.0}
    small = compose(by_category(rows), rules(target=target, ratios=ratios))
    large = compose(by_category(rows), rules(target=target + more, ratios=ratios))
    assert ids(small) <= ids(large)
