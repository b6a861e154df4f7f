"""Scores of questionnaires: an instrument of the knowledge base and answers become sums and a band. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pixel_assets.errors import KnowledgeError
from pixel_assets.knowledge.model import InstrumentEntry


@dataclass(frozen=True)
class Score:
    """What answers to an instrument amount to; it is no diagnosis.

    ``total`` and ``band`` are None where an instrument makes no total, as the IPIP-NEO, whose sums are in
    ``traits`` and ``facets`` by the ids of these entries. ``risk`` names the items whose answer asks for a
    conversation about safety, whatever the total.
    """

    total: int | None
    band: str | None
    risk: tuple[str, ...]
    traits: Mapping[str, int]
    facets: Mapping[str, int]


def score(instrument: InstrumentEntry, answers: Mapping[str, int]) -> Score:
    """Score answers, given as the number of the chosen answer (from ``scale.lowest``) by item id.

    Raises :class:`KnowledgeError` where an item has no answer, an answer no item, or a number is outside of the scale.
    """
    items, scale = instrument.details.items, instrument.details.scale
    known = {item.id for item in items}
    for name in [*(item.id for item in items if item.id not in answers), *(name for name in answers if name not in known)]:
        what = f"the item {name!r} has no answer" if name in known else f"there is no item {name!r}"
        raise KnowledgeError(
            what, where=instrument.name, expected="one answer to each item", hint="Missing answers are not guessed"
        )
    values: dict[str, int] = {}
    for item in items:
        answer = answers[item.id]
        if not scale.lowest <= answer <= scale.highest:
            raise KnowledgeError(
                f"the answer {answer} to {item.id!r} is not on the scale",
                where=instrument.name,
                expected=f"{scale.lowest} to {scale.highest}",
                hint="Give the number of the answer before any item is reversed",
            )
        values[item.id] = answer if item.keyed == "plus" else scale.lowest + scale.highest - answer
    traits: Counter[str] = Counter()
    facets: Counter[str] = Counter()
    for item in items:
        if item.trait is not None:
            traits[item.trait] += values[item.id]
        if item.facet is not None:
            facets[item.facet] += values[item.id]
    total = sum(values.values()) if instrument.details.bands else None
    return Score(
        total=total,
        band=next((b.meaning for b in instrument.details.bands if total is not None and b.first <= total <= b.last), None),
        risk=tuple(item.id for item in items if item.risk and answers[item.id] > scale.lowest),
        traits=dict(traits),
        facets=dict(facets),
    )
