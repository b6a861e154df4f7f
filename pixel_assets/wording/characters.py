"""What every character is searched as: a table over all code points, from Unicode's data and a list of look-alikes."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from pixel_assets.typed_yaml import read_yaml

# Flags of a character
WORD: Final = 1  # a letter or digit
LATIN: Final = 2  # and it is a Latin letter or a digit
CHANGED: Final = 4  # it becomes something else, or nothing
ROUGH: Final = 8  # it only roughly looks like the Latin letter that it looks like

LOOKALIKES: Final = Path(__file__).parent / "data" / "lookalikes.yaml"


@dataclass(frozen=True)
class FoldingTable:
    """For every code point: what it is, which ASCII letter it looks like, and what it becomes."""

    flags: npt.NDArray[np.uint8]  # (code points,), of WORD, LATIN and CHANGED
    lookalikes: npt.NDArray[np.uint8]  # (code points,), an ASCII letter or 0
    places: npt.NDArray[np.int32]  # (code points,), of what a changed character becomes: first its length in the pool, then it
    pool: npt.NDArray[np.uint8]


@cache
def folding_table() -> FoldingTable:
    """The table, made once per process in about 0.1 s."""
    count = sys.maxunicode + 1
    flags, lookalikes, places = np.zeros(count, np.uint8), np.zeros(count, np.uint8), np.zeros(count, np.int32)
    for first, last in _UNCHANGED_WORDS:
        flags[first : last + 1] = WORD
    similar = read_lookalikes(LOOKALIKES)
    pool, known = bytearray(), dict[bytes, int]()
    for code in _looked_at():
        character = chr(code)
        becomes = _fold_character(character)
        flags[code] = _kind(character)
        base = unicodedata.normalize("NFKD", character)[0]
        letter = similar.get(character) or similar.get(base)
        if letter:
            lookalikes[code] = ord(letter.letter)
            flags[code] |= 0 if letter.true else ROUGH
        if becomes != character:
            flags[code] |= CHANGED
            written = becomes.encode()
            if written not in known:
                known[written] = len(pool)
                pool += bytes([len(written)]) + written
            places[code] = known[written]
    return FoldingTable(flags, lookalikes, places, np.frombuffer(bytes(pool), np.uint8))


@dataclass(frozen=True, slots=True)
class Lookalike:
    """The ASCII letter that a character looks like, truly or roughly."""

    letter: str
    true: bool


_Characters = dict[Annotated[str, Field(pattern=r"^[!-~]$")], str]  # by the letter that they look like


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    true: _Characters = {}
    rough: _Characters = {}


def read_lookalikes(path: Path) -> dict[str, Lookalike]:
    """Look-alikes by character. Raises ``SettingsError`` for a line that does not name one letter, or a character twice."""
    read: dict[str, Lookalike] = {}
    document = read_yaml(path, _File)
    for kind, lines in (("true", document.content.true), ("rough", document.content.rough)):
        for letter, characters in lines.items():
            for character in characters:
                if character.isascii() or character in read:
                    raise document.wrong((kind, letter), f"U+{ord(character):04X} is ASCII or stands twice", hint="Take it out")
                read[character] = Lookalike(letter, kind == "true")
    return read


def _looked_at() -> Iterator[int]:
    """Code points that may change; most are unified ideographs and Hangul syllables, which do not."""
    start = 0
    for first, last in (*_UNCHANGED_WORDS, (0xD800, 0xF8FF), (0x20000, 0x2F7FF), (0x30000, 0xDFFFF), (0xE1000, sys.maxunicode)):
        yield from range(start, first)
        start = last + 1


def _kind(character: str) -> int:
    if unicodedata.category(character)[0] not in "LN":
        return 0
    name = unicodedata.name(character, "")
    plain = character.isascii() or "LATIN" in name.split() or character.isdecimal()
    return WORD | LATIN if plain or _fold_character(character).isascii() else WORD


def _fold_character(character: str) -> str:
    if character in _PLAIN:
        return _PLAIN[character]
    category, name = unicodedata.category(character), unicodedata.name(character, "")
    if character.isspace() or category == "Cc":
        return " "
    if category == "Cf" or (category in ("Mn", "Me") and name.startswith(_MARKS)) or character in _UNSEEN:
        return ""
    if category == "Pd":
        return "-"
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if letter := _LETTER.search(name):
        return letter[2] if letter[1] == "CAPITAL" else letter[2].lower()
    kept = "".join(_PLAIN.get(c, c) for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return kept if kept.isascii() else unicodedata.normalize("NFKC", character)


# Unified ideographs and Hangul syllables: letters that stay what they are
_UNCHANGED_WORDS: Final = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3))
# Marks of scripts that are read without them; those of Indic scripts and of kana make another syllable and stay
_MARKS: Final = ("COMBINING", "ARABIC", "HEBREW", "SYRIAC", "VARIATION SELECTOR", "MONGOLIAN FREE")
_UNSEEN: Final = "\u115f\u1160\u2800\u3164\uffa0"  # letters and a symbol that have no ink
_LETTER: Final = re.compile(
    r"\bLATIN (?:LETTER )?(SMALL CAPITAL|SMALL|CAPITAL) (?:LETTER )?(?:DOTLESS |INSULAR )?([A-Z])(?: WITH .+)?$"
)
_PLAIN: Final = {
    **dict.fromkeys("‘’‚‛ʼʹ′‹›´", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("·•∙‧・", "."),
    "…": "...", "−": "-", "⁄": "/", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th",
    "ð": "d", "\u3099": "\u3099", "\u309a": "\u309a",
}  # fmt: skip
