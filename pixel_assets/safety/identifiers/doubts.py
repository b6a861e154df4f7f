"""What the fast pass leaves to the thorough one: words that may well be the name of a person, where it has found nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.fast import NAME_FROM, Read, read
from pixel_assets.safety.identifiers.gazetteers import BIT
from pixel_assets.safety.identifiers.general import is_general
from pixel_assets.safety.identifiers.names import KINDS
from pixel_assets.safety.identifiers.spans import Span
from pixel_assets.safety.identifiers.tokens import Tokens
from pixel_assets.safety.turns import Turns

DOUBT_FROM: Final = 0.15  # of a person, whatever else the run may be; what may only be a place or a firm is not worth its time
SHORT_WORD: Final = 2
_ROW: Final = np.int64(32)  # bits of a place below those of its row


@dataclass(frozen=True)
class Doubts:
    """Where words stand that may or may not be a name; all arrays have one entry a place, in order."""

    row: npt.NDArray[np.int32]  # number of the turn
    start: npt.NDArray[np.int32]  # characters of the original content, as is end
    end: npt.NDArray[np.int32]


def doubts(turns: Turns, spans: Sequence[Span], known: Read | None = None) -> Doubts:
    """The places that the fast pass cannot decide; ``spans`` are those that it has found, disjoint and in order."""
    texts = turns.folded
    known = known or read(turns)
    tokens, found = known.tokens, known.runs
    named = 1 - found.probability[:, KINDS.index("none")]
    person = found.probability[:, KINDS.index("name")]
    unsure = np.flatnonzero((named < NAME_FROM) & (person >= DOUBT_FROM) & ~is_general(texts, tokens, found))
    unknown = _introduced_unknown(tokens)
    first = np.concatenate([found.first[unsure], unknown])
    last = np.concatenate([found.stop[unsure] - 1, unknown])
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    row, start = tokens.row[first], texts.characters(tokens.start[first])
    end = texts.characters(tokens.end[last] - 1) + 1
    open_ = ~_touched(row, start, end, spans)
    return Doubts(row[open_], start[open_], end[open_])


def doubtful(turns: Turns, spans: Sequence[Span], known: Read | None = None) -> npt.NDArray[np.bool_]:
    """Turns of which the thorough pass should read a part: of one entry a turn."""
    doubt = np.zeros(len(turns), bool)
    if len(turns):
        doubt[doubts(turns, spans, known).row] = True
    return doubt


def _touched(
    row: npt.NDArray[np.int32], start: npt.NDArray[np.int32], end: npt.NDArray[np.int32], spans: Sequence[Span]
) -> npt.NDArray[np.bool_]:
    """Whether a place shares a character with a span: what stands in an address or a link is nobody's name."""
    found = np.array([(span.row, span.start, span.end) for span in spans], np.int64).reshape(-1, 3)
    starts, ends = (found[:, 0] << _ROW) + found[:, 1], (found[:, 0] << _ROW) + found[:, 2]
    rows = row.astype(np.int64) << _ROW
    before = np.searchsorted(starts, rows + end)  # spans that begin before the place ends
    return before > np.searchsorted(ends, rows + start, side="right")


def _introduced_unknown(tokens: Tokens) -> npt.NDArray[np.int64]:
    """Numbers of words in small letters that no list knows and that follow "i'm", "name" or the like."""
    unknown = (tokens.bits == 0) & (tokens.shape == 0) & (tokens.end - tokens.start > SHORT_WORD)
    introduces = (tokens.bits & np.uint32(BIT["introduction"])) != 0
    after = np.zeros(len(tokens), bool)
    after[1:] = introduces[:-1] & (tokens.row[1:] == tokens.row[:-1])
    return np.flatnonzero(unknown & after)
