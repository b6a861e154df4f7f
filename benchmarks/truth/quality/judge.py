"""Which model judges: one that never saw the rows that are counted.

The shipped models are fitted on every row of the shared folder. They may judge another folder, and nothing else; of the shared
one the reported half is judged by models that are fitted on the other half, in the same run or before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.labelled.rows import half
from pixel_assets.quality import model as heads
from pixel_assets.quality.fitting.fit import fit_model
from pixel_assets.quality.fluency import model as fluency
from pixel_assets.quality.fluency import pairs
from pixel_assets.quality.fluency.fit import fit_all
from pixel_assets.quality.labelled.dialogues import read_dialogues
from pixel_assets.quality.seen import Tier

SHIPPED: Final = "shipped"
FITTED: Final = "fitted on the fit half"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Judge:
    """Files of what gives scores, and which vectors it reads."""

    model: Path
    language: Path  # folder with the weights of language and its pairs of words
    tier: Tier
    told: str  # what both were fitted on

    @property
    def language_files(self) -> tuple[Path, Path]:
        """Weights, and pairs of words."""
        return self.language / fluency.PACKAGED.name, self.language / pairs.PACKAGED.name


def shipped(tier: Tier) -> Judge:
    """What comes with the package."""
    return Judge(heads.PACKAGED, fluency.PACKAGED.parent, tier, SHIPPED)


def fit_heads(data: Path, tier: Tier, folder: Path, say: Say) -> Path:
    """The heads of one tier from the fit half of ``data``, as a file in ``folder``.

    Raises ``PixelError`` if a set cannot be read.
    """
    file = folder / heads.PACKAGED.name
    heads.write_model(fit_model(data, [tier], "fit", say).table, file)
    return file


def fit_language(data: Path, folder: Path, say: Say) -> Path:
    """Weights of language from the same half, in ``folder``. Raises ``PixelError`` if a set cannot be read."""
    rows = half(read_dialogues(data), "fit")
    say(f"language, on {len(rows):,} replies")
    words, weights = fit_all(rows, {"half": "fit"})
    judge = Judge(folder, folder, "static", FITTED)
    weights.save(judge.language_files[0])
    words.save(judge.language_files[1], {"half": "fit"})
    return folder
