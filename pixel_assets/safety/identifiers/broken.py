"""Numbers that were taken apart, by the end of a line or into single digits: read once more without what stands between."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.checks import is_counting
from pixel_assets.safety.identifiers.patterns import Places, find_forms
from pixel_assets.safety.identifiers.spans import Type
from pixel_assets.wording.folding import FoldedTexts

COMPLETE: Final = 7  # digits of a number before the line break that is whole without what follows
LEAST_SCORE: Final = 0.6  # of a form: below that it asks for digits alone, and any two numbers have them together
LONGEST_MARK: Final = 2  # digits of the number of an item in a list
FEWEST_APART: Final = 4  # digits of a number that stand alone each
_OF_DIGITS: Final[frozenset[Type]] = frozenset(
    {
        "phone", "social_security", "card", "iban", "bank_account", "medical_record", "insurance", "passport", "driving_licence",
        "national_id", "other_id", "ip_address",
    }
)  # fmt: skip
_BLANK, _DOT, _DASH = ord(" "), ord("."), ord("-")
_LIST_MARKS: Final = (_DOT, ord(")"))
_APART: Final = re.compile(r"(?<![A-Za-z0-9'])[A-Za-z0-9#(+](?:(?: |   )[A-Za-z0-9#()+.\-/](?![A-Za-z0-9]))+")
_BLANKS: Final = re.compile(r" +")
_COUNTED: Final = re.compile(r"[\d ]+")
_GROUPS: Final = re.compile(rb"\d[.\-/ )]\d{2,4}\.$")  # the begin of a number whose groups a dot parts
_NONE: Final = np.empty(0, np.int64)


def find_broken(texts: FoldedTexts, breaks: npt.NDArray[np.bool_], known: Places) -> Places:
    """Identifiers with a line break or blanks between their digits; ``known`` are those that were found without this.

    The second line of a list ("2. Rest") begins no half of a number, and a number that is whole at the end of its line has none.
    Digits that stand alone and only count are no telephone number.
    """
    digit = (texts.data >= ord("0")) & (texts.data <= ord("9"))
    found = [_without_counting(texts, _read_without(texts, breaks, _between_single(texts, digit), _NONE))]
    lines = _line_ends(texts, breaks, digit)
    if len(lines):
        whole = known.end[_count(np.flatnonzero(digit), known.start, known.end) >= COMPLETE]
        closed = lines[np.isin(lines, whole)]
        some, *others = [_read_without(texts, breaks, gaps, closed) for gaps in _readings(texts, lines)]
        found += [*others, _apart_from(some, others)]
    return Places(
        np.concatenate([each.row for each in found]), np.concatenate([each.start for each in found]),
        np.concatenate([each.end for each in found]), tuple(form for each in found for form in each.form),
    )  # fmt: skip


def _read_without(
    texts: FoldedTexts, breaks: npt.NDArray[np.bool_], gaps: npt.NDArray[np.int64], closed: npt.NDArray[np.int64]
) -> Places:
    """Identifiers that go over some of the bytes ``gaps``, read without those; over a byte of ``closed`` goes none."""
    rows = np.unique(texts.rows(gaps))
    if not len(rows):
        return Places(_NONE, _NONE, _NONE, ())
    kept = np.ones(len(texts.data), bool)
    kept[gaps] = False
    bounds = zip(texts.starts[rows].tolist(), texts.starts[rows + 1].tolist(), strict=True)
    pieces = [start + np.flatnonzero(kept[start:end]) for start, end in bounds]
    origin = np.concatenate(pieces)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum([len(piece) for piece in pieces])])
    joined = FoldedTexts(texts.data[origin], starts, np.full(len(rows), -1, np.int64), np.empty(0, np.int32))
    found = find_forms(joined, breaks[origin])
    start, end = origin[found.start], origin[found.end - 1] + 1
    used = (_count(gaps, start, end) > 0) & (_count(closed, start, end) == 0)
    used &= np.array([form.type in _OF_DIGITS and form.score >= LEAST_SCORE for form in found.form], bool)
    form = tuple(found.form[number] for number in np.flatnonzero(used).tolist())
    return Places(texts.rows(start[used]), start[used], end[used], form)


def _line_ends(texts: FoldedTexts, breaks: npt.NDArray[np.bool_], digit: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Line breaks within what may be one number: before a digit, and behind one or behind a dash or dot that parts its groups."""
    data = texts.data
    at = np.flatnonzero(breaks[2:-3]) + 2
    right = at + 1 + (data[at + 1] == _BLANK)  # of an indented line the first digit
    behind = data[at - 1]
    parted = ((behind == _DASH) | (behind == _DOT)) & digit[at - 2]
    at, right, parted = (each[digit[right] & (digit[at - 1] | parted)] for each in (at, right, parted))
    after = right + 1
    for _ in range(LONGEST_MARK - 1):
        after += digit[after]
    of_list = np.isin(data[after], _LIST_MARKS) & (data[np.minimum(after + 1, len(data) - 1)] == _BLANK)
    whole = np.array(
        [dot and _GROUPS.search(data[max(0, place - 12) : place].tobytes()) is None
         for place, dot in zip(at.tolist(), (parted & (data[at - 1] == _DOT)).tolist(), strict=True)], bool,
    )  # fmt: skip
    return np.extract(~of_list & ~whole, at)


def _readings(texts: FoldedTexts, gaps: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """All gaps, and where a text has several every other one as well: a number on two lines may stand over another number."""
    rows = texts.rows(gaps)
    first = np.searchsorted(rows, rows)
    several = np.searchsorted(rows, rows, side="right") - first > 1
    odd = (np.arange(len(gaps)) - first) % 2 == 1
    return [taken for taken in (gaps, gaps[several & odd], gaps[several & ~odd]) if len(taken)]


def _apart_from(places: Places, others: Sequence[Places]) -> Places:
    """The places that share no byte with one of some others, which go over fewer lines."""
    taken = [place for each in others for place in zip(each.start.tolist(), each.end.tolist(), strict=True)]
    bounds = list(zip(places.start.tolist(), places.end.tolist(), strict=True))
    return _some(places, [n for n, (start, end) in enumerate(bounds) if not any(a < end and start < b for a, b in taken)])


def _some(places: Places, numbers: Sequence[int]) -> Places:
    kept = np.array(numbers, np.int64)
    return Places(places.row[kept], places.start[kept], places.end[kept], tuple(places.form[number] for number in numbers))


def _between_single(texts: FoldedTexts, digit: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Blanks between digits, letters and signs that stand alone, of which some are digits; of three blanks the last stays."""
    alone = digit[1:-1] & (texts.data[:-2] == _BLANK) & (texts.data[2:] == _BLANK)  # also the second of "1 2 3"
    rows = np.unique(texts.rows(np.flatnonzero(alone) + 1))
    gaps: list[int] = []
    for row in rows.tolist():
        start, end = int(texts.starts[row]), int(texts.starts[row + 1]) - 1
        text = texts.data[start:end].tobytes().decode("latin-1")  # a character a byte
        for run in _APART.finditer(text):
            if sum(map(str.isdigit, run.group())) >= FEWEST_APART:
                blanks = (match.span() for match in _BLANKS.finditer(text, *run.span()))
                gaps += [start + at for first, last in blanks for at in range(first, max(first + 1, last - 1))]
    return np.array(gaps, np.int64)


def _without_counting(texts: FoldedTexts, places: Places) -> Places:
    """Without telephone numbers of single digits and blanks that only count up or down."""
    bounds = zip(places.start.tolist(), places.end.tolist(), places.form, strict=True)
    said = [(form, texts.data[start:end].tobytes().decode("latin-1")) for start, end, form in bounds]
    kept = [
        number for number, (form, text) in enumerate(said)
        if form.type != "phone" or not (_COUNTED.fullmatch(text) and is_counting(text))
    ]  # fmt: skip
    return _some(places, kept)


def _count(
    sorted_places: npt.NDArray[np.int64], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many of some bytes lie in each place."""
    return np.subtract(np.searchsorted(sorted_places, end), np.searchsorted(sorted_places, start))
