"""The ledger answers only with what is whole; the current state keeps its time while it stays the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pixel_assets.store.ledger import (
    CheckRecord,
    Current,
    Entry,
    current_manifest,
    entries,
    get_current,
    look_up,
    look_up_check,
    record,
    record_check,
    set_current,
)
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.warehouse import WHOLE, Warehouse

from .tables import nested, written


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture
def manifest(warehouse: Warehouse) -> Manifest:
    return written(warehouse, nested()).manifest


def _entry(manifest: Manifest, fingerprint: str = "f" * 64, at: str = "2024-01-01T00:00:00+00:00") -> Entry:
    return Entry(
        "things", WHOLE, fingerprint, {"code": {"m": "1"}}, "row", {"things": manifest.id},
        {"things": manifest.data_version}, {"things": 4}, {"things": 4}, {"things": 0}, {"seen": [1, "ü"]}, 0.5, at,
    )  # fmt: skip


def test_what_was_recorded_is_found_with_its_manifest(warehouse: Warehouse, manifest: Manifest) -> None:
    record(warehouse, _entry(manifest))
    assert look_up(warehouse, "things", WHOLE, "f" * 64) == (_entry(manifest), {"things": manifest})


def test_the_unknown_is_not_found(warehouse: Warehouse, manifest: Manifest) -> None:
    record(warehouse, _entry(manifest))
    assert look_up(warehouse, "things", WHOLE, "0" * 64) is None
    assert look_up(warehouse, "things", "other", "f" * 64) is None
    assert look_up(warehouse, "others", WHOLE, "f" * 64) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: json.dumps(content).encode()[:-20],
        lambda content: b"[]",
        lambda content: b"3",
        lambda content: json.dumps({**content, "surprise": 1}).encode(),
        lambda content: json.dumps({key: value for key, value in content.items() if key != "rows"}).encode(),
        lambda content: json.dumps({**content, "snapshots": {"things": "0" * 16}}).encode(),
        lambda content: json.dumps({**content, "snapshots": ["things"]}).encode(),
    ],
    ids=["empty", "truncated", "list", "number", "unknown-key", "missing-key", "unknown-snapshot", "not-a-mapping"],
)
def test_a_damaged_entry_is_as_good_as_none(warehouse: Warehouse, manifest: Manifest, damage: Any) -> None:
    record(warehouse, _entry(manifest))
    path = warehouse.ledger("things", WHOLE) / f"{'f' * 64}.json"
    path.write_bytes(damage(json.loads(path.read_bytes())))
    assert look_up(warehouse, "things", WHOLE, "f" * 64) is None


@pytest.mark.parametrize("damage", ["manifest gone", "manifest damaged", "segment gone", "segment cut"])
def test_an_entry_whose_data_is_damaged_is_as_good_as_none(warehouse: Warehouse, manifest: Manifest, damage: str) -> None:
    record(warehouse, _entry(manifest))
    path = warehouse.manifest("things", WHOLE, manifest.id)
    if damage.startswith("segment"):
        path = warehouse.data("things") / manifest.segments[0].file
    content = path.read_bytes()
    path.unlink()
    if not damage.endswith("gone"):
        path.write_bytes(content[:-5])
    assert look_up(warehouse, "things", WHOLE, "f" * 64) is None
    path.write_bytes(content)
    assert look_up(warehouse, "things", WHOLE, "f" * 64) is not None


def test_entries_come_oldest_first_without_the_damaged(warehouse: Warehouse, manifest: Manifest) -> None:
    for fingerprint, at in (("a" * 64, "2024-03-01"), ("b" * 64, "2024-01-01"), ("c" * 64, "2024-02-01")):
        record(warehouse, _entry(manifest, fingerprint, at))
    assert [entry.fingerprint[0] for entry in entries(warehouse, "things", WHOLE)] == ["b", "c", "a"]
    (warehouse.ledger("things", WHOLE) / f"{'c' * 64}.json").write_text("{")
    assert [entry.fingerprint[0] for entry in entries(warehouse, "things", WHOLE)] == ["b", "a"]
    assert entries(warehouse, "things", "other") == []


def test_an_unchanged_state_keeps_its_time(warehouse: Warehouse) -> None:
    first = Current("f", "s", "v", 3, since="2024-01-01")
    set_current(warehouse, "things", WHOLE, first)
    set_current(warehouse, "things", WHOLE, replace(first, since="2025-01-01"))
    assert get_current(warehouse, "things", WHOLE) == first
    changed = replace(first, data_version="w", since="2025-01-01")
    set_current(warehouse, "things", WHOLE, changed)
    assert get_current(warehouse, "things", WHOLE) == changed


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"fingerprint": "f"}'])
def test_a_state_that_cannot_be_read_is_none(warehouse: Warehouse, content: str) -> None:
    set_current(warehouse, "things", WHOLE, Current("f", "s", "v"))
    warehouse.current("things", WHOLE).write_text(content)
    assert get_current(warehouse, "things", WHOLE) is None
    set_current(warehouse, "things", WHOLE, Current("f", "s", "v", since="now"))
    assert get_current(warehouse, "things", WHOLE) == Current("f", "s", "v", since="now")


def test_the_current_manifest_is_that_of_the_snapshot_that_stands(warehouse: Warehouse, manifest: Manifest) -> None:
    assert current_manifest(warehouse, "things", WHOLE) is None
    set_current(warehouse, "things", WHOLE, Current("f", manifest.id, manifest.data_version, 4))
    assert current_manifest(warehouse, "things", WHOLE) == manifest
    set_current(warehouse, "things", WHOLE, Current("", None, None, error="it failed"))
    assert current_manifest(warehouse, "things", WHOLE) is None
    set_current(warehouse, "things", WHOLE, Current("f", manifest.id, manifest.data_version, 4))
    (warehouse.data("things") / manifest.segments[0].file).unlink()
    assert current_manifest(warehouse, "things", WHOLE) is None


def _check(fingerprint: str = "f" * 64, passed: bool = True) -> CheckRecord:
    return CheckRecord("things", WHOLE, "size", fingerprint, passed, "WARN", False, "4 rows", {"rows": 4}, "2024-01-01")


def test_a_check_is_known_for_its_fingerprint_alone(warehouse: Warehouse) -> None:
    record_check(warehouse, _check())
    assert look_up_check(warehouse, "things", WHOLE, "size", "f" * 64) == _check()
    assert look_up_check(warehouse, "things", WHOLE, "size", "0" * 64) is None
    assert look_up_check(warehouse, "things", WHOLE, "other", "f" * 64) is None
    assert look_up_check(warehouse, "things", WHOLE, "size", "f" * 16 + "0" * 48) is None  # equal in its first digits only


def test_a_damaged_check_is_as_good_as_none(warehouse: Warehouse) -> None:
    record_check(warehouse, _check())
    (path,) = warehouse.checks("things", WHOLE).iterdir()
    path.write_text("{}")
    assert look_up_check(warehouse, "things", WHOLE, "size", "f" * 64) is None
