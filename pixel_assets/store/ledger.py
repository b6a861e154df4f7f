"""The ledger (fingerprint → what came out) and the current state (which snapshot stands now).

Both are plain JSON files, one an entry, so that any number of processes may write at once and nothing
but the warehouse is needed to know what has been computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from pixel_assets.errors import CorruptSnapshot
from pixel_assets.store.manifest import Manifest, is_whole, load_manifest
from pixel_assets.store.warehouse import Warehouse, list_json, read_json, write_json


@dataclass(frozen=True)
class Entry:
    """What one computation of a step gave, and from what."""

    step: str
    partition: str
    fingerprint: str
    ingredients: Mapping[str, Any]
    row_version: str
    snapshots: Mapping[str, str]  # asset → snapshot id
    data_versions: Mapping[str, str]
    rows: Mapping[str, int]
    rows_computed: Mapping[str, int]
    rows_reused: Mapping[str, int]
    measures: Mapping[str, Any]
    seconds: float
    computed_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))


@dataclass(frozen=True)
class Current:
    """The state of one asset (partition): its snapshot, or the error that left it without one."""

    fingerprint: str
    snapshot: str | None
    data_version: str | None
    rows: int = 0
    error: str | None = None
    since: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))


def record(warehouse: Warehouse, entry: Entry) -> None:
    """Enter a computation; the first result of a fingerprint is the one that counts."""
    write_json(warehouse.ledger(entry.step, entry.partition) / f"{entry.fingerprint}.json", asdict(entry))


def look_up(warehouse: Warehouse, step: str, partition: str, fingerprint: str) -> tuple[Entry, dict[str, Manifest]] | None:
    """The entry of a fingerprint with its manifests, or None if it is unknown or its files are gone or damaged."""
    path = warehouse.ledger(step, partition) / f"{fingerprint}.json"
    try:
        entry = Entry(**read_json(path))
        manifests = {asset: load_manifest(warehouse, asset, partition, name) for asset, name in entry.snapshots.items()}
    except FileNotFoundError:
        return None
    except (CorruptSnapshot, TypeError, AttributeError):
        return None  # what cannot be trusted is computed again; `pixel verify` names it
    if not all(is_whole(warehouse, manifest) for manifest in manifests.values()):
        return None
    return entry, manifests


def read_entry(warehouse: Warehouse, step: str, partition: str, fingerprint: str) -> Entry | None:
    """The entry of a fingerprint, whether or not its files are still there; None if it is unknown or damaged."""
    try:
        return Entry(**read_json(warehouse.ledger(step, partition) / f"{fingerprint}.json"))
    except (FileNotFoundError, CorruptSnapshot, TypeError):
        return None


def entries(warehouse: Warehouse, step: str, partition: str) -> list[Entry]:
    """All readable entries of a step's partition, oldest first."""
    found = []
    for path in list_json(warehouse.ledger(step, partition)):
        try:
            found.append(Entry(**read_json(path)))
        except (CorruptSnapshot, TypeError):
            continue  # named by `pixel verify`
    return sorted(found, key=lambda entry: (entry.computed_at, entry.fingerprint))


def set_current(warehouse: Warehouse, asset: str, partition: str, current: Current) -> None:
    """Make a snapshot (or an error) the current state; unchanged states are left alone, with their time."""
    before = get_current(warehouse, asset, partition)
    if before is None or {**asdict(before), "since": ""} != {**asdict(current), "since": ""}:
        write_json(warehouse.current(asset, partition), asdict(current))


def get_current(warehouse: Warehouse, asset: str, partition: str) -> Current | None:
    """The current state, or None if there is none that can be read."""
    try:
        return Current(**read_json(warehouse.current(asset, partition)))
    except FileNotFoundError:
        return None
    except (CorruptSnapshot, TypeError):
        return None


def current_manifest(warehouse: Warehouse, asset: str, partition: str) -> Manifest | None:
    """The manifest of the current snapshot, or None where there is none or it is damaged."""
    current = get_current(warehouse, asset, partition)
    if current is None or current.snapshot is None:
        return None
    try:
        manifest = load_manifest(warehouse, asset, partition, current.snapshot)
    except CorruptSnapshot:
        return None
    return manifest if is_whole(warehouse, manifest) else None


@dataclass(frozen=True)
class CheckRecord:
    """What a check measured for one state of the data."""

    asset: str
    partition: str
    check: str
    fingerprint: str
    passed: bool
    severity: str  # "ERROR" or "WARN"
    blocking: bool
    description: str
    measured: Mapping[str, Any]
    checked_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="microseconds"))


def record_check(warehouse: Warehouse, result: CheckRecord) -> None:
    """Keep a check's result under its fingerprint."""
    folder = warehouse.checks(result.asset, result.partition)
    write_json(folder / f"{result.check}-{result.fingerprint[:16]}.json", asdict(result))


def look_up_check(warehouse: Warehouse, asset: str, partition: str, check: str, fingerprint: str) -> CheckRecord | None:
    """The result of a check for this fingerprint, or None."""
    try:
        found = CheckRecord(**read_json(warehouse.checks(asset, partition) / f"{check}-{fingerprint[:16]}.json"))
    except (FileNotFoundError, CorruptSnapshot, TypeError):
        return None
    return found if found.fingerprint == fingerprint else None
