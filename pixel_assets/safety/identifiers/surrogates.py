"""What stands in place of the identifiers of one conversation, in one of three styles.

- ``typed`` says what stood there: ``[name]``.
- ``tagged`` also says which one it was, so that a reader can follow: ``[NAME_1]``.
- ``realistic`` reads as if nothing were missing: an invented name, a number that is reserved for fiction.

The same identifier has the same surrogate throughout a conversation, different ones different surrogates. Which one it is, is
decided by a key that must not depend on what is replaced (:mod:`.replacing` takes it from the text without its identifiers), so
that nothing can be read back from a surrogate, and no mapping is kept anywhere.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pixel_assets.safety.identifiers.people import PART, TITLES, Cast, Person, Role, cast_of
from pixel_assets.safety.identifiers.reserved import LABELS, lists, placeholder_numbers
from pixel_assets.safety.identifiers.spans import Type

Style = Literal["typed", "tagged", "realistic"]

PARTICLES: Final = frozenset(
    {
        "van", "von", "de", "del", "della", "der", "den", "di", "da", "dos", "das", "du", "la", "le", "el", "al", "bin", "ibn",
        "abu", "san", "santa", "mc", "mac", "st", "y", "e", "zu", "zur", "ter", "ten",
    }
)  # fmt: skip
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_KEPT_CASE: Final = frozenset({"name", "location", "address", "employer", "school"})
_SEASONS: Final = ("spring", "summer", "autumn", "winter")
_INITIAL_OR_PARTICLE_GAP: Final = re.compile(r"^[ .,'’-]+|[ ,-]+$")


@dataclass(frozen=True, slots=True)
class Mention:
    """An identifier as it stands in a text."""

    text: str
    type: Type
    before: str = ""  # some characters that stand before it


class Draw:
    """Choices that a key decides, and nothing else."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def number(self, below: int, *what: str | int) -> int:
        """A number from 0 for something that is chosen."""
        said = "\x1f".join(str(each) for each in what).encode()
        return int.from_bytes(hashlib.blake2b(said, digest_size=8, key=self._key[:64]).digest(), "little") % below


def surrogates(mentions: Sequence[Mention], style: Style, key: bytes, text: str = "") -> list[str]:
    """The surrogate of each mention, which are given in order of their place in the conversation.

    ``text`` is the conversation: numbers of placeholders that it has already are not given again.
    """
    if style == "typed":
        return [f"[{LABELS[mention.type]}]" for mention in mentions]
    cast = cast_of([(mention.text, mention.before) for mention in mentions if mention.type == "name"])
    of_names = iter(cast.of)
    entities = [str(next(of_names)) if mention.type == "name" else _bare(mention.text) for mention in mentions]
    if style == "tagged":
        return _tags(mentions, entities, placeholder_numbers(text) if "[" in text else {})
    return _realistic(mentions, entities, cast, Draw(key))


def _tags(mentions: Sequence[Mention], entities: Sequence[str], highest: dict[str, int]) -> list[str]:
    taken = {name.upper(): number for name, number in highest.items()}
    given: dict[tuple[Type, str], str] = {}
    for mention, entity in zip(mentions, entities, strict=True):
        if (mention.type, entity) not in given:
            name = mention.type.upper()
            taken[name] = taken.get(name, 0) + 1
            given[mention.type, entity] = f"[{name}_{taken[name]}]"
    return [given[mention.type, entity] for mention, entity in zip(mentions, entities, strict=True)]


def _realistic(mentions: Sequence[Mention], entities: Sequence[str], cast: Cast, draw: Draw) -> list[str]:
    used = {_bare(mention.text) for mention in mentions}
    used |= {part.group().lower() for mention in mentions for part in PART.finditer(mention.text)}
    names = _part_names(cast, draw, used)
    shift = (-3, -2, -1, 1, 2, 3)[draw.number(6, "years")]
    made: dict[tuple[Type, str], str] = {}
    numbers = Counter[Type]()
    said = []
    for mention, entity in zip(mentions, entities, strict=True):
        if mention.type == "name":
            new = _rename(mention.text, names)
        elif mention.type in ("date", "date_of_birth"):
            new = _date(mention, shift, draw)
        elif mention.type == "age":
            new = re.sub(r"\d+", "over 89" if "-" not in mention.text else "over-89", mention.text, count=1)
            new = new if new != mention.text else "over 89"
        else:
            if (mention.type, entity) not in made:
                what = f"{mention.type} {numbers[mention.type]}"
                made[mention.type, entity] = _unused(_MAKERS[mention.type], draw, what, used)
                numbers[mention.type] += 1
            new = _in_form_of(mention, made[mention.type, entity])
        said.append(_in_case_of(mention.text, new) if mention.type in _KEPT_CASE else new)
    return said


def _unused(make: Callable[[Callable[[int], int]], str], draw: Draw, what: str, used: set[str]) -> str:
    new = ""
    for attempt in range(64):
        drawn = [0]

        def number(below: int, attempt: int = attempt, drawn: list[int] = drawn) -> int:
            drawn[0] += 1
            return draw.number(below, what, attempt, drawn[0])

        new = make(number)
        if _bare(new) not in used:
            break
    used.add(_bare(new))
    return new


def _part_names(cast: Cast, draw: Draw, used: set[str]) -> dict[str, str]:
    """A name for every part of a name: who share a surname share it still."""
    names: dict[str, str] = {}
    for number, person in enumerate(cast.persons):
        for position, (part, role) in enumerate(person.parts.items()):
            if part not in names and part not in PARTICLES and len(part) > 1:
                names[part] = _name(person, role, draw.number(1 << 30, "name", number, position), used)
                used.add(names[part].lower())
    return names


def _name(person: Person, role: Role, drawn: int, used: set[str]) -> str:
    of = lists()
    group = person.group or "english"
    if role == "surname":
        own, others = of.surnames[group], [name for names in of.surnames.values() for name in names]
    else:
        gender = person.gender or ("female", "male")[drawn % 2]
        own, others = of.given[group][gender], [name for names in of.given.values() for name in names[gender]]
    for choices in (own, others):
        for step in range(len(choices)):
            if (name := choices[(drawn // 2 + step) % len(choices)]).lower() not in used:
                return name
    return own[(drawn // 2) % len(own)]  # more people than names


def _rename(text: str, names: dict[str, str]) -> str:
    found = list(PART.finditer(text))
    kept = ""
    end = 0
    for number, part in enumerate(found):
        word = part.group().lower()
        gap = text[end : part.start()]
        end = part.end()
        if number == 0 and len(found) > 1 and word.rstrip(".") in TITLES:
            kept += gap + part.group()
        elif word in names:
            between = gap if not kept or gap.strip(" .,'’") == "-" or "." not in kept[-1:] + gap else " "
            kept += (between if kept or not gap.strip() else "") + names[word]
            if text[end : end + 1] == ".":
                end += 1
        else:
            end += text[end : end + 1] == "."  # an initial or a particle
            kept += "" if not kept or kept.endswith(" ") else " "
            end += len(text[end:]) - len(text[end:].lstrip())
    return _INITIAL_OR_PARTICLE_GAP.sub("", re.sub(r"\s{2,}", " ", kept)) or lists().given["english"]["female"][0]


def _date(mention: Mention, shift: int, draw: Draw) -> str:
    """A year, moved by a few: what is less than a year apart singles people out."""
    if year := _YEAR.search(mention.text):
        return f"{'in ' if mention.before.lower().endswith('on ') else ''}{int(year.group()) + shift}"
    return f"in {_SEASONS[draw.number(4, 'season', _bare(mention.text) and 'day')]}"


def _in_form_of(mention: Mention, new: str) -> str:
    if mention.type == "address":
        return new if re.search(r"[,\n]", mention.text) else new.split(",")[0]
    if mention.type == "username":
        prefix = re.match(r"/?u/|@", mention.text, re.IGNORECASE)
        return (prefix.group() if prefix else "") + new
    if mention.type == "ip_address" and mention.text.count(":") >= 2:
        number = int(new.rsplit(".", 1)[1])
        return f"2001:db8::{number:x}" if not re.fullmatch(r"(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}", mention.text) else (
            f"00-00-5E-00-53-{number:02X}"
        )  # fmt: skip
    return new


def _in_case_of(text: str, new: str) -> str:
    letters = [character for character in text if character.isalpha()]
    if letters and all(character.islower() for character in letters):
        return new.lower()
    return new.upper() if len(letters) > 1 and all(character.isupper() for character in letters) else new


def _bare(text: str) -> str:
    """What of an identifier makes it that one: its letters and digits."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _serial(number: Callable[[int], int]) -> str:
    return f"{number(10_000):04d}"


def _handle(number: Callable[[int], int]) -> str:
    return f"{lists().handles[number(len(lists().handles))]}{number(90) + 10}"


def _one(of: Callable[[], Sequence[str]]) -> Callable[[Callable[[int], int]], str]:
    return lambda number: of()[number(len(of()))]


def _placeholder(kind: str) -> Callable[[Callable[[int], int]], str]:
    """For what is only replaced where a setting asks for it, and has no invented form."""
    return lambda number: f"[{kind.upper()}_{number(900) + 100}]"


_MAKERS: Final[dict[Type, Callable[[Callable[[int], int]], str]]] = {
    "address": lambda number: f"{number(80) + 10} {_one(lambda: lists().streets)(number)}, {_one(lambda: lists().towns)(number)}",
    "location": _one(lambda: lists().towns),
    "employer": _one(lambda: lists().employers),
    "school": _one(lambda: lists().schools),
    "phone": lambda number: f"555-01{number(100):02d}",
    "email": lambda number: f"{_handle(number)}@example.org",
    "url": lambda number: f"https://example.org/{_handle(number)}",
    "username": _handle,
    "ip_address": lambda number: f"192.0.2.{number(254) + 1}",
    "social_security": lambda number: f"000-00-{_serial(number)}",
    "card": lambda number: f"0000 0000 0000 {_serial(number)}",
    "iban": lambda number: f"XX00 0000 0000 {_serial(number)}",
    **{
        kind: lambda number: f"0000-{_serial(number)}"
        for kind in (
            "medical_record", "insurance", "passport", "driving_licence", "national_id", "bank_account", "vehicle_plate",
            "other_id",
        )
    },
    "organisation": _one(lambda: lists().employers),
    **{kind: _placeholder(kind) for kind in ("title", "nationality", "profession", "amount")},
}  # fmt: skip
