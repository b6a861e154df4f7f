"""One pass for all patterns: a column of folded texts is scanned once, however many patterns there are, in linear time.

The automaton is Hyperscan's (Wang et al. 2019, NSDI): no backtracking, so no text can make it slow. Its patterns are regular
expressions without look-around and back-references; what needs a look at the context is decided afterwards, where there is a hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import hyperscan
import numpy as np
import numpy.typing as npt

from pixel_assets.safety.folding import FoldedTexts


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
    """Patterns that were compiled into one automaton."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Raises ``ValueError`` that names the pattern which Hyperscan cannot read."""
        self.patterns = tuple(patterns)
        self._database = hyperscan.Database()
        flags = [
            hyperscan.HS_FLAG_SOM_LEFTMOST | (hyperscan.HS_FLAG_CASELESS if pattern.caseless else 0) for pattern in self.patterns
        ]
        try:
            self._database.compile(
                expressions=[pattern.regex.encode() for pattern in self.patterns],
                ids=list(range(len(self.patterns))), elements=len(self.patterns), flags=flags,
            )  # fmt: skip
        except hyperscan.error as error:
            raise ValueError(f"a pattern cannot be compiled: {error}") from error

    def scan(self, texts: FoldedTexts) -> Hits:
        """All matches in all texts."""
        found: list[tuple[int, int, int]] = []
        if len(self.patterns) and len(texts.data):
            self._database.scan(
                texts.data.tobytes(),
                match_event_handler=lambda pattern, start, end, _flags, _context: found.append((start, pattern, end)),
            )
        raw = np.array(found, np.int64).reshape(-1, 3)
        order = np.lexsort((-raw[:, 2], raw[:, 1], raw[:, 0]))
        raw = raw[order]
        longest = np.ones(len(raw), bool)
        longest[1:] = (raw[1:, :2] != raw[:-1, :2]).any(axis=1)
        raw = raw[longest]
        start, pattern, end = raw[:, 0], raw[:, 1], raw[:, 2]
        row = np.searchsorted(texts.starts, start, side="right") - 1
        inside = (end > start) & (end < texts.starts[row + 1])
        start, pattern, end, row = start[inside], pattern[inside], end[inside], row[inside]
        order = np.lexsort((pattern, end, start))
        start, pattern, end, row = start[order], pattern[order], end[order], row[order]
        first = texts.starts[row]
        return Hits(
            row.astype(np.int32), pattern.astype(np.int32), texts.origin[start], texts.origin[end - 1] + 1,
            (start - first).astype(np.int32), (end - first).astype(np.int32),
        )  # fmt: skip
