"""Strategies of the splits: what places a row, and that whatever is tied stays together under each."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pydantic import ValidationError

from pixel_assets.selection.splits import CLUSTER_SIZES, SPLITS, STRATUM_SHARES, cluster_sizes, split, stratum_shares, times
from pixel_assets.settings import SplitSettings


def _groups(**groups: str) -> pa.Table:
    return pa.table({"conversation_id": list(groups), "group_key": list(groups.values())})


def _part(text: str) -> str:
    place = int(hashlib.md5(text.encode()).hexdigest()[:16], 16) / 2**64
    return "train" if place < 0.7 else "validation" if place < 0.85 else "test"


def _split(groups: pa.Table, settings: SplitSettings, **tables: Any) -> dict[str, str]:
    return {row["conversation_id"]: row["split"] for row in split(groups, groups, settings, **tables).to_pylist()}


def test_random_places_each_conversation_by_its_own_id() -> None:
    names = [f"n{number}" for number in range(50)]
    places = pa.table({"conversation_id": names, "place_key": pa.array([1] * 50, pa.int64())})
    found = _split(_groups(**{name: f"g{name}" for name in names}), SplitSettings(strategy="random", seed=3), places=places)
    assert found == {name: _part(f"3:{name}") for name in names}


@pytest.mark.parametrize("strategy", ["group", "random", "stratified", "temporal"])
def test_a_group_and_a_pair_stay_together_under_every_strategy(strategy: str) -> None:
    names = [f"{number:03}" for number in range(90)]
    groups = _groups(**{name: f"g{int(name) // 2}" for name in names})
    chosen = SplitSettings.model_validate({"strategy": strategy, "validation_from": "2024-01-01", "test_from": "2024-06-01"})
    tables = {
        "links": pa.table({"left_id": names[0::3], "right_id": names[1::3]}),
        "strata": pa.table({"conversation_id": names, "stratum": [f"s{int(name) % 4}" for name in names]}),
        "times": pa.table(
            {"conversation_id": names, "time": pa.array([datetime(2024, 1 + int(n) % 12, 1) for n in names], pa.timestamp("us"))}
        ),
    }
    found = _split(groups, chosen, **tables)
    assert all(found[names[at]] == found[names[at + 1]] for at in range(0, 90, 2))
    assert all(found[names[at]] == found[names[at + 1]] for at in range(0, 90, 3))


def test_stratified_hashes_within_the_stratum() -> None:
    groups = _groups(a="g", b="h")
    strata = pa.table({"conversation_id": ["b", "a"], "stratum": ["voice × sleep", "psychology × work"]})
    found = _split(groups, SplitSettings(strategy="stratified", seed=3), strata=strata)
    assert found == {"a": _part("3:psychology × work:g"), "b": _part("3:voice × sleep:h")}


def test_temporal_cuts_at_the_dates_and_a_row_without_one_goes_by_its_group() -> None:
    chosen = SplitSettings.model_validate(
        {"strategy": "temporal", "validation_from": "2024-01-01", "test_from": "2024-06-01", "seed": 3}
    )
    moments = {"a": datetime(2023, 12, 31, 23, 59), "b": datetime(2024, 1, 1), "c": datetime(2024, 6, 1), "d": None}
    table = pa.table({"conversation_id": list(moments), "time": pa.array(list(moments.values()), pa.timestamp("us"))})
    found = _split(_groups(a="g", b="h", c="i", d="j"), chosen, times=table)
    assert found == {"a": "train", "b": "validation", "c": "test", "d": _part("3:j")}


def test_what_is_tied_to_something_newer_is_as_held_out_as_that() -> None:
    chosen = SplitSettings.model_validate({"strategy": "temporal", "validation_from": "2024-01-01", "test_from": "2024-06-01"})
    table = pa.table(
        {"conversation_id": ["a", "b"], "time": pa.array([datetime(2020, 1, 1), datetime(2025, 1, 1)], pa.timestamp("us"))}
    )
    assert _split(_groups(a="g", b="g"), chosen, times=table) == {"a": "test", "b": "test"}


@pytest.mark.parametrize(("strategy", "needed"), [("stratified", "strata"), ("temporal", "times")])
def test_a_strategy_without_its_table_is_refused(strategy: str, needed: str) -> None:
    chosen = SplitSettings.model_validate({"strategy": strategy, "validation_from": "2024-01-01", "test_from": "2024-06-01"})
    with pytest.raises(ValueError, match=f"no table of {needed}"):
        split(_groups(a="g"), _groups(a="g"), chosen)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"strategy": "temporal"}, "needs the dates validation_from and test_from"),
        (
            {"validation_from": "2024-06-01", "test_from": "2024-01-01"},
            "validation_from 2024-06-01 is after test_from 2024-01-01",
        ),
    ],
)
def test_dates_that_cut_nothing_are_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SplitSettings.model_validate(given)


def test_times_are_read_from_labels_in_the_order_asked_for() -> None:
    labels = {
        "a": '{"date": "2024-05-01"}',
        "b": '{"created_at": "2024-05-01T02:00:00+02:00", "year": 1999}',
        "c": '{"timestamp": 1714521600}',
        "d": '{"timestamp": 1714521600000}',
        "e": '{"date": "some day in May", "year": "2024"}',
        "f": '{"year": 5}',
        "g": None,
    }
    with duckdb.connect() as connection:
        connection.register("redacted_corpus", pa.table({"conversation_id": list(labels), "metadata": list(labels.values())}))
        found = times(connection, ("date", "created_at", "timestamp", "year"))
        nothing = times(connection, ())
    may = datetime(2024, 5, 1)
    assert found["time"].to_pylist() == [may, may, may, may, datetime(2024, 1, 1), datetime(1970, 1, 1, 0, 0, 5), None]
    assert nothing["time"].null_count == len(labels)


def _splits(*rows: tuple[str, str, str]) -> pa.Table:
    names, parts, clusters = zip(*rows, strict=True)
    return pa.table({"conversation_id": names, "split": parts, "group_key": names, "cluster_key": clusters}).cast(SPLITS)


def test_the_largest_clusters_come_first_with_their_share() -> None:
    found = cluster_sizes(_splits(("a", "train", "a"), ("b", "test", "b"), ("c", "test", "b"), ("d", "train", "d")), most=2)
    assert found.schema.equals(CLUSTER_SIZES, check_metadata=True)
    assert [tuple(row.values()) for row in found.to_pylist()] == [("b", "test", 2, 0.5), ("a", "train", 1, 0.25)]


def test_each_stratum_has_its_shares_beside_what_is_asked() -> None:
    splits = _splits(*((f"{number}", "train" if number < 3 else "test", f"{number}") for number in range(4)))
    strata = pa.table({"conversation_id": ["0", "1", "2", "3", "4"], "stratum": ["s"] * 5})
    found = stratum_shares(splits, strata, SplitSettings())
    assert found.schema.equals(STRATUM_SHARES, check_metadata=True)
    assert [(row["split"], row["rows"], row["share"], round(row["off"], 3)) for row in found.to_pylist()] == [
        ("train", 3, 0.75, 0.05),
        ("validation", 0, 0.0, 0.15),
        ("test", 1, 0.25, 0.1),
    ]


def test_stratified_shares_hold_in_every_large_stratum() -> None:
    names = [f"{number:05}" for number in range(8000)]
    groups = _groups(**{name: f"g{name}" for name in names})
    strata = pa.table({"conversation_id": names, "stratum": [f"s{int(name) % 4}" for name in names]})
    found = split(groups, groups, SplitSettings(strategy="stratified"), strata=strata)
    shares = stratum_shares(found, strata, SplitSettings())
    assert max(shares["off"].to_pylist()) < 0.03
    assert Counter(shares["stratum"].to_pylist()) == {f"s{number}": 3 for number in range(4)}
