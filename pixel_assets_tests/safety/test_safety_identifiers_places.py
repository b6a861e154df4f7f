from __future__ import annotations

import pytest

from pixel_assets.safety.identifiers.fast import find_fast
from pixel_assets.safety.turns import Turns


def addresses(text: str) -> list[str]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [text[span.start : span.end] for span in spans if span.type == "address"]


@pytest.mark.parametrize(
    ("before", "address", "after"),
    [
        ("I live at ", "12 Rose St, Apt 4, Springfield, IL 62704", "."),
        ("I live at ", "123 Main Street", " with my mother."),
        ("Send it to ", "Hauptstraße 5, 10115 Berlin", ", please."),
        ("My address: ", "P.O. Box 211", "."),
        ("Ship to ", "PSC 9009, Box 9725\nAPO AA 33274", "."),
        ("It is ", "692 Kuuse 53 Apt. 641, Grubbenvorst, Netherlands 04020", "."),
        ("Tom\n", "4326 Research Pkwy\nAustin, TX 78701", "\nbye"),
        ("Near ", "Nassaustraat 123", " it is quiet."),
        ("We met at ", "10 Boulevard de Normandie", "."),
    ],
)
def test_an_address_is_one_span(before: str, address: str, after: str) -> None:
    assert addresses(before + address + after) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "It is a two way street, and I waited 10 minutes.",
        "On 19/2024 Ordering was late.",
        "Chapter 3. Close your eyes.",
        "I am 34 and Scared.",
        "Room 12 was cold.",
        "In 2019 I moved.",
        "Step 2 Breathe slowly.",
    ],
)
def test_numbers_beside_capitals_are_no_address(text: str) -> None:
    assert addresses(text) == []


def test_flat_town_and_country_below_a_street_are_one_address_and_a_label_below_is_none_of_it() -> None:
    text = "Address: 12 Rose Street 3\n Suite 621\n ARENDAL\n Norway"
    below = "Address: 12 Rose Street, Leeds, England\nDate of Birth: 01/02/1980"
    assert _addresses(text) == ["12 Rose Street 3\n Suite 621\n ARENDAL\n Norway"]
    assert _addresses(below) == ["12 Rose Street, Leeds, England"]


def test_a_doctor_is_no_drive() -> None:
    assert _addresses("Dr. Cindy Holm, Suite 541 is open") == ["Suite 541"]


def _addresses(text: str) -> list[str]:
    spans = find_fast(Turns.of([[{"role": "user", "content": text}]]))
    return [text[span.start : span.end] for span in spans if span.type == "address"]
