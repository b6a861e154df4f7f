"""What the thorough pass reads: of a turn only the sentence around what is in doubt, and that no further than it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.safety.identifiers.doubts import Doubts
from pixel_assets.safety.identifiers.spans import Span
from pixel_assets.safety.identifiers.thorough import Recogniser
from pixel_assets.safety.turns import Turns

REACH: Final = 45  # characters on each side of what is in doubt: with more it finds no more
LONGEST: Final = 64  # characters of what may be in doubt at once
_ENDS: Final = re.compile(r"[.!?…][\"'”’)\]]*\s+|\n")  # of a sentence
_ABBREVIATED: Final = re.compile(r"(?<!\w)(?:\w|Mrs?|Ms|Dr|Prof|St)\.\s+$")
_BLANK: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of one turn."""

    row: int  # number of the turn
    start: int  # characters of the original content, as is end
    end: int
    doubts: tuple[tuple[int, int], ...]  # the places for which it is read


def windows(turns: Turns, doubts: Doubts) -> list[Window]:
    """Where to look, in order; windows of one turn that overlap are one as long as that is no longer than twice the reach."""
    places = zip(doubts.row.tolist(), doubts.start.tolist(), doubts.end.tolist(), strict=True)
    rows = np.unique(doubts.row)
    texts = dict(zip(rows.tolist(), turns.content.take(pa.array(rows, pa.int64())).to_pylist(), strict=True))
    found: list[Window] = []
    for row, of_row in groupby(places, key=lambda place: place[0]):
        begin = len(found)
        for _, first, last in of_row:
            if last - first > LONGEST:
                continue  # a word without an end is no name
            start, end = _around(texts[row] or "", first, last)
            before = found[-1] if len(found) > begin else None
            if before and start <= before.end and max(end, before.end) - before.start <= 2 * REACH:
                found[-1] = Window(row, before.start, max(end, before.end), (*before.doubts, (first, last)))
            else:
                found.append(Window(row, start, end, ((first, last),)))
    return found


def find_thorough(turns: Turns, doubts: Doubts, recogniser: Recogniser) -> list[Span]:
    """What the thorough pass says of what is in doubt; each different window is read once, and what else it sees there is left:
    the fast pass was sure of it."""
    where = windows(turns, doubts)
    said = [text[window.start : window.end] for window, text in zip(where, _texts(turns, where), strict=True)]
    different = list(dict.fromkeys(said))
    found = dict(zip(different, recogniser.find(different), strict=True))
    return [
        Span(window.row, window.start + each.start, window.start + each.end, each.type, each.rule, each.score, "thorough")
        for window, text in zip(where, said, strict=True)
        for each in found[text]
        if any(window.start + each.start <= last and first <= window.start + each.end for first, last in window.doubts)
    ]


def _texts(turns: Turns, where: Sequence[Window]) -> list[str]:
    return [text or "" for text in turns.content.take(pa.array([window.row for window in where], pa.int64())).to_pylist()]


def _around(text: str, first: int, last: int) -> tuple[int, int]:
    """The sentence in which a place stands, as far as it is within reach; it is cut between two words."""
    start, end = max(0, first - REACH), min(len(text), last + REACH)
    ends = [match.end() for match in _ENDS.finditer(text, start, first) if not _ABBREVIATED.search(text, start, match.end())]
    if ends:
        start = ends[-1]
    elif start and (blank := _BLANK.search(text, start, first)):
        start = blank.end()
    stop = next((m for m in _ENDS.finditer(text, last, end) if not _ABBREVIATED.search(text, last, m.end())), None)
    if stop is not None:
        end = stop.end()
    elif end < len(text):
        blanks = [match.start() for match in _BLANK.finditer(text, last, end)]
        end = blanks[-1] if blanks else end
    return start, end
