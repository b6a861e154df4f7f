"""Splits: stable under growth, whole groups on one side, and leaks that are listed."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.selection.splits import LEAKAGE, SPLITS, leakage, split
from pixel_assets.settings import SplitSettings


def _digest(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()


def _split(groups: dict[str, str], chosen: SplitSettings | None = None) -> dict[str, str]:
    table = pa.table(
        {
            "conversation_id": pa.array(list(groups), pa.string()),
            "group_key": pa.array(list(groups.values()), pa.string()),
        }
    )
    found = split(table.select(["conversation_id"]), table, chosen or SplitSettings())
    assert found.schema.equals(SPLITS, check_metadata=True)
    assert found.column("conversation_id").to_pylist() == sorted(groups)
    return {row["conversation_id"]: row["split"] for row in found.to_pylist()}


MANY = {_digest(number): _digest(number // 2) for number in range(20_000)}


def test_shares_are_met_on_average_and_groups_are_never_divided() -> None:
    splits = _split(MANY)
    counts = Counter(splits.values())
    assert counts["train"] / len(MANY) == pytest.approx(0.70, abs=0.015)
    assert counts["validation"] / len(MANY) == pytest.approx(0.15, abs=0.015)
    assert counts["test"] / len(MANY) == pytest.approx(0.15, abs=0.015)
    assert len({(MANY[name], part) for name, part in splits.items()}) == len(set(MANY.values()))


def test_one_percent_more_data_moves_no_row() -> None:
    grown = MANY | {_digest(number): _digest(number // 3) for number in range(20_000, 20_200)}
    before, after = _split(MANY), _split(grown)
    assert {name: after[name] for name in before} == before


def test_a_larger_share_of_train_takes_rows_in_and_lets_none_go() -> None:
    before = _split(MANY)
    after = _split(MANY, SplitSettings(train=0.8, validation=0.1, test=0.1))
    assert all(after[name] == "train" for name, part in before.items() if part == "train")


def test_another_seed_gives_other_splits() -> None:
    assert _split(MANY, SplitSettings(seed=1)) != _split(MANY, SplitSettings(seed=2))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_share_of_one_takes_everything(part: str) -> None:
    shares = {"train": 0.0, "validation": 0.0, "test": 0.0} | {part: 1.0}
    assert set(_split(MANY, SplitSettings(**shares)).values()) == {part}


def test_the_split_is_a_known_function_of_seed_and_group() -> None:
    place = int(hashlib.md5(b"20261122:g").hexdigest()[:16], 16) / 2**64
    expected = "train" if place < 0.7 else "validation" if place < 0.85 else "test"
    assert _split({"a": "g"}) == {"a": expected}


def test_groups_may_hold_more_than_the_mix_but_not_less() -> None:
    groups = pa.table({"conversation_id": ["a", "b"], "group_key": ["g", "h"]})
    assert split(pa.table({"conversation_id": ["b"]}), groups, SplitSettings()).num_rows == 1
    with pytest.raises(ValueError, match="groups: no row for 1 conversations of mix"):
        split(pa.table({"conversation_id": ["b", "c"]}), groups, SplitSettings())


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.text("abc", min_size=1, max_size=4), st.sampled_from("vwxyz"), min_size=1),
    st.dictionaries(st.text("def", min_size=1, max_size=4), st.sampled_from("vwxyz")),
    st.randoms(use_true_random=False),
)
def test_no_row_moves_whatever_is_added_in_whatever_order(old: dict[str, str], new: dict[str, str], random: Any) -> None:
    names = [*old, *new]
    random.shuffle(names)
    after = _split({name: (old | new)[name] for name in names})
    assert {name: after[name] for name in old} == _split(old)


def _leaks(*rows: tuple[str, str, str, str], **pairs: list[tuple[str, str]]) -> list[tuple[Any, ...]]:
    names, parts, groups, texts = zip(*rows, strict=True)
    splits = pa.table({"conversation_id": names, "split": parts, "group_key": groups, "cluster_key": groups}).cast(SPLITS)
    tables = {
        kind: pa.table(
            {side: pa.array([pair[at] for pair in found], pa.string()) for at, side in enumerate(("left_id", "right_id"))}
        )
        for kind, found in pairs.items()
    }
    found = leakage(splits, pa.table({"conversation_id": names, "text_key": texts}), tables)
    assert found.schema.equals(LEAKAGE, check_metadata=True)
    return [tuple(row.values()) for row in found.to_pylist()]


def test_clean_splits_leak_nothing() -> None:
    assert _leaks(("a", "train", "g", "t"), ("b", "train", "g", "t"), ("c", "test", "h", "u")) == []


def test_every_shared_key_is_listed_with_its_splits_and_rows() -> None:
    rows = [
        ("a", "train", "g", "t"),
        ("b", "test", "g", "u"),
        ("c", "train", "h", "u"),
        ("d", "validation", "i", "u"),
    ]
    assert _leaks(*rows) == [
        ("group_key", "g", "train+test", 2),
        ("text_key", "u", "train+validation+test", 3),
    ]


def test_every_pair_on_two_sides_is_listed_though_the_keys_differ() -> None:
    rows = [("a", "train", "g", "t"), ("b", "train", "h", "u"), ("c", "test", "i", "v")]
    found = _leaks(*rows, near_duplicate=[("a", "b"), ("a", "c"), ("c", "z")], semantic_duplicate=[("b", "c")])
    assert found == [("near_duplicate", "a+c", "train+test", 2), ("semantic_duplicate", "b+c", "train+test", 2)]


def test_a_leak_cannot_hide_behind_missing_traits() -> None:
    splits = pa.table({"conversation_id": ["a"], "split": ["train"], "group_key": ["g"], "cluster_key": ["a"]}).cast(SPLITS)
    with pytest.raises(ValueError, match="traits: no row for 1 conversations of splits"):
        leakage(splits, pa.table({"conversation_id": ["b"], "text_key": ["t"]}))
