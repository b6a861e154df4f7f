"""Phrases for what a knowledge base does not hold: occupations, households, cultures, histories, hopes.

The lists lie in ``data/``; a section of a list holds for ages, populations and groups of disorders.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from pixel_assets.errors import KnowledgeError
from pixel_assets.generation.draw import Pool, pool
from pixel_assets.generation.suppositions import ANY_AGE, BOUND, Ages, Ties, agree, load_data, ties_of

Kind = Literal["occupations", "households", "cultures", "histories", "goals", "concerns"]
_PAIRED: Final = BOUND | {"alone"}
_PARTICULAR: Final = 3  # what is said of a population or a group of disorders is drawn so much oftener than what is said of all


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    texts: tuple[str, ...]
    ages: tuple[int, int] = ANY_AGE
    populations: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    instead: bool = False


_SECTIONS: Final = TypeAdapter(tuple[_Section, ...])


@dataclass(frozen=True, eq=False)
class Phrase:
    """A phrase, and whom it is for: nobody in particular where populations and groups are empty."""

    text: str
    ages: Ages
    ties: Ties
    populations: frozenset[str]
    groups: frozenset[str]
    instead: bool

    @property
    def weight(self) -> int:
        """How often it is drawn beside others."""
        return _PARTICULAR if self.populations or 0 < len(self.groups) <= 3 else 1


@functools.cache
def all_phrases(kind: Kind) -> tuple[Phrase, ...]:
    """All phrases of a list, in the order of its file."""
    return tuple(
        Phrase(text, Ages(*section.ages), ties_of(text), section.populations, section.groups, section.instead)
        for section in _SECTIONS.validate_python(load_data(f"{kind}.yaml"))
        for text in section.texts
    )


@functools.cache
def phrases(
    kind: Kind, ages: Ages, population: str | None, *, group: str | None = None, said: Ties = frozenset()
) -> Pool[Phrase]:
    """The phrases for somebody of some of these ages, and whom the group of a disorder and the ties spoken of allow.

    Where a population has sections of its own that stand instead of others, only they are used if any of their phrases
    fits. Raises :class:`KnowledgeError` where nothing fits.
    """
    fitting = [
        phrase
        for phrase in all_phrases(kind)
        if not phrase.ages.meet(ages).empty
        and (not phrase.populations or population in phrase.populations)
        and (not phrase.groups or group in phrase.groups)
        and (agree(said, phrase.ties) if kind == "households" else not (said & _PAIRED and "parted" in phrase.ties))
    ]
    if not fitting:
        raise KnowledgeError(
            f"no phrase fits ages {ages.first} to {ages.last}, population {population}, group {group}, ties {sorted(said)}",
            where=f"generation/data/{kind}.yaml",
            hint="Add a section for them",
        )
    own = [phrase for phrase in fitting if phrase.instead]
    return pool((phrase.text, phrase, phrase.weight) for phrase in own or fitting)
