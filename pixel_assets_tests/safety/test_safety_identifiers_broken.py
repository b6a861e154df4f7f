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


def test_a_number_on_two_lines_may_stand_over_another_number() -> None:
    assert found("MRN: 4455\n6677\n4901 said no") == [("medical_record", "4455\n6677")]


@pytest.mark.parametrize("value", ["202-555-\n0143", "202.555.\n0143", "202 555\n 0143"])
def test_the_break_may_stand_beside_what_parts_the_groups(value: str) -> None:
    assert found(f"ring {value} now") == [("phone", value)]


def test_a_short_last_line_with_a_full_stop_is_no_list() -> None:
    assert found("Your case ID is 456\n123. Thanks") == [("other_id", "456\n123")]


@pytest.mark.parametrize(
    ("before", "kind", "value"),
    [
        ("ring ", "phone", "( 2 0 2 )   5 5 5 - 0 1 4 3"),
        ("it's ", "phone", "5 5 5 - 0 1 4 3"),
        ("MRN: ", "medical_record", "4 4 5 5 6 6 7"),
        ("record ", "medical_record", "M R N - 4 4 5 5 6 6"),
        ("Your case ID is ", "other_id", "4 5 6 1 2 3"),
    ],
)
def test_a_number_is_read_from_digits_that_stand_alone(before: str, kind: str, value: str) -> None:
    assert found(f"{before}{value}. Thanks") == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "My answers: 2 3 1 0 2 3 1 2 1, fifteen in all.",
        "scores 4 5 3 2 1 5 4 4 2 1",
        "score: 7 6 8 9 5 6 7 8 9 3",
        "Call it a day. 1 2 3 4 5 6 7 8",
        "call me at 7\n8 or 9",
        "reach 1 0 out of 1 0",
        "12 34 56\n78 90 12\n34 56 78",
        "1200\n3400\n5600",
        "12345\n67890",
        "72.5\n73.1\n74.0",
        "My case is number 7.\n30 people came",
        "It cost 1 200\n300 was left",
    ],
)
def test_scores_tables_and_counting_are_no_numbers_of_anybody(text: str) -> None:
    assert found(text) == []
