"""The alerts: one file per group, each a plain function that measures and compares with a bound."""

from __future__ import annotations

from pixel_assets.checks import corpus, knowledge, quality, release, safety, selection, sources, voice

CHECKS = (
    *sources.CHECKS, *voice.CHECKS, *knowledge.CHECKS, *corpus.CHECKS, *safety.CHECKS, *quality.CHECKS, *selection.CHECKS,
    *release.CHECKS,
)  # fmt: skip
