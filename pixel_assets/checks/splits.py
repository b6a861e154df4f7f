"""Checks on how the splits are filled: by clusters, of which none should be huge, and within each stratum."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

from pixel_assets.build.checking import CheckRun, Verdict
from pixel_assets.build.graph import Check
from pixel_assets.selection.splits import cluster_sizes, strata, stratum_shares

MAX_OFF = 0.05  # share by which a stratum may miss what is asked, however large it is
CHANCE = 0.01  # probability of any alarm by chance alone, over all strata and splits: each cluster is drawn by hash
LEAST_CLUSTERS = 20  # of which fewer may fall anyhow
_SHOWN = 5


def largest_cluster(run: CheckRun) -> Verdict:
    """No cluster holds so much of the mix that where it falls decides on the splits."""
    bound = run.settings.splits.largest_cluster
    largest = cluster_sizes(run.tables["dataset_splits"].read(), most=1).to_pylist()
    if not largest:
        return Verdict(True, "no conversations", {"rows": 0, "share": 0.0, "bound": bound})
    (found,) = largest
    text = f"the largest cluster, {found['cluster_key']}, ties {found['rows']:,} conversations, {found['share']:.2%} of the mix"
    passed = found["rows"] == 1 or found["share"] <= bound
    return Verdict(passed, f"{text} (at most {bound:.0%}), in {found['split']}", {**found, "bound": bound})


def strata_filled(run: CheckRun) -> Verdict:
    """Every stratum has about the shares that the settings ask for."""
    asked = run.settings.splits
    with run.query() as connection:
        of = strata(connection, asked.strata)
    shares = stratum_shares(run.tables["dataset_splits"].read(), of, asked).to_pylist()
    judged = [row for row in shares if row["clusters"] >= LEAST_CLUSTERS]
    deviations = NormalDist().inv_cdf(1 - CHANCE / (2 * len(judged))) if judged else 0.0
    wrong = [row for row in judged if row["off"] > max(MAX_OFF, deviations * _deviation(row))]
    furthest: dict[str, float] = {}
    for row in shares:
        furthest[row["stratum"]] = round(max(furthest.get(row["stratum"], 0.0), row["off"]), 4)
    parts = [f"{row['stratum']} {row['split']} {row['share']:.1%} instead of {row['asked']:.0%}" for row in wrong[:_SHOWN]]
    few = len({row["stratum"] for row in shares if row["clusters"] < LEAST_CLUSTERS})
    said = "; ".join(parts) or "each other within chance of the shares asked for"
    text = f"{len(furthest):,} strata, {few:,} of them too small to judge; {said}"
    if len(wrong) > _SHOWN:
        text += f"; and {len(wrong) - _SHOWN:,} more"
    return Verdict(not wrong, text, {"strata": len(furthest), "off": len(wrong), "by_stratum": furthest})


def _deviation(row: dict[str, Any]) -> float:
    return math.sqrt(row["asked"] * (1 - row["asked"]) / row["clusters"])


CHECKS = (
    Check(
        "largest_cluster", "dataset_splits", "No cluster that must stay together holds much of the mix.", largest_cluster,
        settings=("splits",),
    ),
    Check(
        "strata_filled", "dataset_splits", "Every stratum has the shares asked for, but for chance.", strata_filled,
        settings=("splits",), reads=("redacted_corpus", "conversation_traits"),
    ),
)  # fmt: skip
