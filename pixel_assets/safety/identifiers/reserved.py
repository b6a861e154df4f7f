"""What may stand in place of identifiers: placeholders, and names, numbers and addresses that belong to nobody.

Reserved for fiction or documentation are: telephone numbers 555-0100 to 555-0199 (North American Numbering Plan), the domain
example.org (RFC 2606), the addresses 192.0.2.0/24 and 2001:db8::/32 (RFC 5737, RFC 3849) and 00-00-5E-00-53 (RFC 7042). Numbers
of documents begin with 0000, which no check digit and no authority gives. Names are invented (``data/surrogates.yaml``). So
whether something is a surrogate can be seen from itself, and one that is found again needs no second replacement.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.spans import TYPES, Type

FILE: Final = Path(__file__).parent / "data" / "surrogates.yaml"
Gender = Literal["female", "male"]

LABELS: Final[Mapping[Type, str]] = {
    **{name: name.replace("_", " ") for name in TYPES},
    "ip_address": "IP address", "medical_record": "record number", "insurance": "insurance number",
    "social_security": "social security number", "passport": "passport number", "driving_licence": "licence number",
    "card": "card number", "iban": "account number", "bank_account": "account number", "vehicle_plate": "number plate",
    "national_id": "ID number", "other_id": "ID number", "url": "link", "email": "e-mail address", "phone": "phone number",
}  # fmt: skip

_LEFT: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LONGEST_HOUSE_NUMBER: Final = 2
_TITLES: Final = frozenset(
    {
        "mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "sir", "madam", "dame", "lord", "lady", "rev",
        "reverend", "father", "sister", "brother", "nurse", "officer", "judge",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Lists:
    """The closed lists of ``data/surrogates.yaml``."""

    given: Mapping[str, Mapping[Gender, tuple[str, ...]]]  # by group
    surnames: Mapping[str, tuple[str, ...]]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    employers: tuple[str, ...]
    schools: tuple[str, ...]
    handles: tuple[str, ...]


@functools.cache
def lists() -> Lists:
    """The lists; raises :class:`KnowledgeError` that names the key at which the file is not as it should be."""
    content: Any = yaml.safe_load(FILE.read_text())
    given = {g: {k: _texts(n.get(k), f"names, {g}, {k}") for k in ("female", "male")} for g, n in content["names"].items()}
    surnames = {group: _texts(names.get("surname"), f"names, {group}, surname") for group, names in content["names"].items()}
    fields = ("streets", "towns", "employers", "schools", "handles")
    return Lists(given, surnames, *(_texts(content.get(field), field) for field in fields))  # type: ignore[arg-type]


def _texts(content: Any, where: str) -> tuple[str, ...]:
    if not isinstance(content, list) or not content or not all(isinstance(each, str) for each in content):
        raise KnowledgeError("not a list of texts", where=f"{FILE}: {where}")
    return tuple(content)


def is_surrogate(text: str) -> bool:
    """Whether all that stands there is a surrogate or a part of one; titles and blanks aside."""
    rest, seen = _pattern().subn(" ", text)
    own, beside = _words()
    for word in _LEFT.findall(rest):
        bare = _bare(word)
        if bare in own:
            seen += 1
        elif not (bare in beside or (word.isdigit() and len(word) <= _LONGEST_HOUSE_NUMBER)):
            return False
    return seen > 0


def placeholder_numbers(text: str) -> dict[str, int]:
    """The highest number of each kind of numbered placeholder in a text, such as NAME: 2."""
    highest: dict[str, int] = {}
    for match in _NUMBERED.finditer(text):
        highest[match.group(1)] = max(highest.get(match.group(1), 0), int(match.group(2)))
    return highest


def _bare(word: str) -> str:
    word = word.lower().replace("’", "'")
    return word.removesuffix("'s")


@functools.cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """Words that no one else bears, and words that may stand beside them, such as Street."""
    of = lists()
    given = {name for group in of.given.values() for names in group.values() for name in names}
    surnames = {name for names in of.surnames.values() for name in names}
    places = [each.lower().split() for each in (*of.streets, *of.towns, *of.employers, *of.schools)]
    own = {name.lower() for name in given | surnames} | {words[0] for words in places}
    return frozenset(own), frozenset({word for words in places for word in words[1:]} | _TITLES)


_NUMBERED: Final = re.compile(r"\[(" + "|".join(sorted(name.upper() for name in TYPES)) + r")_(\d{1,6})\]", re.IGNORECASE)


@functools.cache
def _pattern() -> re.Pattern[str]:
    of = lists()
    handles = "|".join(of.handles)
    labels = "|".join(re.escape(label) for label in sorted(set(LABELS.values()), key=len, reverse=True))
    return re.compile(
        rf"\[(?:{labels})\]|{_NUMBERED.pattern}"
        rf"|(?:https?://)?\bexample\.org(?:/(?:{handles})\d{{0,2}})?\b|\b(?:{handles})\d{{0,2}}@example\.org\b"
        rf"|(?:/?u/|@)?\b(?:{handles})\d{{1,2}}\b"
        r"|(?<!\d)555-01\d\d(?!\d)|(?<!\d)192\.0\.2\.\d{1,3}(?!\d)|2001:db8::[0-9a-f]{1,4}\b|00-00-5E-00-53-[0-9A-F]{2}\b"
        r"|\bXX00 0000 0000 \d{4}\b|(?<!\d)0000 0000 0000 \d{4}(?!\d)|(?<!\d)000-00-\d{4}(?!\d)|(?<!\d)0000-\d{4}(?!\d)"
        r"|\bover[- ]89(?:[- ]years?[- ]old)?\b|\bin (?:(?:19|20)\d\d|spring|summer|autumn|winter)\b"
        r"|(?<![\d/.-])(?:19|20)\d\d(?![\d/.-])",
        re.IGNORECASE,
    )
