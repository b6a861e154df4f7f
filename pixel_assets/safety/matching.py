"""One pass for all patterns: a column of folded texts is scanned once, however many patterns there are, in linear time.

The automaton is Hyperscan's (Wang et al. 2019, NSDI): no backtracking, so no text can make it slow. Its patterns are regular
expressions without look-around and back-references; what needs a look at the context is decided afterwards, where there is a hit.
``^`` and ``$`` are the begin and the end of a text. A pattern that is not in ASCII is folded as texts are ("más" finds "mas");
case is only ignored in ASCII.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import hyperscan
import numpy as np
import numpy.typing as npt

from pixel_assets.errors import SettingsError
from pixel_assets.wording.automaton import Expression, compiled
from pixel_assets.wording.folding import FoldedTexts, fold_text

PORTION: Final = 1 << 28  # bytes that are scanned at once, as long as no single text is longer


@dataclass(frozen=True, slots=True)
class Pattern:
    """One thing to look for, by a name that findings carry."""

    id: str
    regex: str
    caseless: bool = True


@dataclass(frozen=True)
class Hits:
    """Where patterns match, ordered by text, start, end and pattern; of one pattern at one start only the longest match."""

    row: npt.NDArray[np.int32]  # number of the text
    pattern: npt.NDArray[np.int32]  # number of the pattern
    start: npt.NDArray[np.int32]  # characters of the original text, as are ends
    end: npt.NDArray[np.int32]
    folded_start: npt.NDArray[np.int32]  # bytes of the folded text, as are ends
    folded_end: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.row)


class Matcher:
    """Patterns that were compiled into automata: one that says where matches end, and one that says where they start as well.

    Starts cost five times as much, so they are only looked for in texts that have a match.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Raises ``SettingsError`` that names the pattern which Hyperscan cannot read."""
        self.patterns = tuple(patterns)
        self._busy = threading.Lock()  # an automaton has room for one scan at a time
        self._finder = _compiled(self.patterns, 0)
        self._locator = _compiled(self.patterns, hyperscan.HS_FLAG_SOM_LEFTMOST)

    def scan(self, texts: FoldedTexts) -> Hits:
        """All matches in all texts. A match lies in one text: those that would run into the next do not count."""
        ends = self._run(self._finder, texts)[:, 2]
        rows = np.unique(texts.rows(ends - 1))
        some = len(rows) < len(texts)
        few = texts.take(rows) if some else texts
        pattern, start, end = self._run(self._locator, few).T
        row = few.rows(start)
        inside = (end > start) & (end < few.starts[row + 1])
        pattern, start, end, row = pattern[inside], start[inside], end[inside], row[inside]
        order = np.lexsort((-end, pattern, start))
        pattern, start, end, row = pattern[order], start[order], end[order], row[order]
        longest = np.ones(len(start), bool)
        longest[1:] = (start[1:] != start[:-1]) | (pattern[1:] != pattern[:-1])
        pattern, start, end, row = pattern[longest], start[longest], end[longest], row[longest]
        order = np.lexsort((pattern, end, start))
        pattern, start, end, row = pattern[order], start[order], end[order], row[order]
        first = few.starts[row]
        return Hits(
            (rows[row] if some else row).astype(np.int32), pattern.astype(np.int32),
            few.characters(start), few.characters(end - 1) + 1, (start - first).astype(np.int32), (end - first).astype(np.int32),
        )  # fmt: skip

    def ends(self, texts: FoldedTexts) -> npt.NDArray[np.int64]:
        """Pattern and end of each match, shape (matches, 2), at a fifth of the cost; ends are bytes of ``texts.data``."""
        return self._run(self._finder, texts)[:, [0, 2]]

    def _run(self, automaton: Any, texts: FoldedTexts) -> npt.NDArray[np.int64]:
        """Pattern, start and end of each match in ``texts.data``, shape (matches, 3); only the locator knows starts."""
        found = array("q")

        def keep(pattern: int, start: int, end: int, _flags: int, first: int) -> None:
            found.extend((pattern, first + start, first + end))

        if self.patterns:
            with self._busy:
                for first, last in pairwise(_portions(texts)):
                    automaton.scan(texts.data[first:last].tobytes(), match_event_handler=keep, context=first)
        return np.array(found, np.int64).reshape(-1, 3)


def _portions(texts: FoldedTexts) -> list[int]:
    """Bounds of portions of whole texts; the automaton counts bytes in 32 bits."""
    bounds, end = [0], int(texts.starts[-1])
    while bounds[-1] < end:
        following = np.searchsorted(texts.starts, bounds[-1] + PORTION, side="right") - 1
        if texts.starts[following] <= bounds[-1]:  # one text that is longer than a portion
            following = np.searchsorted(texts.starts, bounds[-1], side="right")
        bounds.append(int(texts.starts[following]))
    return bounds


def _compiled(patterns: Sequence[Pattern], flags: int) -> Any:
    if not patterns:
        return None
    try:
        return compiled([_expression(pattern, flags) for pattern in patterns])
    except hyperscan.error as error:
        for pattern in patterns:
            regex, all_flags = _expression(pattern, flags)
            try:
                hyperscan.Database().compile(expressions=[regex], flags=[all_flags])
            except hyperscan.error as reason:
                raise SettingsError(
                    f"cannot be compiled: {reason}", where=f"pattern {pattern.id}",
                    expected="a regular expression of Hyperscan", hint="Look-around and back-references do not exist there",
                ) from reason  # fmt: skip
        raise SettingsError(f"{len(patterns)} patterns cannot be compiled together: {error}") from error


def _expression(pattern: Pattern, flags: int) -> Expression:
    regex = pattern.regex if pattern.regex.isascii() else fold_text(pattern.regex)
    flags |= hyperscan.HS_FLAG_MULTILINE | (hyperscan.HS_FLAG_CASELESS if pattern.caseless else 0)
    return regex.encode(), flags
