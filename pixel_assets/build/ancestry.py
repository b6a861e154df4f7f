"""The rows that a row was made from, found through keys: an asset whose key stands in a row tells of that row as well.

So a conversation leads to the recording that it was said in, by ``recording_id`` and from there by source and file; and one
that was generated to its scenario, and to the entries of the knowledge base that are listed in its column ``entries``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pixel_assets.build.evidence import Chapter, Evidence

# Columns that list keys of other assets: key → (column, the field of its structs that holds the key)
LISTED: Final = {"entity_id": ("entries", "entry")}


@dataclass(frozen=True)
class _Rows:
    """Rows of an asset: those for which a condition holds."""

    where: str
    values: tuple[object, ...]

    def __or__(self, other: _Rows) -> _Rows:
        return _Rows(f"({self.where}) OR ({other.where})", (*self.values, *other.values))


def chapters_of(evidence: Evidence, column: str, value: str) -> list[Chapter]:
    """What all assets say of an id in that column, and of the rows that these were made from; in graph order."""
    itself = evidence.having(column)
    wanted = {asset: _Rows(f'"{column}" = ?', (value,)) for asset in itself}
    found: dict[str, list[Chapter]] = {}
    for asset in reversed(evidence.assets):  # what reads an asset comes before it
        rows = wanted.get(asset)
        found[asset] = list(evidence.chapters(asset, rows.where, rows.values)) if rows else []
        if not rows or not found[asset]:
            continue
        for parent in _parents(evidence, asset):
            named = None if parent in itself else _named(evidence, parent, asset, rows)
            if named:
                wanted[parent] = wanted[parent] | named if parent in wanted else named
    return [chapter for asset in evidence.assets for chapter in found[asset]]


def _parents(evidence: Evidence, asset: str) -> Iterator[str]:
    return (name for name in evidence.project.graph.maker[asset].inputs if name in evidence.assets)


def _named(evidence: Evidence, parent: str, asset: str, rows: _Rows) -> _Rows | None:
    """The rows of ``parent`` whose whole key stands in some rows of ``asset``; None where that has no such columns."""
    key = evidence.project.graph.assets[parent].key
    columns = [_key_in(evidence, asset, name) for name in key]
    if not all(columns):
        return None
    names = ", ".join(f'"{name}"' for name in key)
    return _Rows(f"({names}) IN ({evidence.select(', '.join(filter(None, columns)), asset, rows.where)})", rows.values)


def _key_in(evidence: Evidence, asset: str, name: str) -> str | None:
    """A column of a key in SQL, as it stands in the rows of another asset."""
    known = evidence.columns(asset)
    if name in known:
        return f'"{name}"'
    column, inner = LISTED.get(name, ("", ""))
    if column not in known:
        return None
    kind = evidence.type_of(asset, column)
    listed = f'"{column}"' if pa.types.is_string(kind.value_type) else f'list_transform("{column}", lambda one: one.{inner})'
    return f"unnest({listed})"
