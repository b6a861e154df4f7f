"""Numbers with a line break inside: one number, unless the line ends with a whole one or the next begins with a list mark."""

from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.turns import Turns


def found(text: str) -> list[tuple[str, str]]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [(span.type, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("before", "kind", "value"),
    [
        ("my card is ", "card", "4111 1111 11\n11 1111"),
        ("ring ", "phone", "202-55\n5-0143"),
        ("ring ", "phone", "202\n-555-0143"),
        ("ring ", "phone", "2025\n550143"),
        ("MRN ", "medical_record", "4455\n6677"),
        ("my ssn is ", "social_security", "078-0\n5-1120"),
    ],
)
def test_a_number_goes_over_the_end_of_a_line(before: str, kind: str, value: str) -> None:
    assert found(before + value + " thanks") == [(kind, value)]


def test_offsets_are_those_of_the_text_with_other_broken_texts_and_letters_beside() -> None:
    texts = ["é 1\n2", "naïve: ring 202-55\n5-0143 ok", "plain", "call 202-555-01\n43"]
    spans = find_fast(Turns.of([[{"role": "user", "content": text} for text in texts]]))
    assert [(span.row, texts[span.row][span.start : span.end]) for span in spans] == [
        (1, "202-55\n5-0143"),
        (3, "202-555-01\n43"),
    ]


def test_two_numbers_under_each_other_are_two() -> None:
    assert found("call 202-555-0143\n202-555-0178") == [("phone", "202-555-0143"), ("phone", "202-555-0178")]


def test_a_whole_number_takes_nothing_from_the_next_line() -> None:
    assert found("Phone: 202-555-0143\n12 apples") == [("phone", "202-555-0143")]


def test_the_numbers_of_a_list_belong_to_no_number() -> None:
    assert found("MRN 4455\n2. Rest\n3. Walk") == [("medical_record", "4455")]


def test_a_number_in_the_sentence_before_a_time_in_brackets_is_found() -> None:
    assert found("it is 202-555-0143. \n[10:22 AM] fine") == [("phone", "202-555-0143")]
