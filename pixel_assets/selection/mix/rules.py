"""What a mix is asked to be: its size, ratios, strategy and bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, Final, Literal

from pixel_assets.selection.mix.traits import EXPRESSIONS

Strategy = Literal["proportional", "quality_weighted", "diverse", "iterative", "hybrid"]
BY_VECTORS: Final = frozenset({"diverse", "hybrid"})
BY_BALANCE: Final = frozenset({"iterative", "hybrid"})


@dataclass(frozen=True)
class Bound:
    """Least and largest share of the mix that a value of a trait may have; without a value, that every one may have."""

    trait: str
    value: str | None = None
    at_least: Fraction | None = None
    at_most: Fraction | None = None


@dataclass(frozen=True)
class MixRules:
    """The settings ``mix``, whose descriptions say what each means."""

    target: int = 100_000
    ratios: Mapping[str, float] = field(default_factory=dict)
    shortfall: Literal["fill", "shrink"] = "fill"
    seed: int = 0
    strategy: Strategy = "proportional"
    minimum_quality: float | None = None
    unscored: Literal["keep", "drop"] = "keep"
    unscored_as: float = 0.5
    quality_power: float = 4.0
    weights: Mapping[str, float] = field(default_factory=lambda: {"quality": 1.0, "diversity": 1.0, "balance": 1.0})
    balance_by: tuple[str, ...] = ("topic", "modality", "population")
    evenness: float = 0.5
    quality_first: float = 0.5
    rounds: int = 10
    balances: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    source_cap: float | None = None

    @classmethod
    def of(cls, settings: Any) -> MixRules:
        """From settings with the same names."""
        return cls(**{each.name: getattr(settings, each.name) for each in fields(cls)})

    def __post_init__(self) -> None:
        for trait in (*self.balance_by, *(bound.trait for bound in self.bounds)):
            if trait not in EXPRESSIONS:
                raise ValueError(f"mix: no trait is called {trait!r} (expected one of {', '.join(EXPRESSIONS)})")

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The sub-balances, by trait and value; those of a trait as a whole stand before those of its values."""
        return tuple(_bound(name, self.balances[name]) for name in sorted(self.balances))

    @property
    def largest_of_source(self) -> Fraction | None:
        """The largest share of its category that a source may give; nothing where any may give all."""
        return None if self.source_cap is None or self.source_cap >= 1 else exact(self.source_cap)

    @property
    def needs_vectors(self) -> bool:
        """Whether the strategy looks at vectors."""
        return self.strategy in BY_VECTORS

    @property
    def traits(self) -> tuple[str, ...]:
        """The traits that are looked at, by name."""
        by_strategy = self.balance_by if self.strategy in BY_BALANCE else ()
        return tuple(sorted({*by_strategy, *(bound.trait for bound in self.bounds)}))


def exact(share: float) -> Fraction:
    """A share as it was written: 0.3 is 3/10, not the nearest binary number."""
    return Fraction(repr(share))


def _bound(name: str, shares: Mapping[str, float]) -> Bound:
    trait, _, value = name.partition(":")
    least, most = shares.get("at_least"), shares.get("at_most")
    return Bound(trait, value or None, None if least is None else exact(least), None if most is None else exact(most))
