"""What counts as a word, when two texts are equal, and which characters nobody can read.

Text in, small values out. The traits that compare or measure text all go through here, so that
"word" and "equal" mean one thing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

# Scripts written without spaces: every character is a word of its own.
_IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Emoji are neither words nor punctuation: they are kept in the normal form ("fine 🙂" is not "fine 🙁").
_EMOJI: Final = "\u2600-\u27bf\U0001f000-\U0001faff"
_TYPOGRAPHIC: Final = (
    ("’", "'"),
    ("‘", "'"),
    ("“", '"'),
    ("”", '"'),
    ("–", "-"),
    ("—", "-"),
    ("…", "..."),
    ("\xa0", " "),
)
# A sign belongs to its number: "-3" and "3" must not become duplicates. ("3-5" has no sign.)
_SIGN: Final = re.compile(r"-(?<!\w-)(?=\d)")


class Speech(NamedTuple):
    """The normal form of a text (words and emoji with single spaces between) and its number of words."""

    form: str
    words: int


def normalise(text: str) -> Speech:
    """Normal form: NFKC, case folded, apostrophes dropped, any other punctuation and space collapsed.

    Two texts have equal forms if and only if they differ in nothing but case, width, spacing and
    punctuation; the sign of a number counts. A word is a run of letters, digits and combining
    marks, or one ideograph.
    """
    if not text.isascii():
        for mark, plain in _TYPOGRAPHIC:
            text = text.replace(mark, plain)
    if text.isascii():
        tokens = _signed(text).translate(_ASCII_WORDS).split()  # same result as below, ten times as fast
        return Speech(" ".join(tokens), len(tokens))
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).replace("'", "")
    tokens = _WORD_OR_EMOJI.findall(_signed(text))
    return Speech(" ".join(tokens), len(tokens) - sum(map(_is_emoji, tokens)))


def unreadable_characters(text: str) -> int:
    """How many characters are replacement characters, controls, private-use or unassigned.

    Tabs and line ends are readable. So are the blocks reserved for emoji, whose newest members this
    Python's Unicode tables do not know yet.
    """
    plain = text.replace("\n", " ").replace("\t", " ").replace("\r", " ")
    if plain.isprintable() and "\ufffd" not in plain:
        return 0
    return sum(map(_is_unreadable, _SUSPECT.findall(plain)))


def is_blank(text: str) -> bool:
    """Whether nothing would be seen: empty, white space or zero-width characters only."""
    return not text.strip(_INVISIBLE)


_INVISIBLE: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
)
_SUSPECT: Final = re.compile(r"[^ -~\xa0-\u02ff]")
_ASCII_WORDS: Final = {
    code: chr(code).lower() if chr(code).isalnum() else None if chr(code) == "'" else " "
    for code in range(128)
}


def _signed(text: str) -> str:
    return _SIGN.sub("minus", text) if "-" in text else text


def _is_emoji(token: str) -> bool:
    return _ONE_EMOJI.match(token) is not None


def _is_unreadable(character: str) -> bool:
    if "\U0001f000" <= character <= "\U0001faff":
        return False
    return character == "\ufffd" or unicodedata.category(character) in {"Cc", "Co", "Cn"}


def _word_characters() -> str:
    """Letters, digits and combining marks of the Basic Multilingual Plane, as ranges for a regex class.

    ``\\w`` will not do: it leaves out combining marks, which would tear Hindi or Arabic words apart.
    """
    no_word, ranges = re.compile(f"[{_IDEOGRAPHS}\ufe00-\ufe0f]"), []  # U+FE0F colours emoji, and is a mark
    start = -1
    for code in range(0x10001):
        inside = (
            code < 0x10000 and unicodedata.category(chr(code))[0] in "LMN" and not no_word.match(chr(code))
        )
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            ranges.append(f"{chr(start)}-{chr(code - 1)}")
            start = -1
    return "".join(ranges)


# Above the Basic Multilingual Plane, everything below the emoji is historic scripts.
_WORD_OR_EMOJI: Final = re.compile(
    rf"[{_word_characters()}\U00010000-\U0001efff]+|[{_IDEOGRAPHS}]|[{_EMOJI}]"
)
_ONE_EMOJI: Final = re.compile(f"[{_EMOJI}]")
