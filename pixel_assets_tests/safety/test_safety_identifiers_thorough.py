"""The thorough pass: what the packaged model finds, and that nothing but the text decides it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.identifiers.thorough import OVERLAP, WINDOW, Found, Recogniser, recogniser


@pytest.fixture(scope="module")
def packaged() -> Recogniser:
    found = recogniser("packaged")
    assert found is not None
    return found


def _said(found: list[Found], text: str) -> list[tuple[str, str]]:
    return [(text[each.start : each.end], each.type) for each in found]


def test_it_finds_names_in_small_letters(packaged: Recogniser) -> None:
    text = "hello, my name is jadwiga kowalska and i feel low"
    assert _said(packaged.find([text])[0], text) == [("jadwiga kowalska", "name")]


def test_the_parts_of_an_address_are_one(packaged: Recogniser) -> None:
    text = "You can send it to 42 Lantern Street, please."
    assert _said(packaged.find([text])[0], text) == [("42 Lantern Street", "address")]


def test_ordinary_texts_and_empty_ones_hold_nothing(packaged: Recogniser) -> None:
    assert packaged.find(["I have felt low for weeks and cannot sleep.", "", " \n"]) == [[], [], []]
    assert packaged.find([]) == []


def test_what_it_finds_does_not_depend_on_the_other_texts(packaged: Recogniser) -> None:
    texts = [f"my name is jadwiga kowalska and i feel low, day {number}" for number in range(40)] + ["thanks, tom"]
    together = packaged.find(texts)
    assert together == [packaged.find([text])[0] for text in texts]
    assert together == packaged.find(texts)


def test_long_texts_are_read_to_their_end_and_nothing_is_found_twice(packaged: Recogniser) -> None:
    filler = "I walked along the river and it helped a little. "
    before = filler * 30
    text = before + "My name is Jadwiga Kowalska. " + filler * 30
    assert _said(packaged.find([text])[0], text) == [("Jadwiga Kowalska", "name")]
    for place in range(WINDOW - OVERLAP - 20, WINDOW + 20, 7):  # across the edge of a window
        text = (filler * 20)[: place - 1] + " My name is Jadwiga Kowalska. " + filler * 5
        assert ("Jadwiga Kowalska", "name") in _said(packaged.find([text])[0], text)


def test_offsets_count_characters_of_the_text(packaged: Recogniser) -> None:
    text = "😔😔 ég heiti… my name is Müge Kowalska"
    assert ("Müge Kowalska", "name") in _said(packaged.find([text])[0], text)


def test_many_tokens_in_few_characters_are_read(packaged: Recogniser) -> None:
    packaged.find(["한" * 470, "a" * 5000, "[" * 2000])


def test_settings_name_a_recogniser(tmp_path: Path, packaged: Recogniser) -> None:
    assert recogniser("none") is None
    assert recogniser("packaged") is packaged
    assert len(packaged.version) == 16
    with pytest.raises(SettingsError, match=r"model\.safetensors, config\.json, tokenizer\.json missing"):
        recogniser(str(tmp_path))
