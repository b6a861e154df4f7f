"""What a crisis can be about."""

from __future__ import annotations

from typing import Final, Literal

Kind = Literal[
    "suicide_ideation", "suicide_plan", "means", "suicide_attempt", "self_harm", "harm_to_others", "abuse", "psychosis",
    "overdose", "eating_disorder_emergency", "acute_distress",
]  # fmt: skip
KINDS: Final[tuple[Kind, ...]] = Kind.__args__  # type: ignore[attr-defined]

DETECTED: Final = 2  # from this level on (risk) a turn or conversation counts as a crisis; concern is reported beside it

SUICIDAL: Final = frozenset[str]({"suicide_ideation", "suicide_plan", "suicide_attempt"})
ENACTING: Final = frozenset[str]({"suicide_plan", "means"})  # together with a wish to die: imminent
