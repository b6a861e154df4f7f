"""A made-up pool for benchmarks/mix.py: conversations with vectors in clusters, scores, topics and sources, all by one seed."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

DIMENSIONS: Final = 128
RATIOS: Final = {"psychology": 0.30, "voice": 0.25, "mental_health": 0.20, "reasoning": 0.15, "personality": 0.10}
_SHARES: Final = (0.40, 0.20, 0.20, 0.12, 0.08)  # of the pool
_CLUSTERS, _TOPICS, _SOURCES = 600, 30, 12
_COPIES: Final = 0.1  # share of rows that are another row with hardly any change

Floats = npt.NDArray[np.float64]


def made_up(rows: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """What ``selection.mix.compose`` takes: conversations with traits, and their vectors.

    Clusters have sizes by Zipf's law, a topic, a spread and a quality of their own, so that the best rows stand together.
    """
    draw = np.random.default_rng(seed)
    cluster = draw.choice(_CLUSTERS, rows, p=_zipf(_CLUSTERS))
    centres = draw.standard_normal((_CLUSTERS, DIMENSIONS))
    spread, quality = draw.uniform(0.1, 0.9, _CLUSTERS), draw.normal(0.7, 0.1, _CLUSTERS)
    # Word sums have a few directions that all share
    vectors = centres[cluster] + spread[cluster, None] * draw.standard_normal((rows, DIMENSIONS)) + 0.8 * centres[0]
    copies = np.flatnonzero(draw.random(rows) < _COPIES)
    originals = draw.integers(0, rows, len(copies))
    vectors[copies] = vectors[originals] + 0.02 * draw.standard_normal((len(copies), DIMENSIONS))
    cluster[copies] = cluster[originals]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    score = np.clip(quality[cluster] + draw.normal(0, 0.08, rows), 0, 1).round(4)
    names = pa.array([f"{number:032x}" for number in range(rows)])
    flat = pa.array(vectors.astype(np.float16).ravel())
    kept = pa.table(
        {
            "conversation_id": names,
            "category": draw.choice(list(RATIOS), rows, p=_SHARES),
            "source": [f"source_{number}" for number in draw.choice(_SOURCES, rows, p=_zipf(_SOURCES))],
            "score": pa.array(score, mask=draw.random(rows) < 0.01),
            "trait_topic": [f"topic_{number}" for number in draw.choice(_TOPICS, _CLUSTERS, p=_zipf(_TOPICS))[cluster]],
            "trait_modality": draw.choice(["none", "cbt", "person_centred", "dbt"], rows, p=[0.6, 0.25, 0.1, 0.05]),
            "trait_population": draw.choice(["unspecified", "parent", "student", "veteran"], rows, p=[0.85, 0.08, 0.05, 0.02]),
        }
    )
    return kept, pa.table({"conversation_id": names, "whole": pa.FixedSizeListArray.from_arrays(flat, DIMENSIONS)})


def _zipf(count: int) -> Floats:
    weights = 1 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())
