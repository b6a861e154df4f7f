"""The rows between two states: every one of them, by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixel_assets.errors import UsageError
from pixel_assets.store.diff import Diff, diff
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import Warehouse

from .tables import Rows, opened, written

SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("n", pa.int64()), pa.field("note", pa.string())])
PLACES = pa.schema([pa.field("file", pa.string()), pa.field("rows", pa.list_(pa.int64())), pa.field("n", pa.int64())])


def state(warehouse: Warehouse, rows: Rows, previous: Table | None = None, schema: pa.Schema = SCHEMA) -> Table:
    return opened(warehouse, written(warehouse, pa.Table.from_pylist(rows, schema), previous).manifest, schema)


def row(name: str | None, n: int = 0, note: str | None = None) -> dict[str, Any]:
    return {"id": name, "n": n, "note": note}


def between(root: Path, old: Rows, new: Rows, key: tuple[str, ...] = ("id",), schema: pa.Schema = SCHEMA) -> Diff:
    warehouse = Warehouse(root)
    before = state(warehouse, old, schema=schema)
    return diff(before, state(warehouse, new, before, schema), key)


def counts(found: Diff) -> tuple[int, int, int, int]:
    return found.added.num_rows, found.removed.num_rows, found.changed.num_rows, found.unchanged


def test_rows_that_came_went_and_changed_are_named_by_key(tmp_path: Path) -> None:
    found = between(
        tmp_path,
        [row("a", 1, "x"), row("b", 2, "y"), row("c", 3, "z"), row("d", 4)],
        [row("a", 1, "x"), row("b", 5, "y"), row("d", 6, "new"), row("e", 7)],
    )
    assert found.added.to_pylist() == [{"id": "e"}]
    assert found.removed.to_pylist() == [{"id": "c"}]
    assert found.changed.to_pylist() == [{"id": "b", "columns": ["n"]}, {"id": "d", "columns": ["n", "note"]}]
    assert found.by_column == {"n": 2, "note": 1}
    assert (found.rows_old, found.rows_new, found.unchanged) == (4, 4, 1)


def test_equal_states_in_another_order_differ_in_nothing(tmp_path: Path) -> None:
    rows = [row("a", 1), row("b", 2), row(None, 3)]
    assert counts(between(tmp_path, rows, rows[::-1])) == (0, 0, 0, 3)


def test_an_empty_state_against_a_full_one(tmp_path: Path) -> None:
    assert counts(between(tmp_path, [], [row("a"), row("b")])) == (2, 0, 0, 0)
    assert counts(between(tmp_path, [row("a"), row("b")], [])) == (0, 2, 0, 0)
    assert counts(between(tmp_path, [], [])) == (0, 0, 0, 0)


def test_every_key_is_listed_in_order(tmp_path: Path) -> None:
    found = between(tmp_path, [], [row(f"{n:04}") for n in range(1000)])
    assert found.added["id"].to_pylist() == [f"{n:04}" for n in range(1000)]
    assert len(found.to_json()["added"]) == 1000


def test_keys_may_hold_lists_and_nothing(tmp_path: Path) -> None:
    key = ("file", "rows")
    old = [{"file": "f", "rows": [1, 2], "n": 1}, {"file": "f", "rows": [10], "n": 1}, {"file": None, "rows": [], "n": 1}]
    new = [{"file": "f", "rows": [1, 2], "n": 2}, {"file": "f", "rows": [2, 1], "n": 1}, {"file": None, "rows": [], "n": 3}]
    found = between(tmp_path, old, new, key, PLACES)
    assert found.added.to_pylist() == [{"file": "f", "rows": [2, 1]}]
    assert found.removed.to_pylist() == [{"file": "f", "rows": [10]}]
    assert [(item["file"], item["rows"]) for item in found.changed.to_pylist()] == [(None, []), ("f", [1, 2])]


def test_a_key_that_is_not_unique_counts_as_removed_and_added(tmp_path: Path) -> None:
    found = between(tmp_path, [row("a", 1), row("a", 2)], [row("a", 3), row("b", 1)])
    assert counts(found) == (2, 2, 0, 0)
    found = between(tmp_path, [row("a", 1)], [row("a", 3), row("a", 4)])
    assert counts(found) == (2, 1, 0, 0)


def test_a_row_that_is_there_once_more_or_less_counts(tmp_path: Path) -> None:
    twice = [row("a", 1), row("a", 1), row("b", 1)]
    assert counts(between(tmp_path, twice, [row("a", 1), row("b", 1)])) == (0, 1, 0, 2)
    assert counts(between(tmp_path, [row("a", 1), row("b", 1)], twice)) == (1, 0, 0, 2)
    assert counts(between(tmp_path, twice, twice)) == (0, 0, 0, 3)


def test_states_that_share_files_and_mark_rows_as_deleted(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    rows = [row(f"{n:06}", n) for n in range(80_000)]
    before = state(warehouse, rows)
    after = state(warehouse, [*rows[:100], *rows[105:], row("000100", -1), row("x")], before)
    assert after.snapshots[0].deleted is not None
    found = diff(before, after, ("id",))
    assert found.changed.to_pylist() == [{"id": "000100", "columns": ["n"]}]
    assert found.removed["id"].to_pylist() == ["000101", "000102", "000103", "000104"]
    assert found.added["id"].to_pylist() == ["x"]


def test_a_column_that_only_one_state_has_is_changed_in_every_row(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    narrow = pa.schema([SCHEMA.field("id"), SCHEMA.field("n")])
    before = state(warehouse, [{"id": "a", "n": 1}, {"id": "b", "n": 2}], schema=narrow)
    after = state(warehouse, [row("a", 1), row("b", 3)])
    found = diff(Table(warehouse, "things", SCHEMA, before.snapshots), after, ("id",))
    assert found.changed.to_pylist() == [{"id": "a", "columns": ["note"]}, {"id": "b", "columns": ["n", "note"]}]


def test_a_state_without_the_key_is_refused(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    before = state(warehouse, [{"n": 1}], schema=pa.schema([SCHEMA.field("n")]))
    with pytest.raises(UsageError, match=r"things has no column 'id'"):
        diff(Table(warehouse, "things", SCHEMA, before.snapshots), state(warehouse, [row("a")]), ("id",))


def test_the_json_form_has_counts_and_keys(tmp_path: Path) -> None:
    assert between(tmp_path, [row("a", 1), row("b")], [row("a", 2), row("c")]).to_json() == {
        "rows": {"old": 2, "new": 2},
        "counts": {"added": 1, "removed": 1, "changed": 1, "unchanged": 0},
        "columns": {"n": 1},
        "added": [{"id": "c"}],
        "removed": [{"id": "b"}],
        "changed": [{"id": "a", "columns": ["n"]}],
    }


_states = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3), max_size=8)


@settings(deadline=None, max_examples=50)
@given(_states, _states)
def test_with_unique_keys_it_is_what_comparing_dictionaries_gives(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, int], new: dict[str, int]
) -> None:
    found = between(tmp_path_factory.mktemp("w"), [row(*i) for i in old.items()], [row(*i) for i in new.items()])
    assert found.added["id"].to_pylist() == sorted(new.keys() - old.keys())
    assert found.removed["id"].to_pylist() == sorted(old.keys() - new.keys())
    assert found.changed["id"].to_pylist() == sorted(name for name in new.keys() & old.keys() if new[name] != old[name])
