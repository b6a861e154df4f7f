"""The conversations to choose from, in the seeded order by which every tie is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pixel_assets.selection.mix.rules import MixRules
from pixel_assets.selection.mix.traits import name
from pixel_assets.selection.query import query, require_once

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_PLACE: Final = pa.schema([pa.field("row", pa.int64(), nullable=False), pa.field("part", pa.int64(), nullable=False)])
_DIGITS: Final = 12  # hexadecimal, of the hash: a number below 2 ** 48, so that a float holds it exactly
_SQL: Final = f"""
    SELECT row, ('0x' || substr(hash, 1, {_DIGITS}))::BIGINT AS part
    FROM (SELECT row, conversation_id, md5($seed || ':' || conversation_id) AS hash FROM rows)
    ORDER BY hash, conversation_id
"""


@dataclass(frozen=True)
class Coded:
    """A column of text as numbers: ``values[codes[row]]``, values in the order of their names."""

    codes: Ints  # (rows,)
    values: list[str]

    @classmethod
    def of(cls, text: pa.Array | pa.ChunkedArray) -> Coded:
        """Of a column without nulls."""
        values = sorted(pc.unique(text).to_pylist())
        return cls(np.asarray(pc.index_in(text, pa.array(values, pa.string())), np.int64), values)


@dataclass(frozen=True)
class Pool:
    """Conversations to choose from; arrays have one entry for each, in the order of a hash of seed and id."""

    table: pa.Table
    chance: Floats  # the hash as a number between 0 and 1, larger is earlier
    category: Coded
    source: Coded
    score: Floats  # overall; of those without one, what they count as
    traits: dict[str, Coded]

    @property
    def rows(self) -> int:
        """Number of conversations."""
        return len(self.chance)


def pool_of(kept: pa.Table, rules: MixRules) -> tuple[Pool, dict[str, int]]:
    """The conversations of at least the minimum quality, and how many by category are below it.

    ``kept`` has ``conversation_id``, ``category``, ``source``, ``score`` (null where there is none) and a column ``trait_…`` for
    each of ``rules.traits``, in any order. Raises ``ValueError`` where an id is repeated.
    """
    require_once(kept=kept)
    narrow = pa.table({"row": np.arange(kept.num_rows), "conversation_id": kept["conversation_id"]})
    order = query(_SQL, {"rows": narrow}, _PLACE, {"seed": str(rules.seed)})
    table = kept.take(order["row"])
    good = _good(table, rules)
    left_out = pc.value_counts(table["category"].filter(pa.array(~good)))
    below = {entry["values"].as_py(): entry["counts"].as_py() for entry in left_out}
    table = table.filter(pa.array(good)).combine_chunks()
    chance = 1 - (np.asarray(order["part"], np.float64)[good] + 0.5) / 16.0**_DIGITS
    score = np.asarray(pc.fill_null(table["score"], rules.unscored_as), np.float64)
    traits = {trait: Coded.of(table[name(trait)]) for trait in rules.traits}
    return Pool(table, chance, Coded.of(table["category"]), Coded.of(table["source"]), score, traits), dict(sorted(below.items()))


def _good(table: pa.Table, rules: MixRules) -> npt.NDArray[np.bool_]:
    if rules.minimum_quality is None:
        return np.ones(table.num_rows, np.bool_)
    enough = pc.greater_equal(table["score"], rules.minimum_quality)
    return np.asarray(pc.fill_null(enough, rules.unscored == "keep"), np.bool_)
