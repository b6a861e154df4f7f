"""Coherence: whether a reply belongs where it stands, is whole, and neither repeats nor contradicts what was said.

A head for each way to fail tells true replies of dialogues from failures made of them. Together they give the probability that
none applies, as if :data:`PRIOR` were how often each comes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from pixel_assets.quality.heads.linear import Head, Values

TRUE: Final = "true"
OTHER: Final = "other"
PRIOR: Final = {OTHER: 0.06, "truncated": 0.02, "repeated": 0.01, "contradicted": 0.01}  # of a hundred replies, ninety are true
WHOLE: Final = 1 - sum(PRIOR.values())
SPOILS: Final = {
    "shuffled": OTHER, "same_topic": OTHER, "drawn": OTHER, "truncated": "truncated", "repeated": "repeated",
    "contradicted": "contradicted",
}  # fmt: skip
OUTPUTS: Final = ("failed", TRUE)
_AWAY: Final = np.array([-1.0, 1.0])  # from failing, towards being true


def odds(heads: Mapping[str, Head], standardised: Values) -> Mapping[str, Values]:
    """Of each way to fail against being true, (replies,)."""
    found = {}
    for kind, head in heads.items():
        logits = head.logits(standardised)
        found[kind] = PRIOR[kind] / WHOLE * np.exp(logits[:, 0] - logits[:, 1])
    return found


def probability(odds_: Mapping[str, Values]) -> Values:
    """That a reply fails in none of these ways, (replies,)."""
    return np.asarray(1 / (1 + sum(odds_.values())))


def moved(heads: Mapping[str, Head], standardised: Values) -> Values:
    """By how much each column moved replies away from the ways to fail, each by its part in the odds, (replies, columns)."""
    of_kind = odds(heads, standardised)
    total = np.asarray(sum(of_kind.values()))
    parts = np.column_stack([of_kind[kind] / total for kind in heads])
    return np.asarray(standardised * (parts @ np.stack([head.towards(_AWAY) for head in heads.values()])))
