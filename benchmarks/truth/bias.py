"""Counterfactual pairs: whether the swap turns each sentence into its twin, to the letter."""

from __future__ import annotations

import numpy as np
from figures import Figure

from pixel_assets.safety.bias.counterfactual import swap
from pixel_assets.safety.labelled import bias as sets
from truth.judged import Bench, measured


def section(bench: Bench) -> list[Figure]:
    """All figures on counterfactuals."""
    pairs = bench.reported(sets.read_winobias(bench.data))
    triples = bench.reported(sets.read_winogender(bench.data))
    gendered = [row for row in bench.reported(sets.read_crows_pairs(bench.data)) if row.axis == "gender"]
    both_ways = [(row.group, row.more, row.less) for row in pairs] + [(row.group, row.less, row.more) for row in pairs]
    genders = [(row.group, row.male, row.female) for row in triples] + [(row.group, row.female, row.male) for row in triples]
    crowd = [(row.group, row.more, row.less) for row in gendered]
    return [
        _twins("winobias", both_ways, goal=1.0),
        _twins("winogender", genders, goal=1.0),
        _twins("crows_pairs, gender, written by crowd workers", crowd),
    ]


def _twins(name: str, pairs: list[tuple[str, str, str]], goal: float | None = None) -> Figure:
    same = np.array([swap(first, "gender") == second for _, first, second in pairs])
    groups = [group for group, _, _ in pairs]
    return measured(f"bias, {name}: rewritten to the twin", groups, lambda drawn: same[drawn].mean(), goal=goal)
