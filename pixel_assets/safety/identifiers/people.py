"""Who is meant by the names of one conversation: mentions of one person under one number, and what each part of a name is.

A heuristic after the usual one of coreference of names (Bagga and Baldwin 1998): full names make persons, and a part on its own
means the first person who has it.
"""

from __future__ import annotations

import functools
import gzip
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from pixel_assets.safety.identifiers.reserved import Gender

ORIGINS: Final = Path(__file__).parent / "data" / "origins.tsv.gz"
Role = Literal["given", "surname"]

TITLES: Final[Mapping[str, Gender | None]] = {
    "mr": "male", "mrs": "female", "ms": "female", "miss": "female", "mx": None, "dr": None, "doctor": None, "prof": None,
    "professor": None, "sir": "male", "madam": "female", "dame": "female", "lord": "male", "lady": "female", "rev": None,
    "reverend": None, "father": "male", "sister": "female", "brother": "male", "nurse": None, "officer": None, "judge": None,
    "aunt": "female", "auntie": "female", "uncle": "male", "grandma": "female", "grandpa": "male",
}  # fmt: skip
_BEFORE_A_GIVEN_NAME: Final = frozenset({"sister", "brother", "aunt", "auntie", "uncle", "grandma", "grandpa", "nurse"})
PART: Final = re.compile(r"[^\W\d_](?:[^\W_]|['’ʼ.](?=[^\W\d_]))*", re.UNICODE)  # hyphenated names are two parts


@dataclass(frozen=True)
class Person:
    """One person of a conversation; parts are in small letters."""

    parts: Mapping[str, Role]
    gender: Gender | None
    group: str | None  # which names of ``data/surrogates.yaml`` are of the kind of this person's name


@dataclass(frozen=True)
class Cast:
    """The persons of a conversation in the order of their first mention, and whom each mention is about."""

    persons: tuple[Person, ...]
    of: tuple[int, ...]


def parts(name: str) -> list[str]:
    """The parts of a name in small letters, without titles."""
    found = [match.group().lower() for match in PART.finditer(name)]
    while len(found) > 1 and found[0].rstrip(".") in TITLES:
        found = found[1:]
    return found


def cast_of(mentions: Sequence[tuple[str, str]]) -> Cast:
    """The persons behind mentions (name, text before it) that are given in order of their place."""
    split = [parts(name) for name, _ in mentions]
    roles = [_roles(of, _title(name, before)) for of, (name, before) in zip(split, mentions, strict=True)]
    known: list[dict[str, Role]] = []
    having: dict[str, list[int]] = defaultdict(list)
    of: list[int] = [-1] * len(mentions)
    for full in (True, False):
        for i, found in enumerate(split):
            if (len(found) > 1) == full:
                of[i] = _person(found, roles[i], known, having)
    order = {person: number for number, person in enumerate(dict.fromkeys(of))}
    genders: dict[int, Gender | None] = {}
    for i, (name, before) in enumerate(mentions):
        genders[of[i]] = genders.get(of[i]) or TITLES.get(_title(name, before))
    persons = [_describe(known[person], genders[person]) for person in order]
    return Cast(tuple(persons), tuple(order[person] for person in of))


def _person(found: Sequence[str], roles: Mapping[str, Role], known: list[dict[str, Role]], having: dict[str, list[int]]) -> int:
    """The number of the first person that a name may mean; ``having`` has the numbers of those who have a part."""
    said = set(found)
    for number in sorted({number for part in said for number in having[part]}):
        person = known[number]
        if said <= person.keys() or (person.keys() <= said and len(person) > 1):
            for part in said - person.keys():
                having[part].append(number)
            person.update({part: role for part, role in roles.items() if part not in person})
            return number
    known.append(dict(roles))
    for part in said:
        having[part].append(len(known) - 1)
    return len(known) - 1


def _title(name: str, before: str) -> str:
    first = PART.match(name)
    if first and first.group().lower() in TITLES and first.end() < len(name):
        return first.group().lower()
    last = re.search(r"([^\W\d_]+)\.? $", before)
    return last.group(1).lower() if last and last.group(1).lower() in TITLES else ""


def _roles(found: Sequence[str], title: str) -> dict[str, Role]:
    if len(found) == 1:
        alone: Role = "surname" if title and title not in _BEFORE_A_GIVEN_NAME else "given"
        return {found[0]: alone}
    roles: dict[str, Role] = {part: "given" for part in found[:-1]}
    return {**roles, found[-1]: "surname"}


def _describe(person: Mapping[str, Role], gender: Gender | None) -> Person:
    origins = [origins_of_names()[part] for part, role in person.items() if role == "given" and part in origins_of_names()]
    group, guessed = origins[0] if origins else (None, None)
    return Person(person, gender or guessed, group)


@functools.cache
def origins_of_names() -> Mapping[str, tuple[str | None, Gender | None]]:
    """For given names in small letters: the group of languages and the gender that they are most often of."""
    lines = gzip.decompress(ORIGINS.read_bytes()).decode().splitlines()
    rows = (line.split("\t") for line in lines)
    return {name: (group or None, cast("Gender | None", gender or None)) for name, group, gender in rows}
