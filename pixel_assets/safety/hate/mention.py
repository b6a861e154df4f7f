"""What is read off a sentence that names a group: the mention, what is said, and the features of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pixel_assets.safety.hate.lexicon import Named, Part

NEAR: Final = 60  # bytes between a mention and what is said of it
ATTACKS: Final = ("derogation", "insult", "dehumanising", "aversion", "violence", "exclusion", "denial")
SAID: Final = (*ATTACKS, "wish", "negator", "counter", "report")  # classes that are also seen anywhere in the sentence
FEATURES: Final = (
    "slur", "weak_slur", "aimed_slur", "bare_adjective", "specific", *(f"{part}_near" for part in ATTACKS), "several_near",
    "attack_elsewhere", "violence_elsewhere", "generalised", "addressed", "praised", "reported",
    "countered", "asked_why", "defused_slur", "defused_attack",
    "ill_before", "ill_after", "well_before", "well_after", *(f"{part}_said" for part in SAID),
    "plural", "singular", "attacked", "taken_back", "quotes",
)  # fmt: skip
Taken = Literal["", "negated", "quoted", "asked", "self", "reclaimed", "counter"]


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that is said, by its class; places are bytes of the folded text."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True, slots=True)
class Target:
    """A group that is named."""

    start: int
    end: int
    name: Named


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention of a group and how it is spoken of."""

    target: Target
    attack: str  # class of the nearest attack; slur if there is none; empty if nothing speaks against the group
    taken_back: Taken  # why the attack does not count
    threat: bool  # violence is demanded, threatened or hoped for
    features: frozenset[str]
    wording: str = ""  # what is said, with one and the same word for every group and one for every slur
    sentences: int = 1  # of the turn
