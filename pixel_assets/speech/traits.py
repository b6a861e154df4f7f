"""Estimates of the Big Five from how somebody talks, as the literature points; weak ones.

The directions are those of Pennebaker and King (1999), Mairesse and others (2007) and Yarkoni (2010), who correlate counts of
words with questionnaires over many people. Their correlations are mostly below 0.2, so that an estimate describes a
way of talking. It is no test result, and says nothing certain of a person. Half of all evidence is withheld at 300 words, and
with no words every estimate is 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pixel_assets.speech.counting import Counts
from pixel_assets.speech.lexicon import trait_cues

HALF_EVIDENCE: Final = 300  # words
FARTHEST: Final = 2.0  # scales that a single measure may lie from what is usual


def trait_estimates(counts: Counts) -> Mapping[str, float]:
    """Of each trait an estimate from 0 to 1, where 0.5 is usual; a measure that rises moves a trait by the sign it has there."""
    cues = trait_cues()
    away = {
        name: max(-FARTHEST, min(FARTHEST, (counts.rate(name) - usual.typical) / usual.scale))
        for name, usual in cues.measures.items()
    }
    trust = counts.words / (counts.words + HALF_EVIDENCE)
    return {trait: 0.5 + trust * _lean(weights, away) for trait, weights in cues.traits.items()}


def _lean(weights: Mapping[str, float], away: Mapping[str, float]) -> float:
    """From -0.5, where all measures point away from a trait, to 0.5."""
    most = FARTHEST * sum(abs(weight) for weight in weights.values())
    return 0.5 * sum(weight * away[name] for name, weight in weights.items()) / most
