"""Addresses: a small grammar over classes of words (``data/addresses.yaml``), read around numbers that stand by a capital."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.gazetteers import BIT, DATA
from pixel_assets.safety.identifiers.spans import Type
from pixel_assets.safety.identifiers.tokens import CAPITAL, DIGIT, LETTER, LINE, SENTENCE, UPPER, Tokens
from pixel_assets.safety.matching import Matcher, Pattern
from pixel_assets.wording.folding import FoldedTexts

AROUND: Final = 14  # words on each side of a number that are read
CLOSE: Final = 8  # words on each side within which a second number belongs to the same address
CUE_REACH: Final = 60  # bytes before those words in which an address may be announced
SHORTEST_STREET: Final = 6  # letters of a street that is one word, such as Ringweg
LONGEST_CODE: Final = 3
SHORT_NUMBER: Final = 4
LONG_NUMBER: Final = 6
_PIECE: Final = re.compile(r"<([a-z]+)>")
_STREET_ENDING: Final = re.compile(
    r".{3,}(?:strasse|straat|gatan|gata|vej|veien|vegen|gade|weg|laan|katu|utca|plein|allee|damm|gasse|platz|kade|gracht|vagen|terrasse|stien|polku|kuja)$"
)
_CUE: Final = (
    r"\b(address|live[sd]? (at|on|in)|living (at|on|in)|(located|situated|staying|meet(ing)?( me| us)?|over|is) at|taxi to"
    r"|moved (in)?to|(deliver|ship|send|post|mail|return|come|drive)(ed|ped)?( it| them| this)?( over)? to"
    r"|(house|home|flat|place|office) (is )?(at|on))\b"
)
_SIGNS_OF_A_LINE: Final = " ?>|*+-"  # of a letter that is quoted or a list
_COUNTED: Final = frozenset(
    {
        "am",
        "pm",
        "minutes",
        "hours",
        "hour",
        "days",
        "day",
        "weeks",
        "months",
        "years",
        "year",
        "times",
        "people",
        "percent",
        "miles",
        "kids",
    }
)
_LABEL: Final = re.compile(r"p?[wc]{0,2}:")  # "Date of birth:" on the line below belongs to no address
_ORDINAL: Final = re.compile(r"\d{1,5}(?:st|nd|rd|th|[a-z])?$", re.IGNORECASE)
_GAPS: Final = {1: "/", 2: ".", 3: ",", 4: ":", 5: "#", 6: "-", 7: "", 8: "#", 9: ""}

_ENDS_AS_STREET: Final = np.zeros((256, 256), bool)  # by the last two letters of a word
for _ending in ("se", "at", "an", "ta", "de", "ej", "en", "eg", "tu", "ca", "in", "ee", "mm", "tz", "ht", "ku", "ja"):
    _ENDS_AS_STREET[ord(_ending[0]), ord(_ending[1])] = True
_PLACE: Final = np.uint32(BIT["city"] | BIT["region"] | BIT["country"])
_NO_NAME: Final = np.uint32(sum(BIT[name] for name in ("function", "place_preposition", "calendar", "not_name", "greeting")))

Address = tuple[int, int, int, Type, str, float]


@dataclass(frozen=True)
class Form:
    """One way to write an address."""

    id: str
    score: float
    regex: re.Pattern[str]
    after_cue: bool  # only where "address", "live at" or the like stands before


def find_addresses(texts: FoldedTexts, tokens: Tokens, breaks: npt.NDArray[np.bool_]) -> list[Address]:
    """Row, first byte, byte after the last, type, rule and score of every address, at bytes of the folded buffer.

    ``breaks`` says which bytes were line breaks.
    """
    found: list[Address] = []
    done = -1
    anchors, cued = _anchors(texts, tokens)
    rows = tokens.row[anchors]
    first = np.maximum(np.searchsorted(tokens.row, rows), anchors - AROUND).tolist()
    stop = np.minimum(np.searchsorted(tokens.row, rows, side="right"), anchors + 2 * AROUND + 1).tolist()
    for number, (at, row) in enumerate(zip(anchors.tolist(), rows.tolist(), strict=True)):
        if at < done:
            continue
        done = min(at + AROUND + 1, stop[number])  # the numbers up to there have as many words after them in this window
        symbols, places, marked = _symbols(texts, tokens, breaks, first[number], stop[number])
        for rule, score, left, right in _parse(symbols, bool(cued[number])):
            start, stop_ = places[left], places[right - 1] + 1
            for begin, end in pairwise([start, *(line for line in marked if start < line < stop_), stop_]):
                found.append((row, int(tokens.start[begin]), int(tokens.end[end - 1]), "address", rule, score))
    return sorted(set(found))


def _anchors(texts: FoldedTexts, tokens: Tokens) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Numbers of words that are numbers and may belong to an address, and whether a word such as "address" announces it.

    A word with a capital or one for a street or flat must be close by; and there must be what no address lacks: a word for a
    street or flat, two numbers, a code of a state, a place beside a long number, or the announcement.
    """
    lengths = tokens.end - tokens.start
    digit, capital = (tokens.shape & DIGIT) != 0, (tokens.shape & CAPITAL) != 0
    street = (tokens.bits & np.uint32(BIT["unit"] | BIT["street"])) != 0
    named = capital & ((tokens.shape & LETTER) == 0) & ((tokens.bits & _NO_NAME) == 0)
    at = np.flatnonzero(digit & _near(named | street) & (lengths <= LONG_NUMBER))
    long = np.flatnonzero(capital & (lengths >= SHORTEST_STREET))
    street[long[_ENDS_AS_STREET[texts.data[tokens.end[long] - 2] | 32, texts.data[tokens.end[long] - 1] | 32]]] = True
    code = capital & ((tokens.shape & UPPER) != 0) & (lengths <= LONGEST_CODE)
    place = capital & ((tokens.bits & _PLACE) != 0)
    postal = digit & (lengths > SHORT_NUMBER) & _near(code | place)
    cued = _cued(texts, tokens, at)
    some = cued | (_within(street | postal, at, AROUND) > 0) | (_within(digit, at, CLOSE) > 1)
    return at[some], cued[some]


def _near(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which words have a marked one right before, or among the two right after."""
    near = np.zeros(len(marked), bool)
    near[1:] |= marked[:-1]
    near[:-1] |= marked[1:]
    near[:-2] |= marked[2:]
    return near


def _within(marked: npt.NDArray[np.bool_], at: npt.NDArray[np.int64], distance: int) -> npt.NDArray[np.int64]:
    """How many marked words stand so close to some words, themselves included."""
    counted: npt.NDArray[np.int64] = np.concatenate([np.zeros(1, np.int64), np.cumsum(marked)])
    return np.subtract(counted[np.minimum(at + distance + 1, len(marked))], counted[np.maximum(at - distance, 0)])


def _cued(texts: FoldedTexts, tokens: Tokens, at: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether an announcement of an address ends before some words, in the same text and not far away."""
    hits = _cues().scan(texts)
    ends = np.concatenate([np.full(1, -1), np.sort(texts.starts[hits.row] + hits.folded_end)])
    last = ends[np.searchsorted(ends, tokens.start[at], side="right") - 1]
    reach = np.maximum(texts.starts[tokens.row[at]], tokens.start[np.maximum(at - AROUND, 0)] - CUE_REACH)
    return last > reach


@functools.cache
def _cues() -> Matcher:
    return Matcher([Pattern("cue", _CUE)])


def _symbols(
    texts: FoldedTexts, tokens: Tokens, breaks: npt.NDArray[np.bool_], first: int, stop: int
) -> tuple[str, Sequence[int], Sequence[int]]:
    """The classes of some words and of what stands between them as one string, and the word that each character stands for.

    Last come the words before which a line begins with marks, as in a letter that is quoted: no identifier goes over those.
    """
    begin = int(tokens.start[first])
    data = texts.data[begin : int(tokens.end[stop - 1])].tobytes()
    words = zip(
        (tokens.start[first:stop] - begin).tolist(), (tokens.end[first:stop] - begin).tolist(),
        tokens.bits[first:stop].tolist(), tokens.gap[first:stop].tolist(), strict=True,
    )  # fmt: skip
    symbols: list[str] = []
    places: list[int] = []
    marked: list[int] = []
    ended = 0
    for at, (start, end, bits, gap) in enumerate(words, first):
        if gap == SENTENCE and not data[ended:start].decode("latin-1").strip(_SIGNS_OF_A_LINE) and breaks[begin + ended]:
            gap = LINE
            marked.append(at)
        ended = end
        mark = _GAPS[gap] if at > first else ""
        if mark:
            symbols.append(mark)
            places.append(at)
        symbol = _symbol(data[start:end], bits)
        doctor = symbol == "s" and data[start:end].lower() == b"dr" and not (symbols and symbols[-1] in "nNcatsp")
        symbols.append("w" if doctor else symbol)
        places.append(at)
    return "".join(symbols), places, marked


@functools.lru_cache(1 << 15)
def _symbol(said: bytes, bits: int) -> str:
    word = said.decode("latin-1")
    if word[0].isdigit():
        if word.isdigit():
            return "n" if len(word) <= SHORT_NUMBER else "N" if len(word) <= LONG_NUMBER else "w"
        return "N" if _ORDINAL.match(word) else "w"
    capital = word[0].isupper()
    lower = word.lower()
    if lower in _COUNTED:
        return "x"
    if bits & BIT["unit"]:
        return "v" if bits & BIT["room"] else "u"
    if lower in ("and", "und", "et", "i", "y"):
        return "&"
    if bits & BIT["street"] or (capital and _STREET_ENDING.match(lower)):
        return "s"
    if lower == "nan":  # where a form was filled in without a state
        return "a"
    if capital and word.isupper() and 2 <= len(word) <= 3 and (bits & BIT["state_code"] or not bits & BIT["function"]):
        return "a"
    if capital and bits & (BIT["city"] | BIT["region"] | BIT["country"]) and not bits & (BIT["function"] | BIT["calendar"]):
        return "t"
    if capital and not bits & (BIT["function"] | BIT["place_preposition"] | BIT["calendar"] | BIT["not_name"] | BIT["greeting"]):
        return "c"
    return "p" if bits & BIT["particle"] or lower == "of" else "w"


def _parse(symbols: str, cued: bool) -> Iterator[tuple[str, float, int, int]]:
    taken: list[tuple[int, int]] = []
    for form in _forms():
        if form.after_cue and not cued:
            continue
        at = 0
        while match := form.regex.search(symbols, at):
            left, right = match.span()
            at = max(right, left + 1)
            line = symbols.rfind("/", left, right)
            if line > left and _LABEL.match(symbols, right) and not any(symbol in "nN" for symbol in symbols[line:right]):
                right = line
            while right > left and symbols[right - 1] in ",/.#-:":
                right -= 1
            if not any(symbol in "nN" for symbol in symbols[left:right]):
                continue
            over = [end for start, end in taken if left < end and start < right]
            if over:
                at = max(left + 1, *over)  # what stands after it may still be one
                continue
            taken.append((left, right))
            yield form.id, form.score, left, right


@functools.cache
def _forms() -> tuple[Form, ...]:
    path = DATA / "addresses.yaml"
    content: Mapping[str, Any] = yaml.safe_load(path.read_text())
    return tuple(_form(entry, content["pieces"], str(path)) for entry in content["patterns"])


def _form(entry: Mapping[str, Any], pieces: Mapping[str, str], where: str) -> Form:
    try:
        regex = re.compile(_PIECE.sub(lambda match: pieces[match[1]], entry["regex"]))
    except (re.error, KeyError) as error:
        raise KnowledgeError(
            f"cannot be read: {error}", where=f"{where}, {entry.get('id')}", expected="a regular expression"
        ) from error
    return Form(entry["id"], entry["score"], regex, entry.get("after_cue", False))
