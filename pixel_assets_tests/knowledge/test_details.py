"""Rules of an instrument that go beyond the presence of keys."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pixel_assets.knowledge.details import Instrument


def instrument(**changes: Any) -> Instrument:
    """Two items answered with 0 or 1, totals 0 to 2."""
    return Instrument.model_validate(
        {
            "items": [{"id": "a", "text": "First"}, {"id": "b", "text": "Second"}],
            "scale": {"lowest": 0, "answers": ["no", "yes"]},
            "scoring": "The sum.",
            "bands": [{"from": 0, "to": 0, "meaning": "none"}, {"from": 1, "to": 2, "meaning": "some"}],
            "cautions": ["It is an example"],
            **changes,
        }
    )


def test_the_scale_ends_with_its_last_answer() -> None:
    assert instrument().scale.highest == 1


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ([(0, 1), (1, 2)], "bands: 1 to 2 leaves a gap or overlaps; it must begin at 2"),
        ([(0, 0), (2, 2)], "bands: 2 to 2 leaves a gap or overlaps; it must begin at 1"),
        ([(1, 2)], "it must begin at 0"),
        ([(0, 1)], "bands: they end at 1, but totals go up to 2"),
        ([(0, 3)], "bands: they end at 3, but totals go up to 2"),
    ],
)
def test_bands_must_cover_every_total_once(bands: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        instrument(bands=[{"from": first, "to": last, "meaning": "x"} for first, last in bands])


def test_two_items_may_not_have_one_id() -> None:
    with pytest.raises(ValidationError, match="items: 'a' is given twice"):
        instrument(items=[{"id": "a", "text": "First"}, {"id": "a", "text": "Second"}])
