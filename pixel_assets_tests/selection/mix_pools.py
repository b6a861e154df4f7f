"""Small pools for tests of the mix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa

from pixel_assets.selection.mix import MixResult, MixRules

RATIOS: Final = {"psychology": 0.30, "voice": 0.25, "mental_health": 0.20, "reasoning": 0.15, "personality": 0.10}
TEXTS: Final = {"category": "voice", "source": "s", "trait_topic": "work", "trait_modality": "none", "trait_population": "adult"}


def rules(**settings: Any) -> MixRules:
    """Rules with the usual ratios."""
    usual: dict[str, Any] = {"ratios": RATIOS, "target": 100}
    return MixRules(**usual | settings)


def pool(rows: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    """Conversations by id; what a row does not say is as in ``TEXTS``, and it has no score."""
    columns = {name: pa.array([row.get(name, text) for row in rows.values()], pa.string()) for name, text in TEXTS.items()}
    score = pa.array([row.get("score") for row in rows.values()], pa.float64())
    return pa.table({"conversation_id": pa.array(list(rows), pa.string()), "score": score} | columns)


def by_category(rows: Mapping[str, str]) -> pa.Table:
    """Conversations of which only the category is given."""
    return pool({name: {"category": category} for name, category in rows.items()})


def vectors(table: pa.Table, dimensions: int = 8) -> pa.Table:
    """Vectors of length 1, each decided by the conversation's id."""
    names = table["conversation_id"].to_pylist()
    made = (
        np.stack([np.random.default_rng(list(name.encode())).standard_normal(dimensions) for name in names])
        if names
        else np.zeros((0, dimensions))
    )
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    flat = pa.array(made.astype(np.float16).ravel())
    return pa.table({"conversation_id": table["conversation_id"], "whole": pa.FixedSizeListArray.from_arrays(flat, dimensions)})


def ids(result: MixResult) -> set[str]:
    """The chosen conversations."""
    return {str(name) for name in result.table["conversation_id"].to_pylist()}


def best_first(result: MixResult) -> list[str]:
    """The chosen conversations of a mix of one category, in the order of their places."""
    return [str(name) for name in result.table.sort_by("position")["conversation_id"].to_pylist()]
