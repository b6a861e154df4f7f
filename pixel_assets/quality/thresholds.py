"""Thresholds on scores: the least value of each that is kept, from a preset and what is asked instead of it.

Scores are calibrated, so that a threshold means the same for every source; ``data/thresholds.yaml`` says what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pixel_assets.quality.tables import SCORES
from pixel_assets.typed_yaml import read_yaml

FILE: Final = Path(__file__).parent / "data" / "thresholds.yaml"
Missing = Literal["keep", "drop"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Preset(BaseModel):
    """Thresholds with a name, and in one sentence what they ask for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    meaning: str
    at_least: dict[str, Share]


class Presets(BaseModel):
    """The content of ``data/thresholds.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    presets: dict[str, Preset]
    scores: dict[str, str]
    may_lack: tuple[str, ...]

    @model_validator(mode="after")
    def _known(self) -> Self:
        named = [name for preset in self.presets.values() for name in preset.at_least]
        unknown = sorted({*named, *self.scores, *self.may_lack} - {*SCORES})
        lacking = [name for name in SCORES if name not in self.scores]
        if unknown or lacking:
            what = f"{unknown[0]} is no score" if unknown else f"nothing says what {lacking[0]} means"
            raise ValueError(f"{what}; the scores are {', '.join(SCORES)}")
        return self


@cache
def load_presets(file: Path = FILE) -> Presets:
    """The presets that are shipped; raises :class:`SettingsError` that names file and key for a file that is wrong."""
    return read_yaml(file, Presets).content


@dataclass(frozen=True)
class Thresholds:
    """What a conversation must reach to be kept; by default nothing.

    ``at_least`` holds the least value by score, in the order in which they are asked, and only values above 0: a threshold of 0
    asks for nothing, not even for the score to be there. ``missing`` says what becomes of a conversation that lacks a score which
    has a threshold; those that may lack it (``may_lack``) are kept in any case.
    """

    at_least: Mapping[str, float] = field(default_factory=dict)
    missing: Missing = "keep"

    @classmethod
    def of(cls, preset: str, instead: Mapping[str, float | None], missing: Missing = "keep") -> Thresholds:
        """Those of a preset, with single ones replaced; a ``None`` replaces nothing.

        Raises ``ValueError`` for a preset or a score that does not exist.
        """
        known = load_presets().presets
        if preset not in known:
            raise ValueError(f"no preset is called {preset!r} (expected one of {', '.join(known)})")
        unknown = [name for name in instead if name not in SCORES]
        if unknown:
            raise ValueError(f"no score is called {unknown[0]!r} (expected one of {', '.join(SCORES)})")
        asked = {**known[preset].at_least, **{name: value for name, value in instead.items() if value is not None}}
        return cls({name: asked[name] for name in SCORES if asked.get(name, 0.0) > 0}, missing)

    def only(self, score: str) -> Thresholds:
        """The threshold of one score alone."""
        return Thresholds({score: self.at_least[score]}, self.missing)

    @property
    def needed(self) -> tuple[str, ...]:
        """The scores without which a conversation is dropped."""
        may_lack = load_presets().may_lack
        return tuple(name for name in self.at_least if name not in may_lack) if self.missing == "drop" else ()
