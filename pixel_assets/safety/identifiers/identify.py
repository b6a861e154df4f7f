"""Where identifiers stand: the fast pass over everything, the thorough one where there is doubt, and what is allowed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pixel_assets.safety.identifiers.allowed import Allowed, allowed, drop_allowed
from pixel_assets.safety.identifiers.doubts import doubts
from pixel_assets.safety.identifiers.every import find_every
from pixel_assets.safety.identifiers.fast import find_fast, read
from pixel_assets.safety.identifiers.merge import merge
from pixel_assets.safety.identifiers.reserved import is_surrogate
from pixel_assets.safety.identifiers.spans import TYPES, Span, Type
from pixel_assets.safety.identifiers.thorough import Recogniser
from pixel_assets.safety.identifiers.windows import find_thorough
from pixel_assets.safety.turns import Turns

# found, but on their own they single nobody out
KEPT: Final[tuple[Type, ...]] = ("date", "location", "title", "organisation", "nationality", "profession", "amount")
_STREET: Final = re.compile(r" \w{1,40} \w{1,40}")
REPLACED: Final[tuple[Type, ...]] = tuple(kind for kind in TYPES if kind not in KEPT)


def identify(
    turns: Turns, recogniser: Recogniser | None = None, kept: Allowed | None = None, *, every: bool = False
) -> list[Span]:  # fmt: skip
    """The identifiers of all turns as disjoint spans, in order of their place.

    ``recogniser`` looks at the sentences that the fast pass leaves in doubt; without one nobody does. ``kept`` is what is never
    an identifier, by default the list of the package. With ``every`` also what singles nobody out (:mod:`.every`).
    """
    known = read(turns)
    spans = find_fast(turns, known)
    if recogniser is not None:
        spans = spans + outside(find_thorough(turns, doubts(turns, spans, known), recogniser), spans)
    merged = merge(spans, turns.content)
    if every:
        merged = merge([*merged, *find_every(turns, merged, known)], turns.content)
    return drop_allowed(merged, turns.content, kept or allowed())


def outside(spans: Sequence[Span], known: Sequence[Span]) -> list[Span]:
    """What of some spans lies outside of known ones of another type, so that none of those is taken for what it is not.

    ``known`` are disjoint and in order.
    """
    places = [(span.row, span.start) for span in known]
    pieces: list[Span] = []
    for span in spans:
        start = span.start
        for other in known[max(0, bisect_left(places, (span.row, span.start)) - 1) : bisect_left(places, (span.row, span.end))]:
            if other.row == span.row and other.end > start and other.type != span.type:
                pieces.append(replace(span, start=start, end=max(start, other.start)))
                start = other.end
        pieces.append(replace(span, start=start, end=max(start, span.end)))
    return [piece for piece in pieces if piece.end > piece.start]


def drop_surrogates(spans: Sequence[Span], turns: Turns) -> list[Span]:
    """The spans that are not what a redaction has put there; the number of a house belongs to the street after it."""
    texts = {row: turns.content[row].as_py() or "" for row in {span.row for span in spans}}
    return [span for span in spans if not is_surrogate(_with_street(texts[span.row], span))]


def _with_street(text: str, span: Span) -> str:
    said = text[span.start : span.end]
    street = _STREET.match(text, span.end) if span.type == "address" and said.isdigit() else None
    return said + street.group() if street else said
