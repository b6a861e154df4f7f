"""What an entry of each kind must say: one model a kind, frozen, in which an unknown key is an error."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

ID: Final = r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"

Id = Annotated[str, StringConstraints(pattern=ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class Part(BaseModel):
    """Base of all that is written in a data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Disorder(Part):
    """A disorder in plain words, and how somebody who has it may speak of it."""

    criteria: Texts
    course: Text
    risk: Texts
    presentations: tuple[Text, ...] = Field(min_length=6, description="how a client may put it, first person, invented")
    voices_risk: tuple[int, ...] = Field((), description="presentations, counted from 0, that ask for a talk about safety")
    formulation: Texts = Field(description="hypotheses about what brought it about and keeps it going")

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if wrong := [number for number in self.voices_risk if not 0 <= number < len(self.presentations)]:
            raise ValueError(f"voices_risk: there is no presentation {wrong[0]}; they are counted from 0")
        return self


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Pattern(Part):
    """An attachment pattern or a personality organisation: how it shows, and what it asks of a therapist."""

    signs: Texts
    in_therapy: Annotated[Texts, BeforeValidator(_listed)] = Field(description="one text or several")


class DefenceMechanism(Part):
    """A way of keeping a feeling out of awareness."""

    level: Literal["mature", "neurotic", "immature", "primitive"]
    signs: Texts
    example: Text
    response: Text


class Trait(Part):
    """One of the five traits, by what people high and low in it tend to do and say."""

    code: str = Field(pattern=r"^[OCEAN]$", description="letter of the trait in the IPIP-NEO")
    high: Texts
    low: Texts
    in_therapy: Texts


class Facet(Part):
    """One of the six facets of a trait."""

    code: str = Field(pattern=r"^[OCEAN][1-6]$", description="letter of its trait and number, as in the IPIP-NEO")
    high: Text
    low: Text


Level = Literal["low", "middle", "high"]


class Levels(Part):
    """How much of each trait somebody has."""

    neuroticism: Level
    extraversion: Level
    openness: Level
    agreeableness: Level
    conscientiousness: Level


class Profile(Part):
    """A combination of traits, as a style of being in therapy; no diagnosis and no type of person."""

    levels: Levels
    signs: Texts
    language: tuple[Text, ...] = Field(min_length=3, description="how a client of this profile may speak, invented")
    in_therapy: Texts


class Modality(Part):
    """A school of therapy."""

    principles: Texts
    stance: Text
    structure: Text


class Intervention(Part):
    """Something that a therapist of a modality does."""

    steps: Texts
    when: Texts
    when_not: Texts
    phrases: tuple[Text, ...] = Field(min_length=4, description="what a therapist may say")
    reflections: Texts


class Protocol(Part):
    """What must and must not happen in a dilemma or in danger."""

    steps: Texts
    must: Texts
    must_not: Texts


class Population(Part):
    """People with something in common that a therapist should know of."""

    considerations: Texts
    language: Texts
    strengths: Texts
    risks: Texts


class Skill(Part):
    """A skill of interviewing, or a moment of the alliance: what it looks like and sounds like."""

    signs: Texts
    phrases: Texts
    cautions: Texts


class EvidenceGrade(Part):
    """How much is known about whether something helps."""

    meaning: Text


class Item(Part):
    """One statement or question of an instrument."""

    id: Id
    text: Text
    keyed: Literal["plus", "minus"] = Field("plus", description="minus: agreeing counts against what is measured")
    trait: Id | None = Field(None, description="id of the trait that it counts for")
    facet: Id | None = Field(None, description="id of the facet that it counts for")
    risk: bool = Field(False, description="any answer above the lowest asks for a conversation about safety")


class Scale(Part):
    """The answers that every item allows, from the one that counts least; each counts one more than the one before."""

    lowest: int = Field(ge=0)
    answers: tuple[Text, ...] = Field(min_length=2)

    @property
    def highest(self) -> int:
        """What the last answer counts."""
        return self.lowest + len(self.answers) - 1


class Band(Part):
    """A range of totals, both ends included, and what it may mean."""

    first: int = Field(alias="from")
    last: int = Field(alias="to")
    meaning: Text


class Instrument(Part):
    """A questionnaire that can be scored."""

    items: tuple[Item, ...] = Field(min_length=1)
    scale: Scale
    scoring: Text
    bands: tuple[Band, ...] = Field((), description="ranges that cover every possible total once; none where no total is made")
    cautions: Texts

    @model_validator(mode="after")
    def _whole(self) -> Self:
        twice = [name for name, count in Counter(item.id for item in self.items).items() if count > 1]
        if twice:
            raise ValueError(f"items: {twice[0]!r} is given twice")
        expected = len(self.items) * self.scale.lowest
        for band in self.bands:
            if band.first != expected or band.last < band.first:
                raise ValueError(f"bands: {band.first} to {band.last} leaves a gap or overlaps; it must begin at {expected}")
            expected = band.last + 1
        highest = len(self.items) * self.scale.highest
        if self.bands and expected != highest + 1:
            raise ValueError(f"bands: they end at {expected - 1}, but totals go up to {highest}")
        return self


class Assessment(Part):
    """A conversation that finds something out, with or without an instrument."""

    items: tuple[Item, ...] = Field(min_length=1)
    scale: Text
    scoring: Text
    bands: tuple[Band, ...] = ()
    cautions: Texts
