"""The words of the hate screens, read from this package's ``data``: names of groups, slurs, and what is said about groups."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.hate.spelling import SHORTEST_TYPO, disguised, spelled
from pixel_assets.safety.matching import Matcher, Pattern

DATA: Final = Path(__file__).parent / "data"
Axis = Literal[
    "gender",
    "gender_identity",
    "orientation",
    "race",
    "religion",
    "disability",
    "immigration",
    "nationality",
    "age",
    "class",
    "body",
    "person",
]
Form = Literal["plural", "singular", "adjective", "slur", "person"]
Part = Literal[
    "derogation", "insult", "dehumanising", "aversion", "violence", "exclusion", "denial", "wish", "positive", "negator",
    "idle_negator", "counter", "report", "generaliser", "address",
]  # fmt: skip
AXES: Final[tuple[Axis, ...]] = get_args(Axis)
PARTS: Final[tuple[Part, ...]] = get_args(Part)
SPELLED: Final[tuple[Part, ...]] = ("derogation", "insult", "dehumanising", "aversion", "violence")  # whose spelling people hide


@dataclass(frozen=True, slots=True)
class Slur:
    """One entry of ``slurs.yaml``."""

    id: str
    axis: Axis
    forms: tuple[str, ...]
    weak: bool
    reclaimed: bool
    homonym: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Named:
    """What a pattern of the first pass names: a group, or people by a slur."""

    axis: Axis
    form: Form
    term: str = ""  # as in groups.yaml
    slur: Slur | None = None


@dataclass(frozen=True)
class Lexicon:
    """Two automata: whom a text names, and what it says; the n-th pattern means the n-th entry of ``names`` or ``parts``."""

    targets: Matcher
    names: tuple[Named, ...]
    cues: Matcher
    parts: tuple[Part, ...]


@functools.cache
def lexicon() -> Lexicon:
    """The compiled lexicon; raises :class:`KnowledgeError` that names the file and the entry that cannot be read."""
    everyday = frozenset(read_data("language.yaml")["everyday"])
    named = [*_groups(everyday), *_slurs(everyday), _insulted()]
    said = list(_language(everyday))
    return Lexicon(
        Matcher([pattern for pattern, _ in named]), tuple(name for _, name in named),
        Matcher([pattern for pattern, _ in said]), tuple(part for _, part in said),
    )  # fmt: skip


@functools.cache
def slurs() -> tuple[Slur, ...]:
    """The entries of ``slurs.yaml``, in the order of the file."""
    return tuple(_slur(number, given) for number, given in enumerate(read_data("slurs.yaml")))


@functools.cache
def group_terms() -> Mapping[tuple[Axis, Form], tuple[str, ...]]:
    """The names of groups by axis and form, as in ``groups.yaml``."""
    terms: dict[tuple[Axis, Form], tuple[str, ...]] = {}
    for number, group in enumerate(read_data("groups.yaml")["groups"]):
        if group.get("axis") not in AXES:
            raise _wrong("groups.yaml", f"group {number}", "axis", ", ".join(AXES))
        for form in ("plural", "singular", "adjective"):
            key: tuple[Axis, Form] = (group["axis"], form)
            terms[key] = (*terms.get(key, ()), *group[form])
    return terms


def _groups(everyday: frozenset[str]) -> Iterator[tuple[Pattern, Named]]:
    content = read_data("groups.yaml")
    own = {group["axis"]: group["people"] for group in content["groups"] if "people" in group}
    for (axis, form), terms in group_terms().items():
        people = own.get(axis, content["people"])
        for term in terms:
            if form == "adjective":
                adjective = spelled(term, not_these=everyday, shortest=3, glued=False)
                for number in ("plural", "singular"):
                    regex = f"(?:{adjective}) (?:{'|'.join(people[number])})\\b"
                    yield Pattern(f"{axis}.{number}.{term}", regex), Named(axis, number, term)
                yield Pattern(f"{axis}.adjective.{term}", f"\\b{re.escape(term)}\\b"), Named(axis, "adjective", term)
            else:
                yield Pattern(f"{axis}.{form}.{term}", spelled(term, not_these=everyday, glued=False)), Named(axis, form, term)


def _slurs(everyday: frozenset[str]) -> Iterator[tuple[Pattern, Named]]:
    for slur in slurs():
        for number, form in enumerate(slur.forms):
            regex = spelled(form, not_these=everyday, shortest=99 if slur.weak else SHORTEST_TYPO)
            yield Pattern(f"{slur.id}.{number}", regex), Named(slur.axis, "slur", slur=slur)


def _insulted() -> tuple[Pattern, Named]:
    content = read_data("language.yaml")
    insults = "|".join(re.escape(word) for word in content["insult"]["words"])
    padding = f"(?:(?:{'|'.join(content['padding'])}) )*"
    return Pattern("person.insult", f"\\byou(?:'re| are|r|) {padding}(?:{insults})\\b"), Named("person", "person")


def _slur(number: int, given: Mapping[str, Any]) -> Slur:
    where = str(given.get("id", f"entry {number}"))
    if given.get("axis") not in AXES:
        raise _wrong("slurs.yaml", where, "axis", ", ".join(AXES))
    try:
        homonym = re.compile(given["homonym"]) if "homonym" in given else None
    except re.error as error:
        raise _wrong("slurs.yaml", where, "homonym", "a regular expression") from error
    return Slur(where, given["axis"], tuple(given["forms"]), given.get("weak", False), given.get("reclaimed", False), homonym)


def _language(everyday: frozenset[str]) -> Iterator[tuple[Pattern, Part]]:
    content = read_data("language.yaml")
    for part in PARTS:
        if part not in content:
            raise _wrong("language.yaml", part, "words or phrases", "one entry for each class")
        for word in content[part].get("words", []):
            regex = (
                spelled(word, not_these=everyday, shortest=4 if part == "aversion" else SHORTEST_TYPO)
                if part in SPELLED
                else f"\\b{re.escape(word)}\\b"
            )
            yield Pattern(f"{part}.{word}", regex), part
        for word in content[part].get("wide", []):
            yield Pattern(f"{part}.{word}", disguised(word)), part
        for number, phrase in enumerate(content[part].get("phrases", [])):
            yield Pattern(f"{part}.{number}", f"\\b(?:{phrase})\\b"), part


def read_data(name: str) -> Any:
    """The content of one data file."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def _wrong(file: str, entry: str, field: str, expected: str) -> KnowledgeError:
    return KnowledgeError(
        f"{field} cannot be read", where=f"safety/hate/data/{file}, {entry}", expected=expected, hint="correct the entry"
    )
