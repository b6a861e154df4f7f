"""The place that a row would have if nothing were tied to it: a function of the row and the settings alone.

Hashing a key to a point of a circle and cutting the circle into arcs is consistent assignment (Karger et al. 1997): other rows
do not count, so nothing is remembered. Near-equal openings have equal keys with a probability of their resemblance (Broder 1997),
so that most rows which are tied to each other have one place of their own accord.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from pixel_assets.selection.query import query

if TYPE_CHECKING:
    from pixel_assets.settings import SplitSettings

OWN_PLACES: Final = pa.schema(
    [
        pa.field("conversation_id", pa.string(), nullable=False),
        pa.field("group_key", pa.string(), nullable=False),
        pa.field("place", pa.int8(), nullable=False),  # number of the split in SPLIT_NAMES
    ]
)
_ALIKE: Final = "coalesce(place_key::VARCHAR, group_key)"
# What is hashed behind the seed
_HASHED: Final = {
    "group": _ALIKE,
    "random": "conversation_id",
    "stratified": f"stratum || ':' || {_ALIKE}",
    "temporal": _ALIKE,
}
_NEEDED: Final = {"stratified": "strata", "temporal": "times"}
_COLUMNS: Final = {
    "places": ("place_key", pa.int64()),
    "strata": ("stratum", pa.string()),
    "times": ("time", pa.timestamp("us")),
}


def own_places(
    groups: pa.Table,
    settings: SplitSettings,
    *,
    places: pa.Table | None = None,
    strata: pa.Table | None = None,
    times: pa.Table | None = None,
) -> pa.Table:
    """``OWN_PLACES`` of all conversations of ``groups`` (``conversation_id``, ``group_key``), in the order of their ids.

    ``places`` has ``place_key`` (a row without one, or with null, is placed by its group), ``strata`` has ``stratum`` and
    ``times`` has ``time`` (null where it is unknown: such a row is placed as by groups). Raises ``ValueError`` where the strategy
    asks for a table that is not given, or where a conversation has no stratum.
    """
    given = {"places": places, "strata": strata, "times": times}
    needed = _NEEDED.get(settings.strategy)
    if needed and given[needed] is None:
        raise ValueError(f"splits.strategy {settings.strategy}: no table of {needed} is given (expected one row a conversation)")
    tables = {"groups": groups.select(["conversation_id", "group_key"])}
    for name, (column, kind) in _COLUMNS.items():
        table = given[name]
        if table is None:
            table = pa.table({"conversation_id": pa.array([], pa.string()), column: pa.array([], kind)})
        tables[name] = table.select(["conversation_id", column])
    sql = f"""
        SELECT conversation_id, group_key, CASE
            WHEN $by_time AND time IS NOT NULL
                THEN CASE WHEN time < $validation_from::TIMESTAMP THEN 0 WHEN time < $test_from::TIMESTAMP THEN 1 ELSE 2 END
            WHEN point < $train_ends THEN 0 WHEN point < $validation_ends THEN 1 WHEN point IS NOT NULL THEN 2
        END AS place
        FROM (
            SELECT conversation_id, group_key, time, md5($seed || ':' || {_HASHED[settings.strategy]})[:16] AS point
            FROM groups LEFT JOIN places USING (conversation_id) LEFT JOIN strata USING (conversation_id)
                LEFT JOIN times USING (conversation_id)
        )
        ORDER BY conversation_id
    """
    parameters = {
        "seed": str(settings.seed),
        "train_ends": _bound(settings.train),
        "validation_ends": _bound(settings.train, settings.validation),
        "by_time": settings.strategy == "temporal",
        "validation_from": str(settings.validation_from) if settings.validation_from else None,
        "test_from": str(settings.test_from) if settings.test_from else None,
    }
    return query(sql, tables, OWN_PLACES, parameters)


def _bound(*shares: float) -> str:
    """Where on the circle of 16 hex digits the splits up to here end, to compare digits with as text."""
    part = sum(Fraction(repr(share)) for share in shares)
    return "g" if part >= 1 else f"{int(part * 2**64):016x}"  # g stands after every digit
