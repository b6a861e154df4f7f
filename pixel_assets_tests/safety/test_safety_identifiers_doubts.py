"""What is left to the thorough pass, and that it takes nothing from the fast one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pixel_assets.safety.identifiers.doubts import doubts
from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.identify import drop_surrogates, identify, outside
from pixel_assets.safety.identifiers.rampart import unpacked
from pixel_assets.safety.identifiers.spans import Span
from pixel_assets.safety.identifiers.thorough import Found
from pixel_assets.safety.turns import Turns


def turns(*texts: str) -> Turns:
    return Turns.of([[{"role": "user", "content": text}] for text in texts])


def span(start: int, end: int, kind: str, row: int = 0) -> Span:
    return Span(row, start, end, kind, "rule", 0.9)  # type: ignore[arg-type]


def places(asked: Turns, spans: Sequence[Span]) -> list[tuple[int, int, int]]:
    found = doubts(asked, spans)
    return list(zip(found.row.tolist(), found.start.tolist(), found.end.tolist(), strict=True))


def test_what_stands_in_a_span_or_shares_a_character_with_one_is_in_no_doubt() -> None:
    asked = turns("so", "i'm xaqiro from far away", "and so on")
    assert places(asked, []) == [(1, 4, 10)]
    assert places(asked, [span(0, 5, "address", 1)]) == []
    assert places(asked, [span(9, 14, "address", 1)]) == []
    assert places(asked, [span(0, 2, "name", 0), span(0, 4, "address", 1), span(10, 15, "address", 1)]) == [(1, 4, 10)]
    assert places(asked, [span(4, 10, "name", 0), span(4, 10, "name", 2)]) == [(1, 4, 10)]


@pytest.mark.parametrize(
    ("known", "left"),
    [
        ([], [(2, 12)]),
        ([span(0, 2, "name"), span(12, 14, "name")], [(2, 12)]),
        ([span(4, 6, "name")], [(2, 4), (6, 12)]),
        ([span(0, 4, "name"), span(5, 6, "phone"), span(10, 20, "card")], [(4, 5), (6, 10)]),
        ([span(0, 20, "name")], []),
        ([span(4, 6, "location")], [(2, 12)]),
        ([span(4, 6, "name", 1)], [(2, 12)]),
    ],
)
def test_spans_of_another_type_are_cut_out(known: list[Span], left: list[tuple[int, int]]) -> None:
    assert [(each.start, each.end) for each in outside([span(2, 12, "location")], known)] == left


class Saying:
    """A recogniser that calls all that it is shown a place."""

    version = "0"

    def find(self, texts: Sequence[str]) -> list[list[Found]]:
        return [[Found(0, len(text), "location", "test", 0.99)] for text in texts]


def test_the_thorough_pass_makes_no_place_of_a_name_that_the_fast_one_has_found() -> None:
    text = "Call Sarah Miller, i'm xaqiro from far away"
    asked = turns(text)
    names = [each for each in find_fast(asked) if each.type == "name"]
    assert [text[each.start : each.end] for each in names] == ["Sarah Miller"]
    both = identify(asked, Saying())
    assert [each for each in both if each.type == "name"] == names
    assert any(each.found_by == "thorough" for each in both)


def test_the_number_of_a_surrogates_house_is_part_of_the_surrogate() -> None:
    asked = turns("66 Plumfold Lane", "66 Abbey Lane")
    spans = [span(0, 2, "address", 0), span(0, 2, "address", 1)]
    assert drop_surrogates(spans, asked) == spans[1:]


def test_weights_of_four_bits_are_unpacked_by_row() -> None:
    packed = np.array([[[0x80]], [[0xF1]]], np.uint8)  # two outputs, one block of two weights
    scales = np.array([0.5, 2.0], np.float32)
    assert unpacked(packed, scales, 2).tolist() == [[-4.0, 0.0], [-14.0, 14.0]]
