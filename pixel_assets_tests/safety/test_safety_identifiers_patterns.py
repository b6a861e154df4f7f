from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.identifiers.patterns import load_forms
from pixel_assets.safety.turns import Turns


def found(text: str) -> list[tuple[str, str]]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [(span.type, text[span.start : span.end]) for span in spans]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("call me on +44 20 7946 0958", "phone", "+44 20 7946 0958"),
        ("my number is 212.555.0100 x12", "phone", "212.555.0100 x12"),
        ("text 555-0100 after six", "phone", "555-0100"),
        ("write to jo.b+x@mail.example.org.", "email", "jo.b+x@mail.example.org"),
        ("see https://example.org/u/jo_b, please", "url", "https://example.org/u/jo_b"),
        ("follow me, @jo_example", "username", "@jo_example"),
        ("ask u/jo_example on there", "username", "u/jo_example"),
        ("my discord is jo_b#1234", "username", "jo_b#1234"),
        ("from 203.0.113.45 again", "ip_address", "203.0.113.45"),
        ("it is 2001:db8::8a2e:370:7334 at home", "ip_address", "2001:db8::8a2e:370:7334"),
        ("my mac is 00:00:5e:00:53:af", "ip_address", "00:00:5e:00:53:af"),
        ("born on 3 May 1980", "date_of_birth", "3 May 1980"),
        ("DOB: 03/05/1980", "date_of_birth", "03/05/1980"),
        ("she is 94 years old", "age", "94"),
        ("MRN: 4482913", "medical_record", "4482913"),
        ("NPI 1234567893", "other_id", "1234567893"),
        ("policy number: AB-334455", "insurance", "AB-334455"),
        ("my ssn is 078-05-1120", "social_security", "078-05-1120"),
        ("passport number X1234567", "passport", "X1234567"),
        ("driver's license D1234567", "driving_licence", "D1234567"),
        ("my NHS number is 943 476 5919", "national_id", "943 476 5919"),
        ("card 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("pay to GB82 WEST 1234 5698 7654 32", "iban", "GB82 WEST 1234 5698 7654 32"),
        ("account number 12345678", "bank_account", "12345678"),
        ("license plate is ABC 1234", "vehicle_plate", "ABC 1234"),
        ("the postcode SW1A 1AA", "address", "SW1A 1AA"),
        ("I work at Acme Widgets", "employer", "Acme Widgets"),
        ("a student of Rose Hill High School", "school", "Rose Hill High School"),
    ],
)
def test_a_form_is_found_with_its_bounds(text: str, kind: str, value: str) -> None:
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "version 1.2.0.4 is out",
        "it costs 43158.16 in all",
        "from 2019-2021 I was away",
        "she is 34 years old",
        "look at me. It is fine",
        "I am at home.so what",
        "I work at night",
        "I go to High School",
        "ratio 10:20:30",
    ],
)
def test_what_only_looks_like_a_form_is_none(text: str) -> None:
    assert found(text) == []


def test_numbers_under_each_other_are_two() -> None:
    assert found("call 212-555-0100\n212-555-0101") == [("phone", "212-555-0100"), ("phone", "212-555-0101")]


def test_dates_are_found_as_dates_unless_someone_was_born_then() -> None:
    assert found("on 2023-10-01 it began") == [("date", "2023-10-01")]


def test_every_pattern_has_a_name_of_its_own() -> None:
    names = [form.id for form in load_forms()]
    assert len(set(names)) == len(names)
