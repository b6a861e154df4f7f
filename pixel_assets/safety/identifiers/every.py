"""What singles nobody out and is found only when everything is asked for: titles, nationalities, any date or age, organisations.

Published sets label it; a benchmark that counts their labels whatever they are called asks for it. Redaction does not: it would
keep all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pixel_assets.safety.identifiers.fast import Read
from pixel_assets.safety.identifiers.gazetteers import BIT, DATA
from pixel_assets.safety.identifiers.names import KINDS
from pixel_assets.safety.identifiers.patterns import find_forms
from pixel_assets.safety.identifiers.spans import Span, Type
from pixel_assets.safety.identifiers.tokens import CAPITAL
from pixel_assets.safety.turns import Turns
from pixel_assets.wording.folding import FoldedTexts

PATTERNS: Final[Path] = DATA / "every.yaml"
ORGANISATION_FROM: Final = 0.3  # probability of a run that is no name of a person
_NAMES: Final = ("location", "organisation")


def find_every(turns: Turns, spans: list[Span], known: Read) -> list[Span]:
    """What the fast pass left where it found nothing; ``spans`` are disjoint and in order. Spans of all turns, unordered."""
    texts = turns.folded
    if not len(texts):
        return []
    places = find_forms(texts, known.breaks, PATTERNS)
    start, end = texts.characters(places.start), texts.characters(places.end - 1) + 1
    columns = zip(places.row.tolist(), start.tolist(), end.tolist(), places.form, strict=True)
    found = [Span(row, first, last, form.type, form.id, form.score) for row, first, last, form in columns]
    found += _words(texts, known)
    found += _runs(texts, known)
    taken = {(span.row, place) for span in spans for place in range(span.start, span.end)}
    return [span for span in found if not any((span.row, place) in taken for place in range(span.start, span.end))]


def _words(texts: FoldedTexts, known: Read) -> Iterator[Span]:
    """Nationalities, countries and large towns that stand in the lists."""
    tokens = known.tokens
    capital = (tokens.shape & CAPITAL) != 0
    of_type: tuple[tuple[Type, int], ...] = (("nationality", BIT["nationality"]), ("location", BIT["country"] | BIT["region"]))
    for type_, bits in of_type:
        at = np.flatnonzero(capital & ((tokens.bits & np.uint32(bits)) != 0))
        yield from _spans(texts, tokens.row[at], tokens.start[at], tokens.end[at], type_, "list." + type_, 0.5)


def _runs(texts: FoldedTexts, known: Read) -> Iterator[Span]:
    """Runs of words that are less sure a place or an organisation than what the fast pass calls so."""
    tokens, runs = known.tokens, known.runs
    for name in _NAMES:
        at = np.flatnonzero(runs.probability[:, KINDS.index(name)] >= ORGANISATION_FROM)
        type_: Type = "organisation" if name == "organisation" else "location"
        first, last = runs.first[at], runs.stop[at] - 1
        yield from _spans(texts, tokens.row[first], tokens.start[first], tokens.end[last], type_, "unsure." + name, 0.3)


def _spans(
    texts: FoldedTexts, rows: npt.NDArray[np.int32], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64],
    type_: Type, rule: str, score: float,
) -> Iterator[Span]:  # fmt: skip
    places = zip(rows.tolist(), texts.characters(start).tolist(), (texts.characters(end - 1) + 1).tolist(), strict=True)
    return (Span(row, first, last, type_, rule, score) for row, first, last in places)
