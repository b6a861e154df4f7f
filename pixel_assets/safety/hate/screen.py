"""Both screens over one scan for the names of groups: attacks with their levels, generalisations as evidence."""

from __future__ import annotations

from dataclasses import replace

from pixel_assets.safety.findings import Finding
from pixel_assets.safety.hate.detect import detect_hate
from pixel_assets.safety.hate.lexicon import lexicon
from pixel_assets.safety.hate.stereotypes import stereotype_findings
from pixel_assets.safety.turns import Turns


def screen_hate(turns: Turns) -> list[Finding]:
    """What :func:`detect_hate` finds, then stereotypes as evidence at level 0, for too many of them are harmless."""
    named = lexicon().targets.scan(turns.folded)
    return [*detect_hate(turns, named), *(replace(each, level=0) for each in stereotype_findings(turns, named))]
