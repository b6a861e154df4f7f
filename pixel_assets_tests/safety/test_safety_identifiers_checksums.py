from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.checks import CHECKS


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("luhn_card", "4111111111111111", "9111111111111111"),
        ("card_shape", "4111 1111 1111 1112", "1111 1111 1111 1111"),
        ("iban", "DE89370400440532013000", "DE89370400440532013001"),
        ("ipv4", "203.0.113.45", "300.0.113.45"),
        ("ipv6", "2001:db8::8a2e:370:7334", "2001:::1"),
        ("ssn", "078-05-1120", "000-05-1120"),
        ("national", "44051401359", "44051401350"),
        ("date", "31/12/1999", "99-99-1999"),
        ("mixed", "a1", "ab"),
        ("handle", "jo_b", "today"),
        ("singular", "Rose Hill High School", "High School"),
        ("surnames", "Hawkins, Richardson and Santana", "Monday, Tuesday and Wednesdays"),
    ],
)
def test_a_check_tells_good_from_bad(check: str, good: str, bad: str) -> None:
    assert CHECKS[check](good, "")
    assert not CHECKS[check](bad, "")


@pytest.mark.parametrize("text", ["1 2 3 4 5 6 7 8 9 10", "10-01-2023", "2019-2021", "555 0100"])
def test_counting_dates_and_short_numbers_are_no_telephone_numbers(text: str) -> None:
    assert not CHECKS["phone"](text, "")


def test_what_stands_before_makes_a_telephone_number() -> None:
    assert CHECKS["phone"]("71-33-52-22", "you can call ")
    assert not CHECKS["phone"]("71-33-52-22", "")
    assert not CHECKS["phone"]("212-555-0100", "my account ")
