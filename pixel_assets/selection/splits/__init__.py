"""Splits: train, validation and test, between which nothing leaks and in which rows stay while data grows."""

from pixel_assets.selection.splits.assign import split
from pixel_assets.selection.splits.inputs import links, places, strata
from pixel_assets.selection.splits.leaks import leakage
from pixel_assets.selection.splits.shares import cluster_sizes, stratum_shares
from pixel_assets.selection.splits.tables import CLUSTER_SIZES, LEAKAGE, SPLIT_NAMES, SPLITS, STRATUM_SHARES
from pixel_assets.selection.splits.times import times

__all__ = [
    "CLUSTER_SIZES",
    "LEAKAGE",
    "SPLITS",
    "SPLIT_NAMES",
    "STRATUM_SHARES",
    "cluster_sizes",
    "leakage",
    "links",
    "places",
    "split",
    "strata",
    "stratum_shares",
    "times",
]
