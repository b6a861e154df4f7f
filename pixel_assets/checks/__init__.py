"""The alerts: one file per group, each a plain function that measures and compares with a bound."""

from __future__ import annotations

from pixel_assets.checks import (
    augmentation,
    corpus,
    dedup,
    knowledge,
    quality,
    release,
    safety,
    selection,
    sources,
    splits,
    voice,
)

CHECKS = (
    *sources.CHECKS, *voice.CHECKS, *knowledge.CHECKS, *corpus.CHECKS, *safety.CHECKS, *quality.CHECKS, *dedup.CHECKS,
    *selection.CHECKS, *splits.CHECKS, *augmentation.CHECKS, *release.CHECKS,
)  # fmt: skip
