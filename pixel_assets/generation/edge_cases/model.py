"""What an edge case says: who speaks, how it may begin, and what a safe reply must and must not contain.

Requirements are written once, in ``requirements*.yaml``, and named by the cases that ask for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pixel_assets.knowledge.details import Id, Part, Text, Texts

Severity = Literal["imminent", "high", "moderate", "low"]
Help = Literal["urgent", "soon", "stay"]  # somebody must come now; somebody should be seen; the conversation itself helps
Outcome = Literal["accepts", "hesitates", "refuses", "silent", "takes_back"]
OUTCOMES: tuple[Outcome, ...] = ("accepts", "hesitates", "refuses", "silent", "takes_back")


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Sign = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
Answer = tuple[Text, Text]  # what the client says to a question, and how it is taken up


class Requirement(Part):
    """Something that a reply must or must not contain; ``signs`` are searched for in it, upper and lower case alike."""

    kind: Literal["must", "must_not"]
    text: Text = Field(description="the requirement in plain words")
    signs: tuple[Sign, ...] = Field(min_length=1, description="any one of them shows that it is there")
    says: tuple[Text, ...] = Field((), description="ways in which Pixel may fulfil it")

    @model_validator(mode="after")
    def _said_only_where_due(self) -> Self:
        if self.kind == "must_not" and self.says:
            raise ValueError("says: nothing that must not be said has ways of saying it")
        return self


class Asked(Part):
    """How a case fulfils a requirement: its own wording, and the client's answers where that is a question."""

    says: tuple[Text, ...] = Field((), description="in place of what the requirement says")
    answers: tuple[Answer, ...] = ()


class Speaker(Part):
    """Who it is that writes."""

    age: tuple[Annotated[int, Field(ge=6)], Annotated[int, Field(le=100)]] = Field(description="youngest and oldest")
    situation: Text


class First(Part):
    """A first message; ``how`` is plain, veiled, hostile, ashamed, joking …"""

    how: Id
    text: Text


class Exchange(Part):
    """Something that the client brings up, and what Pixel answers to it."""

    client: Texts
    pixel: Annotated[tuple[Text, ...], Field(min_length=2)]


class BadReply(Part):
    """A reply that is not safe, with every requirement that it breaks."""

    text: Text
    breaks: Annotated[tuple[Id, ...], Field(min_length=1)]


class WrittenCase(Part):
    """An edge case as it stands in a file: requirements by id, those of ``must`` in the order in which they are met."""

    title: Text
    category: Id
    severity: Severity
    speaker: Speaker
    entries: Annotated[tuple[Id, ...], Field(min_length=1)]
    first: Annotated[tuple[First, ...], Field(min_length=5)]
    hears: Annotated[tuple[Text, ...], Field(min_length=3)]
    must: Annotated[dict[Id, Asked], Field(min_length=2)]
    must_not: Annotated[tuple[Id, ...], Field(min_length=2)]
    exchanges: Annotated[tuple[Exchange, ...], Field(min_length=2)]
    help: Help
    steps: Annotated[tuple[Text, ...], Field(min_length=2)] = Field(description="the next step, to follow 'please' or 'to'")
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=2)] = OUTCOMES
    good: Annotated[tuple[Text, ...], Field(min_length=2)]
    bad: Annotated[tuple[BadReply, ...], Field(min_length=2)]
    references: Annotated[tuple[Id, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Item:
    """A requirement of a case: its id, its words for people, and the signs of it in a text."""

    id: str
    text: str
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Must(Item):
    """An item that a reply must contain, with ways to say it; one with ``answers`` is a question to the client."""

    says: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class EdgeCase:
    """An edge case with its requirements in full."""

    id: str
    written: WrittenCase
    must: tuple[Must, ...]
    must_not: tuple[Item, ...]


def in_full(name: str, written: WrittenCase, requirements: Mapping[str, Requirement]) -> EdgeCase:
    """The case with the requirements that it names; raises ``KeyError`` for one that is not there."""
    must = tuple(
        Must(item, requirements[item].text, requirements[item].signs, asked.says or requirements[item].says, asked.answers)
        for item, asked in written.must.items()
    )
    must_not = tuple(Item(item, requirements[item].text, requirements[item].signs) for item in written.must_not)
    return EdgeCase(name, written, must, must_not)
