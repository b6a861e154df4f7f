"""Where identifiers stand: the fast pass over everything, the thorough one where there is doubt, and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pixel_assets.safety.identifiers.allowed import Allowed, allowed, drop_allowed
from pixel_assets.safety.identifiers.every import find_every
from pixel_assets.safety.identifiers.fast import doubts, find_fast, read
from pixel_assets.safety.identifiers.merge import merge
from pixel_assets.safety.identifiers.reserved import is_surrogate
from pixel_assets.safety.identifiers.spans import TYPES, Span, Type
from pixel_assets.safety.identifiers.thorough import Recogniser
from pixel_assets.safety.identifiers.windows import find_thorough
from pixel_assets.safety.turns import Turns

# found, but on their own they single nobody out
KEPT: Final[tuple[Type, ...]] = ("date", "location", "title", "organisation", "nationality", "profession", "amount")
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
        spans = spans + find_thorough(turns, doubts(turns, spans, known), recogniser)
    merged = merge(spans, turns.content)
    if every:
        merged = merge([*merged, *find_every(turns, merged, known)], turns.content)
    return drop_allowed(merged, turns.content, kept or allowed())


def drop_surrogates(spans: Sequence[Span], turns: Turns) -> list[Span]:
    """The spans that are not what a redaction has put there."""
    texts = {row: turns.content[row].as_py() or "" for row in {span.row for span in spans}}
    return [span for span in spans if not is_surrogate(texts[span.row][span.start : span.end])]
