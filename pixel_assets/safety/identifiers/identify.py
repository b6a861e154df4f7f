"""Where identifiers stand: the fast pass over everything, the thorough one where there is doubt, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from pixel_assets.safety.identifiers.allowed import Allowed, allowed, drop_allowed
from pixel_assets.safety.identifiers.fast import Read, doubtful, find_fast, read
from pixel_assets.safety.identifiers.merge import merge
from pixel_assets.safety.identifiers.reserved import is_surrogate
from pixel_assets.safety.identifiers.spans import TYPES, Span, Type
from pixel_assets.safety.identifiers.thorough import Recogniser
from pixel_assets.safety.turns import Turns

KEPT: Final[tuple[Type, ...]] = ("date", "location")  # found, but on their own they single nobody out
REPLACED: Final[tuple[Type, ...]] = tuple(kind for kind in TYPES if kind not in KEPT)


def identify(turns: Turns, recogniser: Recogniser | None = None, kept: Allowed | None = None) -> list[Span]:
    """The identifiers of all turns as disjoint spans, in order of their place.

    ``recogniser`` looks at the turns that the fast pass leaves in doubt; without one nobody does. ``kept`` is what is never an
    identifier, by default the list of the package.
    """
    known = read(turns)
    spans = find_fast(turns, known)
    if recogniser is not None:
        spans = spans + _thorough(turns, spans, known, recogniser)
    return drop_allowed(merge(spans, turns.content), turns.content, kept or allowed())


def drop_surrogates(spans: Sequence[Span], turns: Turns) -> list[Span]:
    """The spans that are not what a redaction has put there."""
    texts = {row: turns.content[row].as_py() or "" for row in {span.row for span in spans}}
    return [span for span in spans if not is_surrogate(texts[span.row][span.start : span.end])]


def _thorough(turns: Turns, spans: list[Span], known: Read, recogniser: Recogniser) -> list[Span]:
    rows = np.flatnonzero(doubtful(turns, spans, known))
    texts = [text or "" for text in turns.content.take(pa.array(rows, pa.int64())).to_pylist()]
    return [
        Span(int(row), found.start, found.end, found.type, found.rule, found.score, "thorough")
        for row, of_row in zip(rows, recogniser.find(texts), strict=True)
        for found in of_row
    ]
