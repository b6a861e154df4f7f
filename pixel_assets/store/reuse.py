"""Row-wise work is done once per row (contract C2): the one helper that every row-wise asset goes through.

An output row carries the key of the input it was computed from. Given the keys that are wanted now, the
rows of the previous snapshot whose keys are among them stay, and only inputs without any row are computed.
The previous snapshot counts only if it was computed by the same code with the same settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pixel_assets.store.data_version import Hashes
from pixel_assets.store.lookup import Lookup
from pixel_assets.store.schema import INPUT
from pixel_assets.store.snapshot import Mask, Table


@dataclass(frozen=True)
class Reuse:
    """Which inputs must be computed, and which rows of each previous output still hold."""

    compute: Mask  # by wanted key
    keep: Mapping[str, Mask]  # by output, by position in its previous snapshot


def plan_reuse(wanted: Hashes, previous: Mapping[str, Table | None], again: Hashes | None = None) -> Reuse:
    """Compare the wanted input keys, shape (n, 2), with what the previous snapshots of all outputs were made from.

    Keys are unique among the inputs: rows that share one are computed, kept and dropped together, as one unit.
    An input counts as done if any output has a row made from it, so at least one output of a row-wise step
    must have a row for every input. Those of the keys ``again`` are computed though they have rows, which are not kept.
    """
    tables = {name: table for name, table in previous.items() if table is not None}
    if len(tables) < len(previous):  # one output is gone: without it nothing is known to be complete
        return Reuse(np.ones(len(wanted), bool), {})
    made_from = {name: table.hashes(INPUT) for name, table in tables.items()}
    still_wanted = Lookup(wanted if again is None else wanted[~Lookup(again).contains(wanted)])
    keep = {name: still_wanted.contains(keys) for name, keys in made_from.items()}
    done = Lookup(np.concatenate(list(made_from.values()))) if made_from else Lookup(np.zeros((0, 2), np.uint64))
    return Reuse(~(done.contains(wanted) & still_wanted.contains(wanted)), keep)
