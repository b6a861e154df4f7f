"""Rows of assets as evidence: what can be shown of them, and which computation they come from.

What somebody wrote or said is left out wherever it stands: a list of turns or words becomes their number, free text nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pyarrow as pa

from pixel_assets.build.fingerprint import digest
from pixel_assets.build.project import Project
from pixel_assets.store import ledger
from pixel_assets.store.history import RECORDED, history_sql
from pixel_assets.store.manifest import Manifest
from pixel_assets.store.snapshot import Table
from pixel_assets.store.warehouse import WHOLE

Row = Mapping[str, Any]

# Columns, and fields of structs, that hold what somebody wrote.
TEXT: Final = frozenset(
    [
        "answer",
        "content",
        "culture",
        "definition",
        "details",
        "excerpt",
        "goal",
        "history",
        "household",
        "metadata",
        "original",
        "presenting",
        "prompt",
        "question",
        "quote",
        "reasoning",
        "record",
        "reply",
        "response",
        "sentence",
        "snippet",
        "summary",
        "text",
        "turns",
        "utterance",
        "value",
        "words",
    ]
)
MAX_TEXT: Final = 200  # characters; what is longer is no label, whatever its column is called
MAX_MEASURES: Final = 16  # of a list of measures; a longer one is a curve
MAX_COUNT: Final = 2**48  # more than any count or row number; what is greater is a hash


@dataclass(frozen=True)
class Chapter:
    """Rows of one asset (partition), and the computation that they come from."""

    asset: str
    partition: str | None
    rows: tuple[Row, ...]
    snapshot: str
    data_version: str
    fingerprint: str
    code: str | None  # hash of the code that computed them; None where the ledger has forgotten it
    computed_at: str | None


class Evidence:
    """The current state of all assets, asked row by row."""

    def __init__(self, project: Project, connection: duckdb.DuckDBPyConnection) -> None:
        self.project, self._connection = project, connection
        self.assets: dict[str, dict[str, Manifest]] = {}  # those that have data, in graph order
        for name in project.graph.assets:
            found = {p: ledger.current_manifest(project.warehouse, name, p) for p in project.partitions_of(name)}
            manifests = {p: manifest for p, manifest in found.items() if manifest is not None}
            if manifests:
                self.assets[name] = manifests

    def columns(self, asset: str) -> list[str]:
        """The columns that every current snapshot of an asset has."""
        kept = [{column[0] for column in manifest.columns} for manifest in self.assets[asset].values()]
        return [name for name in self.project.graph.assets[asset].schema.names if all(name in names for names in kept)]

    def type_of(self, asset: str, column: str) -> pa.DataType:
        """The type of a column."""
        return self._field(asset, column).type

    def having(self, *columns: str) -> list[str]:
        """The assets that have all these columns."""
        return [asset for asset in self.assets if {*columns} <= {*self.columns(asset)}]

    def count(self, asset: str, where: str, values: Sequence[object]) -> int:
        """Number of rows for which a condition holds."""
        return int(self._ask("count(*)", asset, where, values)[0][0])

    def select(self, what: str, asset: str, where: str) -> str:
        """A query of an asset, for a condition on another one; ``_partition`` is a column of it."""
        parts = [
            f"SELECT '{partition}' AS _partition, * FROM ({self._table(asset, manifest).sql()})"
            for partition, manifest in self.assets[asset].items()
        ]
        return f"SELECT {what} FROM ({' UNION ALL '.join(parts)}) WHERE {where}"

    def values(self, asset: str, column: str, where: str, values: Sequence[object], limit: int | None = None) -> set[Any]:
        """Different values of a column in the rows for which a condition holds."""
        tail = f" LIMIT {limit}" if limit else ""
        return {value for (value,) in self._ask(f'DISTINCT "{column}"', asset, where, values, tail)}

    def chapters(self, asset: str, where: str, values: Sequence[object]) -> Iterator[Chapter]:
        """The rows for which a condition holds, as far as they can be shown, by partition."""
        names = [name for name in self.columns(asset) if _can_be_shown(self._field(asset, name))]
        shown = ", ".join(_shown(self._field(asset, name)) for name in names)
        by_partition: dict[str, list[Row]] = {}
        for partition, *row in self._ask(f"_partition, {shown}", asset, where, values, " ORDER BY ALL"):
            plain = {name: _plain(value) for name, value in zip(names, row, strict=True)}
            by_partition.setdefault(partition, []).append(plain)
        for partition, rows in by_partition.items():
            yield self._chapter(asset, partition, rows)

    def rows(self, asset: str, where: str, values: Sequence[object]) -> list[Row]:
        """The rows of :meth:`chapters`, whichever partitions they are of."""
        return [row for chapter in self.chapters(asset, where, values) for row in chapter.rows]

    def past(self, asset: str, where: str, values: Sequence[object]) -> list[Row]:
        """The rows of an asset's history for which a condition holds, as far as they can be shown, and when each was recorded."""
        schema = self.project.graph.assets[asset].schema
        fields = [field for field in schema if _can_be_shown(field)]
        names = [*(field.name for field in fields), RECORDED]
        shown = ", ".join([*map(_shown, fields), RECORDED])
        history = history_sql(self.project.warehouse, asset, schema)
        query = f"SELECT {shown} FROM ({history}) WHERE {where} ORDER BY {RECORDED}"
        found = self._connection.execute(query, values).fetchall()
        return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in found]

    def made_from(self, asset: str, source: str) -> bool:
        """Whether an asset without partitions was computed from the current state of another."""
        entry = self._entry(asset, WHOLE)
        versions = {part: manifest.data_version for part, manifest in self.assets.get(source, {}).items()}
        return entry is not None and entry.ingredients["inputs"].get(source) == versions

    def _chapter(self, asset: str, partition: str, rows: list[Row]) -> Chapter:
        manifest, entry = self.assets[asset][partition], self._entry(asset, partition)
        current = ledger.get_current(self.project.warehouse, asset, partition)
        return Chapter(
            asset,
            None if partition == WHOLE else partition,
            tuple(rows),
            manifest.id,
            manifest.data_version,
            current.fingerprint if current else "",
            digest(entry.ingredients["code"])[:16] if entry else None,
            entry.computed_at if entry else None,
        )

    def _entry(self, asset: str, partition: str) -> ledger.Entry | None:
        warehouse = self.project.warehouse
        current = ledger.get_current(warehouse, asset, partition)
        if current is None:
            return None
        known = ledger.look_up(warehouse, self.project.graph.maker[asset].name, partition, current.fingerprint)
        return known[0] if known else None

    def _ask(self, what: str, asset: str, where: str, values: Sequence[object], tail: str = "") -> list[tuple[Any, ...]]:
        return self._connection.execute(self.select(what, asset, where) + tail, list(values)).fetchall()

    def _table(self, asset: str, manifest: Manifest) -> Table:
        schema = pa.schema([self._field(asset, name) for name in self.columns(asset)])
        return Table(self.project.warehouse, asset, schema, (manifest,))

    def _field(self, asset: str, column: str) -> pa.Field:
        return self.project.graph.assets[asset].schema.field(column)


def _can_be_shown(field: pa.Field) -> bool:
    kind = field.type
    wordy = pa.types.is_string(kind) or pa.types.is_struct(kind) or pa.types.is_map(kind)
    return not pa.types.is_binary(kind) and not (field.name in TEXT and wordy)


def _shown(field: pa.Field) -> str:
    """A column in SQL: lists of what somebody wrote as their length, so that the text is not even read."""
    name = f'"{field.name}"'
    return f"len({name}) AS {name}" if field.name in TEXT and pa.types.is_list(field.type) else name


def _plain(value: Any) -> Any:
    """A value with what is long or was written by somebody left out, at any depth."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        return f"({len(value):,} characters)"
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in TEXT or isinstance(inner, int | float)}
    if isinstance(value, list):
        if len(value) > MAX_MEASURES and all(map(_is_measure, value)):
            return f"({len(value):,} numbers)"
        return [_plain(inner) for inner in value]
    return value


def _is_measure(value: Any) -> bool:
    """A number that was measured, several together, or a hash; smaller whole numbers may count or name something."""
    if isinstance(value, dict):
        return any(isinstance(inner, float) for inner in value.values())
    return isinstance(value, float) or (isinstance(value, int) and abs(value) > MAX_COUNT)
