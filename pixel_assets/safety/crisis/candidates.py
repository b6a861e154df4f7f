"""Which patterns may match in which texts: one pass for all their anchors over many texts at once.

A pattern is a candidate for a text that holds one of its anchors (:mod:`pixel_assets.safety.crisis.anchors`). Places of anchors
become pairs of pattern and text in whole arrays, so that a text without any costs nothing beyond the pass.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import hyperscan
import numpy as np
import numpy.typing as npt

from pixel_assets.safety.crisis.anchors import anchors_of_all, regex
from pixel_assets.safety.crisis.lines import Lines
from pixel_assets.wording.automaton import compiled
from pixel_assets.wording.folding import SEPARATOR

_BLANK: Final = ord(" ")
_LOW: Final = (1 << 32) - 1  # two numbers share an integer of 64 bits


class Candidates:
    """The anchors of some patterns, and the automaton that looks for them."""

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        """From pairs of a name and a regular expression; raises :class:`SettingsError` for one without an anchor."""
        of: dict[str, list[int]] = {}
        for number, held in enumerate(anchors_of_all(patterns)):
            for anchor in held:
                of.setdefault(anchor, []).append(number)
        self._patterns = np.array([number for numbers in of.values() for number in numbers], np.int64)
        self._first = np.cumsum([0, *map(len, of.values())])  # of the patterns of an anchor
        self._busy = threading.Lock()  # an automaton has room for one scan at a time
        self._automaton = compiled([(regex(anchor), hyperscan.HS_FLAG_CASELESS) for anchor in of]) if of else None

    def among(self, lines: Lines) -> Iterator[tuple[int, list[int]]]:
        """Every pattern that may match somewhere, ascending, with the numbers of the texts where it may, ascending."""
        anchor, line = self._held(lines)
        counts = self._first[anchor + 1] - self._first[anchor]
        nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        pattern = self._patterns[np.repeat(self._first[anchor], counts) + nth]
        pairs = np.sort(pattern << 32 | np.repeat(line, counts))
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        firsts = np.flatnonzero(np.diff(pairs >> 32, prepend=-1))
        places = (pairs & _LOW).tolist()
        bounds = pairwise([*firsts.tolist(), len(pairs)])
        for number, (first, last) in zip((pairs[firsts] >> 32).tolist(), bounds, strict=True):
            yield number, places[first:last]

    def _held(self, lines: Lines) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Anchor and text of every place where an anchor ends, shape (places,) each."""
        anchors, ends = array("I"), array("I")
        add_anchor, add_end = anchors.append, ends.append

        def keep(anchor: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add_anchor(anchor)
            add_end(end)

        data = _squeezed(np.frombuffer(lines.data, np.uint8))
        if self._automaton is not None and len(data):
            with self._busy:
                self._automaton.scan(data.tobytes(), match_event_handler=keep)
        line = np.searchsorted(np.flatnonzero(data == SEPARATOR), np.frombuffer(ends, np.uint32))
        return np.frombuffer(anchors, np.uint32).astype(np.int64), line


def _squeezed(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """With one blank for several in a row, as anchors have it."""
    blank = data == _BLANK
    return np.delete(data, np.flatnonzero(blank[1:] & blank[:-1]))
