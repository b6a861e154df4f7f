"""Numbers that go over the end of a line: read once more with the line break gone."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import FoldedTexts
from pixel_assets.safety.identifiers.patterns import Places, find_forms
from pixel_assets.safety.identifiers.spans import Type

COMPLETE: Final = 7  # digits of a number before the line break that is whole without what follows
_OF_DIGITS: Final[frozenset[Type]] = frozenset(
    {
        "phone", "social_security", "card", "iban", "bank_account", "medical_record", "insurance", "passport", "driving_licence",
        "national_id", "other_id", "ip_address",
    }
)  # fmt: skip
_LIST_MARKS: Final = (ord("."), ord(")"))


def find_broken(texts: FoldedTexts, breaks: npt.NDArray[np.bool_], known: Places) -> Places:
    """Identifiers with a line break between two of their digits; ``known`` are those that were found without this.

    The second line of a list ("2. Rest") begins no half of a number, and a number that is whole at the end of its line has none.
    """
    gaps = _gaps(texts, breaks)
    rows = np.unique(texts.rows(gaps))
    if not len(rows):
        return Places(none := np.empty(0, np.int64), none, none, ())
    wanted = np.zeros(len(texts.data), bool)
    for row in rows.tolist():
        wanted[texts.starts[row] : texts.starts[row + 1]] = True
    wanted[gaps] = False
    origin = np.flatnonzero(wanted)
    lengths = np.bincount(np.searchsorted(rows, texts.rows(origin)), minlength=len(rows))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    joined = FoldedTexts(texts.data[origin], starts, np.full(len(rows), -1, np.int64), np.empty(0, np.int32))
    found = find_forms(joined, np.zeros(len(origin), bool))
    start, end = origin[found.start], origin[found.end - 1] + 1
    first, last = np.searchsorted(gaps, start), np.searchsorted(gaps, end)
    whole = np.unique(known.end[_digits(texts, known) >= COMPLETE])
    closed = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.isin(gaps, whole))])
    used = (last > first) & (closed[last] == closed[first])
    used &= np.array([form.type in _OF_DIGITS for form in found.form], bool)
    form = tuple(found.form[number] for number in np.flatnonzero(used).tolist())
    return Places(texts.rows(start[used]), start[used], end[used], form)


def _gaps(texts: FoldedTexts, breaks: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Line breaks between two digits, of which the second is no number of a list."""
    data = texts.data
    digit = (data >= ord("0")) & (data <= ord("9"))
    gaps = np.flatnonzero(breaks[1:-1] & digit[:-2] & digit[2:]) + 1
    if not len(gaps):
        return gaps
    others = np.flatnonzero(~digit)  # a separator ends the last text, so that there is one after every digit
    after = others[np.searchsorted(others, gaps + 1)]
    mark = np.isin(data[after], _LIST_MARKS) & (data[np.minimum(after + 1, len(data) - 1)] == ord(" "))
    return np.extract(~mark, gaps)


def _digits(texts: FoldedTexts, places: Places) -> npt.NDArray[np.int64]:
    counted: npt.NDArray[np.int64] = np.concatenate(
        [np.zeros(1, np.int64), np.cumsum((texts.data >= ord("0")) & (texts.data <= ord("9")))]
    )
    return np.subtract(counted[places.end], counted[places.start])
