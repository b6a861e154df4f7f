"""Helplines, works and public figures are kept; people who bear such a name are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import KnowledgeError
from pixel_assets.safety.identifiers.allowed import allowed, drop_allowed
from pixel_assets.safety.identifiers.spans import Span, Type


def _kept(text: str, said: str, kind: Type, *extra: str) -> bool:
    start = text.index(said)
    return not drop_allowed([Span(0, start, start + len(said), kind, "rule", 0.9)], [text], allowed(extra))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("call or text 988 at any hour", "988"),
        ("Samaritans are there on 116 123", "116 123"),
        ("Lifeline: 13 11 14", "13 11 14"),
        ("text HOME to 741741", "741741"),
        ("call 1-800-273-8255", "1-800-273-8255"),
        ("call 1 (800) 273-8255", "1 (800) 273-8255"),
        ("in an emergency dial 911", "911"),
    ],
)
def test_numbers_of_helplines_are_kept(text: str, said: str) -> None:
    assert _kept(text, said, "phone")


def test_a_persons_number_is_not() -> None:
    assert not _kept("call me on 202-555-0143", "202-555-0143", "phone")


def test_sites_of_helplines_are_kept_and_addresses_of_people_there_are_not() -> None:
    assert _kept("see https://www.samaritans.org/how-we-can-help", "https://www.samaritans.org/how-we-can-help", "url")
    assert _kept("see 988lifeline.org", "988lifeline.org", "url")
    assert not _kept("see notsamaritans.org/me", "notsamaritans.org/me", "url")
    assert not _kept("see samaritans.org.example.test", "samaritans.org.example.test", "url")
    assert not _kept("write to t.quill@nhs.uk", "t.quill@nhs.uk", "email")


@pytest.mark.parametrize("said", ["Freud", "Sigmund Freud", "Dr. Freud", "Pixel", "Alzheimer's", "Marsha Linehan", "pixel"])
def test_public_figures_and_names_of_illnesses_are_kept(said: str) -> None:
    assert _kept(f"we spoke of {said} again", said, "name")


def test_a_name_that_stands_for_a_work_is_kept_only_where_the_work_is_named() -> None:
    assert _kept("the Beck Depression Inventory", "Beck", "name")
    assert _kept("the Rosenberg scale", "Rosenberg", "name")
    assert _kept("on the Hamilton rating scale", "Hamilton", "name")
    assert not _kept("Mrs Beck came back", "Beck", "name")
    assert not _kept("Nora Beck came back", "Nora Beck", "name")


def test_a_setting_adds_terms() -> None:
    assert not _kept("ask Quillfeather", "Quillfeather", "name")
    assert _kept("ask Quillfeather", "Quillfeather", "name", "Quillfeather")
    assert _kept("dial 0202 5550", "0202 5550", "phone", "0202 5550")
    assert _kept("see help.lanternhouse.test/now", "help.lanternhouse.test/now", "url", "lanternhouse.test")


def test_a_damaged_list_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "allowed.yaml"
    path.write_text("numbers: [988]\nsites: []\nnames: []\neponyms: []\nworks: []\n")
    with pytest.raises(KnowledgeError, match=r"allowed.yaml: numbers: not a list of texts"):
        allowed((), path)
    path.write_text("numbers: []\n")
    with pytest.raises(KnowledgeError, match="other keys"):
        allowed(("x",), path)
